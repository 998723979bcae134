"""netmon has no more privilege than its current work needs, and writes no other file than intended."""

import fcntl
import os
import pwd
import select
import signal
import sqlite3
import subprocess
from pathlib import Path

import scenario
import world

NONE, FILES = 0, 1 << 1  # CAP_DAC_OVERRIDE
SETS = ("CapInh", "CapPrm", "CapEff", "CapAmb")
DIFF_FORMATS = ("txt", "csv", "json", "md", "html", "sarif")


def statuses(pid):
    """The status of each thread in /proc."""
    found = []
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        try:
            lines = status.read_text("ascii").splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found.append(dict(line.split(":\t", 1) for line in lines if ":\t" in line))
    return found


class Running:
    """A netmon process that is held up somewhere on its way."""

    def __init__(self, test, *arguments, **options):
        self.test, self.arguments = test, arguments
        self.process = subprocess.Popen(test.command(*arguments), stdin=subprocess.DEVNULL,
                                        env=test.environment(), stderr=subprocess.PIPE,
                                        **{"stdout": subprocess.PIPE, **options})
        test.addCleanup(self.close)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def holds(self, wanted):
        threads = statuses(self.process.pid)
        return bool(threads) and all(
            int(thread["CapPrm"], 16) == int(thread["CapEff"], 16) == wanted
            and int(thread["CapInh"], 16) == int(thread["CapAmb"], 16) == 0
            and thread["NoNewPrivs"] == "1" for thread in threads)

    def await_capabilities(self, wanted):
        """Waits until all threads have exactly these capabilities; the process must still exist then."""
        self.test.await_true(f"{self.arguments} to keep {wanted:#x}", lambda: (
            self.process.poll() is not None or self.holds(wanted)))
        self.test.assertIsNone(self.process.poll(), f"{self.arguments} ended before it was seen")

    def end(self, code):
        out, errors = self.process.communicate(timeout=scenario.SECONDS)
        self.test.assertEqual(self.process.returncode, code, (self.arguments, out, errors))
        return (out or b"").decode()


