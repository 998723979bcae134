"""Resources that a machine can refuse: disk, descriptors, memory, threads. An error is exit 2 and one
line that names the cause; nothing is lost, and nothing partial looks complete."""

import functools
import os
import resource
import signal
import sqlite3
import subprocess
from pathlib import Path

import holding
import scenario
import tracing
import world

PAGE = 4096


@functools.cache
def is_sanitized():
    """Whether the program under test is built with AddressSanitizer."""
    return b"__asan_init" in Path(os.environ["NETMON"]).read_bytes()


def coarse(step):
    """The step between the points of failure that are tried. Under sanitizers a run takes several
    times as long, so only some of them are."""
    return 4 * step if is_sanitized() else step


class Faults(scenario.Scenario):
    def services(self):
        """Starts sockets whose rows need everything that a capture reads, such as names of namespaces
        and devices."""
        holding.ip("netns", "add", "blue")
        self.start("web", "listen 127.0.0.1:80", "bind udp 0.0.0.0:53",
                   "listen 127.0.0.1:81 device=lo")
        self.start("inside", "listen 0.0.0.0:443", prefix=holding.in_namespace("blue"))

    @staticmethod
    def rows(snapshot):
        return sorted((row.scope, row.protocol, row.state, row.local, row.process,
                       row.raw["device"]) for row in snapshot.rows)

    def limited(self, kind, most, *arguments, env=None, **options):
        """Runs netmon with the limit `most` for one of resource.RLIMIT_*."""
        return self.netmon(*arguments, env=tracing.environment(env or self.environment()),
                           preexec_fn=lambda: resource.setrlimit(kind, (most, most)), **options)

    def stored(self):
        return len(self.netmon("list", "--format", "csv", expect=0).out.splitlines()) - 1

    def assert_one_line(self, result, names=""):
        shown = f"{result.code}\n{result.out}\n{result.err}"
        self.assertEqual((result.code, result.out, len(result.errors)), (2, "", 1), shown)
        self.assertTrue(result.err.startswith("netmon: "), shown)
        self.assertIn(names, result.err)

    def assert_sound(self):
        connection = sqlite3.connect(self.database)
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        connection.close()
        self.netmon("verify", expect=0)

    @staticmethod
    def is_not_netmons(result):
        """Whether it was not netmon that failed, but the loader, the C++ library before main(), or a
        sanitizer, which uses a pipe to check the type of an object."""
        cut_short = (-signal.SIGABRT, "terminate called without an active exception\n")
        return result.code == 127 or (result.code, result.err) == cut_short or (
            result.code == 1 and "which does not point to an object of type" in result.err)

    def assert_all_or_said(self, result, whole):
        """Checks that the capture stored all of `whole`, or a snapshot that says what it lacks, or
        nothing and printed one line. Returns whether it stored a snapshot."""
        if self.is_not_netmons(result):
            return False
        if result.code != 0:
            self.assert_one_line(result)
            return False
        seen = self.show("x")
        if not seen.gaps:
            self.assertEqual(self.rows(seen), whole)
        return True

    # Disk.

    def small_disk(self, size="4m"):
        disk = world.ROOT / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode=0700,size={size}", "tmpfs", disk],
                       check=True)
        return disk

    def leave(self, disk, pages):
        """Fills the disk except for this number of pages."""
        junk = disk / "junk"
        junk.unlink(missing_ok=True)
        free = os.statvfs(disk)
        with open(junk, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, (free.f_bavail - pages) * free.f_frsize)

    def test_a_capture_on_a_disk_that_gets_full_is_stored_whole_or_not_at_all(self):
        disk = self.small_disk()
        self.database = disk / "netmon.db"
        self.capture("first")
        self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(2000, 2400)])
        for pages in range(0, 400, coarse(3)):
            self.leave(disk, pages)
            result = self.netmon("capture", "--label", "x")
            if result.code == 0:
                break
            self.assert_one_line(result, f"{self.database}: disk is full")
            self.assertEqual(self.stored(), 1)
        self.assertGreater(pages, 10)
        self.assertEqual((result.code, self.stored(), len(self.show("x").rows)), (0, 2, 400))
        self.assert_sound()

    def test_a_report_on_a_full_disk_is_there_whole_or_not_at_all(self):
        disk = self.small_disk()
        self.capture("before")
        self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(2000, 2100)])
        self.capture("after")
        report = disk / "report.html"
        for command in (["diff", "before", "after"], ["show", "after"]):
            kind = "html" if command[0] == "diff" else "json"
            target = report.with_suffix(f".{kind}")
            for pages in range(0, 100, coarse(3)):
                self.leave(disk, pages)
                result = self.netmon(*command, "-o", target)
                if result.code != 2:
                    break
                self.assertEqual((result.out, result.errors[-1]),
                                 ("", f"netmon: {target}: No space left on device"))
                self.assertEqual([path.name for path in disk.iterdir()], ["junk"])
            self.assertGreater(pages, 2)
            self.assertGreater(target.stat().st_size, 2 * PAGE)
            target.unlink()

    def test_an_export_on_a_full_disk_is_there_whole_or_not_at_all(self):
        disk = self.small_disk()
        self.start("web", "listen 127.0.0.1:80")
        self.capture("x")
        target = disk / "review.db"
        for pages in range(0, 200, coarse(5)):
            self.leave(disk, pages)
            result = self.netmon("export", "x", "-o", target)
            if result.code == 0:
                break
            self.assert_one_line(result, str(target))
            self.assertEqual([path.name for path in disk.iterdir()], ["junk"])
        self.assertGreater(pages, 5)
        self.netmon("verify", "--db", target, expect=0)

    def test_a_write_that_fails_is_named_and_undone(self):
        self.require(tracing.is_there(), "strace is not installed")
        self.capture("first")
        trace = tracing.Trace(world.ROOT)
        environment = tracing.environment(self.environment())
        self.netmon("capture", "--label", "x", prefix=trace.prefix("pwrite64,fdatasync"), expect=0,
                    env=environment)
        for name in ("pwrite64", "fdatasync"):
            for place, (_, arguments, _) in enumerate(trace.calls(name), 1):
                if self.database.name not in arguments:
                    continue  # a folder; SQLite ignores if that fails
                result = self.netmon("capture", "--label", "y", env=environment,
                                     prefix=tracing.injecting(name, "error=EIO", place))
                self.assert_one_line(result, f"{self.database}: ")
        self.assertEqual(self.stored(), 2)
        self.assert_sound()

    def test_a_file_that_may_not_grow_is_a_full_disk(self):
        self.capture("first")
        size = self.database.stat().st_size
        self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(2000, 2400)])
        for bytes_more in (0, PAGE):
            result = self.limited(resource.RLIMIT_FSIZE, size + bytes_more, "capture", "--label",
                                  "x")
            self.assert_one_line(result, str(self.database))
        target = world.ROOT / "report.json"
        result = self.limited(resource.RLIMIT_FSIZE, 100, "show", "first", "-o", target)
        self.assert_one_line(result, str(target))
        self.assertFalse(target.exists())
        self.assertEqual(self.stored(), 1)
        self.assert_sound()

    # Descriptors, memory, threads.

    def test_a_capture_with_few_descriptors_sees_all_or_says_what_it_lacks(self):
        self.services()
        self.capture("whole")
        whole = self.rows(self.show("whole"))
        self.assertEqual(len(whole), 4)
        for way in ("auto", "proc"):
            stored = [self.assert_all_or_said(
                self.limited(resource.RLIMIT_NOFILE, most, "capture", "--label", "x", "--owners",
                             way), whole)
                for most in range(3, 21)]
            self.assertEqual((stored[0], stored[-1]), (False, True))
        self.assert_sound()

    def test_reading_with_few_descriptors_gives_the_answer_or_an_error(self):
        self.services()
        self.capture("whole")
        self.capture("again")
        for arguments in (["show", "whole"], ["list"], ["diff", "whole", "again"]):
            right = self.netmon(*arguments, expect=0).out
            for most in range(3, 13):
                result = self.limited(resource.RLIMIT_NOFILE, most, *arguments)
                if result.code == 0:
                    self.assertEqual(result.out, right)
                elif not self.is_not_netmons(result):
                    self.assert_one_line(result)

    def test_a_capture_that_cannot_open_some_files_sees_all_or_says_what_it_lacks(self):
        self.require(tracing.is_there(), "strace is not installed")
        self.services()
        self.capture("whole")
        whole = self.rows(self.show("whole"))
        trace = tracing.Trace(world.ROOT)
        environment = tracing.environment(self.environment())
        for name in ("openat", "socket"):
            self.netmon("capture", "--label", "x", "--owners", "proc", expect=0, env=environment,
                        prefix=trace.prefix(name))
            refused = 0
            for place in range(1, len(trace.calls(name)) + 1, coarse(3)):
                result = self.netmon("capture", "--label", "x", "--owners", "proc",
                                     env=environment, prefix=tracing.injecting(
                                         name, "error=EMFILE", f"{place}..{place + 3}"))
                refused += not self.assert_all_or_said(result, whole)
            self.assertGreater(refused, 0)
        self.assert_sound()

    def die_of_memory(self, target):
        """Checks that no partial file is left. More cannot be checked with sanitizers: they use
        terabytes of address space, and end the program at a request that is too large."""
        self.start("more", *[f"listen 127.0.0.1:{port}" for port in range(3000, 5000)])
        self.capture("large")
        options = [os.environ.get("ASAN_OPTIONS"), "max_allocation_size_mb=1"]
        result = self.netmon("show", "large", "-o", target, env=self.environment(
            ASAN_OPTIONS=":".join(filter(None, options))))
        self.assertNotEqual(result.code, 0)
        self.assertEqual(list(world.ROOT.glob(f"{target.name}*")), [])
        self.assert_sound()

    def test_little_memory_is_an_error_or_enough(self):
        self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(2000, 2400)])
        self.capture("whole")
        whole = self.rows(self.show("whole"))
        target = world.ROOT / "report.json"
        if is_sanitized():
            self.die_of_memory(target)
            return
        outcomes = set()
        for mebibytes in (*range(8, 64, 3), 128, 1024):  # with less the kernel cannot map it
            few = resource.RLIMIT_AS, mebibytes << 20
            outcomes.add(self.assert_all_or_said(self.limited(*few, "capture", "--label", "x"),
                                                 whole))
            result = self.limited(*few, "show", "whole", "-o", target)
            if result.code != 0 and not self.is_not_netmons(result):
                self.assert_one_line(result)
            self.assertEqual(target.exists(), result.code == 0)
            target.unlink(missing_ok=True)
        self.assertEqual(outcomes, {False, True})
        self.assert_sound()

    def test_a_thread_that_cannot_be_started_is_an_error(self):
        self.require_real_root()
        state = self.private_database("nobody")
        self.start("app", "user nobody", "listen 127.0.0.1:8080")
        result = self.limited(resource.RLIMIT_NPROC, 1, "capture", "--label", "x", env=state,
                              **self.as_user("nobody"))
        self.assert_one_line(result, "thread")
        self.assertFalse(Path(state["NETMON_DB"]).exists())


if __name__ == "__main__":
    world.main()
