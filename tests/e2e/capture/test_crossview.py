"""Sockets that one view of the kernel shows and another hides; churn does not look like that."""

import ctypes
import shutil
import socket
import sqlite3
import struct
import subprocess
import threading
from pathlib import Path

import holding
import scenario
import world

FAKE = world.ROOT / "net"
# The program keeps the shell's pid, so it reads what is mounted over the shell's /proc/PID/net.
BEHIND_FAKE = ["sh", "-c", f'mount --bind {FAKE} /proc/$$/net && exec "$@"', "sh"]
CHURN_CAPTURES = 4
IPPROTO_MPTCP = 262

libc = ctypes.CDLL(None, use_errno=True)


class CrossView(scenario.Scenario):
    def fake_net(self):
        """Makes a copy of the current content of /proc/net."""
        FAKE.mkdir()
        for table in ("dev", "tcp", "tcp6", "udp", "udp6"):
            if Path("/proc/self/net", table).exists():
                shutil.copyfile(f"/proc/self/net/{table}", FAKE / table)

    def edit(self, table, change):
        path = FAKE / table
        path.write_text("".join(change(path.read_text("ascii").splitlines(keepends=True))), "ascii")

    def hide(self, table, port):
        self.edit(table, lambda lines: [line for line in lines if f":{port:04X} " not in line])

    def capture_behind_fake(self, label, *arguments):
        return self.capture(label, *arguments, prefix=["unshare", "--mount", *BEHIND_FAKE])

    def hidden(self, snapshot=1):
        with sqlite3.connect(self.database) as database:
            return database.execute(
                "SELECT h.protocol, h.state, h.local_port, p.name, h.seen_in, h.missing_from"
                " FROM hidden_socket h LEFT JOIN process p USING (snapshot_id, process_no)"
                " WHERE h.snapshot_id = ? ORDER BY hidden_no", (snapshot,)).fetchall()

    def test_a_listener_that_proc_net_hides_is_found_and_its_process_named(self):
        self.start("sshd", "listen 0.0.0.0:22")
        self.start("rootkit", "listen 0.0.0.0:31337")
        self.fake_net()
        self.hide("tcp", 31337)
        result = self.capture_behind_fake("one")
        self.assertEqual(self.hidden(),
                         [("tcp", "listen", 31337, "rootkit", "netlink", "proc")])
        self.assertIn("31337", result.err)

    def test_doctor_and_diff_report_it(self):
        self.capture("before")
        self.start("rootkit", "listen 0.0.0.0:31337")
        self.fake_net()
        self.hide("tcp", 31337)
        behind_fake = ["unshare", "--mount", *BEHIND_FAKE]
        told = self.netmon("doctor", prefix=behind_fake, expect=0).out
        self.assertIn("tcp 0.0.0.0:31337 (rootkit), seen in netlink, missing from proc", told)
        self.assertNotIn("31337", self.netmon("doctor", expect=0).out)
        self.capture_behind_fake("after")
        found = self.diff("before", "after")
        self.assertEqual(found.gating(),
                         ["hidden-socket high unapproved tcp 0.0.0.0:31337 rootkit",
                          "listener-added high unapproved tcp 0.0.0.0:31337 rootkit"])

    def test_it_is_found_without_bpf_too(self):
        self.start("rootkit", "listen 0.0.0.0:31337", "bind udp 0.0.0.0:5353")
        self.fake_net()
        self.hide("tcp", 31337)
        self.hide("udp", 5353)
        self.capture_behind_fake("one", "--owners", "proc")
        self.assertEqual(self.hidden(),
                         [("tcp", "listen", 31337, "rootkit", "netlink", "proc"),
                          ("udp", "unconnected", 5353, "rootkit", "netlink", "proc")])

    def test_a_connection_that_proc_net_hides_is_found(self):
        server = self.start("web", "listen 127.0.0.1:80")
        client = self.start("rootkit")
        self.session(server, server.answers[0]["fd"], client, "127.0.0.1:80")
        self.fake_net()
        self.edit("tcp", lambda lines: [line for line in lines
                                        if line.split()[3] in ("st", "0A")])
        self.capture_behind_fake("one")
        found = self.hidden()
        self.assertEqual(sorted(row[3] for row in found), ["rootkit", "web"])
        self.assertEqual({row[1] for row in found}, {"established"})

    def test_one_of_several_workers_on_a_port_cannot_be_hidden_behind_the_others(self):
        service = self.start("nginx", *["listen 0.0.0.0:80 reuseport"] * 3)
        self.fake_net()
        inode = service.answers[1]["inode"]
        self.edit("tcp", lambda lines: [line for line in lines if f" {inode} " not in line])
        self.capture_behind_fake("one")
        self.assertEqual(self.hidden(), [("tcp", "listen", 80, "nginx", "netlink", "proc")])

    def test_views_that_agree_are_no_finding(self):
        self.start("web", "listen 0.0.0.0:80", "listen [::]:81", "bind udp 0.0.0.0:53",
                   "bind tcp 127.0.0.1:82", "bind udp [::1]:54", "raw 1")
        for number, owners in enumerate(("auto", "proc"), start=1):
            self.capture(owners, "--owners", owners)
            self.assertEqual(self.hidden(number), [])

    def test_sockets_that_come_and_go_are_no_finding(self):
        self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(80, 90)])
        stop = threading.Event()

        def storm():
            with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
                where = listener.getsockname()
                while not stop.is_set():
                    pairs = [(socket.create_connection(where), listener.accept()[0])
                             for _ in range(20)]
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
                        datagram.bind(("127.0.0.1", 0))
                        datagram.connect(where)
                    for pair in pairs:
                        for end in pair:
                            end.close()

        storms = [threading.Thread(target=storm) for _ in range(2)]
        for thread in storms:
            thread.start()
        try:
            for number in range(1, CHURN_CAPTURES + 1):
                self.capture("churn", "--owners", "proc" if number % 2 else "auto")
                self.assertEqual(self.hidden(number), [])
        finally:
            stop.set()
            for thread in storms:
                thread.join()

    def test_a_multipath_connection_that_has_lost_its_paths_is_no_finding(self):
        self.start("web", "listen 127.0.0.1:80")
        try:
            listener = socket.socket(proto=IPPROTO_MPTCP)
        except OSError as error:
            self.skipTest(f"no MPTCP: {error.strerror}")
        listener.bind(("127.0.0.1", 7777))
        listener.listen()
        with listener, socket.socket(proto=IPPROTO_MPTCP) as client:
            client.connect(("127.0.0.1", 7777))
            with listener.accept()[0] as server:
                for near, far in ((client, server), (server, client)):  # established on both sides
                    near.sendall(b".")
                    far.recv(1)
                for end in ("sport", "dport"):
                    subprocess.run(["ss", "-Kt", "state", "established", end, "=", ":7777"],
                                   capture_output=True, check=False)
                paths = [line for line in Path("/proc/net/tcp").read_text("ascii").splitlines()
                         if ":1E61" in line and line.split()[3] == "01"]
                self.require(not paths, "this kernel destroys no socket for ss")
                self.capture("one")
        self.assertEqual(self.hidden(), [])

    def test_a_raw_socket_that_was_taken_out_of_its_table_is_no_finding(self):
        with self.raw_socket() as raw:
            raw.connect(("127.0.0.1", 0))
            self.assertEqual(libc.connect(raw.fileno(), struct.pack("H14x", socket.AF_UNSPEC), 16),
                             0)
            self.assertEqual(len(Path("/proc/net/raw").read_text("ascii").splitlines()), 1)
            self.capture("one")
            self.assertEqual((self.hidden(), self.show("one").rows), ([], []))
            raw.bind(("127.0.0.1", 0))
            self.capture("two")
            self.assertEqual(self.hidden(2), [])

    def raw_socket(self):
        try:
            return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        except PermissionError as error:
            return self.skipTest(f"no raw socket: {error.strerror}")

    def test_a_view_that_cannot_be_read_is_a_gap(self):
        self.start("web", "listen 0.0.0.0:80")
        FAKE.mkdir()
        self.capture_behind_fake("one", "--owners", "proc")
        self.assertEqual(self.hidden(), [])
        gaps = [gap for gap in self.show("one").gaps if gap["code"] == "not-cross-checked"]
        self.assertEqual([gap["count"] for gap in gaps], [1], gaps)
        self.assertIn("/proc/net/tcp", gaps[0]["reason"])

    def test_another_namespace_is_held_against_its_own_proc_net(self):
        holding.ip("netns", "add", "blue")
        self.start("web", "listen 0.0.0.0:80", prefix=holding.in_namespace("blue"))
        self.capture("one")
        self.assertEqual(self.hidden(), [])


if __name__ == "__main__":
    world.main()
