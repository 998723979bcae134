"""A capture that is ended early stores nothing partial, and the next one works."""

import itertools
import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import scenario
import tracing
import world

WRITES = ("pwrite64", "fdatasync", "unlink")  # how SQLite writes and removes its journal


class Killed(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(2000, 2040)])

    def integrity(self):
        with sqlite3.connect(self.database) as connection:
            answer = connection.execute("PRAGMA integrity_check").fetchall()
        connection.close()
        return answer

    def numbers(self):
        """The numbers of the stored snapshots, as netmon lists them."""
        listed = self.netmon("list", "--format", "csv", expect=0).out.splitlines()[1:]
        return [int(row.split(",")[0]) for row in listed]

    def assert_sound(self):
        """What is stored is complete for SQLite and for netmon, and another capture works."""
        self.assertEqual(self.integrity(), [("ok",)])
        self.capture("last")
        for number in self.numbers():
            self.assertEqual(len(self.show(f"#{number}").rows), 40)
        self.netmon("verify", expect=0)
        left = sorted(path.name for path in self.database.parent.glob("netmon.db*"))
        self.assertEqual(left, ["netmon.db"])

    def begin(self, *arguments, prefix=()):
        return subprocess.Popen([*prefix, *self.command(*arguments)], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                env=tracing.environment(self.environment()))

    def test_captures_killed_at_any_moment_leave_whole_snapshots(self):
        self.capture("first")
        begun = time.monotonic()
        self.capture("second")
        length = time.monotonic() - begun
        moments = random.Random(1042)
        killed, stored = 0, 2
        for _ in range(100):
            process = self.begin("capture", "--label", "x")
            time.sleep(moments.uniform(0, 1.1 * length))  # the test tries random moments
            process.kill()
            killed += process.wait(scenario.SECONDS) == -signal.SIGKILL
            if killed % 2 == 0:  # otherwise netmon itself rolls back
                self.assertEqual(self.integrity(), [("ok",)])
            numbers = self.numbers()
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
            self.assertIn(len(numbers), (stored, stored + 1))
            stored = len(numbers)
        self.assertGreater(killed, 0)
        self.netmon("verify", expect=0)
        self.assert_sound()

    def calls_of(self, *arguments):
        """How many calls of each of WRITES the command makes."""
        trace = tracing.Trace(world.ROOT)
        process = self.begin(*arguments, prefix=trace.prefix(",".join(WRITES)))
        self.assertEqual(process.wait(scenario.SECONDS), 0)
        return {name: len(trace.calls(name)) for name in WRITES}

    @staticmethod
    def has_open(pid, path):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                if os.readlink(descriptor) == str(path):
                    return True
            except FileNotFoundError:
                pass  # it was closed meanwhile
        return False

    def end_at_writes(self, arguments, signals, step=1):
        """Ends the command at every `step`-th of its writes, with each signal in turn; yields (where,
        exit code, signal, number of additional snapshots)."""
        self.require(tracing.is_there(), "strace is not installed")
        self.capture("first")
        for name, count in self.calls_of(*arguments).items():
            self.assertGreater(count, 0, name)
            for place in range(1, count + 1, step):
                number = signals[place % len(signals)]
                before = self.numbers()
                process = self.begin(*arguments, prefix=tracing.injecting(
                    name, f"signal={number.name}", place))
                code = process.wait(scenario.SECONDS)
                yield f"{name} {place}", code, number, len(self.numbers()) - len(before)

    def test_a_capture_killed_before_its_last_write_is_not_stored(self):
        stored = []
        for place, code, number, more in self.end_at_writes(["capture", "--label", "x"],
                                                            [signal.SIGKILL]):
            self.assertEqual(code, -number, place)
            stored.append(more)
        # A snapshot is stored at the moment when the journal is removed.
        self.assertEqual(stored[:-1], [0] * (len(stored) - 1))
        self.assertIn(stored[-1], (0, 1))
        self.assert_sound()

    def test_a_first_capture_killed_at_its_writes_is_in_no_other_ones_way(self):
        self.require(tracing.is_there(), "strace is not installed")
        counts = self.calls_of("capture", "--label", "x")
        for name, count in counts.items():
            for place in range(1, count + 1, 1 + count // 8):
                for path in self.database.parent.glob("netmon.db*"):
                    path.unlink()
                process = self.begin("capture", "--label", "x", prefix=tracing.injecting(
                    name, "signal=SIGKILL", place))
                self.assertEqual(process.wait(scenario.SECONDS), -signal.SIGKILL)
                self.assertIn(self.netmon("list").code, (0, 2))
                self.assert_sound()

    def test_a_signal_at_a_write_ends_a_capture_with_that_signal(self):
        for place, code, number, more in self.end_at_writes(["capture", "--label", "x"],
                                                            [signal.SIGINT, signal.SIGTERM]):
            self.assertEqual(code, -number, place)
            self.assertIn(more, (0, 1), place)
        self.assert_sound()

    def test_a_signal_while_the_sockets_are_read_stores_nothing(self):
        self.require(tracing.is_there(), "strace is not installed")
        self.capture("first")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for name, place in (("openat", 15), ("recvmsg", 1), ("getdents64", 1), ("socket", 1)):
                process = self.begin("capture", "--label", "x", prefix=tracing.injecting(
                    name, f"signal={number.name}", place))
                self.assertEqual(process.wait(scenario.SECONDS), -number, name)
        self.assertEqual(self.numbers(), [1])
        self.assert_sound()

    def test_a_signal_ends_a_capture_that_waits_for_a_lock(self):
        self.capture("first")
        for number in (signal.SIGINT, signal.SIGTERM):
            connection = sqlite3.connect(self.database, isolation_level=None)
            connection.execute("BEGIN EXCLUSIVE")
            process = self.begin("capture", "--label", "x")
            self.await_true("the database to be opened",
                            lambda: self.has_open(process.pid, self.database))
            process.send_signal(number)
            self.assertEqual(process.wait(scenario.SECONDS), -number)
            connection.close()
        self.assertEqual(self.numbers(), [1])

    def test_a_span_that_a_signal_meets_while_it_is_stored_is_stored(self):
        span = ["capture", "--label", "x", "--for", "20ms", "--every", "10ms", "--events", "off"]
        for place, code, number, more in self.end_at_writes(span, [signal.SIGINT, signal.SIGTERM],
                                                            step=3):
            self.assertEqual((code, more), (-number, 1), place)
        self.assert_sound()

    def end_file_at_writes(self, signals, target, *arguments):
        """Ends a command that writes a file with each of the signals, at several of its writes,
        including the first and the last."""
        self.require(tracing.is_there(), "strace is not installed")
        trace = tracing.Trace(world.ROOT)
        process = self.begin(*arguments, "-o", target, prefix=trace.prefix("write"))
        code = process.wait(scenario.SECONDS)
        self.assertIn(code, (0, 1))
        right = target.read_bytes()
        count = len(trace.calls("write"))
        places = {1, 2, *range(3, count, 1 + count // 4), count}
        met = 0
        for place, number in itertools.product(sorted(places), signals):
            target.unlink()
            process = self.begin(*arguments, "-o", target, prefix=tracing.injecting(
                "write", f"signal={number.name}", place))
            ended = process.wait(scenario.SECONDS)
            # A sanitizer also calls write, not equally often in each run.
            self.assertIn(ended, (-number, code), place)
            met += ended == -number
            if ended == code:
                self.assertEqual(len(target.read_bytes()), len(right))
            yield right
            if not target.exists():
                target.touch()
        self.assertGreater(met, len(places))

    def test_a_report_that_a_signal_meets_is_there_whole_or_not_at_all(self):
        self.capture("x")
        target = world.ROOT / "out" / "report.json"
        target.parent.mkdir()
        for arguments in (["show", "x"], ["diff", "@empty", "x"]):
            for right in self.end_file_at_writes([signal.SIGTERM, signal.SIGKILL], target,
                                                 *arguments):
                if target.exists():
                    self.assertEqual(target.read_bytes(), right)

    def test_an_export_that_a_signal_meets_is_there_whole_or_not_at_all(self):
        self.capture("x")
        target = world.ROOT / "out" / "review.db"
        target.parent.mkdir()
        for _ in self.end_file_at_writes([signal.SIGINT, signal.SIGTERM], target, "export", "x"):
            if target.exists():
                self.netmon("verify", "--db", target, expect=0)
            self.assertLessEqual(len(list(target.parent.iterdir())), 1)


if __name__ == "__main__":
    world.main()
