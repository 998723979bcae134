"""Network namespaces in every way in which the kernel keeps them alive, and hundreds of them."""

import os

import holding
import scenario
import world


class ManyNamespaces(scenario.Scenario):
    def test_a_listener_whose_namespace_has_no_process_is_found_through_its_descriptor(self):
        service = self.start("web", "netns listen 127.0.0.1:80")
        made = service.answers[0]
        self.capture("one")
        seen = self.show("one")
        self.assertEqual([(row.scope, row.local, [owner.pid for owner in row.owners])
                          for row in seen.rows], [("anonymous", "127.0.0.1:80", [service.pid])])
        self.assertIn(made["netns"], [netns["id"] for netns in seen.raw["namespaces"]])
        self.assertEqual(seen.gaps, [])

    def test_such_a_listener_is_found_over_proc_too(self):
        service = self.start("web", "netns listen 127.0.0.1:80")
        self.capture("one", "--owners", "proc")
        self.assertEqual([(row.scope, row.local, [owner.pid for owner in row.owners])
                          for row in self.show("one").rows],
                         [("anonymous", "127.0.0.1:80", [service.pid])])

    def test_a_namespace_that_only_a_descriptor_keeps_is_read(self):
        inside = self.start("tmp", "up lo", "listen 127.0.0.1:80",
                            prefix=holding.IN_ITS_OWN_NAMESPACE)
        client = self.start("curl", "up lo",
                            prefix=["nsenter", "--net", "--target", str(inside.pid)])
        accepted, made = self.session(inside, 3, client, "127.0.0.1:80")
        self.leave_time_wait(80, inside, accepted, client, made["fd"])
        number = os.stat(f"/proc/{inside.pid}/ns/net").st_ino
        self.start("keeper", f"hold /proc/{inside.pid}/ns/net")
        client.end()
        inside.end()
        self.capture("one")
        seen = self.show("one")
        self.assertEqual([(row.scope, row.state, row.owner_state) for row in seen.rows],
                         [("anonymous", "time-wait", "time-wait")])
        self.assertIn(number, [netns["id"] for netns in seen.raw["namespaces"]])

    def test_every_way_to_keep_a_namespace_is_found_at_once(self):
        holding.ip("netns", "add", "blue")
        # A namespace without a name is called after the program that lives in it.
        services = {
            "host": self.start("a", "listen 127.0.0.1:80"),
            "netns:blue": self.start("b", "up lo", "listen 127.0.0.1:80",
                                     prefix=holding.in_namespace("blue")),
            "anonymous:c": self.start("c", "up lo", "listen 127.0.0.1:80",
                                      prefix=holding.IN_ITS_OWN_NAMESPACE),
            "socket": self.start("d", "netns listen 127.0.0.1:80"),
            "thread": self.start("e", "thread netns listen 127.0.0.1:80"),
        }
        self.capture("one")
        rows = self.show("one").rows
        self.assertEqual(sorted((row.scope, row.process, row.owners[0].pid) for row in rows),
                         sorted(("anonymous" if place in ("socket", "thread") else place, name,
                                 services[place].pid)
                                for place, name in zip(services, "abcde", strict=True)))

    def test_two_hundred_namespaces_are_all_read(self):
        # Each has a listener and no process, so it can be found only through its socket.
        web = self.start("web", "netnses 200 80")
        for number in range(20):
            holding.ip("netns", "add", f"n{number}")
        inside = self.start("app", "listen 0.0.0.0:443", prefix=holding.in_namespace("n7"))
        self.capture("one")
        seen = self.show("one")
        wanted = set(web.answers[0]["netnses"])
        found = {seen.raw["namespaces"][row.raw["namespace"]]["id"]
                 for row in seen.where(local="127.0.0.1:80")}
        self.assertEqual((len(wanted & found), found - wanted), (200, set()))
        self.assertEqual({(row.process, row.owners[0].pid)
                          for row in seen.where(local="127.0.0.1:80")}, {("web", web.pid)})
        self.assertEqual([(row.scope, row.owners[0].pid)
                          for row in seen.where(local="0.0.0.0:443")], [("netns:n7", inside.pid)])
        # The test's own namespace, 200 with a socket and 20 with a name.
        self.assertEqual(len(seen.raw["namespaces"]), 221)
        self.assertEqual(seen.gaps, [])
        self.capture("two")
        self.assertEqual(self.diff("one", "two").lines(), [])


if __name__ == "__main__":
    world.main()
