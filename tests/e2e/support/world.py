"""Runs each test method of a file in a throw-away world, and reports to ctest (see ../run.py).

A world has two nested sets of network, pid and mount namespaces. The inner set has the test, the
program under test and the holders; the outer set has the peers, which the program under test must
not see. Nothing in it reaches the machine's network, and it ends with its first process. For an
ordinary user the outer set also has a user namespace.

A test that cannot run here prints one line, "skipped: why"; if no test failed, a run with such a test
ends with 77. With NETMON_REQUIRE_ALL=1 the test fails, unless the reason is "this kernel …": then no
package and no privilege would make it run.
"""

import contextlib
import ctypes
import fcntl
import functools
import gc
import inspect
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import traceback
import unittest
from pathlib import Path

import holding

SKIPPED = 77
ROOT = Path("/run/world")  # on a tmpfs that belongs to this world
SOURCES = Path(__file__).resolve().parents[3]
shared = None  # a folder for what all tests of a file use and none of them changes

# Flags of unshare(2), mount(2) and prctl(2).
CLONE_NEWNS, CLONE_NEWUTS = 0x20000, 0x4000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # netdevice(7)

libc = ctypes.CDLL(None, use_errno=True)


def on_this_machine(method):
    """Marks a test that needs no world: it uses the machine as it is."""
    method.on_this_machine = True
    return method


def alone(method):
    """Marks a test that has an entry of its own in ctest, because it takes as long as a whole file, or
    because common kernels lack what it needs and its being skipped must not hide the rest of the file."""
    return method


def real_root():
    """Whether uid 0 of this world is the machine's."""
    return Path("/proc/self/uid_map").read_text("ascii").split() == ["0", "0", "4294967295"]


def main():
    os.environ["PATH"] += ":/usr/sbin:/sbin"  # the PATH of an ordinary user has no `ip`
    module = sys.modules["__main__"]
    methods = {name: (case, method)
               for _, case in inspect.getmembers(module, inspect.isclass)
               if issubclass(case, unittest.TestCase) and case.__module__ == "__main__"
               for name, method in inspect.getmembers(case, inspect.isfunction)
               if name.startswith("test_")}
    names = sys.argv[1:]
    if not os.access(os.environ.get("NETMON", ""), os.X_OK):
        sys.exit("NETMON must name the program under test")
    unknown = [name for name in names if name not in methods]
    if unknown:
        sys.exit(f"no test named {unknown[0]}")
    gc.freeze()  # so that no collection in a child copies all that it shares with this process
    global shared
    with tempfile.TemporaryDirectory(prefix="netmon-e2e-") as folder:
        shared = Path(folder)
        codes = [in_a_world(name, *methods[name]) for name in names or sorted(methods)]
    failed = [code for code in codes if code not in (0, SKIPPED)]
    sys.exit(failed[0] if failed else SKIPPED if SKIPPED in codes else 0)


@functools.cache
def no_world():
    """Why a world cannot be made here; None if it can."""
    missing = [tool for tool in ("unshare", "nsenter", "ip") if not shutil.which(tool)]
    if missing:
        return f"{missing[0]} is not installed"
    namespaces = ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--mount-proc"]
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    probe = subprocess.run([*namespaces, *user, *namespaces, "true"], stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        return "no namespaces: " + " ".join(probe.stderr.split())
    return None


def in_a_world(name, case, method):
    if hasattr(method, "on_this_machine"):
        return wait_for(child_of(lambda: run(case(name))))
    why = no_world()
    if why:
        return skipped(why)

    def begin():
        return in_namespaces(lambda: outer(lambda: run(case(name))))
    return wait_for(begin() if os.geteuid() == 0
                    else as_root_of_a_user_namespace(lambda: wait_for(begin())))


def checked(result):
    """The result of a function of libc. Raises OSError for -1."""
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def child_of(do):
    """Forks a process that calls `do()` and exits with its result, and that ends when its parent
    does. Returns its pid."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    pid = os.fork()
    if pid != 0:
        return pid
    code = 1
    try:
        checked(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        code = do()
    except BaseException:  # nothing may leave this function in the child
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(code)


def wait_for(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def in_namespaces(do):
    """Calls `do()` as the first process of new network, pid and mount namespaces that have a /proc
    of their own, like unshare(1) but without another interpreter. Returns the pid of that process,
    which exits with the result."""
    def first():
        checked(libc.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET))
        checked(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
        checked(libc.mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, None))
        return do()

    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    checked(libc.unshare(CLONE_NEWPID))  # for children; this process stays where it is
    try:
        return child_of(first)
    finally:
        # The next children are this process's again. An ordinary user may not undo the first unshare,
        # but that process has no other child.
        libc.setns(own, CLONE_NEWPID)
        os.close(own)


def as_root_of_a_user_namespace(do):
    """Calls `do()` in a process that has all capabilities in a user namespace of its own. Returns
    its pid."""
    def mapped():
        own = (os.geteuid(), os.getegid())
        checked(libc.unshare(CLONE_NEWUSER))
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        for file, outside in zip(("uid_map", "gid_map"), own):
            Path("/proc/self", file).write_text(f"0 {outside} 1", "ascii")
        return do()
    return child_of(mapped)


def outer(test):
    """The peers' side: starts the inner namespaces and serves their requests until they end."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    raise_loopback()
    here, there = socket.socketpair()

    def inner():
        here.close()
        enter(there.fileno())
        return test()
    middle = in_namespaces(inner)
    there.close()
    holding.Outside(here, middle).serve()
    return wait_for(middle)


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def enter(descriptor):
    """The scenario's side: mounts a separate /run, for `ip netns` and for all files of the test."""
    checked(libc.mount(b"tmpfs", b"/run", b"tmpfs", 0, b"mode=0755"))
    raise_loopback()
    ROOT.mkdir()
    os.set_inheritable(descriptor, False)
    os.environ["NETMON_E2E_CHANNEL"] = str(descriptor)


def channel():
    """The connection to Outside."""
    return socket.socket(fileno=int(os.environ["NETMON_E2E_CHANNEL"])).makefile("rw")


def run(test):
    result = unittest.TextTestRunner(stream=sys.stderr, verbosity=2).run(test)
    if result.skipped:
        return skipped(result.skipped[0][1])
    return 0 if result.wasSuccessful() else 1


def skipped(why):
    print(f"skipped: {why}", flush=True)
    if os.environ.get("NETMON_REQUIRE_ALL") == "1" and not why.startswith("this kernel "):
        print("NETMON_REQUIRE_ALL=1: a skipped test is a failed one", file=sys.stderr)
        return 1
    return SKIPPED
