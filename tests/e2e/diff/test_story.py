"""The purpose of netmon: a change is reviewed by what it did to the host's network behaviour."""

import holding
import scenario
import world
from scenario import OWN, TOR_EXIT


class Story(scenario.Scenario):
    def base_services(self, workers=2):
        """Starts a small host: web server, database, resolver, an inner session and one from outside."""
        database = self.start("postgres", "listen 127.0.0.1:5432", "listen [::1]:5432")
        web = self.start("nginx", "listen 0.0.0.0:80", "listen [::]:443", f"fork {workers}")
        resolver = self.start("unbound", "bind udp 127.0.0.1:53", "listen 127.0.0.1:53")
        client = self.start("billing")
        self.session(database, 3, client, "127.0.0.1:5432")
        visitor = self.outside(f"connect tcp {OWN}:80")
        web.say("accept 3")
        return [database, web, resolver, client], visitor

    def test_the_undocumented_listener_and_its_peer_are_warned_of(self):
        self.link_outside()
        self.base_services()
        self.outside(f"listen {TOR_EXIT}:4444")
        self.capture("pre-change")
        intruder = self.start("python3", "listen 0.0.0.0:31337", f"connect tcp {TOR_EXIT}:4444")
        self.capture("post-change")

        found = self.diff("pre-change", "post-change")
        self.assertEqual(found.code, 1)
        self.assertEqual(found.verdict, "unapproved")
        self.assertEqual(found.lines(), [
            "listener-added high unapproved tcp 0.0.0.0:31337 python3",
            "outbound-added high unapproved tcp 185.220.101.5:4444 python3"])
        self.assertEqual(found.errors, [
            f"⚠ new listener: tcp 0.0.0.0:31337 python3 (pid {intruder.pid}, root, "
            f"{holding.PYTHON})",
            f"⚠ new outbound peer: tcp 185.220.101.5:4444 python3 (pid {intruder.pid}, root)"])

    def test_the_warnings_are_printed_whatever_the_format(self):
        self.capture("before")
        self.start("python3", "listen 0.0.0.0:31337")
        self.capture("after")
        for kind in ("table", "csv", "json"):
            with self.subTest(kind):
                result = self.netmon("diff", "before", "after", "--format", kind, expect=1)
                self.assertEqual([line.split(" python3")[0] for line in result.errors],
                                 ["⚠ new listener: tcp 0.0.0.0:31337"])
                self.assertIn("31337", result.out)
                self.assertNotIn("⚠ new", result.out)

    def test_the_same_services_restarted_are_no_change(self):
        self.link_outside()
        services, visitor = self.base_services(workers=2)
        self.capture("before")
        visitor.say("close 3")
        for service in services:
            service.end()
        self.base_services(workers=3)
        self.capture("after")
        found = self.assert_unchanged()
        self.assertEqual(found.lines(), [])
        self.assertEqual(found.errors, [])

    def test_two_captures_of_an_idle_host_are_equal(self):
        self.link_outside()
        self.base_services()
        self.capture("before")
        self.capture("after")
        self.assertEqual(self.assert_unchanged().lines(), [])

    def test_what_went_away_is_a_notice(self):
        self.link_outside()
        self.base_services()
        attacker = self.outside(f"listen {TOR_EXIT}:4444")
        gone = self.start("python3", "listen 0.0.0.0:31337", f"connect tcp {TOR_EXIT}:4444",
                          "raw 1")
        attacker.say("accept 3")
        self.capture("before")
        attacker.say("close 4")  # first, so that no TIME_WAIT stays on this side
        self.await_tcp("CLOSE_WAIT", remote=4444)
        gone.end()
        self.capture("after")
        self.assertEqual(self.assert_unchanged().lines(), [
            "listener-removed notice notice tcp 0.0.0.0:31337 python3",
            "outbound-removed notice notice tcp 185.220.101.5:4444 python3",
            "raw-removed notice notice raw 0.0.0.0:1 python3"])

    def test_the_story_within_now_and_empty(self):
        self.start("nginx", "listen 0.0.0.0:80")
        self.capture("before")
        self.start("python3", "listen 127.0.0.1:31337")
        self.assertEqual(self.diff("before", "@now").lines(),
                         ["listener-added low unapproved tcp 127.0.0.1:31337 python3"])
        self.assertEqual(self.diff("@empty", "before").lines(),
                         ["listener-added high unapproved tcp 0.0.0.0:80 nginx"])
        self.assertEqual(len(self.netmon("list", "--format", "csv", expect=0).out.splitlines()), 2)

    def test_fail_on_moves_the_exit_code_alone(self):
        self.capture("before")
        self.start("python3", "listen 127.0.0.1:31337")
        self.capture("after")
        for level, code in (("low", 1), ("medium", 0), ("high", 0), ("never", 0)):
            with self.subTest(level):
                found = self.diff("before", "after", "--fail-on", level)
                self.assertEqual((found.code, found.verdict, found.summary["unapproved"],
                                  len(found.warnings())), (code, "unapproved", 1, 1))


if __name__ == "__main__":
    world.main()
