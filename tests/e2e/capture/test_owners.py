"""The owners of a socket: all are stored, the right one is named, and a socket without one says why."""

import os
import subprocess
from pathlib import Path

import holding
import scenario
import world
from scenario import OWN, OWN6, PEER, PEER6


class Owners(scenario.Scenario):
    def owners(self, row):
        return [(owner.name, owner.pid, owner.fd) for owner in row.owners]

    def single(self, snapshot, **wanted):
        found = snapshot.where(**wanted)
        self.assertEqual(len(found), 1, [row for row in snapshot.rows])
        return found[0]

    def test_all_workers_of_a_shared_listener_are_stored_and_the_oldest_is_shown(self):
        master = self.start("gunicorn", "listen 0.0.0.0:8000", "fork 3")
        workers = master.answers[1]["workers"]
        self.capture("before")
        row = self.single(self.show("before"), local="0.0.0.0:8000")
        self.assertEqual(self.owners(row)[0], ("gunicorn", master.pid, 3))
        self.assertEqual(sorted(self.owners(row)),
                         sorted(("gunicorn", pid, 3) for pid in [master.pid, *workers]))
        master.say("fork 2")
        self.capture("after")
        self.assertEqual(self.assert_unchanged().lines(), [])

    def test_reuseport_sockets_are_a_row_each_and_one_identity(self):
        service = self.start("nginx", *["listen 0.0.0.0:80 reuseport"] * 4)
        self.capture("before")
        rows = self.show("before").where(local="0.0.0.0:80")
        self.assertCountEqual([self.owners(row) for row in rows],
                              [[("nginx", service.pid, fd)] for fd in (3, 4, 5, 6)])
        service.say("listen 0.0.0.0:80 reuseport")
        self.capture("after")
        self.assertEqual(self.assert_unchanged().lines(), [])
        self.assertEqual(self.diff("@empty", "after").lines(),
                         ["listener-added high unapproved tcp 0.0.0.0:80 nginx"])

    def test_a_second_program_that_joins_a_port_is_an_added_holder(self):
        nginx = self.start("nginx", "listen 0.0.0.0:80 reuseport")
        self.capture("before")
        thief = self.start("thief", "listen 0.0.0.0:80 reuseport")
        self.capture("after")
        found = self.diff("before", "after")
        self.assertEqual((found.code, found.lines()), (
            1, ["holder-added high unapproved tcp 0.0.0.0:80 thief"]))
        added = found.change("holder-added")
        self.assertEqual(added["process"]["pid"], thief.pid)
        self.assertEqual(sorted((holder["name"], holder["pid"]) for holder in added["holders"]),
                         [("nginx", nginx.pid), ("thief", thief.pid)])
        self.assertIn("nginx", found.warnings()[0])

    def test_a_thread_with_its_own_descriptors_owns_its_socket(self):
        service = self.start("java", "thread listen 127.0.0.1:9000")
        self.capture("one")
        row = self.single(self.show("one"), local="127.0.0.1:9000")
        self.assertEqual([(owner.name, owner.pid, owner.fd, owner.thread) for owner in row.owners],
                         [("java", service.pid, 3, service.answers[0]["thread"])])

    def test_a_name_cut_at_15_bytes_is_shown_whole(self):
        name = "a-very-long-program-name"
        self.start_native(self.native(f"sbin/{name}"), "listen 127.0.0.1:9000")
        self.start(name, "listen 127.0.0.1:9001")  # an interpreter: the name is that of its script
        # A title that the process wrote does not complete a cut name.
        other = self.script("other")
        self.start(name, "listen 127.0.0.1:9002", script=other)
        self.capture("one")
        named = {row.local: (row.process, row.owners[0].details["comm"])
                 for row in self.show("one").rows}
        self.assertEqual(named, {"127.0.0.1:9000": (name, name[:15]),
                                 "127.0.0.1:9001": (f"{name}.py", name[:15]),
                                 "127.0.0.1:9002": (name[:15], name[:15])})

    def test_a_process_that_renames_itself_is_no_change(self):
        service = self.start("web", "listen 127.0.0.1:9000")
        self.capture("before")
        service.say("name idle")
        self.capture("after")
        self.assertEqual(self.assert_unchanged().lines(), [])

    def test_a_deleted_executable_is_said(self):
        program = self.program("tmp/dropper")
        self.start("dropper", "listen 127.0.0.1:9000", program=program)
        os.unlink(program)
        self.capture("one")
        owner = self.single(self.show("one"), local="127.0.0.1:9000").owners[0]
        self.assertEqual((owner.details["exe"], owner.details["exe_deleted"]), (program, True))

    def test_a_process_in_a_pid_namespace_has_both_numbers(self):
        self.start("inner", "listen 127.0.0.1:9000",
                   prefix=["unshare", "--pid", "--fork", "--kill-child"])
        self.capture("one")
        owner = self.single(self.show("one"), local="127.0.0.1:9000").owners[0]
        self.assertEqual((owner.name, owner.details["namespaced_pid"]), ("inner", 1))
        self.assertEqual(Path(f"/proc/{owner.pid}/comm").read_text("ascii"), "inner\n")

    def test_processes_that_come_and_go_take_no_owner_with_them(self):
        services = [self.start(f"service{number}", f"listen 127.0.0.1:{3000 + number}", "fork 2")
                    for number in range(5)]
        expected = {(f"127.0.0.1:{3000 + number}", pid)
                    for number, service in enumerate(services)
                    for pid in [service.pid, *service.answers[1]["workers"]]}
        storm = subprocess.Popen(["sh", "-c", "while :; do true & wait; done"])
        try:
            for number in range(10):
                self.capture(f"c{number}")
        finally:
            storm.kill()
            storm.wait()
        for number in range(10):
            rows = self.show(f"c{number}").rows
            self.assertEqual({(row.local, owner.pid) for row in rows for owner in row.owners},
                             expected)
        for number in range(1, 10):
            self.assertEqual(self.diff("c0", f"c{number}").lines(), [])

    def test_dual_stack_and_v6only_listeners_differ(self):
        self.start("web", "listen [::]:80 v6only=0", "listen [::]:81 v6only=1",
                   "listen 0.0.0.0:82", "bind udp [::]:83 v6only=1")
        self.capture("one")
        seen = self.show("one")
        self.assertEqual({row.local: row.raw["v6only"] for row in seen.rows},
                         {"[::]:80": False, "[::]:81": True, "0.0.0.0:82": None,
                          "[::]:83": True})

    def test_a_mapped_peer_of_a_dual_stack_listener_is_inbound(self):
        self.link_outside()
        server = self.start("web", "listen [::]:80 v6only=0")
        self.capture("before")
        self.outside(f"connect tcp {OWN}:80")
        server.say("accept 3")
        self.capture("after")
        row = self.single(self.show("after"), state="established")
        self.assertEqual((row.role, row.local, row.remote.rpartition(":")[0]),
                         ("inbound", f"[::ffff:{OWN}]:80", f"[::ffff:{PEER}]"))
        self.assertEqual([line.split()[0] for line in self.assert_unchanged().lines()],
                         ["inbound-added"])

    def test_a_session_that_changes_to_mapped_addresses_is_the_same(self):
        self.link_outside()
        for label, where in (("before", "0.0.0.0:80"), ("after", "[::]:80 v6only=0")):
            server = self.start("web", f"listen {where}")
            visitor = self.outside(f"connect tcp {OWN}:80")
            server.say("accept 3")
            self.capture(label)
            visitor.say("close 3")
            server.end()
        found = self.diff("before", "after")
        self.assertEqual([line for line in found.lines() if "inbound" in line], [])

    def test_time_wait_has_neither_owner_nor_user(self):
        server = self.start("web", "listen 127.0.0.1:80")
        client = self.start("curl")
        accepted, made = self.session(server, 3, client, "127.0.0.1:80")
        self.leave_time_wait(80, server, accepted, client, made["fd"])
        self.capture("one")
        row = self.single(self.show("one"), state="time-wait")
        self.assertEqual((row.owners, row.owner_state, row.raw["uid"], row.role),
                         ((), "time-wait", None, "inbound"))
        self.assertEqual(self.show("one").gaps, [])

    def test_fin_wait_2_without_a_process_is_no_gap(self):
        server = self.start("web", "listen 127.0.0.1:80")
        client = self.start("curl")
        self.session(server, 3, client, "127.0.0.1:80")
        server.say("close 4")
        self.await_tcp("FIN_WAIT2", local=80)
        self.capture("one")
        row = self.single(self.show("one"), state="fin-wait-2")
        self.assertEqual((row.owners, row.raw["uid"]), ((), None))
        self.assertIn(row.owner_state, ("time-wait", "orphan"))
        self.assertEqual(self.show("one").gaps, [])

    def test_an_orphan_is_no_unknown_owner(self):
        server = self.start("web", "listen 127.0.0.1:80")
        client = self.start("curl")
        accepted, _ = self.session(server, 3, client, "127.0.0.1:80")
        server.say(f"fill {accepted}")
        server.say(f"close {accepted}")
        self.await_tcp("FIN_WAIT1", local=80)
        self.capture("one")
        row = self.single(self.show("one"), state="fin-wait-1")
        self.assertEqual((row.owners, row.owner_state), ((), "orphan"))
        self.assertEqual(self.show("one").gaps, [])

    def test_a_connection_not_yet_accepted_is_pending_accept(self):
        self.start("web", "listen 127.0.0.1:80")
        client = self.start("curl", "connect tcp 127.0.0.1:80")
        self.await_tcp("ESTABLISHED", local=80, remote=client.answers[0]["port"])
        self.capture("one")
        seen = self.show("one")
        row = self.single(seen, local="127.0.0.1:80", state="established")
        self.assertEqual((row.owners, row.owner_state, row.role), ((), "pending-accept",
                                                                   "inbound"))
        self.assertEqual(seen.gaps, [])

    def test_a_handshake_in_progress_has_no_owner(self):
        self.link_outside()
        self.start("web", "listen 0.0.0.0:80")
        self.outside(f"syn 10.9.0.77:999 {OWN}:80")
        self.await_tcp("SYN_RECV", local=80)
        self.capture("one")
        row = self.single(self.show("one"), state="syn-recv")
        self.assertEqual((row.local, row.remote, row.owners, row.owner_state, row.role),
                         (f"{OWN}:80", "10.9.0.77:999", (), "request", "inbound"))
        self.assertEqual(self.show("one").gaps, [])

    def test_a_bound_socket_that_does_not_listen_is_shown_and_not_compared(self):
        self.capture("before")
        service = self.start("web", "bind tcp 0.0.0.0:8080")
        self.capture("after")
        row = self.single(self.show("after"), local="0.0.0.0:8080")
        self.assertEqual((row.state, row.role, self.owners(row)),
                         ("bound", None, [("web", service.pid, 3)]))
        self.assertEqual(self.assert_unchanged().lines(), [])

    def test_raw_packet_and_ping_sockets_have_owners(self):
        service = self.start("sniff", "raw 1", "raw v6 58", "packet 0800", "ping 127.0.0.1")
        self.capture("one")
        found = {(row.protocol, tuple(self.owners(row))) for row in self.show("one").rows}
        self.assertEqual(found, {("raw", (("sniff", service.pid, 3),)),
                                 ("raw", (("sniff", service.pid, 4),)),
                                 ("packet", (("sniff", service.pid, 5),)),
                                 ("icmp", (("sniff", service.pid, 6),))})
        self.assertEqual({row.role for row in self.show("one").rows}, {"raw"})

    def test_unconnected_udp_is_no_tcp_listen_and_connected_udp_has_a_peer(self):
        self.start("unbound", "bind udp 127.0.0.1:53", "connect udp 127.0.0.1:53")
        self.start("dig", "connect udp 127.0.0.1:53")
        self.capture("one")
        # A program that connects to itself has no peer.
        self.assertEqual({(row.process, row.role, row.state, row.remote)
                          for row in self.show("one").rows},
                         {("unbound", "listener", "unconnected", None),
                          ("unbound", None, "connected", "127.0.0.1:53"),
                          ("dig", "outbound", "connected", "127.0.0.1:53")})

    def test_a_link_local_peer_is_shown_with_its_interface(self):
        self.link_outside()
        address = "fe80::5"
        holding.ip("address", "add", f"{address}/64", "dev", "eth0", "nodad")
        self.start("web", f"bind udp [{address}%eth0]:546")
        self.capture("one")
        row = self.single(self.show("one"), protocol="udp")
        self.assertIn(f"{address}%eth0", self.netmon("show", "one", expect=0).out)
        self.assertEqual(row.role, "listener")

    def test_addresses_of_both_families_are_those_of_the_kernel(self):
        self.link_outside()
        self.outside(f"listen {PEER}:25", f"listen [{PEER6}]:25")
        client = self.start("mail", f"connect tcp {PEER}:25 from={OWN}:1025",
                            f"connect tcp [{PEER6}]:25 from=[{OWN6}]:1025")
        self.capture("one")
        self.assertEqual([(row.local, row.remote, self.owners(row))
                          for row in self.show("one").rows],
                         [(f"{OWN}:1025", f"{PEER}:25", [("mail", client.pid, 3)]),
                          (f"[{OWN6}]:1025", f"[{PEER6}]:25", [("mail", client.pid, 4)])])


if __name__ == "__main__":
    world.main()
