"""The walk over BPF (tests/unit/bpf/bpf_walk.cpp): it sees the same holders as /proc, or says why it
cannot run."""

import ctypes
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import scenario
import tracing
import world

PERMITTED = ["bpf", "perfmon"]
SYS_IO_URING_SETUP = 425
KERNEL = tuple(int(number) for number in re.findall(r"\d+", os.uname().release)[:2])
# The port choice of a TCP socket that connected without a bind. Before Linux 6.18 it looks like that
# of a socket that was accepted.
BY_CONNECT = "connect" if KERNEL >= (6, 18) else "kernel"

libc = ctypes.CDLL(None, use_errno=True)


class Row(NamedTuple):
    """One descriptor, in the columns of bpf_walk."""
    pid: int
    start: int
    thread: int
    fd: int
    kind: str
    inode: int
    netns: str
    protocol: str
    state: str
    local: str
    remote: str
    bound: str
    choice: str
    comm: bytes


def row_of(line):
    cells = line.split("\t")
    return Row(*map(int, cells[:4]), cells[4], int(cells[5]), *cells[6:13],
               bytes.fromhex(cells[13]))


def start_of(pid):
    """Field 22 of proc_pid_stat(5)."""
    return int(Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(")")[2].split()[19])


def inode_of(sock):
    return os.fstat(sock.fileno()).st_ino


def as_nobody_with(capabilities):
    """The prefix that starts a program as the user nobody, with only these capabilities."""
    kept = ",".join(["-all", *(f"+{name}" for name in capabilities)])
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            f"--inh-caps={kept}", f"--ambient-caps={kept}", f"--bounding-set={kept}"]


