"""The environment of a command, and other users of the database: streams, umask, home, locks."""

import fcntl
import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import scenario
import tracing
import world

PIPE_BYTES = 4096  # the smallest size of a pipe


class Surroundings(scenario.Scenario):
    def stored(self):
        return len(self.netmon("list", "--format", "csv", expect=0).out.splitlines()) - 1

    # Streams, umask, home.

    def test_what_is_printed_with_a_stream_closed_reaches_no_file(self):
        self.start("web", "listen 127.0.0.1:80")
        self.capture("x")
        before = self.database.read_bytes()
        report, rows = world.ROOT / "report.json", world.ROOT / "rows.csv"
        printed = self.netmon("show", "x", "--format", "json", expect=0).out
        self.netmon("watch", "--once", f"--csv={rows}", expect=0)
        header = rows.read_text("utf-8").splitlines()[0]
        for closed in ("<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- 2>&-", "<&- >&- 2>&-"):
            for path in (report, rows):
                path.unlink(missing_ok=True)
            shell = ["sh", "-c", f'exec "$@" {closed}', "sh"]
            wanted = 2 if " >&-" in " " + closed else 0
            for arguments in (["show", "x", "-o", report], ["watch", "--once", f"--csv={rows}"]):
                result = self.netmon(*arguments, prefix=shell)
                self.assertEqual(result.code, wanted, f"{closed} {result.err}")
            self.assertEqual(report.read_text("utf-8"), printed, closed)
            lines = rows.read_text("utf-8").splitlines()
            self.assertEqual((lines[0], len(lines)), (header, 2), closed)
        self.assertEqual(self.database.read_bytes(), before)

    def test_a_closed_stream_is_taken_by_no_other_file(self):
        self.require(tracing.is_there(), "strace is not installed")
        process, pid = self.stopped_at("recvmsg", "sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh",
                                       *self.command("capture", "--label", "mute"))
        folder = Path(f"/proc/{pid}/fd")

        def open_files():
            files = {}
            for path in folder.iterdir():
                try:
                    files[path.name] = os.readlink(path)
                except FileNotFoundError:
                    pass  # it was closed meanwhile
            return files
        self.await_true("a socket to be opened", lambda: any(
            target.startswith("socket:") for target in open_files().values()))
        files = open_files()
        self.go_on(process, pid)
        self.assertEqual([files.get(number) for number in "012"], ["/dev/null"] * 3)
        self.assertEqual(process.returncode, 2)  # because it cannot print what it has stored
        self.assertEqual(self.stored(), 1)

    def test_a_reader_that_leaves_early_is_a_failure(self):
        self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(2000, 2400)])
        self.capture("x")
        for arguments in (["show", "x"], ["show", "x", "--format", "json"],
                          ["diff", "@empty", "x"]):
            reader, writer = os.pipe()
            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_BYTES)  # less than the output
            with subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL,
                                  stdout=writer, stderr=subprocess.PIPE,
                                  env=self.environment()) as process:
                os.close(writer)
                os.read(reader, 1)
                os.close(reader)  # like head -1
                errors = process.communicate(timeout=scenario.SECONDS)[1].decode()
            lines = [line for line in errors.splitlines() if not line.startswith("⚠")]
            self.assertEqual((process.returncode, lines),
                             (2, ["netmon: standard output: Broken pipe"]))

    def test_a_file_is_its_owners_alone_whatever_the_umask(self):
        self.database = world.ROOT / "deep" / "state" / "netmon.db"
        for umask in (0, 0o777):
            self.capture("x", umask=umask)
            self.assertEqual([path.stat().st_mode & 0o7777 for path in
                              (self.database, self.database.parent, self.database.parents[1])],
                             [0o600, 0o700, 0o700])
            for path in (self.database, self.database.parent, self.database.parents[1]):
                path.unlink() if path.is_file() else path.rmdir()

    def test_without_a_home_the_password_database_says_where_it_is(self):
        self.require_real_root()
        state = self.private_database("nobody")
        for name in ("HOME", "XDG_STATE_HOME", "NETMON_DB"):
            del state[name]
        result = self.netmon("capture", "--label", "x", env=state, **self.as_user("nobody"))
        self.assertEqual((result.code, result.out, len(result.errors)), (2, "", 1), result.err)
        self.assertIn("/nonexistent/.local/state/netmon/netmon.db", result.err)

    # Locks.

    def stopped_at(self, call, *command):
        """Starts a command that stops at its first such system call; (its strace, its pid)."""
        process = subprocess.Popen(
            [*tracing.injecting(call, "signal=SIGSTOP", 1), *command], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=tracing.environment(self.environment()))
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        found = []

        def is_there():  # strace has other children for a moment
            for pid in children.read_text("ascii").split():
                try:
                    if os.readlink(f"/proc/{pid}/exe") == os.path.realpath(os.environ["NETMON"]):
                        found.append(int(pid))
                except FileNotFoundError:
                    continue
            return found
        self.await_true("the command to start", is_there)
        return process, found[0]

    def go_on(self, process, pid):
        def has_ended():
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
            return process.poll() is not None
        self.await_true("the command to end", has_ended)

    def test_what_is_stored_can_be_read_while_a_capture_writes(self):
        self.require(tracing.is_there(), "strace is not installed")
        self.capture("first")
        shown = self.show("first").raw
        process, pid = self.stopped_at("pwrite64", *self.command("capture", "--label", "slow"))
        self.await_true("the journal to be there",
                        self.database.with_name("netmon.db-journal").exists)
        self.assertEqual(self.show("first").raw, shown)
        self.netmon("diff", "first", "@now", expect=0)
        self.netmon("verify", expect=0)
        self.assertEqual(self.stored(), 1)
        self.go_on(process, pid)
        self.assertEqual((process.returncode, self.stored()), (0, 2))
        self.netmon("verify", expect=0)

    def test_who_waits_in_vain_is_told_for_whom(self):
        self.capture("first")
        connection = sqlite3.connect(self.database, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        waiting = [subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    env=self.environment())
                   for arguments in (["capture", "--label", "x"], ["list"], ["show", "first"],
                                     ["verify"])]
        own_name = Path("/proc/self/comm").read_text("utf-8").strip()
        done = [process.communicate(timeout=scenario.SECONDS) for process in waiting]
        connection.close()
        for process, (out, errors) in zip(waiting, done):
            self.assertEqual((process.returncode, out), (2, b""))
            self.assertEqual(errors.decode(), f"netmon: {self.database}: is locked by {own_name} "
                             f"(pid {os.getpid()}); waited 10 s\n")
        self.assertEqual(self.stored(), 1)

    def test_eight_captures_at_once_are_one_chain(self):
        running = [subprocess.Popen(self.command("capture", "--label", f"c{number}"),
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, env=self.environment())
                   for number in range(8)]
        for process in running:
            errors = process.communicate(timeout=scenario.SECONDS)[1]
            self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(self.stored(), 8)
        self.netmon("verify", expect=0)


if __name__ == "__main__":
    world.main()
