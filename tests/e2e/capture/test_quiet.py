"""A capture does not affect the host that it reads: it starts nothing, connects to nothing, loads
nothing, and writes only to its database. The tests check a trace of its system calls."""

import contextlib
import re
import sqlite3

import holding
import scenario
import tracing
import world

# System calls that a capture never makes, whatever their arguments are.
NEVER = {"fork", "vfork", "connect", "bind", "listen", "accept", "accept4", "sendmmsg", "ptrace",
         "process_vm_readv", "process_vm_writev", "init_module", "finit_module", "delete_module",
         "mount", "umount2", "move_mount", "fsmount", "pivot_root", "chroot", "mknod", "mknodat",
         "symlink", "symlinkat", "link", "linkat", "rename", "renameat", "renameat2", "rmdir",
         "truncate", "setxattr", "lsetxattr", "fsetxattr", "settimeofday", "clock_settime",
         "sethostname", "setdomainname", "setrlimit", "keyctl", "add_key", "perf_event_open",
         "inotify_init", "inotify_init1", "fanotify_init", "tkill", "tgkill", "pidfd_send_signal"}
CHANGES_PATH = {"unlink", "unlinkat", "mkdir", "mkdirat", "chmod", "fchmodat", "chown", "lchown",
                "fchownat", "utimensat", "creat"}
# Allowed requests by netlink protocol; strace(1) has names for some of them.
QUESTIONS = {"NETLINK_SOCK_DIAG": ("SOCK_DIAG_BY_FAMILY", "0x14", "TCPDIAG_GETSOCK", "0x12"),
             "NETLINK_ROUTE": ("RTM_GETNSID", "0x5a", "RTM_GETLINK", "0x12", "RTM_GETADDR",
                               "0x16", "RTM_GETROUTE", "0x1a", "RTM_GETRULE", "0x22", "RTM_GETQDISC", "0x26", "RTM_GETTFILTER", "0x2e",
                               "RTM_GETNETCONF", "0x52"),
             # NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, GETCHAIN, GETRULE, GETSET, GETSETELEM
             "NETLINK_NETFILTER": ("0xa01", "0xa04", "0xa07", "0xa0a", "0xa0d", "0xa17") + tuple(
                 f"NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_GET{kind}"
                 for kind in ("TABLE", "CHAIN", "RULE", "SET", "SETELEM", "FLOWTABLE"))}
# Allowed commands of bpf(2), which look at programs of others.
BPF_QUESTIONS = ("BPF_PROG_QUERY", "BPF_PROG_GET_FD_BY_ID", "BPF_OBJ_GET_INFO_BY_FD",
                 "BPF_LINK_GET_NEXT_ID", "BPF_LINK_GET_FD_BY_ID")