class BpfWalk(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.executable = world.ROOT / "bpf_walk"
        shutil.copy(os.environ["BPF_WALK"], self.executable)  # a place where every user may run it
        why = self.why()
        self.require(why == "usable", why)

    def why(self, prefix=(), **options):
        done = self.run_walk("--why", prefix=prefix, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def run_walk(self, *arguments, prefix=(), **options):
        return subprocess.run([*prefix, self.executable, *arguments], capture_output=True,
                              text=True, timeout=scenario.SECONDS, check=False,
                              **{"stdin": subprocess.DEVNULL} | options)

    def walk(self, prefix=(), **options):
        done = self.run_walk(prefix=prefix, **options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [row_of(line) for line in done.stdout.splitlines()]

    def walk_of(self, pid, **wanted):
        return [row for row in self.walk() if row.pid == pid
                and all(getattr(row, name) == value for name, value in wanted.items())]

    def single(self, rows):
        self.assertEqual(len(rows), 1, rows)
        return rows[0]

    def test_a_socket_has_its_process_and_all_that_the_kernel_knows_of_it(self):
        service = self.start("web", "listen 127.0.0.1:8080")
        row = self.single(self.walk_of(service.pid))
        netns = str(os.stat(f"/proc/{service.pid}/ns/net").st_ino)
        self.assertEqual(row, Row(service.pid, start_of(service.pid), 0, 3, "socket",
                                  service.answers[0]["inode"], netns, "tcp", "listen",
                                  "127.0.0.1 8080", "*:0", "1", "program", b"web"))

    def test_both_ends_of_a_connection_have_their_addresses(self):
        server = self.start("web", "listen [::]:80 v6only=0")
        client = self.start("curl")
        accepted, made = self.session(server, 3, client, "127.0.0.1:80")
        row = self.single(self.walk_of(server.pid, fd=accepted))
        self.assertEqual((row.state, row.local, row.remote, row.choice),
                         ("established", "::ffff:127.0.0.1 80", f"::ffff:127.0.0.1 {made['port']}",
                          "kernel"))
        row = self.single(self.walk_of(client.pid))
        self.assertEqual((row.state, row.local, row.remote, row.choice),
                         ("established", f"127.0.0.1 {made['port']}", "127.0.0.1 80", BY_CONNECT))

    def test_all_processes_that_share_a_socket_hold_it(self):
        master = self.start("gunicorn", "listen 0.0.0.0:8000", "fork 3")
        inode = master.answers[0]["inode"]
        held = {(row.pid, row.start, row.fd) for row in self.walk() if row.inode == inode}
        self.assertEqual(held, {(pid, start_of(pid), 3)
                                for pid in [master.pid, *master.answers[1]["workers"]]})

    def test_a_thread_with_a_table_of_its_own_is_named_and_its_leader_has_the_name(self):
        service = self.start("java", "thread bind udp 127.0.0.1:9000", "name server")
        row = self.single(self.walk_of(service.pid))
        self.assertEqual((row.thread, row.start, row.comm, row.inode),
                         (service.answers[0]["thread"], start_of(service.pid), b"server",
                          service.answers[0]["inode"]))

    def test_a_udp_port_that_was_asked_for_differs_from_one_that_the_kernel_chose(self):
        service = self.start("named", "bind udp 127.0.0.1:53", "bind udp [::1]:40000",
                             "bind udp 127.0.0.1:0", "bind udp [::1]:0",
                             "connect udp 127.0.0.1:53")
        self.assertEqual([(row.fd, row.state, row.bound, row.choice)
                          for row in self.walk_of(service.pid)],
                         [(3, "unconnected", "1", "program"), (4, "unconnected", "1", "program"),
                          (5, "unconnected", "1", "kernel"), (6, "unconnected", "1", "kernel"),
                          (7, "connected", "1", "kernel")])

    def test_raw_packet_and_ping_sockets_are_seen(self):
        service = self.start("sniff", "raw 1", "raw v6 58", "packet 0800", "ping 127.0.0.1",
                             "bind udplite 127.0.0.1:9")
        self.assertEqual([(row.protocol, row.state, row.local.split()[0], row.bound)
                          for row in self.walk_of(service.pid)],
                         [("raw", "unconnected", "0.0.0.0", "1"), ("raw", "unconnected", "::", "1"),
                          ("packet", "unconnected", "*:0", "1"),
                          ("icmp", "unconnected", "127.0.0.1", "1"),
                          ("udplite", "unconnected", "127.0.0.1", "1")])

    def test_a_raw_socket_is_bound_while_it_is_in_its_table(self):
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
            self.assertEqual(self.single(self.walk_of(os.getpid())).bound, "1")
            raw.connect(("127.0.0.1", 0))
            libc.connect(raw.fileno(), struct.pack("H14x", socket.AF_UNSPEC), 16)
            self.assertEqual(self.single(self.walk_of(os.getpid())).bound, "0")

    def test_sockets_in_no_table_are_unbound_and_other_families_are_left_out(self):
        with socket.socket() as tcp, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp, \
                socket.socket(socket.AF_UNIX), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW):
            self.assertEqual([(row.inode, row.protocol, row.state, row.bound)
                              for row in self.walk_of(os.getpid())],
                             [(inode_of(tcp), "tcp", "close", "0"),
                              (inode_of(udp), "udp", "unconnected", "0")])

    def test_a_multipath_socket_is_found_by_the_inode_that_its_subflows_show(self):
        try:
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)  # IPPROTO_MPTCP
        except OSError as error:
            self.skipTest(f"no MPTCP: {error.strerror}")
        with listener:
            listener.bind(("127.0.0.1", 7000))
            listener.listen()
            row = self.single(self.walk_of(os.getpid()))
            table = Path("/proc/net/tcp").read_text("ascii").splitlines()
            shown = [line.split()[9] for line in table if ":1B58 " in line]
            self.assertEqual((row.protocol, row.state, row.local, [str(row.inode)]),
                             ("tcp", "listen", "127.0.0.1 7000", shown))

    def test_a_held_network_namespace_is_seen_and_no_other_kind(self):
        space = os.stat("/proc/self/ns/net").st_ino
        with open("/proc/self/ns/net", "rb") as held, open("/proc/self/ns/mnt", "rb"):
            row = self.single(self.walk_of(os.getpid()))
            self.assertEqual((row.kind, row.inode, row.fd), ("netns", space, held.fileno()))

    def test_a_ring_is_seen_and_a_file_of_its_name_is_none(self):
        ring = libc.syscall(SYS_IO_URING_SETUP, 1, ctypes.create_string_buffer(120))
        self.require(ring >= 0, f"no io_uring: {os.strerror(ctypes.get_errno())}")
        self.addCleanup(os.close, ring)
        with open(world.ROOT / "[io_uring]", "wb"):
            row = self.single(self.walk_of(os.getpid()))
        self.assertEqual((row.kind, row.fd, row.inode), ("ring", ring, 0))

    def test_a_hostile_name_is_passed_on_as_it_is(self):
        service = self.start("web", "listen 127.0.0.1:80", r"name a)\n\x1b[2J\xff\t")
        self.assertEqual(self.single(self.walk_of(service.pid)).comm, b"a)\n\x1b[2J\xff\t")

    def test_in_a_pid_namespace_processes_have_the_numbers_that_its_proc_shows(self):
        inside = ("import os, socket, subprocess, sys\n"
                  "with socket.create_server(('127.0.0.1', 8080)):\n"
                  "    print(os.getpid(), open('/proc/self/stat').read().split()[21], flush=True)\n"
                  "    sys.exit(subprocess.run(sys.argv[1:]).returncode)\n")
        outside = self.start("outside", "listen 127.0.0.1:9090")
        lines = self.run_walk(prefix=["unshare", "--pid", "--fork", "--mount-proc",
                                      sys.executable, "-c", inside]).stdout.splitlines()
        pid, start = map(int, lines[0].split())
        rows = [row_of(line) for line in lines[1:]]
        self.assertEqual([(row.pid, row.start, row.local) for row in rows],
                         [(pid, start, "127.0.0.1 8080")])
        self.assertEqual(pid, 1)
        self.assertEqual(len(self.walk_of(outside.pid)), 1)

    def test_a_process_below_in_a_pid_namespace_of_its_own_has_our_number(self):
        self.start("inner", "listen 127.0.0.1:9000",
                   prefix=["unshare", "--pid", "--fork", "--kill-child"])
        row = self.single([row for row in self.walk() if row.local == "127.0.0.1 9000"])
        self.assertEqual(Path(f"/proc/{row.pid}/comm").read_text("ascii"), "inner\n")
        self.assertEqual(row.start, start_of(row.pid))

    def test_in_a_time_namespace_a_process_started_when_its_proc_says(self):
        service = self.start("web", "listen 127.0.0.1:80")
        inside = ["unshare", "--time", "--boottime", "86400", "--fork"]
        stat = subprocess.run([*inside, "cat", f"/proc/{service.pid}/stat"], capture_output=True,
                              text=True, check=False)
        self.require(stat.returncode == 0, f"no time namespace: {stat.stderr.strip()}")
        started = int(stat.stdout.rpartition(")")[2].split()[19])
        self.assertGreater(started, start_of(service.pid))
        row = self.single([row for row in self.walk(prefix=inside) if row.pid == service.pid])
        self.assertEqual(row.start, started)

    def test_more_sockets_than_one_read_takes_are_all_there(self):
        held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(900)]
        self.assertEqual([row.inode for row in self.walk_of(os.getpid())],
                         [inode_of(sock) for sock in held])
        for sock in held:
            sock.close()

    def test_without_standard_input_the_walk_is_the_same_and_leaves_nothing_open(self):
        service = self.start("web", "listen 127.0.0.1:80")
        rows = self.walk(prefix=["sh", "-c", 'exec "$0" "$@" <&-'])
        self.assertEqual([row.fd for row in rows if row.pid == service.pid], [3])

    def test_a_load_that_a_signal_interrupts_is_tried_again(self):
        self.require(tracing.is_there(), "strace is not installed")
        self.assertEqual(self.why(tracing.injecting("bpf", "error=EAGAIN", 2),
                                  env=tracing.environment(dict(os.environ))), "usable")

    def test_two_capabilities_are_enough(self):
        service = self.start("web", "listen 127.0.0.1:80")
        prefix = as_nobody_with(PERMITTED)
        self.assertEqual(self.why(prefix), "usable")
        rows = self.walk(prefix)
        self.assertEqual([row.fd for row in rows if row.pid == service.pid], [3])

    def test_without_them_the_reason_names_them(self):
        for capabilities in ([], ["bpf"], ["perfmon"]):
            with self.subTest(capabilities):
                self.assertEqual(self.why(as_nobody_with(capabilities)),
                                 "Operation not permitted (needs CAP_BPF and CAP_PERFMON)")
                done = self.run_walk(prefix=as_nobody_with(capabilities))
                self.assertEqual((done.returncode, done.stdout, done.stderr),
                                 (2, "", "bpf: Operation not permitted (needs CAP_BPF and "
                                         "CAP_PERFMON)\n"))

    def test_a_proc_of_another_pid_namespace_is_refused(self):
        self.assertEqual(self.why(["unshare", "--pid", "--fork"]),
                         "/proc shows another pid namespace than netmon's")


if __name__ == "__main__":
    world.main()
