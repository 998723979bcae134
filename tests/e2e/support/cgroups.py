"""Control groups with names that a test chooses; units and containers are recognised by them."""

import contextlib
import os
import uuid
from pathlib import Path


def unified():
    """Where version 2 is mounted; None if it is not mounted, or no group can be made there."""
    for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines():
        fields, _, kind = line.partition(" - ")
        mount = Path(fields.split()[4])
        if kind.split()[0] == "cgroup2" and os.access(mount, os.W_OK):
            return mount
    return None


def make(test, *path):
    """Makes a group with this path, below a group of this test only. It is removed at the end of the
    test, after whatever was started later has ended."""
    root = unified()
    test.require(root, "no control group can be made here")
    top = root / f"netmon-e2e-{uuid.uuid4().hex}"
    group = top.joinpath(*path)
    try:
        group.mkdir(parents=True)
    except OSError as error:
        test.skipTest(f"no control group can be made here: {error.strerror}")
    finally:
        test.addCleanup(remove, test, top, group)
    return group


def remove(test, top, group):
    def is_empty():  # when its processes have ended
        return not (group / "cgroup.procs").read_text("ascii")

    if group.exists():
        test.await_true(f"{group} to be empty", is_empty)
    while group != top.parent:
        with contextlib.suppress(FileNotFoundError):
            group.rmdir()
        group = group.parent


def join(group, pid):
    (group / "cgroup.procs").write_text(str(pid), "ascii")
