"""Runs each test method of a file in a throw-away world, and reports to ctest (see ../run.py).

A world has two nested sets of network, pid and mount namespaces. The inner set has the test, the
program under test and the holders; the outer set has the peers, which the program under test must
not see. Nothing in it reaches the machine's network, and it ends with its first process. For an
ordinary user the outer set also has a user namespace.

A test that cannot run here ends with 77 and one line, "skipped: why". With NETMON_REQUIRE_ALL=1 it
fails, unless the reason is "this kernel …": then no package and no privilege would make it run.
"""

import inspect
import os
import shutil
import socket
import subprocess
import sys
import unittest
from pathlib import Path

import holding

SKIPPED = 77
ROOT = Path("/run/world")  # on a tmpfs that belongs to this world
SOURCES = Path(__file__).resolve().parents[3]
RUN = SOURCES / "tests" / "e2e" / "run.py"

NEST = ["--net", "--uts", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
MAP_ROOT = ["--user", "--map-root-user"]


def on_this_machine(method):
    """Marks a test that needs no world: it uses the machine as it is."""
    method.on_this_machine = True
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
    arguments = sys.argv[1:]
    if arguments[:1] == ["--list"]:
        for name in sorted(methods):
            print(name, name.removeprefix("test_").replace("_", " "), sep="\t")
        sys.exit(0)
    if arguments[:1] == ["--outer"]:
        sys.exit(outer(module.__file__, arguments[1]))
    if arguments[:1] == ["--inner"]:
        enter(int(arguments[1]))
        sys.exit(run(methods[arguments[2]][0](arguments[2])))
    if not os.access(os.environ.get("NETMON", ""), os.X_OK):
        sys.exit("NETMON must name the program under test")
    unknown = [name for name in arguments if name not in methods]
    if unknown:
        sys.exit(f"no test named {unknown[0]}")
    codes = [in_a_world(module.__file__, name, *methods[name])
             for name in arguments or sorted(methods)]
    failed = [code for code in codes if code not in (0, SKIPPED)]
    sys.exit(failed[0] if failed else SKIPPED if codes == [SKIPPED] else 0)


def outer_nest():
    return ["unshare", *([] if os.geteuid() == 0 else MAP_ROOT), *NEST]


def no_world():
    """Why a world cannot be made here; None if it can."""
    missing = [tool for tool in ("unshare", "nsenter", "ip") if not shutil.which(tool)]
    if missing:
        return f"{missing[0]} is not installed"
    probe = subprocess.run([*outer_nest(), "unshare", *NEST, "true"], stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        return "no namespaces: " + " ".join(probe.stderr.split())
    return None


def in_a_world(file, name, case, method):
    if hasattr(method, "on_this_machine"):
        return run(case(name))
    why = no_world()
    if why:
        return skipped(why)
    return subprocess.run([*outer_nest(), *python(file), "--outer", name],
                          stdin=subprocess.DEVNULL, check=False).returncode


def outer(file, name):
    """The peers' side: starts the inner namespaces and serves their requests until they end."""
    holding.ip("link", "set", "lo", "up")
    here, there = socket.socketpair()
    inner = subprocess.Popen(["unshare", *NEST, *python(file), "--inner", str(there.fileno()),
                              name], pass_fds=[there.fileno()])
    there.close()
    holding.Outside(here, inner.pid).serve()
    return inner.wait()


def enter(descriptor):
    """The scenario's side: mounts a separate /run, for `ip netns` and for all files of the test."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run"], check=True)
    holding.ip("link", "set", "lo", "up")
    ROOT.mkdir()
    os.set_inheritable(descriptor, False)
    os.environ["NETMON_E2E_CHANNEL"] = str(descriptor)


def channel():
    """The connection to Outside."""
    return socket.socket(fileno=int(os.environ["NETMON_E2E_CHANNEL"])).makefile("rw")


def python(file):
    return [sys.executable, "-B", str(RUN), file]


def run(test):
    result = unittest.TextTestRunner(stream=sys.stderr, verbosity=0).run(test)
    if result.skipped:
        return skipped(result.skipped[0][1])
    return 0 if result.wasSuccessful() else 1


def skipped(why):
    print(f"skipped: {why}", flush=True)
    if os.environ.get("NETMON_REQUIRE_ALL") == "1" and not why.startswith("this kernel "):
        print("NETMON_REQUIRE_ALL=1: a skipped test is a failed one", file=sys.stderr)
        return 1
    return SKIPPED