class Least(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require(os.geteuid() == 0, "needs root")
        held = next(iter(statuses("self")))
        self.require(int(held["CapEff"], 16) & ~FILES, "root has no capabilities here")

    def capture_two(self):
        """Captures twice, because a diff of a snapshot with itself is an error."""
        self.capture("one")
        self.capture("two")

    def lock(self, kind):
        """Locks the database: IMMEDIATE keeps writers out, EXCLUSIVE also readers."""
        connection = sqlite3.connect(self.database, isolation_level=None)
        self.addCleanup(connection.close)
        connection.execute(f"BEGIN {kind}")
        return connection

    def full_pipe(self):
        """A pipe that accepts no byte until it is read."""
        reader, writer = os.pipe()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        os.write(writer, b"." * 4096)
        self.addCleanup(os.close, reader)
        return reader, writer

    def await_on_full_pipe(self, *arguments, keeps, code):
        """Waits for the capabilities of a command that cannot print anything yet."""
        reader, writer = self.full_pipe()
        running = Running(self, *arguments, stdout=writer)
        os.close(writer)
        running.await_capabilities(keeps)
        while os.read(reader, 65536):
            pass
        running.end(code)

    def test_a_capture_that_waits_to_store_has_no_capability_left(self):
        self.start("web", "listen 127.0.0.1:80")
        self.capture("one")
        for more in ([], ["--owners", "proc"], ["--for", "20ms", "--every", "10ms"]):
            with self.subTest(more):
                lock = self.lock("IMMEDIATE")
                running = Running(self, "capture", "--label", "two", *more)
                running.await_capabilities(NONE)
                lock.execute("COMMIT")
                running.end(0)
        self.assertEqual([row.process for row in self.show("two").rows], ["web"])

    def test_a_capture_into_a_new_database_makes_it_for_root_alone(self):
        self.database = world.ROOT / "new" / "netmon.db"
        self.capture("one")
        self.assertEqual((self.database.stat().st_mode & 0o777,
                          self.database.parent.stat().st_mode & 0o777), (0o600, 0o700))

    def assert_given_up_before_the_database_is_read(self, commands):
        for arguments in commands:
            with self.subTest(arguments):
                lock = self.lock("EXCLUSIVE")
                running = Running(self, *arguments)
                running.await_capabilities(FILES)
                lock.execute("COMMIT")
                running.end(0)

    def test_what_only_reads_gives_up_its_capabilities_before_it_reads(self):
        self.capture_two()
        commands = (["list"], ["show", "one"], ["diff", "one", "two"], ["verify"],
                    ["history", "--port", "80"])
        self.assert_given_up_before_the_database_is_read(commands)

    def test_what_carries_or_prunes_evidence_has_given_them_up_too(self):
        self.capture("one")
        image = world.ROOT / "one.netmon"
        self.netmon("export", "one", "-o", image, expect=0)
        self.assert_given_up_before_the_database_is_read(
            (["export", "one", "-o", world.ROOT / "two.netmon"], ["import", image],
             ["prune", "--older-than", "365d"]))

    def test_what_was_captured_now_is_shown_without_them(self):
        self.capture("one")
        for code, arguments in ((0, ["show", "@now"]), (0, ["diff", "one", "@now"]),
                                (3, ["diff", "@now", "one"]),  # in the wrong order
                                (0, ["diff", "@now", "@now"]), (0, ["doctor"]), (0, ["controls"])):
            with self.subTest(arguments):
                self.await_on_full_pipe(*arguments, keeps=FILES, code=code)

    def test_every_format_is_written_without_them(self):
        self.capture_two()
        for kind in DIFF_FORMATS:
            with self.subTest(kind):
                fifo = world.ROOT / f"out.{kind}"
                os.mkfifo(fifo)
                running = Running(self, "diff", "one", "two", "-o", fifo)
                running.await_capabilities(FILES)
                self.assertTrue(fifo.read_bytes())
                running.end(0)

    def test_a_watch_keeps_what_it_needs(self):
        self.require_real_root()
        web = self.start("web", "listen 127.0.0.1:80", "user nobody")
        running = Running(self, "watch", "--interval", "10ms")
        seen = b""
        while seen.count(b"127.0.0.1:80") < 2:
            self.assertTrue(select.select([running.process.stdout], [], [], 60)[0])
            seen += os.read(running.process.stdout.fileno(), 65536)
        self.assertIn(str(web.pid).encode(), seen)
        running.process.send_signal(signal.SIGINT)
        running.end(130)

    # Files that others planted.

    def shared_folder(self):
        folder = world.ROOT / "shared"
        folder.mkdir()
        folder.chmod(0o1777)
        return folder

    def nobodys(self, path):
        os.chown(path, pwd.getpwnam("nobody").pw_uid, -1, follow_symlinks=False)
        return path

    def refuse_to_write(self, path):
        """Writing to the path, with -o or as watch's CSV, ends with 2 and one line that names it."""
        for arguments in (["show", "one", "-o", path], ["diff", "one", "two", "-o", path],
                          ["export", "one", "-o", path], ["watch", "--once", f"--csv={path}"]):
            with self.subTest(arguments):
                result = self.netmon(*arguments, expect=2)
                self.assertEqual(len(result.errors), 1, result.err)
                self.assertIn(str(path), result.err)

    def test_a_link_that_others_planted_is_not_followed(self):
        self.require_real_root()
        self.capture_two()
        folder = self.shared_folder()
        target = world.ROOT / "precious"
        target.write_text("as it was")
        for name, meant in (("file.csv", target), ("new.csv", world.ROOT / "made"),
                            ("device.csv", "/dev/null")):
            link = folder / name
            link.symlink_to(meant)
            self.refuse_to_write(self.nobodys(link))
            self.assertTrue(link.is_symlink())
        self.assertEqual(target.read_text(), "as it was")
        self.assertFalse((world.ROOT / "made").exists())

    def test_a_folder_that_others_linked_is_not_gone_through(self):
        self.require_real_root()
        self.capture_two()
        inner = world.ROOT / "etc"
        inner.mkdir()
        link = self.shared_folder() / "reports"
        link.symlink_to(inner)
        self.nobodys(link)
        self.refuse_to_write(link / "x.csv")
        self.assertEqual(list(inner.iterdir()), [])

    def test_a_pipe_or_a_file_that_others_planted_is_not_written_to(self):
        self.require_real_root()
        self.capture_two()
        folder = self.shared_folder()
        pipe, plain = folder / "pipe.csv", folder / "plain.csv"
        os.mkfifo(pipe)
        plain.write_text("")
        plain.chmod(0o666)
        for path in (pipe, plain):
            self.refuse_to_write(self.nobodys(path))
        self.assertEqual(plain.read_text(), "")

    def test_a_second_name_of_a_file_is_not_written_to_in_a_shared_folder(self):
        self.require_real_root()
        self.capture_two()
        header = self.netmon("show", "@empty", "--format", "csv", expect=0).out
        victim = world.ROOT / "victim.csv"
        victim.write_text(header)
        second = self.shared_folder() / "second.csv"
        os.link(victim, second)
        self.refuse_to_write(second)
        self.assertEqual(victim.read_text(), header)

    def test_roots_own_files_and_links_work_as_ever(self):
        self.capture("one")
        table = self.netmon("show", "one", "--format", "csv", expect=0).out
        for folder in (world.ROOT / "own", self.shared_folder()):
            folder.mkdir(exist_ok=True)
            with self.subTest(folder.name):
                plain = folder / "plain.csv"
                for _ in range(2):  # made, then replaced
                    self.netmon("show", "one", "-o", plain, expect=0)
                    self.assertEqual(plain.read_text("utf-8"), table)
                rows = folder / "rows.csv"
                for _ in range(2):
                    self.netmon("watch", "--once", f"--csv={rows}", expect=0)
                self.assertEqual(rows.read_text("utf-8").count("Timestamp"), 1)
                linked = folder / "linked"
                linked.symlink_to(world.ROOT / "elsewhere")
                (world.ROOT / "elsewhere").mkdir(exist_ok=True)
                self.netmon("show", "one", "-o", linked / "x.csv", expect=0)
                self.assertEqual((world.ROOT / "elsewhere" / "x.csv").read_text("utf-8"), table)
                self.assertEqual(sorted(path.name for path in folder.iterdir()),
                                 ["linked", "plain.csv", "rows.csv"])

    def test_root_writes_reports_into_another_users_folder(self):
        self.require_real_root()
        self.capture("one")
        home = world.ROOT / "nobodys-home"
        home.mkdir(mode=0o700)
        earlier = home / "report.csv"
        earlier.write_text("an earlier one")
        for path in (home, earlier):
            self.nobodys(path)
        for path in (earlier, home / "new.csv"):
            self.netmon("show", "one", "-o", path, expect=0)
            self.assertIn("Timestamp", path.read_text("utf-8"))
        rows = home / "rows.csv"
        rows.write_text("")
        self.nobodys(rows)
        self.netmon("watch", "--once", f"--csv={rows}", expect=0)
        self.assertIn("Timestamp", rows.read_text("utf-8"))

    def test_an_ordinary_users_links_are_followed_as_ever(self):
        self.require_real_root()
        state = self.private_database("nobody")
        home = Path(state["HOME"])
        nobody = self.as_user("nobody")
        self.netmon("capture", "--label", "one", expect=0, env=state, **nobody)
        rows = home / "rows.csv"
        link = home / "link.csv"
        link.symlink_to(rows)
        self.nobodys(link)
        self.netmon("watch", "--once", f"--csv={link}", expect=0, env=state, **nobody)
        self.assertTrue(link.is_symlink())
        self.assertIn("Timestamp", rows.read_text("utf-8"))
        self.netmon("show", "one", "-o", link, expect=0, env=state, **nobody)
        self.assertFalse(link.is_symlink())  # the link was replaced by the complete file


if __name__ == "__main__":
    world.main()
