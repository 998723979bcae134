"""Addresses, routes, settings and devices, through which a port can be reached without any rule."""

import json
import subprocess

import holding
import reach_scenario
import world
from reach_scenario import sysctl


class ReachAddresses(reach_scenario.ReachScenario):
    def test_an_address_under_a_wildcard_listener_says_what_it_exposes(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        self.start("web", "listen 0.0.0.0:80")
        found = self.changed(lambda: holding.ip("addr", "add", "203.0.113.7/24", "dev", "br0"))
        self.assertEqual(found.kinds(), ["address-added high"])
        self.assertEqual(found.attribute("address-added", "exposes"), ([], ["tcp 80 web"]))

    def test_an_address_that_no_listener_takes_is_a_notice(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        self.start("web", "listen 127.0.0.1:80")
        kinds, notices = self.kinds_after(
            lambda: holding.ip("addr", "add", "203.0.113.7/24", "dev", "br0"))
        self.assertEqual((kinds, notices), ([], ["address-added"]))

    def test_a_namespace_in_which_nothing_was_made_has_nothing_to_tell(self):
        holding.ip("netns", "add", "blue")
        self.capture("one")
        self.assertEqual([fact for fact in self.show("one").raw["reach"]
                          if fact["scope"] == "netns:blue"], [])

    def test_link_local_addresses_come_with_each_interface(self):
        def add_pair():
            holding.ip("link", "add", "veth1", "type", "veth", "peer", "name", "veth2")
            for name in ("veth1", "veth2"):
                holding.ip("link", "set", name, "up")
            self.await_true("a link-local address", lambda: "fe80" in holding.ip("addr"))

        self.assertEqual(self.changed(add_pair).changes, [])

    def test_the_address_of_a_link_to_one_peer_is_the_hosts_own(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        found = self.changed(lambda: holding.ip(
            "addr", "add", "203.0.113.7", "peer", "198.51.100.1/32", "dev", "br0"))
        self.assertEqual(found.attribute("address-added", "address"), ([], ["203.0.113.7/32"]))

    def test_an_address_that_another_host_has_is_none(self):
        holding.ip("netns", "add", "blue")
        inside = holding.in_namespace("blue")
        holding.ip("link", "add", "veth1", "type", "veth", "peer", "name", "veth2", "netns", "blue")
        holding.ip("addr", "add", "2001:db8::7/64", "dev", "veth2", "nodad", prefix=inside)
        holding.ip("link", "set", "veth2", "up", prefix=inside)
        holding.ip("link", "set", "veth1", "up")

        def add_the_same():
            holding.ip("addr", "add", "2001:db8::7/64", "dev", "veth1")
            self.await_true("the address to be refused",
                            lambda: "dadfailed" in holding.ip("-6", "addr", "show", "dev", "veth1"))

        self.assertEqual(self.changed(add_the_same).changes, [])

    def test_the_gateways_of_a_default_route_are_named(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("addr", "add", "10.1.1.1/24", "dev", "br0")
        holding.ip("link", "set", "br0", "up")
        found = self.changed(lambda: holding.ip(
            "route", "add", "default", "nexthop", "via", "10.1.1.2", "dev", "br0",
            "nexthop", "via", "10.1.1.3", "dev", "br0"))
        self.assertEqual(found.attribute("route-changed", "route")[1],
                         ["default: default via 10.1.1.2 dev br0 via 10.1.1.3 dev br0"])

    def test_an_address_that_is_renewed_is_no_change(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("link", "set", "br0", "up")
        lease = ["203.0.113.7/24", "dev", "br0", "valid_lft", "600", "preferred_lft", "600"]
        holding.ip("addr", "add", *lease)
        found = self.changed(lambda: holding.ip("addr", "change", *lease))
        self.assertEqual(found.changes, [])

    def test_a_temporary_address_that_rotates_is_no_change(self):
        holding.ip("link", "add", "veth1", "type", "veth", "peer", "name", "veth2")
        sysctl("net/ipv6/conf/veth1/use_tempaddr", 2)
        for name in ("veth1", "veth2"):
            holding.ip("link", "set", name, "up")
        own = ["2001:db8::7/64", "dev", "veth1"]

        def temporary():
            listed = subprocess.run(["ip", "-j", "-6", "addr", "show", "dev", "veth1"],
                                    capture_output=True, check=True).stdout
            return [address["local"] for address in json.loads(listed)[0]["addr_info"]
                    if address.get("temporary")]

        def rotate():
            holding.ip("addr", "del", *own)
            holding.ip("addr", "add", *own, "mngtmpaddr")

        holding.ip("addr", "add", *own, "mngtmpaddr")
        before = temporary()
        self.assertEqual(len(before), 1)
        found = self.changed(rotate)
        self.assertNotEqual(temporary(), before)
        self.assertEqual(found.changes, [])

    def test_forwarding_and_route_localnet_are_turned_on(self):
        sysctl("net/ipv4/ip_forward", 0)
        found = self.changed(lambda: (sysctl("net/ipv4/ip_forward", 1),
                                      sysctl("net/ipv4/conf/lo/route_localnet", 1)))
        self.assertEqual(found.kinds(), ["forwarding-enabled medium"] * 2)
        self.assertIn("net.ipv4.conf.lo.route_localnet", found.raw["changes"][0]["message"])

    def test_each_setting_that_opens_is_told_by_its_name_and_is_a_notice_when_it_is_off(self):
        for name in ("net/ipv4/ip_forward", "net/ipv4/conf/lo/forwarding",
                     "net/ipv4/conf/all/route_localnet", "net/ipv6/conf/all/forwarding"):
            with self.subTest(name):
                sysctl(name, 0)
                label = name.replace("/", ".")
                self.capture(f"before.{label}")
                sysctl(name, 1)
                self.capture(f"after.{label}")
                found = self.diff(f"before.{label}", f"after.{label}")
                self.assertEqual(found.kinds(), ["forwarding-enabled medium"])
                self.assertEqual(found.change("forwarding-enabled")["device"], label)
                sysctl(name, 0)
                self.capture(f"off.{label}")
                found = self.diff(f"after.{label}", f"off.{label}")
                self.assertEqual((found.kinds(), found.notices()), ([], ["route-changed"]))

    def test_a_tunnel_appears(self):
        made = subprocess.run(["ip", "tuntap", "add", "tun7", "mode", "tun"], check=False)
        self.require(made.returncode == 0, "this kernel has no TUN device")
        found = self.changed(lambda: holding.ip("link", "set", "tun7", "up"))
        self.assertEqual(found.kinds(), ["device-added medium"])
        self.assertEqual(found.attribute("device-added", "tunnel"), ([], ["tun"]))

    def test_a_promiscuous_interface_shows_and_a_port_of_a_bridge_does_not(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("link", "add", "veth1", "type", "veth", "peer", "name", "veth2")
        kinds, _ = self.kinds_after(lambda: holding.ip("link", "set", "veth1", "master", "br0"))
        self.assertEqual(kinds, [])
        holding.ip("link", "set", "veth1", "promisc", "on")
        self.capture("later")
        self.assertEqual(self.diff("after", "later").kinds(), ["promiscuous high"])

    def test_a_multicast_group_is_joined(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("addr", "add", "192.0.2.9/24", "dev", "br0")
        holding.ip("link", "set", "br0", "up")
        kinds, notices = self.kinds_after(
            lambda: self.start("player", "join 239.1.2.3 192.0.2.9"))
        self.assertEqual(kinds, [])
        self.assertIn("multicast-joined", notices)


if __name__ == "__main__":
    world.main()
