"""The database in practice: modes, locks, several writers, a killed writer, tampering."""

import os
import signal
import sqlite3
import stat
import subprocess
from pathlib import Path

import scenario
import world


class Store(scenario.Scenario):
    def mode(self, path):
        return stat.S_IMODE(path.stat().st_mode)

    def numbers(self):
        return [row.split(",")[0] for row in
                self.netmon("list", "--format", "csv", expect=0).out.splitlines()[1:]]

    def test_the_database_is_its_owners_alone_whatever_the_umask(self):
        self.database = world.ROOT / "deep" / "state" / "netmon.db"
        for umask in (0, 0o077):
            self.capture("x", umask=umask)
            self.assertEqual((self.mode(self.database), self.mode(self.database.parent)),
                             (0o600, 0o700))

    def test_the_database_of_root_and_of_a_user_are_where_they_belong(self):
        (world.ROOT / "var").mkdir()
        subprocess.run(["mount", "--bind", world.ROOT / "var", "/var/lib"], check=True)
        environment = self.environment()
        del environment["NETMON_DB"]
        self.capture("x", env=environment, umask=0)
        folder = world.ROOT / "var" / "netmon"
        self.assertEqual((self.mode(folder / "netmon.db"), self.mode(folder)), (0o600, 0o700))
        self.require_real_root()
        theirs = self.private_database("nobody")
        del theirs["NETMON_DB"]
        self.capture("x", env=theirs, umask=0, **self.as_user("nobody"))
        folder = world.ROOT / "nobody" / "state" / "netmon"
        self.assertEqual((self.mode(folder / "netmon.db"), self.mode(folder)), (0o600, 0o700))

    def test_eight_captures_at_once_are_all_stored(self):
        self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(2000, 2050)])
        running = [subprocess.Popen(self.command("capture", "--label", f"c{number}"),
                                    env=self.environment(), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                   for number in range(8)]
        for process in running:
            errors = process.communicate(timeout=scenario.SECONDS)[1]
            self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(len(set(self.numbers())), 8)
        for number in range(8):
            self.assertEqual(len(self.show(f"c{number}").rows), 50)

    def lock(self):
        connection = sqlite3.connect(self.database, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        return connection

    def await_opened(self, process):
        """Waits until the process has the database open."""
        def opened():
            descriptors = Path(f"/proc/{process.pid}/fd")
            try:
                return str(self.database) in [os.readlink(path) for path in descriptors.iterdir()]
            except FileNotFoundError:
                return False  # one was closed meanwhile
        self.await_true("the database to be opened", opened)

    def test_a_locked_database_is_waited_for(self):
        self.capture("first")
        connection = self.lock()
        process = subprocess.Popen(self.command("capture", "--label", "second"),
                                   env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

        self.await_opened(process)
        self.assertIsNone(process.poll())
        connection.close()
        errors = process.communicate(timeout=scenario.SECONDS)[1]
        self.assertEqual(process.returncode, 0, errors)

    def test_a_database_locked_for_good_is_an_error(self):
        self.capture("first")
        connection = self.lock()
        result = self.netmon("capture", "--label", "second", expect=2)
        connection.close()
        self.assertEqual(len(result.errors), 1, result.err)
        self.assertIn(str(self.database), result.err)
        self.assertIn("lock", result.err)

    def test_a_killed_capture_leaves_nothing(self):
        self.capture("first")
        connection = self.lock()
        process = subprocess.Popen(self.command("capture", "--label", "second"),
                                   env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.await_opened(process)
        process.send_signal(signal.SIGKILL)
        process.wait(scenario.SECONDS)
        connection.close()
        self.assertEqual(len(self.numbers()), 1)
        self.capture("third")
        self.assertEqual(len(self.numbers()), 2)

    def test_rows_changed_by_hand_fail_the_integrity_check(self):
        self.start("web", "listen 127.0.0.1:80")
        self.capture("before")
        self.capture("after")
        connection = sqlite3.connect(self.database)
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        changed = connection.execute("UPDATE socket SET local_port = 8080").rowcount
        self.assertEqual(changed, 2)
        connection.commit()
        connection.close()
        for arguments in (["show", "before"], ["diff", "before", "after"],
                          ["diff", "before", "@now"]):
            with self.subTest(arguments):
                result = self.netmon(*arguments)
                self.assertEqual((result.code, result.out), (4, ""), result.err)

    def test_list_shows_what_was_captured(self):
        self.start("web", "listen 127.0.0.1:80")
        self.capture("pre-change", "--ticket", "CHG-1042", "--note", "before the upgrade")
        info = self.show("pre-change").info
        self.assertEqual((info["label"], info["ticket"], info["note"]),
                         ("pre-change", "CHG-1042", "before the upgrade"))
        for kind in ("table", "csv", "json"):
            out = self.netmon("list", "--format", kind, expect=0).out
            self.assertIn("pre-change", out)
            self.assertIn("CHG-1042", out)


if __name__ == "__main__":
    world.main()
