"""What a capture does to the host that it looks at: it starts nothing, connects to nothing, loads
nothing, and writes to its database alone. Told by the trace of its system calls."""

import re

import holding
import scenario
import tracing
import world

# Whatever else a system call of these does, a capture has no business with it.
NEVER = {"fork", "vfork", "connect", "bind", "listen", "accept", "accept4", "sendmmsg", "ptrace",
         "process_vm_readv", "process_vm_writev", "init_module", "finit_module", "delete_module",
         "mount", "umount2", "move_mount", "fsmount", "pivot_root", "chroot", "mknod", "mknodat",
         "symlink", "symlinkat", "link", "linkat", "rename", "renameat", "renameat2", "rmdir",
         "truncate", "setxattr", "lsetxattr", "fsetxattr", "settimeofday", "clock_settime",
         "sethostname", "setdomainname", "setrlimit", "keyctl", "add_key", "perf_event_open",
         "inotify_init", "inotify_init1", "fanotify_init", "tkill", "tgkill", "pidfd_send_signal"}
CHANGES_PATH = {"unlink", "unlinkat", "mkdir", "mkdirat", "chmod", "fchmodat", "chown", "lchown",
                "fchownat", "utimensat", "creat"}
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
        """The paths that were opened for writing, made, changed or removed."""
        paths = set()
        for name, arguments, result in trace.calls("open", "openat", *CHANGES_PATH):
            if result.startswith("-1"):
                continue
            writes = re.search(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b", arguments)
            if name in CHANGES_PATH or writes:
                paths.add(QUOTED.search(arguments)[1])
        return paths

    def assert_quiet(self, trace, database):
        calls = trace.calls()
        self.assertGreater(len(calls), 100)
        self.assertEqual([call for call in calls if call[0] in NEVER], [])
        self.assertEqual([name for name, *_ in calls].count("execve"), 1)
        started = trace.calls("clone", "clone3")
        self.assertEqual([call for call in started if "CLONE_THREAD" not in call[1]], [])
        self.assertEqual([call for call in trace.calls("kill") if not call[1].endswith(", 0")], [])
        # if_indextoname(3) asks through a socket that is bound to nothing.
        asked = [arguments for _, arguments, _ in trace.calls("socket")]
        self.assertEqual([arguments for arguments in asked if not re.match(
            r"AF_NETLINK, SOCK_\w+\|SOCK_CLOEXEC, NETLINK_SOCK_DIAG$|"
            r"AF_(UNIX|INET), SOCK_DGRAM\|SOCK_CLOEXEC, 0$", arguments)], [])
        sent = [arguments for _, arguments, _ in trace.calls("sendto", "sendmsg")]
        self.assertEqual([arguments for arguments in sent if not re.match(
            r"\d+<(NETLINK|socket):", arguments)], [])
        self.assertLessEqual(self.touched(trace), {database, database + "-journal"})

    def assert_capture_is_quiet(self, way):
        trace = self.trace("capture", "--label", "x", "--owners", way)
        self.assert_quiet(trace, str(self.database))
        self.assertEqual(self.touched(trace), {str(self.database), f"{self.database}-journal"})
        self.assertTrue(trace.calls("socket"))
        return trace

    def test_a_capture_changes_nothing_but_its_database(self):
        self.capture("first")
        self.assert_capture_is_quiet("auto")
        self.assertEqual(self.assert_capture_is_quiet("proc").calls("bpf"), [])

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
        self.assert_quiet(self.trace("capture", "--label", "x", "--for", "20ms", "--every", "10ms"),
                          str(self.database))

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

    def test_what_is_stored_is_read_without_a_socket_and_without_a_write(self):
        self.capture("x")
        for arguments in (["list"], ["show", "x"], ["diff", "x", "x"], ["verify"],
                          ["history", "--port", "80"]):
            with self.subTest(arguments):
                trace = self.trace(*arguments)
                self.assertEqual(trace.calls(*NEVER, "socket", "clone", "bpf"), [])
                self.assertEqual(self.touched(trace), set())


if __name__ == "__main__":
    world.main()
