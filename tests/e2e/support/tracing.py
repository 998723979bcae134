"""Runs a program under strace(1), which lets it fail or die at a chosen system call, or records it."""

import os
import re
import shutil
import tempfile
from pathlib import Path

CALL = re.compile(r"^(?P<task>\d+) +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>.*)$")
UNFINISHED = re.compile(r"^(?P<task>\d+) +(?P<start>\w+\(.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^(?P<task>\d+) +<\.\.\. \w+ resumed>(?P<end>.*)$")


def is_there():
    return shutil.which("strace") is not None


def environment(inherited):
    """Turns LeakSanitizer off: it traces the program itself, and only one tracer is possible."""
    options = inherited.get("ASAN_OPTIONS")
    return inherited | {"ASAN_OPTIONS": ":".join(filter(None, [options, "detect_leaks=0"]))}


def injecting(calls, what, number):
    """The prefix that applies strace's --inject to the `number`-th of these system calls in each
    thread of the program."""
    return ["strace", "-f", "-qq", "-e", f"trace={calls}", "-e", "signal=none",
            "-o", "/dev/null", "-e", f"inject={calls}:{what}:when={number}"]


class Stopping:
    """Stops a program when each of its threads makes its first of these system calls on a path."""

    STOPPED = re.compile(r"^(\d+) +--- SIGSTOP .*\n(?:.*\n)*?\1 +--- stopped by SIGSTOP ---$", re.M)

    def __init__(self, folder, calls, path):
        self._log = Path(folder) / "stops"
        self._log.write_text("", "ascii")
        self.prefix = ["strace", "-f", "-qq", "-P", path, "-e", f"trace={calls}",
                       "-e", "signal=SIGSTOP", "-o", str(self._log),
                       "-e", f"inject={calls}:signal=STOP:when=1"]

    def stopped(self):
        """The threads that made the call, in order; the program stays stopped after each until it
        gets SIGCONT."""
        return [int(task) for task in self.STOPPED.findall(self._log.read_text("ascii"))]


class Trace:
    """The system calls of a program and of all its children, in the order of their return."""

    def __init__(self, folder):
        descriptor, self._path = tempfile.mkstemp(dir=folder)
        os.fchmod(descriptor, 0o666)
        os.close(descriptor)

    def prefix(self, calls="all"):
        return ["strace", "-f", "-qq", "-y", "-s", "256", "-e", f"trace={calls}",
                "-e", "signal=none", "-o", self._path]

    def calls(self, *names):
        """(name, arguments, result) of each call, or of each call with one of these names. A line
        that is neither a call nor a part of one fails the test."""
        return [call[1:] for call in self.calls_by_task(*names)]

    def calls_by_task(self, *names):
        """The same, with the id of the calling thread in front."""
        found, begun = [], {}
        for line in Path(self._path).read_text("utf-8", "backslashreplace").splitlines():
            if match := UNFINISHED.match(line):
                begun[match["task"]] = match["start"]
                continue
            if match := RESUMED.match(line):
                line = f"{match['task']} {begun.pop(match['task'])}{match['end']}"
            match = CALL.match(line)
            if match is None:
                raise AssertionError(f"not understood: {line}")
            found.append((match["task"], match["name"], match["arguments"], match["result"]))
        return [call for call in found if not names or call[1] in names]
