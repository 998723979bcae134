"""Damaged databases: cut short, changed, of another program, of a newer netmon, copied without their
log, or no file at all. No answer is wrong, and no file is changed."""

import os
import random
import re
import shutil
import socket
import sqlite3
import subprocess
from pathlib import Path

import scenario
import world

COMMANDS = (["show", "before"], ["diff", "before", "after", "--all"], ["verify"])


class Damage(scenario.Scenario):
    def stored(self):
        """A database with two snapshots, and the right answers of COMMANDS."""
        listener = self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(2000, 2060)])
        self.capture("before")
        listener.say("listen 0.0.0.0:31337")
        self.capture("after")
        answers = [self.netmon(*command) for command in COMMANDS]
        self.assertEqual([answer.code for answer in answers], [0, 1, 0])
        return self.database.read_bytes(), answers

    def evidence(self, answer):
        """The output without the past, which comes from the index of history and is not evidence."""
        return re.sub(r"^ +past: .*\n", "", answer.out, flags=re.MULTILINE)

    def judge(self, content, answers, what):
        """Whether each of COMMANDS rejects this database. A command that does not must answer right."""
        damaged = world.ROOT / "damaged.db"
        damaged.write_bytes(content)
        refused = []
        for command, right in zip(COMMANDS, answers):
            result = self.netmon(*command, "--db", damaged)
            shown = f"{what}: {command}: {result.code}\n{result.out}\n{result.err}"
            refused.append(result.code in (2, 4))
            if not refused[-1]:
                self.assertEqual((result.code, self.evidence(result)),
                                 (right.code, self.evidence(right)), shown)
            elif result.code == 2:
                self.assertEqual((result.out, len(result.errors)), ("", 1), shown)
                self.assertTrue(result.err.startswith(f"netmon: {damaged}: "), shown)
        self.assertIn(self.netmon("list", "--db", damaged).code, (0, 2, 4), what)
        self.assertEqual(damaged.read_bytes(), content, what)
        return refused

    def test_a_database_cut_short_is_refused(self):
        content, answers = self.stored()
        lengths = random.Random(1042)
        cuts = {*range(0, len(content), 32768), len(content) - 1,
                *(lengths.randrange(len(content)) for _ in range(8))}
        for cut in sorted(cuts):
            refused = self.judge(content[:cut], answers, f"{cut} of {len(content)} bytes")
            self.assertTrue(refused[-1], cut)

    def test_a_byte_changed_anywhere_is_refused_or_does_not_matter(self):
        content, answers = self.stored()
        # Most bytes belong to no row; these do.
        texts = [match.end() - 1 for match in re.finditer(rb"127\.0\.0\.1|0\.0\.0\.0", content)]
        choice = random.Random(2042)
        places = [choice.randrange(len(content)) for _ in range(8)] + choice.sample(texts, 16)
        refusals = 0
        for place in places:
            bit = 1 << choice.randrange(3)  # turns one digit into another
            changed = bytearray(content)
            changed[place] ^= bit
            refusals += any(self.judge(bytes(changed), answers, f"byte {place} ^ {bit}"))
        self.assertGreater(refusals, 10)

    # Files that are not netmon's.

    def state(self, path):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        beside = sorted(name.name for name in path.parent.iterdir())
        return content, status.st_mtime_ns, status.st_mode, beside

    def refuse_and_leave(self, path, cause):
        before = self.state(path)
        for arguments in (["list"], ["show", "x"], ["diff", "x", "@now"], ["verify"],
                          ["capture", "--label", "x"], ["history", "--port", "1"]):
            with self.subTest(f"{path.name}: {arguments[0]}"):
                result = self.netmon(*arguments, "--db", path)
                self.assertEqual((result.code, result.out), (2, ""), result.err)
                self.assertEqual(result.errors, [f"netmon: {path}: {cause}"])
                self.assertEqual(self.state(path), before)

    def sqlite(self, name, *statements):
        path = world.ROOT / "others" / name
        connection = sqlite3.connect(path, isolation_level=None)
        for statement in statements:
            connection.execute(statement)
        connection.close()
        return path

    def test_another_programs_database_is_refused_and_untouched(self):
        (world.ROOT / "others").mkdir()
        for name, statements in (
                ("rows", ["CREATE TABLE snapshot (id INTEGER)"]),
                ("empty", ["CREATE TABLE t (x)", "DROP TABLE t"]),
                ("marked", ["PRAGMA application_id = 7", "PRAGMA user_version = 2",
                            "CREATE TABLE t (x)"]),
                ("logged", ["PRAGMA journal_mode = WAL", "CREATE TABLE t (x)"]),
                ("unnumbered", [f"PRAGMA application_id = {0x6e6d6f6e}", "CREATE TABLE t (x)"])):
            self.refuse_and_leave(self.sqlite(name, *statements), "is not a netmon database")

    def test_a_log_of_another_programs_database_stays_beside_it(self):
        (world.ROOT / "others").mkdir()
        path = self.sqlite("busy", "PRAGMA journal_mode = WAL")
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE t (x)")
        connection.commit()
        copy = world.ROOT / "copies" / "busy"
        copy.parent.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
        connection.close()
        self.refuse_and_leave(copy, "is not a netmon database")

    def test_a_newer_netmons_database_is_refused_and_untouched(self):
        self.capture("x")
        path = world.ROOT / "others" / "newer"
        path.parent.mkdir()
        shutil.copy(self.database, path)
        with sqlite3.connect(self.database) as connection:
            schema = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.close()
        self.sqlite("newer", f"PRAGMA user_version = {schema + 1}")
        self.refuse_and_leave(
            path, f"was made by a newer netmon (schema {schema + 1}; this netmon knows {schema})")

    def test_what_is_no_regular_file_is_refused_at_once(self):
        folder = world.ROOT / "others"
        folder.mkdir()
        os.mkfifo(folder / "fifo")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "socket"))
            for name in ("fifo", "socket"):
                self.refuse_and_leave(folder / name, "is not a regular file")
        (folder / "folder").mkdir()
        self.refuse_and_leave(folder / "folder", "is a directory")
        (folder / "link").symlink_to("fifo")
        self.refuse_and_leave(folder / "link", "is not a regular file")
        (folder / "ring").symlink_to("ring")
        self.refuse_and_leave(folder / "ring", "Too many levels of symbolic links")

    # A write-ahead log, which another program turned on.

    def with_log(self):
        """A netmon database whose second snapshot is in its log; the connection keeps it there."""
        self.capture("first")
        keeper = sqlite3.connect(self.database, isolation_level=None)
        keeper.execute("PRAGMA journal_mode = WAL")
        keeper.execute("PRAGMA wal_autocheckpoint = 0")
        keeper.execute("CREATE TABLE in_the_log (x)")
        keeper.execute("DROP TABLE in_the_log")
        return keeper

    def copy(self, name, suffixes):
        folder = world.ROOT / name
        folder.mkdir()
        folder.chmod(0o755)
        for suffix in suffixes:
            shutil.copy(f"{self.database}{suffix}", folder / f"copy.db{suffix}")
            (folder / f"copy.db{suffix}").chmod(0o644)
        return folder / "copy.db"

    def test_a_copy_with_its_log_is_read_and_one_without_it_is_refused(self):
        keeper = self.with_log()
        right = self.netmon("list", expect=0).out
        for name, suffixes in (("log", ["", "-wal"]), ("both", ["", "-wal", "-shm"])):
            copy = self.copy(name, suffixes)
            self.assertEqual(self.netmon("list", "--db", copy, expect=0).out, right)
            self.netmon("verify", "--db", copy, expect=0)
        alone = self.copy("alone", [""])
        before = self.state(alone)
        for arguments in (["list"], ["show", "first"], ):
            result = self.netmon(*arguments, "--db", alone, expect=2)
            self.assertEqual((result.out, len(result.errors)), ("", 1), result.err)
            self.assertIn(f"{alone}: another program turned on its write-ahead log, and "
                          "copy.db-wal is not next to it", result.err)
            self.assertEqual(self.state(alone), before)
        keeper.close()

    def test_a_copy_whose_log_cannot_be_read_is_refused(self):
        self.require_real_root()
        keeper = self.with_log()
        copy = self.copy("theirs", ["", "-wal"])
        result = self.netmon("list", "--db", copy, expect=2, **self.as_user("nobody"))
        self.assertEqual(result.errors, [
            f"netmon: {copy}: another program turned on its write-ahead log, so it can be read "
            "only in a writable folder"])
        keeper.close()

    def test_a_capture_ends_the_log_that_another_program_turned_on(self):
        self.with_log().close()
        self.assertEqual(self.database.read_bytes()[18:20], b"\x02\x02")
        self.capture("second")
        self.assertEqual(self.database.read_bytes()[18:20], b"\x01\x01")
        self.netmon("verify", expect=0)
        self.assertEqual([path.name for path in world.ROOT.glob("netmon.db*")], ["netmon.db"])

    # Media that cannot be written to.

    def test_a_user_who_may_only_read_reads(self):
        self.require_real_root()
        self.start("web", "listen 127.0.0.1:80")
        self.capture("x")
        copy = self.copy("theirs", [""])
        copy.chmod(0o444)
        before = self.state(copy)
        nobody = self.as_user("nobody")
        right = self.netmon("show", "x", expect=0).out
        self.assertEqual(self.netmon("show", "x", "--db", copy, expect=0, **nobody).out, right)
        self.netmon("verify", "--db", copy, expect=0, **nobody)
        result = self.netmon("capture", "--label", "y", "--db", copy, expect=2, **nobody)
        self.assertEqual(result.errors, [f"netmon: {copy}: Permission denied"])
        self.assertEqual(self.state(copy), before)

    def test_on_read_only_media_what_is_whole_is_read_and_what_is_not_is_said(self):
        self.capture("x")
        whole, broken = self.copy("whole", [""]), self.copy("broken", [""])
        journal = Path(f"{broken}-journal")
        journal.write_bytes(bytes.fromhex("d9d505f920a163d7") + bytes(2 * 512))
        for path in (whole, broken):
            subprocess.run(["mount", "--bind", path.parent, path.parent], check=True)
            subprocess.run(["mount", "-o", "remount,bind,ro", path.parent], check=True)
        self.assertEqual(self.netmon("list", "--db", whole, expect=0).out,
                         self.netmon("list", expect=0).out)
        self.netmon("verify", "--db", whole, expect=0)
        self.assertEqual(
            self.netmon("capture", "--label", "y", "--db", whole, expect=2).errors,
            [f"netmon: {whole}: Read-only file system"])
        result = self.netmon("list", "--db", broken, expect=2)
        self.assertEqual(result.errors, [f"netmon: {broken}: must be repaired before it can be "
                                         f"read: {broken}: Read-only file system"])


if __name__ == "__main__":
    world.main()
