"""Sockets that an attacker passes to other programs, or takes from them: second holders, borrowed
ports, approvals of something else."""

import os
import signal
from pathlib import Path

import holding
import scenario
import world
from scenario import OWN, TOR_EXIT


class Inheritance(scenario.Scenario):
    def kill(self, pid):
        """Returns when the process holds nothing any more; its parent does not wait for it."""
        os.kill(pid, signal.SIGKILL)
        stat = Path(f"/proc/{pid}/stat")
        self.await_true("a process to end", lambda: not stat.exists() or stat.read_text(
            "latin-1").rpartition(")")[2].split()[0] == "Z")

    # Programs behind a holder that stays.

    def test_a_service_of_another_user_behind_its_supervisor_is_a_change(self):
        self.require_real_root()
        supervisor = self.start_native(self.native("bin/supervisor"), "listen 0.0.0.0:8080")
        worker = supervisor.say("worker 4001")["pid"]
        self.capture("before")
        self.kill(worker)
        supervisor.say("worker 0")
        self.capture("after")
        found = self.assert_gates("user-changed high")
        self.assertEqual(found.attribute("user-changed", "user"), (["4001", "root"], ["root"]))

    def test_another_script_behind_an_older_program_is_a_change(self):
        first = self.start("python3", "listen 0.0.0.0:8080 reuseport", script=self.script("app"))
        self.capture("before")
        self.start("python3", "listen 0.0.0.0:8080 reuseport", script=self.script("evil"))
        self.capture("after")
        found = self.assert_gates("script-changed high")
        self.assertIn("evil.py", str(found.attribute("script-changed", "script")[1]))
        self.assertNotEqual(found.change("script-changed")["process"]["pid"], first.pid)

    def test_what_is_handed_a_listener_is_harmless_only_as_an_old_program_of_roots(self):
        self.require_real_root()
        server = self.start_native(self.native("bin/server"), "listen 0.0.0.0:8080")
        plain = self.native("usr/plain", "plain")
        interpreter = self.native("usr/python3", "an interpreter by its name")
        owned = self.native("usr/owned", "another user's")
        os.chown(owned, 4001, 4001)
        writable = self.native("usr/writable", "writable by all")
        os.chmod(writable, 0o777)
        folder = self.native("open/folder", "in a folder that all may write")
        os.chmod(world.ROOT / "open", 0o777)
        self.capture("before")
        newer = self.native("usr/newer", "newer")
        for helper, kinds in ((plain, []), *((path, ["holder-added high"]) for path in (
                interpreter, owned, writable, folder, newer))):
            with self.subTest(helper):
                pid = server.say(f"spawn {helper}")["pid"]
                self.capture("after")
                self.kill(pid)
                found = self.diff("before", "after")
                self.assertEqual((found.kinds(), found.decisive()), (kinds, []), found.errors)

    def test_a_child_that_gets_an_old_connection_is_one_more_holder(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        server = self.start_native(self.native("bin/server"), f"connect tcp {TOR_EXIT}:443")
        self.capture("before")
        server.say(f"spawn {self.native('tmp/evil', 'evil')}")
        self.capture("after")
        found = self.assert_gates("holder-added high")
        self.assertEqual(found.change("holder-added")["process"]["name"], "evil")

    def test_a_connection_that_is_left_to_an_older_program_is_a_new_peer_of_it(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        daemon = self.start("daemon", "listen 127.0.0.1:1")
        self.capture("before")
        evil = self.start("evil", f"connect tcp {TOR_EXIT}:443")
        daemon.say(f"take {evil.pid} {evil.answers[0]['fd']}")
        evil.end()
        self.capture("after")
        found = self.assert_gates("outbound-added high")
        self.assertEqual(found.change("outbound-added")["process"]["name"], "daemon")

    def test_a_second_program_that_takes_a_raw_socket_is_a_change(self):
        router = self.start("keepalived", "raw 112")
        self.capture("before")
        evil = self.start("evil", f"take {router.pid} {router.answers[0]['fd']}")
        self.capture("after")
        self.assertTrue(evil.pid)
        found = self.assert_gates("raw-added high")
        self.assertEqual(found.change("raw-added")["process"]["name"], "evil")

    def test_a_program_on_a_port_that_was_the_kernels_is_a_change(self):
        self.require_real_root()
        holding.ip("link", "add", "vx0", "type", "vxlan", "id", "7", "dstport", "4789")
        holding.ip("link", "set", "vx0", "up")
        self.capture("before", "--owners", "bpf")
        holding.ip("link", "del", "vx0")
        self.start("evil", "bind udp 0.0.0.0:4789")
        self.capture("after", "--owners", "bpf")
        found = self.assert_gates("owner-changed high")
        self.assertEqual(found.attribute("owner-changed", "process"), (["(kernel)"], ["evil"]))

    def test_another_program_of_the_name_in_one_more_namespace_is_a_change(self):
        def pod(program):
            web = self.start_native(program, prefix=holding.IN_ITS_OWN_NAMESPACE)
            web.say("listen 0.0.0.0:80")

        pod(self.native("usr/web"))
        self.capture("before")
        pod(self.native("tmp/web", "evil"))
        self.capture("after")
        self.assert_gates("executable-changed high")

    # Borrowed ports.

    def test_a_server_that_connects_from_its_own_port_has_a_new_peer(self):
        self.require_real_root()
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        web = self.start("web", "listen 0.0.0.0:8080 reuseport")
        self.capture("before", "--owners", "bpf")
        web.say(f"connect tcp {TOR_EXIT}:443 reuseport from={OWN}:8080")
        self.capture("after", "--owners", "bpf")
        self.assert_gates("outbound-added high")

    def test_the_same_program_that_joins_a_port_more_can_reach_it_by_is_wider(self):
        web = self.start("web", "listen 127.0.0.1:8080 reuseport")
        self.capture("before")
        web.say("listen 0.0.0.0:8080 reuseport")
        self.capture("after")
        self.assert_gates("exposure-widened high")

    # Approvals.

    def approving(self, *kinds):
        """The exit code, and the kinds of change that are unapproved when these kinds are approved."""
        rules = world.ROOT / "rules.toml"
        rules.write_text('ticket = "CHG-1"\n' + "".join(f"""
[[expect]]
change = "{kind}"
match = {{ protocol = "tcp" }}
reason = "asked for"
approved_by = "board"
""" for kind in kinds), "utf-8")
        found = self.diff("before", "after", "--expect", rules)
        return found.code, sorted(change["kind"] for change in found.changes
                                  if change["status"] == "unapproved")

    def test_an_approved_move_approves_no_other_user_and_no_wider_address(self):
        self.require_real_root()
        program = self.native("usr/nginx")
        first = self.start_native(program, "ids 4001 4001 4001", "listen 127.0.0.1:8080")
        self.capture("before")
        first.end()
        self.start_native(program, "listen 0.0.0.0:9090")
        self.capture("after")
        self.assertEqual(self.approving("moved"), (1, ["exposure-widened", "user-changed"]))
        self.assertEqual(self.approving("moved", "exposure-widened", "user-changed"), (0, []))

    def test_an_approved_owner_approves_no_other_user_and_no_wider_address(self):
        self.require_real_root()
        first = self.start_native(self.native("usr/nginx"), "ids 4001 4001 4001",
                                  "listen 127.0.0.1:8080")
        self.capture("before")
        first.end()
        self.start_native(self.native("usr/haproxy", "haproxy"), "listen 0.0.0.0:8080")
        self.capture("after")
        self.assertEqual(self.approving("owner-changed"),
                         (1, ["exposure-widened", "user-changed"]))

    def test_an_approved_executable_approves_no_other_user(self):
        self.require_real_root()
        first = self.start_native(self.native("usr/nginx"), "ids 4001 4001 4001",
                                  "listen 0.0.0.0:8080")
        self.capture("before")
        first.end()
        self.start_native(self.native("tmp/nginx", "other bytes"), "listen 0.0.0.0:8080")
        self.capture("after")
        self.assertEqual(self.approving("executable-changed"), (1, ["user-changed"]))

    def test_one_of_several_processes_that_renames_itself_is_quiet(self):
        server = self.start("celeryd", "name celeryd:main", "listen 0.0.0.0:8080")
        server.say("fork 2")
        self.capture("before")
        server.say("name celeryd:task7")
        self.capture("renamed")
        self.diff("before", "renamed", expect=0)
        server.say("name celeryd:main")
        self.capture("back")
        self.diff("renamed", "back", expect=0)


if __name__ == "__main__":
    world.main()
