"""A socket has a set of holders: each is seen, compared and named."""

import os

import scenario
import world
from scenario import OWN, PEER, TOR_EXIT


class Holders(scenario.Scenario):
    def names(self, change):
        return [holder["name"] for holder in change["holders"]]

    def test_a_program_behind_an_older_supervisor_is_compared_too(self):
        supervisor = self.start_native(self.native("bin/supervisor"), "listen 0.0.0.0:8080")
        service = self.native("bin/service")
        child = supervisor.say(f"spawn {service}")["pid"]
        self.capture("before")
        os.kill(child, 9)
        self.native("new/service", "other bytes")
        os.rename(world.ROOT / "new/service", service)
        supervisor.say(f"spawn {service}")
        self.capture("after")
        found = self.assert_gates("executable-changed high")
        self.assertEqual(found.change("executable-changed")["process"]["name"], "service")

    def test_a_supervisors_service_that_is_replaced_by_another_program_joins(self):
        supervisor = self.start_native(self.native("bin/supervisor"), "listen 0.0.0.0:8080")
        child = supervisor.say(f"spawn {self.native('bin/service')}")["pid"]
        self.capture("before")
        os.kill(child, 9)
        supervisor.say(f"spawn {self.native('bin/evil', 'evil')}")
        self.capture("after")
        found = self.assert_gates("holder-added high")
        self.assertEqual(found.change("holder-added")["process"]["name"], "evil")
        self.assertIn("holder-removed", found.notices())

    def test_a_listener_that_is_passed_to_a_younger_program_has_one_more_holder(self):
        web = self.start("web", "listen 0.0.0.0:8080")
        self.capture("before")
        self.start("evil", f"take {web.pid} {web.answers[0]['fd']}")
        self.capture("after")
        found = self.assert_gates("holder-added high")
        self.assertEqual(found.change("holder-added")["process"]["name"], "evil")
        self.assertIn("evil", found.warnings()[0])

    def test_an_established_connection_that_is_passed_on_is_a_new_peer_of_who_got_it(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        web = self.start("web", f"connect tcp {TOR_EXIT}:443")
        self.capture("before")
        self.start("evil", f"take {web.pid} {web.answers[0]['fd']}")
        self.capture("after")
        found = self.assert_gates("outbound-added high")
        self.assertEqual(found.change("outbound-added")["process"]["name"], "evil")

    def test_an_attacker_who_gives_a_copy_of_his_listener_to_an_older_daemon_is_named(self):
        daemon = self.start("daemon", "listen 127.0.0.1:1")
        self.capture("before")
        evil = self.start("evil", "listen 0.0.0.0:31337")
        daemon.say(f"take {evil.pid} {evil.answers[0]['fd']}")
        self.capture("after")
        found = self.assert_gates("listener-added high")
        change = found.change("listener-added")
        self.assertEqual(change["process"]["name"], "evil")
        self.assertEqual(self.names(change), ["evil", "daemon"])

    def test_a_ban_on_a_program_holds_where_it_is_the_second_holder(self):
        daemon = self.start("daemon", "listen 127.0.0.1:1")
        self.capture("before")
        evil = self.start("evil", "listen 0.0.0.0:31337")
        daemon.say(f"take {evil.pid} {evil.answers[0]['fd']}")
        self.capture("after")
        rules = world.ROOT / "rules.toml"
        rules.write_text("""ticket = "CHG-1"
[[expect]]
change = "listener-added"
match = { port = 31337 }
reason = "approved"
approved_by = "board"
[[forbid]]
match = { process = "daemon" }
reason = "never"
""", "utf-8")
        found = self.diff("before", "after", "--expect", rules)
        self.assertEqual((found.code, found.kinds()), (1, ["listener-added high"]))
        self.assertEqual(found.changes[0]["status"], "unapproved")

    def test_an_approval_must_hold_for_every_holder(self):
        daemon = self.start("daemon", "listen 127.0.0.1:1")
        self.capture("before")
        evil = self.start("evil", "listen 0.0.0.0:31337")
        daemon.say(f"take {evil.pid} {evil.answers[0]['fd']}")
        self.capture("after")
        rules = world.ROOT / "rules.toml"
        for names, code in (('"daemon"', 1), ('"evil"', 1), ('["daemon", "evil"]', 0)):
            rules.write_text(f"""ticket = "CHG-1"
[[expect]]
change = "listener-added"
match = {{ port = 31337, process = {names} }}
reason = "approved"
approved_by = "board"
""", "utf-8")
            with self.subTest(names):
                self.assertEqual(self.diff("before", "after", "--expect", rules).code, code)

    def test_a_harmless_program_that_its_parent_hands_a_listener_is_a_notice(self):
        self.require_real_root()
        server = self.start_native(self.native("bin/server"), "listen 0.0.0.0:8080")
        helper = self.native("bin/helper")
        self.capture("before")
        server.say(f"spawn {helper}")
        self.capture("after")
        self.assertEqual(self.assert_unchanged().notices(), ["holder-added"])

    def test_a_program_that_is_newer_than_before_is_no_harmless_holder(self):
        server = self.start_native(self.native("bin/server"), "listen 0.0.0.0:8080")
        self.capture("before")
        server.say(f"spawn {self.native('bin/helper')}")
        self.capture("after")
        self.assert_gates("holder-added high")

    def test_a_wrapper_that_becomes_its_service_is_a_notice(self):
        self.require_real_root()
        wrapper = self.start_native(self.native("bin/activate"), "listen 0.0.0.0:8080")
        service = self.native("bin/service", "service")
        self.capture("before")
        wrapper.say(f"exec {service}")
        self.capture("after")
        self.assertEqual(self.assert_unchanged().notices(), ["holder-added", "holder-removed"])

    def test_a_service_that_becomes_another_program_in_its_own_process_is_a_change(self):
        service = self.start_native(self.native("bin/service"), "listen 0.0.0.0:8080")
        self.capture("before")
        service.say(f"exec {self.native('bin/evil', 'evil')}")
        self.capture("after")
        self.assert_gates("owner-changed high")

    def test_a_worker_of_an_accepted_connection_is_quiet(self):
        self.link_outside()
        server = self.start("web", "listen 0.0.0.0:80")
        self.capture("before")
        self.outside(f"connect tcp {OWN}:80")
        server.say("accept 3")
        server.say("fork 2")
        self.capture("after")
        self.assertEqual(self.assert_unchanged().lines(),
                         [f"inbound-added notice notice tcp :80<-{PEER} web"])


if __name__ == "__main__":
    world.main()
