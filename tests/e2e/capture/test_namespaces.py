"""Network namespaces: named ones, those that only a process keeps alive, and those that are left out."""

import os
from pathlib import Path

import holding
import scenario
import world


class Namespaces(scenario.Scenario):
    def named_namespace(self, name):
        holding.ip("netns", "add", name)
        return holding.in_namespace(name)

    def test_a_listener_in_a_named_namespace_has_its_scope(self):
        inside = self.named_namespace("blue")
        self.start("nginx", "listen 0.0.0.0:80")
        self.capture("before")
        self.start("python3", "up lo", "listen 0.0.0.0:31337", prefix=inside)
        self.capture("after")
        self.assertEqual([(row.scope, row.local, row.process) for row in self.show("after").rows],
                         [("host", "0.0.0.0:80", "nginx"),
                          ("netns:blue", "0.0.0.0:31337", "python3")])
        found = self.diff("before", "after")
        self.assertEqual(found.lines(),
                         ["listener-added high unapproved tcp 0.0.0.0:31337 python3"])
        self.assertEqual(found.change("listener-added")["scope"], "netns:blue")
        self.assertIn("netns:blue", found.warnings()[0])

    def test_a_listener_in_a_namespace_of_a_process_is_anonymous(self):
        self.capture("before")
        self.start("python3", "up lo", "listen 127.0.0.1:31337",
                   prefix=holding.IN_ITS_OWN_NAMESPACE)
        self.capture("after")
        found = self.diff("before", "after")
        self.assertEqual(found.lines(),
                         ["listener-added low unapproved tcp 127.0.0.1:31337 python3"])
        self.assertEqual(found.change("listener-added")["scope"], "anonymous:python3")

    def test_the_same_service_in_a_new_anonymous_namespace_is_no_change(self):
        for label in ("before", "after"):
            service = self.start("web", "up lo", "listen 0.0.0.0:80",
                                 prefix=holding.IN_ITS_OWN_NAMESPACE)
            self.capture(label)
            service.end()
        self.assertEqual(self.assert_unchanged().lines(), [])

    def test_a_service_that_leaves_its_namespace_for_the_host_is_a_new_listener(self):
        inside = self.named_namespace("blue")
        first = self.start("web", "listen 0.0.0.0:80", prefix=inside)
        self.capture("before")
        first.end()
        self.start("web", "listen 0.0.0.0:80")
        self.capture("after")
        found = self.diff("before", "after")
        self.assertEqual(found.gating(), ["listener-added high unapproved tcp 0.0.0.0:80 web"])
        self.assertEqual(found.change("listener-added")["scope"], "host")

    def test_the_same_port_in_two_namespaces_is_two_listeners(self):
        inside = self.named_namespace("blue")
        first = self.start("web", "listen 0.0.0.0:80")
        second = self.start("web", "listen 0.0.0.0:80", prefix=inside)
        self.capture("both")
        self.assertEqual([(row.scope, row.local, [owner.pid for owner in row.owners])
                          for row in self.show("both").rows],
                         [("host", "0.0.0.0:80", [first.pid]),
                          ("netns:blue", "0.0.0.0:80", [second.pid])])

    def end_in_time_wait(self, server, port, descriptor, inside):
        """Ends the server and leaves a connection to its newest listener, `descriptor`, in TIME_WAIT."""
        client = self.start("curl", prefix=inside)
        accepted, made = self.session(server, descriptor, client, f"127.0.0.1:{port}")
        self.leave_time_wait(port, server, accepted, client, made["fd"])
        client.end()
        server.end()

    def test_a_namespace_without_a_process_shows_its_sockets(self):
        inside = self.named_namespace("blue")
        server = self.start("web", "up lo", "listen 0.0.0.0:80", "listen 127.0.0.1:81",
                            prefix=inside)
        self.end_in_time_wait(server, 81, 4, inside)
        self.capture("after")
        rows = self.show("after").rows
        self.assertEqual({(row.scope, row.state, row.owners) for row in rows},
                         {("netns:blue", "time-wait", ())})

    def test_netns_current_leaves_the_others_out_and_diff_says_so(self):
        inside = self.named_namespace("blue")
        self.start("nginx", "listen 0.0.0.0:80")
        self.start("web", "listen 0.0.0.0:81", prefix=inside)
        self.capture("all")
        self.capture("current", "--netns", "current")
        self.assertEqual([row.local for row in self.show("current").rows], ["0.0.0.0:80"])
        self.assertEqual(self.show("current").gap_codes(), ["netns-not-requested"])
        blind = self.diff("all", "current")
        self.assertEqual((blind.code, blind.verdict, blind.lines()), (3, "inconclusive", []))
        # What BEFORE did not look at may have existed then.
        other = self.diff("current", "all")
        self.assertEqual((other.code, other.gating()), (3, []))

    def test_a_namespace_that_a_mount_of_another_mount_namespace_keeps_is_read(self):
        self.require_real_root()
        place = world.ROOT / "kept"
        place.touch()
        keep = ("mount --make-rprivate / && "
                f'unshare --net={place} ip link set lo up && exec "$@"')
        keeper = self.start("keeper", "name keeper",
                            prefix=["unshare", "--mount", "sh", "-c", keep, "sh"])
        kept = f"/proc/{keeper.pid}/root{place}"
        self.assertNotIn("nsfs", Path("/proc/self/mountinfo").read_text("utf-8"))
        inside = ["nsenter", f"--net={kept}"]
        server = self.start("web", "listen 127.0.0.1:80", prefix=inside)
        self.end_in_time_wait(server, 80, 3, inside)
        self.capture("one")
        seen = self.show("one")
        self.assertEqual([(row.scope, row.local, row.state) for row in seen.rows],
                         [("anonymous", "127.0.0.1:80", "time-wait")])
        self.assertIn(os.stat(kept).st_ino, [netns["id"] for netns in seen.raw["namespaces"]])
        self.assertEqual(seen.gaps, [])

    def test_a_held_namespace_that_cannot_be_entered_is_a_gap(self):
        self.require_real_root()
        self.start("web", "up lo", "listen 0.0.0.0:80", "user nobody",
                   prefix=holding.IN_ITS_OWN_NAMESPACE)
        mine = self.start("mine", "user nobody", "listen 0.0.0.0:8080")
        state = self.private_database("nobody")
        self.capture("user", env=state, **self.as_user("nobody"))
        seen = self.show("user", env=state)
        self.assertEqual([(row.scope, row.local, [owner.pid for owner in row.owners])
                          for row in seen.rows], [("host", "0.0.0.0:8080", [mine.pid])])
        self.assertTrue({"netns-not-entered", "netns-not-known"} & set(seen.gap_codes()),
                        seen.gaps)


if __name__ == "__main__":
    world.main()
