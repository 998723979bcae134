"""What counts as a change, of which kind, and how severe it is."""

import holding
import scenario
import world
from scenario import OWN, PEER, PEER6, TOR_EXIT, TOR_EXIT6

PUBLIC = "5.9.43.7"  # an address of this host in the scenarios below


class Identity(scenario.Scenario):
    def before_and_after(self, before, after):
        """Captures while the program `before` runs, and again while `after` runs. Each argument has
        the name and the statements of a holder."""
        first = self.start(*before)
        self.capture("before")
        first.end()
        self.start(*after)
        self.capture("after")
        return self.diff("before", "after")

    def assert_one(self, found, line):
        self.assertEqual(found.lines(), [line])
        self.assertEqual(found.code, 0 if " notice " in line else 1)

    def test_a_listener_that_more_can_reach_is_exposure_widened(self):
        holding.ip("address", "add", f"{PUBLIC}/32", "dev", "lo")
        holding.ip("address", "add", "10.1.1.1/32", "dev", "lo")
        steps = [("127.0.0.1", "0.0.0.0", "high"), ("127.0.0.1", PUBLIC, "high"),
                 ("127.0.0.1", "10.1.1.1", "medium"), ("10.1.1.1", PUBLIC, "high"),
                 (PUBLIC, "0.0.0.0", "high"), ("[::1]", "[::]", "high")]
        for narrow, wide, severity in steps:
            with self.subTest(f"{narrow} to {wide}"):
                first = self.start("redis", f"listen {narrow}:6379")
                self.capture("before")
                first.end()
                second = self.start("redis", f"listen {wide}:6379")
                self.capture("after")
                second.end()
                found = self.diff("before", "after")
                self.assert_one(found, f"exposure-widened {severity} unapproved tcp {wide}:6379 "
                                       "redis")
                self.assertEqual(found.attribute("exposure-widened", "bind"),
                                 ([narrow.strip("[]")], [wide.strip("[]")]))
                if (narrow, wide) == ("10.1.1.1", PUBLIC):
                    continue  # neither address covers the other
                back = self.diff("after", "before")
                self.assertEqual((back.lines(), back.decisive()), ([
                    f"exposure-narrowed notice notice tcp {narrow}:6379 redis"],
                    ["order-reversed"]))

    def test_v6only_dropped_is_exposure_widened(self):
        found = self.before_and_after(("web", "listen [::]:80 v6only=1"),
                                      ("web", "listen [::]:80 v6only=0"))
        self.assert_one(found, "exposure-widened high unapproved tcp [::]:80 web")

    def test_a_bound_device_dropped_is_exposure_widened(self):
        found = self.before_and_after(("web", "listen 0.0.0.0:80 device=lo"),
                                      ("web", "listen 0.0.0.0:80"))
        self.assert_one(found, "exposure-widened high unapproved tcp 0.0.0.0:80 web")

    def test_another_program_on_the_port_is_owner_changed(self):
        found = self.before_and_after(("nginx", "listen 0.0.0.0:8080"),
                                      ("evil", "listen 0.0.0.0:8080"))
        self.assert_one(found, "owner-changed high unapproved tcp 0.0.0.0:8080 evil")
        self.assertEqual(found.attribute("owner-changed", "process"), (["nginx"], ["evil"]))
        self.assertEqual(len(found.warnings()), 1)
        for name in ("nginx", "evil"):
            self.assertIn(name, found.warnings()[0])

    def test_the_same_program_on_another_port_moved(self):
        found = self.before_and_after(("nginx", "listen 0.0.0.0:8080"),
                                      ("nginx", "listen 0.0.0.0:9090"))
        self.assert_one(found, "moved high unapproved tcp 0.0.0.0:9090 nginx")
        self.assertEqual(found.attribute("moved", "port"), (["8080"], ["9090"]))

    def test_another_executable_of_the_same_name_is_executable_changed(self):
        programs = [self.native("usr/nginx"), self.native("tmp/nginx", "other bytes")]
        first = self.start_native(programs[0], "listen 0.0.0.0:80")
        self.capture("before")
        first.end()
        self.start_native(programs[1], "listen 0.0.0.0:80")
        self.capture("after")
        found = self.assert_gates("executable-changed high")
        self.assertEqual(found.attribute("executable-changed", "exe"),
                         ([programs[0]], [programs[1]]))

    def test_another_user_is_user_changed(self):
        self.require_real_root()
        found = self.before_and_after(("web", "listen 0.0.0.0:8080"),
                                      ("web", "user nobody", "listen 0.0.0.0:8080"))
        self.assert_one(found, "user-changed medium unapproved tcp 0.0.0.0:8080 web")
        self.assertEqual(found.attribute("user-changed", "user"), (["root"], ["nobody"]))
        back = self.diff("after", "before")
        self.assert_one(back, "user-changed high unapproved tcp 0.0.0.0:8080 web")

    def test_a_new_listener_is_as_severe_as_its_reach(self):
        holding.ip("address", "add", f"{PUBLIC}/32", "dev", "lo")
        holding.ip("address", "add", "10.1.1.1/32", "dev", "lo")
        self.capture("before")
        self.start("web", "listen 0.0.0.0:1", f"listen {PUBLIC}:2", "listen 10.1.1.1:3",
                   "listen 127.0.0.1:4", "listen [::]:5", "listen [::1]:6",
                   "bind udp 0.0.0.0:7", "bind udplite 127.0.0.1:8")
        self.capture("after")
        self.assertEqual(self.diff("before", "after").lines(), [
            "listener-added high unapproved tcp 0.0.0.0:1 web",
            f"listener-added high unapproved tcp {PUBLIC}:2 web",
            "listener-added high unapproved tcp [::]:5 web",
            "listener-added high unapproved udp 0.0.0.0:7 web",
            "listener-added low unapproved tcp 127.0.0.1:4 web",
            "listener-added low unapproved tcp [::1]:6 web",
            "listener-added low unapproved udplite 127.0.0.1:8 web",
            "listener-added medium unapproved tcp 10.1.1.1:3 web"])

    def test_a_new_peer_is_outbound_over_every_protocol(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:4444", f"listen [{TOR_EXIT6}]:4444", f"listen {PEER}:22",
                     f"listen [{PEER6}]:22")
        self.capture("before")
        self.start("curl", f"connect tcp {TOR_EXIT}:4444", f"connect tcp [{TOR_EXIT6}]:4444",
                   f"connect udp {TOR_EXIT}:53", f"connect udp [{TOR_EXIT6}]:53",
                   f"connect tcp {PEER}:22", f"connect tcp [{PEER6}]:22",
                   "connect udp 127.0.0.1:9")
        self.capture("after")
        found = self.diff("before", "after")
        self.assertEqual(found.code, 1)
        self.assertEqual(found.lines(), sorted([
            f"outbound-added high unapproved tcp {TOR_EXIT}:4444 curl",
            f"outbound-added high unapproved tcp [{TOR_EXIT6}]:4444 curl",
            f"outbound-added high unapproved udp {TOR_EXIT}:53 curl",
            f"outbound-added high unapproved udp [{TOR_EXIT6}]:53 curl",
            f"outbound-added medium unapproved tcp {PEER}:22 curl",
            f"outbound-added medium unapproved tcp [{PEER6}]:22 curl",
            "outbound-added low unapproved udp 127.0.0.1:9 curl"]))

    def test_a_reconnect_from_another_port_is_no_change(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        client = self.start("curl", f"connect tcp {TOR_EXIT}:443")
        self.capture("before")
        client.say("close 3")
        again = client.say(f"connect tcp {TOR_EXIT}:443")
        self.assertNotEqual(again["port"], client.answers[0]["port"])
        self.capture("after")
        self.assertEqual(self.assert_unchanged().lines(), [])

    def test_a_service_that_stops_does_not_turn_its_sessions_outbound(self):
        self.link_outside()
        server = self.start("nginx", "listen 0.0.0.0:80")
        self.outside(f"connect tcp {OWN}:80")
        server.say("accept 3")
        self.capture("before")
        server.say("close 3")
        self.capture("after")
        self.assertEqual(self.assert_unchanged().lines(),
                         ["listener-removed notice notice tcp 0.0.0.0:80 nginx"])

    def test_a_new_client_of_a_known_service_is_a_notice(self):
        self.link_outside()
        server = self.start("nginx", "listen 0.0.0.0:80")
        self.capture("before")
        self.outside(f"connect tcp {OWN}:80")
        server.say("accept 3")
        self.capture("after")
        self.assertEqual(self.assert_unchanged().lines(),
                         [f"inbound-added notice notice tcp :80<-{PEER} nginx"])

    def test_a_connection_that_no_listener_can_have_accepted_is_outbound_whatever_its_port(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        self.start("db", "listen 127.0.0.1:5432")
        self.capture("before")
        self.start("evil", f"connect tcp {TOR_EXIT}:443 from={OWN}:5432")
        self.capture("after")
        self.assert_one(self.diff("before", "after"),
                        f"outbound-added high unapproved tcp {TOR_EXIT}:443 evil")

    def test_a_connection_from_a_port_that_its_program_chose_is_outbound_beside_a_listener(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        first = self.start("db", "listen 0.0.0.0:5432")
        self.capture("before")
        self.require(self.show("before").info["owner_method"] == "bpf", "only BPF tells")
        first.end()
        self.start("evil", f"connect tcp {TOR_EXIT}:443 from={OWN}:5432")
        self.start("db", "listen 0.0.0.0:5432")
        self.capture("after")
        self.assert_one(self.diff("before", "after"),
                        f"outbound-added high unapproved tcp {TOR_EXIT}:443 evil")

    def test_connected_udp_is_inbound_only_beside_a_listener_of_its_program(self):
        self.link_outside()
        server = self.start("dns", "bind udp 0.0.0.0:5353 reuseport")
        self.capture("before")
        self.start("evil", f"connect udp {TOR_EXIT}:443 reuseport from={OWN}:5353")
        server.say(f"connect udp {PEER}:9999 reuseport from={OWN}:5353")
        self.capture("after")
        self.assertEqual(self.diff("before", "after").lines(), [
            f"inbound-added notice notice udp :5353<-{PEER} dns",
            f"outbound-added high unapproved udp {TOR_EXIT}:443 evil"])

    def test_an_interface_that_was_renamed_to_lo_is_not_loopback(self):
        for words in (("set", "lo", "down"), ("set", "lo", "name", "lo9"), ("set", "lo9", "up"),
                      ("add", "lo", "type", "veth", "peer", "name", "lo10"), ("set", "lo", "up")):
            holding.ip("link", *words)
        self.capture("before")
        self.start("back", "listen 0.0.0.0:31337 device=lo", "listen 0.0.0.0:31338 device=lo9")
        self.capture("after")
        self.assertEqual(self.diff("before", "after").lines(), [
            "listener-added high unapproved tcp 0.0.0.0%lo:31337 back",
            "listener-added low unapproved tcp 0.0.0.0%lo9:31338 back"])

    def test_a_closed_connection_does_not_hide_a_new_program_to_its_peer(self):
        self.link_outside()
        peer = self.outside(f"listen {TOR_EXIT}:443")
        listener = 3
        curl = self.start("curl", f"connect tcp {TOR_EXIT}:443")
        peer.say(f"accept {listener}")
        made = curl.say(f"connect tcp {TOR_EXIT}:443")
        accepted = peer.say(f"accept {listener}")
        self.leave_time_wait(made["port"], curl, made["fd"], peer, accepted["fd"])
        self.capture("before")
        self.start("evil", f"connect tcp {TOR_EXIT}:443")
        self.capture("after")
        found = self.diff("before", "after")
        self.assert_one(found, f"outbound-added high unapproved tcp {TOR_EXIT}:443 evil")

    def test_a_resolver_socket_on_a_port_of_the_kernels_choice_is_a_notice(self):
        self.capture("before")
        self.start("dig", "bind udp 0.0.0.0:0")
        self.capture("after")
        found = self.diff("before", "after")
        self.assertEqual([line.split()[0] for line in found.lines()], ["client-added"])
        self.assertEqual((found.code, found.gating()), (0, []))

    def test_raw_packet_and_ping_sockets_are_raw_added(self):
        self.capture("before")
        self.start("sniff", "raw 1", "raw v6 58", "packet 0800", "ping 127.0.0.1")
        self.capture("after")
        found = self.diff("before", "after")
        self.assertEqual([line.split()[:4] + line.split()[-1:] for line in found.lines()],
                         [["raw-added", "high", "unapproved", protocol, "sniff"]
                          for protocol in ("icmp", "packet", "raw", "raw")])


if __name__ == "__main__":
    world.main()