FILE = re.compile(r"<[^<>]*>")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Quiet(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require(tracing.is_there(), "strace is not installed")
        holding.ip("netns", "add", "blue")
        self.start("web", "listen 127.0.0.1:80", "listen 127.0.0.1:81 device=lo",
                   "bind udp 0.0.0.0:53")
        self.start("inside", "listen 0.0.0.0:443", prefix=holding.in_namespace("blue"))

    def trace(self, *arguments, expect=0, env=None, **options):
        trace = tracing.Trace(world.ROOT)
        self.netmon(*arguments, expect=expect, prefix=trace.prefix(),
                    env=tracing.environment(env or self.environment()), **options)
        return trace

    def touched(self, trace):
        """The paths that were opened for writing, created, changed or removed."""
        paths = set()
        for name, arguments, result in trace.calls("open", "openat", *CHANGES_PATH):
            if result.startswith("-1"):
                continue
            writes = re.search(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b", arguments)
            if name in CHANGES_PATH or writes:
                paths.add(QUOTED.search(arguments)[1])
        return paths

    @staticmethod
    def processes(trace):
        """The calls that started a process; threads do not count."""
        return [call for call in trace.calls("clone", "clone3") if "CLONE_THREAD" not in call[1]]

    def assert_quiet(self, trace, database):
        calls = trace.calls()
        self.assertGreater(len(calls), 100)
        self.assertEqual([call for call in calls if call[0] in NEVER], [])
        self.assertEqual([name for name, *_ in calls].count("execve"), 1)
        self.assertEqual(self.processes(trace), [])
        self.assertEqual([call for call in trace.calls("kill") if not call[1].endswith(", 0")], [])
        # if_indextoname(3) uses a socket that is not bound.
        asked = trace.calls("socket")
        self.assertEqual([arguments for _, arguments, _ in asked if not re.match(
            r"AF_NETLINK, SOCK_\w+\|SOCK_CLOEXEC, NETLINK_(SOCK_DIAG|ROUTE|NETFILTER)$|"
            r"AF_(UNIX|INET), SOCK_DGRAM\|SOCK_CLOEXEC, 0$", arguments)], [])
        self.assert_only_asks(trace, {FILE.search(result)[0]: arguments.rpartition(", ")[2]
                                      for _, arguments, result in asked if FILE.search(result)})
        self.assertLessEqual(self.touched(trace), {database, database + "-journal"})

    def assert_only_asks(self, trace, sockets):
        """Only queries to the kernel are sent; `sockets` has the protocol of each socket."""
        for _, arguments, _ in trace.calls("sendto", "sendmsg"):
            protocol = sockets[FILE.search(arguments)[0]]
            kinds = re.findall(r"nlmsg_type=([\w<|]+)", arguments)
            self.assertEqual([kind for kind in kinds if kind not in QUESTIONS[protocol]], [],
                             arguments)
            self.assertEqual(len(kinds), 1, arguments)

    def assert_capture_is_quiet(self, way):
        trace = self.trace("capture", "--label", "x", "--owners", way)
        self.assert_quiet(trace, str(self.database))
        self.assertEqual(self.touched(trace), {str(self.database), f"{self.database}-journal"})
        self.assertTrue(trace.calls("socket"))
        return trace

    def test_a_capture_changes_nothing_but_its_database(self):
        self.capture("first")
        self.assert_capture_is_quiet("auto")
        asked = self.assert_capture_is_quiet("proc").calls("bpf")
        self.assertEqual([call for call in asked if not call[1].startswith(BPF_QUESTIONS)], [])

    def test_a_capture_over_bpf_changes_nothing_but_its_database(self):
        probe = self.netmon("capture", "--label", "first", "--owners", "bpf")
        self.require(probe.code == 0, f"no BPF: {probe.err.strip()}")
        self.assertTrue(self.assert_capture_is_quiet("bpf").calls("bpf"))

    def test_a_capture_as_a_user_changes_nothing_but_its_database(self):
        self.require_real_root()
        self.start("app", "user nobody", "listen 127.0.0.1:8080")
        state, nobody = self.private_database("nobody"), self.as_user("nobody")
        self.capture("first", env=state, **nobody)
        for way, code in (("proc", 0), ("auto", 0), ("bpf", 2)):
            with self.subTest(way):
                trace = self.trace("capture", "--label", "x", "--owners", way, expect=code,
                                   env=state, **nobody)
                self.assert_quiet(trace, state["NETMON_DB"])

    def test_a_span_changes_nothing_but_its_database(self):
        self.capture("first")
        self.assert_quiet(self.trace("capture", "--label", "x", "--for", "20ms", "--every", "10ms",
                                     "--events", "off"), str(self.database))

    def test_what_a_span_does_on_the_network_it_does_in_a_namespace_of_its_own(self):
        self.require_real_root()
        self.capture("first")
        trace = self.trace("capture", "--label", "x", "--for", "20ms", "--every", "10ms")
        self.require(trace.calls("unshare"), "this kernel or machine gives no events")
        apart = set()
        for task, name, arguments, result in trace.calls_by_task():
            if (name, arguments, result) == ("unshare", "CLONE_NEWNET", "0"):
                apart.add(task)
            if name in NEVER or "SIOCS" in arguments:
                self.assertIn(task, apart, (name, arguments))
        self.assertEqual(len(apart), 3)
        self.assertLessEqual(self.touched(trace), {str(self.database), f"{self.database}-journal"})

    def test_a_first_capture_makes_its_folder_and_its_database(self):
        folder = world.ROOT / "state"
        database = str(folder / "netmon.db")
        trace = self.trace("capture", "--label", "x", "--db", database)
        self.assertEqual(self.touched(trace), {str(folder), database, database + "-journal"})

    def test_what_is_looked_at_live_writes_nothing(self):
        self.capture("x")
        for arguments in (["diff", "x", "@now"], ["show", "@now"], ["watch", "--once"]):
            with self.subTest(arguments):
                trace = self.trace(*arguments)
                self.assert_quiet(trace, "")
                self.assertEqual(self.touched(trace), set())

    def read(self, *arguments, expect=0, **options):
        """Runs a command that reads what is stored; returns the paths that it wrote to."""
        trace = self.trace(*arguments, expect=expect, **options)
        self.assertEqual(trace.calls(*NEVER, "socket", "bpf"), [])
        self.assertEqual(self.processes(trace), [])
        return self.touched(trace)

    def test_what_is_stored_is_read_without_a_socket_and_without_a_write(self):
        self.capture("x")
        self.capture("y")
        for arguments in (["list"], ["show", "x"], ["diff", "x", "y"], ["verify"]):
            with self.subTest(arguments):
                self.assertEqual(self.read(*arguments), set())

    def evidence(self):
        """Everything that is stored except the index of the history."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as file:
            tables = [name for name, in file.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table'")
                if not name.startswith("history_")]
            self.assertIn("socket", tables)
            return {name: file.execute(f"SELECT * FROM {name}").fetchall() for name in tables}

    def test_who_asks_for_the_past_brings_its_index_up_to_date_and_writes_nothing_else(self):
        self.capture("x")
        written = {str(self.database), f"{self.database}-journal"}
        self.start("late", "listen 127.0.0.2:80")
        self.capture("y")
        self.capture("z")
        # A diff needs the index of the snapshots before AFTER, and history that of all.
        for arguments, code in ((["diff", "x", "z"], 1), (["history", "--port", "80"], 0)):
            with self.subTest(arguments):
                stored = self.evidence()
                self.assertEqual(self.read(*arguments, expect=code), written)
                self.assertEqual(self.evidence(), stored)
                self.assertEqual(self.read(*arguments, expect=code), set())
        self.netmon("verify", expect=0)

    def test_who_may_not_write_reads_the_past_all_the_same(self):
        self.require_real_root()
        self.capture("x")
        self.start("late", "listen 127.0.0.2:80")
        self.capture("y")
        self.capture("z")
        self.database.chmod(0o444)
        nobody = self.as_user("nobody")
        for arguments, code in ((["history", "--port", "80"], 0),
                                (["diff", "x", "z", "--format", "json"], 1)):
            with self.subTest(arguments):
                told = self.netmon(*arguments, expect=code, **nobody)
                self.assertEqual(self.read(*arguments, expect=code, **nobody), set())
                self.assertEqual(told, self.netmon(*arguments, expect=code))


if __name__ == "__main__":
    world.main()
