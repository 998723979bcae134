"""Inbound or outbound: a port alone does not make a connection inbound, and a place without a program
does not prove which program used it."""

from pathlib import Path

import scenario
import world
from scenario import OWN, PEER, TOR_EXIT


class Directions(scenario.Scenario):
    def captured(self, label, way):
        self.capture(label, "--owners", way)

    def test_a_program_that_borrows_a_listening_port_is_a_new_peer(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        self.start("web", "listen 0.0.0.0:8080 reuseport")
        for way in ("bpf", "proc"):
            with self.subTest(way):
                self.captured("before", way)
                evil = self.start("evil", f"connect tcp {TOR_EXIT}:443 reuseport from={OWN}:8080")
                self.captured("after", way)
                found = self.assert_gates("outbound-added high")
                self.assertEqual(found.change("outbound-added")["process"]["name"], "evil")
                evil.end()
                self.await_gone(8080)

    def await_gone(self, port):
        """Waits until no established connection uses the port."""
        self.await_true("the connection to be gone",
                        lambda: not self.has_state("01", port))

    @staticmethod
    def has_state(state, port):
        with open("/proc/net/tcp", encoding="ascii") as table:
            return any(line.split()[3] == state and int(line.split()[1][-4:], 16) == port
                       for line in table.readlines()[1:])

    def test_a_program_that_takes_the_servers_name_borrows_its_port_in_vain(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        self.start_native(self.native("usr/web"), "listen 0.0.0.0:8080 reuseport")
        self.captured("before", "proc")
        self.start_native(self.native("tmp/web", "evil"),
                          f"connect tcp {TOR_EXIT}:443 reuseport from={OWN}:8080")
        self.captured("after", "proc")
        self.assert_gates("outbound-added high")

    def test_a_port_range_of_the_sockets_own_borrows_no_listeners_port(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        web = self.start("web", "listen 0.0.0.0:40000")
        self.capture("before")
        web.end()
        self.start_native(self.native("bin/evil"), f"connect tcp {TOR_EXIT}:443 range=40000-40000")
        self.capture("after")
        self.assert_gates("outbound-added high")

    def test_a_connection_from_a_port_that_was_listened_on_before_is_a_new_peer(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        for way in ("bpf", "proc"):
            with self.subTest(way):
                web = self.start("web", "listen 0.0.0.0:8081")
                self.captured("before", way)
                web.end()
                evil = self.start("evil", f"connect tcp {TOR_EXIT}:443 from={OWN}:8081")
                self.captured("after", way)
                self.assert_gates("outbound-added high")
                evil.end()
                self.await_gone(8081)

    def test_udp_from_a_servers_port_under_its_name_is_a_new_peer(self):
        self.link_outside()
        self.start("dns", "bind udp 0.0.0.0:53 reuseport")
        for way in ("bpf", "proc"):
            with self.subTest(way):
                self.captured("before", way)
                evil = self.start("dns", f"connect udp {TOR_EXIT}:443 reuseport from={OWN}:53")
                self.captured("after", way)
                self.assert_gates("outbound-added high")
                evil.end()

    def test_a_program_at_a_peer_of_which_only_the_end_was_seen_is_new_there(self):
        self.link_outside()
        peer = self.outside(f"listen {TOR_EXIT}:443")
        client = self.start("curl", f"connect tcp {TOR_EXIT}:443")
        accepted = peer.say("accept 3")
        made = client.answers[0]
        self.leave_time_wait(made["port"], client, made["fd"], peer, accepted["fd"])
        self.capture("before")
        self.start("evil", f"connect tcp {TOR_EXIT}:443")
        self.capture("after")
        found = self.assert_gates("outbound-added high")
        self.assertEqual(found.change("outbound-added")["process"]["name"], "evil")

    def test_an_accepted_connection_is_inbound_whoever_holds_it_now(self):
        self.link_outside()
        server = self.start("sshd", "listen 0.0.0.0:22")
        self.capture("before", "--owners", "bpf")
        self.outside(f"connect tcp {OWN}:22")
        accepted = server.say("accept 3")["fd"]
        self.start("session", f"take {server.pid} {accepted}")
        server.end()
        self.start("sshd", "listen 0.0.0.0:22")
        self.capture("after", "--owners", "bpf")
        self.assertEqual(self.assert_unchanged().lines(),
                         [f"inbound-added notice notice tcp :22<-{PEER} session"])

    def test_a_health_checks_closed_connection_to_a_listener_of_this_host_is_no_peer(self):
        server = self.start("web", "listen 127.0.0.1:8080")
        self.capture("before")
        check = self.start("check")
        accepted, made = self.session(server, 3, check, "127.0.0.1:8080")
        self.leave_time_wait(made["port"], check, made["fd"], server, accepted)
        check.end()
        self.capture("after")
        self.assertEqual(self.assert_unchanged().notices(), [])

    def test_sockets_that_one_program_connects_to_itself_are_no_peers(self):
        self.capture("before")
        program = self.start("postgres", "listen 127.0.0.1:0")
        port = program.answers[0]["port"]
        program.say(f"connect tcp 127.0.0.1:{port}")
        program.say("accept 3")
        program.say("close 3")
        udp = program.say("bind udp 127.0.0.1:0")
        program.say(f"connect udp 127.0.0.1:{udp['port']} from=127.0.0.1:0")
        self.capture("after")
        self.assert_unchanged()

    def test_a_port_of_the_kernels_choice_on_loopback_is_no_part_of_a_peer(self):
        server = self.start("agent", "listen 127.0.0.1:0")
        client = self.start("cli", f"connect tcp 127.0.0.1:{server.answers[0]['port']}")
        self.capture("before")
        client.end()
        server.end()
        again = self.start("agent", "listen 127.0.0.1:0")
        self.start("cli", f"connect tcp 127.0.0.1:{again.answers[0]['port']}")
        self.capture("after")
        self.assert_unchanged()

    def test_a_listener_on_a_port_of_the_kernels_choice_is_the_same_after_a_restart(self):
        first = self.start("statd", "listen 0.0.0.0:0")
        self.capture("before")
        first.end()
        self.start("statd", "listen 0.0.0.0:0")
        self.capture("after")
        self.assert_unchanged()

    def test_a_second_program_on_a_port_of_the_kernels_choice_is_a_new_listener(self):
        self.start("statd", "listen 0.0.0.0:0")
        self.capture("before")
        self.start("evil", "listen 0.0.0.0:0")
        self.capture("after")
        self.assert_gates("listener-added high")

    def test_a_port_that_the_program_chose_in_the_ephemeral_range_is_its_place(self):
        first = self.start("mysqlx", "listen 0.0.0.0:33060")
        self.capture("before")
        first.end()
        self.start("mysqlx", "listen 0.0.0.0:33061")
        self.capture("after")
        self.assert_gates("moved high")

    def test_a_client_port_of_the_kernels_choice_that_a_listener_had_before_is_outbound(self):
        self.link_outside()
        self.outside(f"listen {TOR_EXIT}:443")
        self.start("web", f"connect tcp {TOR_EXIT}:443")
        listener = self.start("agent", "listen 0.0.0.0:45000")
        self.capture("before")
        listener.end()
        Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("45000 45001", "ascii")
        self.start("web", f"connect tcp {TOR_EXIT}:443")
        self.capture("after")
        self.assert_unchanged()


if __name__ == "__main__":
    world.main()
