"""Control groups with names of a test's choice: what a unit or a container is told by."""

import contextlib
import os
import uuid
from pathlib import Path


def unified():
    """Where version 2 is mounted; None where it is not, or nobody may make a group there."""
    for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines():
        fields, _, kind = line.partition(" - ")
        mount = Path(fields.split()[4])
        if kind.split()[0] == "cgroup2" and os.access(mount, os.W_OK):
            return mount
    return None


def make(test, *path):
    """A group of this path below one that no other test has. It goes when the test ends, after what
    was started later."""
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
    def is_empty():  # once its processes have ended
        return not (group / "cgroup.procs").read_text("ascii")

    if group.exists():
        test.await_true(f"{group} to be empty", is_empty)
    while group != top.parent:
        with contextlib.suppress(FileNotFoundError):
            group.rmdir()
        group = group.parent


def join(group, pid):
    (group / "cgroup.procs").write_text(str(pid), "ascii")
