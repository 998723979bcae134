"""Which namespaces are the same, and which snapshots are of one host."""

import holding
import scenario
import world


class Spaces(scenario.Scenario):
    def in_namespace(self, name):
        return holding.in_namespace(name)

    def test_two_unnamed_namespaces_that_exchange_their_services_show(self):
        one = self.start("sh", prefix=holding.IN_ITS_OWN_NAMESPACE)
        two = self.start("sh", prefix=holding.IN_ITS_OWN_NAMESPACE)
        for holder in (one, two):
            holder.say("up lo")
        a = one.say("listen 127.0.0.1:80")["fd"]
        b = two.say("listen 0.0.0.0:90")["fd"]
        self.capture("before")
        one.say(f"close {a}")
        two.say(f"close {b}")
        one.say("listen 0.0.0.0:90")
        two.say("listen 127.0.0.1:80")
        self.capture("after")
        found = self.diff("before", "after")
        self.assertEqual(found.code, 1, found.errors)

    def test_one_of_two_equal_namespaces_that_widens_shows(self):
        pods = [self.start("web", prefix=holding.IN_ITS_OWN_NAMESPACE) for _ in range(2)]
        fds = []
        for pod in pods:
            pod.say("up lo")
            fds.append(pod.say("listen 127.0.0.1:80")["fd"])
        self.capture("before")
        pods[1].say(f"close {fds[1]}")
        pods[1].say("listen 0.0.0.0:80")
        self.capture("after")
        self.assert_gates("exposure-widened high")

    def test_more_instances_of_the_same_are_a_notice(self):
        def pod():
            started = self.start("web", prefix=holding.IN_ITS_OWN_NAMESPACE)
            started.say("up lo")
            started.say("listen 0.0.0.0:80")
            return started

        first = pod()
        self.capture("before")
        first.end()
        pod()
        pod()
        self.capture("after")
        self.assertEqual(self.assert_unchanged().notices(), ["containers-changed"])

    def test_a_namespace_that_is_given_a_name_is_the_same(self):
        web = self.start("web", prefix=holding.IN_ITS_OWN_NAMESPACE)
        web.say("up lo")
        web.say("listen 0.0.0.0:80")
        self.capture("before")
        holding.ip("netns", "attach", "blue", str(web.pid))
        self.capture("after")
        self.assert_unchanged()

    def test_a_namespace_that_is_given_a_second_name_is_the_same(self):
        holding.ip("netns", "add", "zulu")
        web = self.start("web", prefix=self.in_namespace("zulu"))
        web.say("up lo")
        web.say("listen 0.0.0.0:80")
        self.capture("before")
        holding.ip("netns", "attach", "alpha", str(web.pid))
        self.capture("after")
        self.assert_unchanged()

    def test_a_name_that_means_another_namespace_is_scope_changed(self):
        holding.ip("netns", "add", "blue")
        self.capture("before")
        holding.ip("netns", "del", "blue")
        holding.ip("netns", "add", "blue")
        self.capture("after")
        self.assert_gates("scope-changed medium")

    def pod(self, address, link):
        """A database in a namespace of its own, which `link` leads to."""
        # It answers when it has left this namespace.
        started = self.start("db", "name db", prefix=holding.IN_ITS_OWN_NAMESPACE)
        holding.ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns",
                   str(started.pid))
        network = address.rpartition(".")[0]
        holding.ip("address", "add", f"{network}.1/24", "dev", link)
        holding.ip("link", "set", link, "up")
        inside = ["nsenter", f"--net=/proc/{started.pid}/ns/net"]
        holding.ip("address", "add", f"{address}/24", "dev", "eth0", prefix=inside)
        holding.ip("link", "set", "eth0", "up", prefix=inside)
        started.say(f"listen {address}:5432")
        return started

    def client_of(self, pod, address):
        client = self.start("app", f"connect tcp {address}:5432")
        pod.say("accept 3")
        return client

    def test_a_peer_in_another_namespace_is_its_scope_whatever_its_address(self):
        first = self.pod("172.30.1.2", "v1")
        client = self.client_of(first, "172.30.1.2")
        self.capture("before")
        first.end()
        client.end()
        self.client_of(self.pod("172.30.2.9", "v2"), "172.30.2.9")
        self.capture("after")
        self.assert_unchanged()

    def test_a_connection_that_outlives_the_namespace_of_its_peer_is_no_new_peer(self):
        pod = self.pod("172.30.1.2", "v1")
        client = self.client_of(pod, "172.30.1.2")
        self.capture("before")
        pod.end()
        self.await_true("the namespace to end", lambda: "v1" not in holding.ip("link"))
        client.end()
        # The kernel still sends the end of the connection, to an address that nobody has now.
        self.await_tcp("LAST_ACK", remote=5432)
        self.client_of(self.pod("172.30.2.9", "v2"), "172.30.2.9")
        self.capture("after")
        self.assertEqual(len(self.show("after").where(owner_state="orphan")), 1)
        self.assert_unchanged()

    def test_an_interface_that_was_deleted_widens_nothing(self):
        holding.ip("link", "add", "vetha", "type", "veth", "peer", "name", "vethb")
        self.start("web", "listen 0.0.0.0:80 device=vetha")
        self.capture("before")
        holding.ip("link", "del", "vetha")
        self.capture("after")
        self.assert_unchanged()

    def assert_decides_when_parked(self, verb):
        """Hides a listener with the statement `verb` of holder.py, in a namespace that only a network
        link leads to: either the listener is seen, or the namespace is reported as not found."""
        holding.ip("netns", "add", "parked")
        holding.ip("link", "add", "veth0", "type", "veth", "peer", "name", "eth0", "netns",
                   "parked")
        self.capture("before")
        parker = self.start("parker", prefix=self.in_namespace("parked"))
        fd = parker.say("listen 0.0.0.0:31337")["fd"]
        thief = self.start("thief")
        taken = thief.say(f"take {parker.pid} {fd}")["fd"]
        parker.end()
        holding.ip("netns", "del", "parked")
        thief.say(f"{verb} {taken}")
        self.capture("after")
        found = self.diff("before", "after")
        self.assertEqual((found.code, found.decisive()), (3, ["netns-not-found"]), found.errors)

    def test_a_parked_listener_in_a_linked_namespace_is_seen_or_decides(self):
        self.assert_decides_when_parked("post")

    def test_a_listener_in_a_linked_namespace_that_a_ring_alone_holds_is_seen_or_decides(self):
        self.assert_decides_when_parked("ring")

    def test_a_renamed_host_is_the_same_host(self):
        self.capture("before")
        with open("/proc/sys/kernel/hostname", "w", encoding="ascii") as name:
            name.write("renamed")
        self.capture("after")
        found = self.assert_unchanged()
        self.assertIn("host-renamed", found.caveat_codes())

    def test_a_widened_ephemeral_range_is_quiet(self):
        self.start("dns", "bind udp 0.0.0.0:5353", "listen 0.0.0.0:8080")
        self.capture("before")
        with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as limits:
            limits.write("1024 65000")
        self.capture("after")
        self.assert_unchanged()


if __name__ == "__main__":
    world.main()
