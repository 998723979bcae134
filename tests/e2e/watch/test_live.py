"""The live view, as somebody sees it who sits before it: on a terminal of tmux's."""

import csv
import fcntl
import os
import re
import signal
import stat
import subprocess
import unicodedata
from pathlib import Path

import holding
import scenario
import terminal
import tmux
import world
from scenario import PEER, TOR_EXIT

SIZES = ((80, 24), (120, 40), (200, 50))
RED, CYAN = "31", "36"
# Listens on all ports from 10000 on, until its standard input ends.
LISTENERS = """
import socket, sys
kept = []
for port in range(10000, 10000 + int(sys.argv[2])):
    kept.append(socket.socket())
    kept[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept[-1].bind((sys.argv[1], port))
    kept[-1].listen(1)
print("held", flush=True)
sys.stdin.read()
"""
# A name that would clear the screen, rename the window, turn the text around and be no UTF-8.
HOSTILE = "\\x1b[2J\\xe2\\x80\\xae\\xff"
# Two characters of two columns, and one with two marks above it.
WIDE = "\\xe6\\xbc\\xa2\\xe5\\xad\\x97e\\xcc\\x81\\xcc\\x81"


def colours(line):
    """The parameters of all escape sequences of a line."""
    return {number for found in re.findall(r"\x1b\[([0-9;]*)m", line) for number in found.split(";")}


class Live(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require(tmux.is_there(), "tmux is not installed")
        self.folder = world.ROOT / "work"
        self.folder.mkdir()

    def screen(self, columns=80, rows=24, **environment):
        screen = tmux.Screen(self, columns, rows, **environment)
        screen.run(f"cd {self.folder}; clear; echo before the view")
        screen.await_text(r"^before the view")
        return screen

    def watch(self, screen, *arguments, interval="200ms"):
        """Starts the view and waits for its first round."""
        command = " ".join(self.command("watch", "--interval", interval, *arguments))
        screen.run(f"{command}; echo ended with $?")
        screen.await_text(r"^ \d+ sockets?\b")
        screen.await_text(r"^ q quit")  # the last line, which is drawn last
        return screen

    def leave(self, screen, code=0, key="q"):
        screen.keys(key)
        self.await_end(screen, code)

    def await_end(self, screen, code):
        screen.await_text(rf"^ended with {code}$")
        self.assertFalse(screen.is_on_alternate_screen())
        self.assertTrue(screen.cursor_is_shown())
        self.assertIn("before the view", screen.text())

    def row(self, screen, part):
        found = [line for line in screen.lines() if part in line and not line.startswith(" ⚠")]
        self.assertTrue(found, f"no row with {part}:\n{screen.text()}")
        return found[0]

    def story(self):
        """A host that is busy with what it always does, and then two things that are new."""
        self.link_outside()
        self.outside(f"listen {PEER}:5432")
        for number in range(30):
            self.start(f"app{number}", f"listen 127.0.0.1:{8000 + number}")
        self.capture("pre-change")
        return self.start("python3", "listen 0.0.0.0:31337", f"connect tcp {PEER}:5432")

    def test_the_culprit_is_on_the_first_screen_by_sign_and_in_colour(self):
        intruder = self.story()
        for columns, rows in SIZES:
            with self.subTest(f"{columns}x{rows}"):
                screen = self.watch(self.screen(columns, rows), "--baseline", "pre-change")
                for part in ("0.0.0.0:31337", f"{PEER}:5432"):
                    row = self.row(screen, part)
                    self.assertTrue(row.startswith("! "), row)
                    self.assertIn("python3", row)
                    self.assertIn(str(intruder.pid), row)
                    self.assertIn(RED, colours(screen.styled(row.rstrip())))
                self.assertNotIn(RED, colours(screen.styled("app3 ")))
                text = screen.text()
                self.assertIn("UNAPPROVED: 2 changes not approved", text)
                self.assertIn("against pre-change", text)
                self.assertIn("⚠ Unexpected listener on port 31337. Outbound to", text)
                self.assertEqual(len(screen.lines()), rows)
                self.leave(screen)

    def test_without_colour_the_sign_is_there(self):
        self.capture("pre-change")
        self.start("python3", "listen 0.0.0.0:31337")
        for arguments, environment in ((["--color", "never"], {}), ([], {"NO_COLOR": "1"})):
            screen = self.watch(self.screen(**environment), "--baseline", "pre-change", *arguments)
            self.assertTrue(self.row(screen, "0.0.0.0:31337").startswith("! "))
            used = {number for line in screen.styled_lines() for number in colours(line)}
            self.assertFalse(used & {str(number) for number in (*range(30, 38), *range(40, 48))})
            self.leave(screen)
            screen.end()

    def test_what_comes_is_marked_and_what_goes_stays_with_a_sign(self):
        self.start("web", "listen 0.0.0.0:80")
        screen = self.watch(self.screen())
        self.assertTrue(self.row(screen, "0.0.0.0:80").startswith("   listener"))
        late = self.start("late", "listen 127.0.0.1:9999")
        screen.await_text(r"^\+  .*127\.0\.0\.1:9999 .*late")
        self.assertIn(CYAN, colours(screen.styled("127.0.0.1:9999")))
        screen.await_text("1 new")
        late.end()
        screen.await_text(r"^\+- .*127\.0\.0\.1:9999 .*late")
        screen.await_text("1 gone")
        screen.await_no_text("9999")  # after ten seconds
        self.leave(screen)

    def test_what_came_and_went_between_two_rounds_is_there(self):
        self.require_real_root()
        self.capture("base")
        self.require_events()
        rows = self.folder / "rows.csv"
        screen = self.watch(self.screen(120, 40), "--csv=rows.csv", "--baseline", "base")
        with rows.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # for which the round waits
            size = rows.stat().st_size
            for _ in range(2):  # a round that began before has come to its end by then
                self.start("moment", "listen 127.0.0.1:31337").end()
            self.assertEqual(rows.stat().st_size, size)
        screen.await_text(r"^!- .*listener .*127\.0\.0\.1:31337 .*moment")
        screen.await_no_text("^!.*31337")  # after ten seconds
        self.leave(screen)

    def test_a_listener_of_the_baseline_that_is_gone_keeps_a_row(self):
        web = self.start("web", "listen 0.0.0.0:80")
        self.capture("base")
        web.end()
        screen = self.watch(self.screen(120, 40), "--baseline", "base")
        self.assertRegex(self.row(screen, "0.0.0.0:80"), r"^-  listener-removed .*\bweb\b")
        self.assertIn("1 missing", screen.text())
        self.leave(screen)

    def test_a_filter_is_typed_and_a_wrong_one_is_said(self):
        self.start("web", "listen 0.0.0.0:80", "listen 0.0.0.0:443")
        screen = self.watch(self.screen())
        screen.keys("/")
        screen.type("port=443")
        screen.keys("Enter")
        screen.await_no_text(r"0\.0\.0\.0:80\b")
        screen.await_text(r"^ Filter: port=443 +1 of 2 rows")
        self.assertIn("0.0.0.0:443", screen.text())
        screen.keys("/")
        screen.type(" colour=red")
        screen.keys("Enter")
        screen.await_text("there is no field 'colour'")
        screen.await_text(r"^ Filter: port=443 +1 of 2 rows")
        screen.keys("Escape")
        screen.await_no_text("colour")
        self.leave(screen)

    def test_the_filter_of_the_command_line_is_there_from_the_start(self):
        self.start("web", "listen 0.0.0.0:80", "listen 0.0.0.0:443")
        screen = self.watch(self.screen(), "--filter", "port=443")
        screen.await_text(r"^ Filter: port=443 +1 of 2 rows")
        self.leave(screen)

    def first_row(self, screen):
        lines = screen.lines()
        titles = next(number for number, line in enumerate(lines) if "PROCESS" in line)
        return lines[titles + 1]

    def test_rows_are_sorted_as_asked(self):
        self.start("zeta", "listen 0.0.0.0:80")
        self.start("alpha", "listen 0.0.0.0:443")
        screen = self.watch(self.screen())
        self.assertIn("zeta", self.first_row(screen))
        screen.keys("s", "s")
        screen.await_text("sorted by process")
        self.assertIn("alpha", self.first_row(screen))
        screen.keys("s")
        screen.await_text("sorted by local port")
        self.assertIn("zeta", self.first_row(screen))
        self.leave(screen)

    def test_details_say_all_and_what_the_database_knows(self):
        self.capture("empty")
        intruder = self.start("python3", "listen 0.0.0.0:31337")
        self.capture("seen")
        screen = self.watch(self.screen(100, 50), "--baseline", "empty")
        screen.keys("Enter")
        screen.await_text(r"in database +first seen \d{4}-.* \(#2\)")
        text = screen.text()
        for part in ("unapproved, high: listener-added", "tcp 0.0.0.0:31337 → *:*",
                     f"Holder: python3 (pid {intruder.pid})", "root (uid 0)", "parents",
                     "executable", "sha256", "script", "in this view"):
            self.assertIn(part, text)
        screen.keys("Escape")
        screen.await_text("UNAPPROVED")
        self.leave(screen)

    def test_help_and_notes_are_pages_to_come_back_from(self):
        screen = self.watch(self.screen())
        screen.keys("?")
        screen.await_text("^ Signs")
        screen.keys("End")
        screen.await_text("this help")
        screen.keys("q")  # closes the page, not the view
        screen.await_text("^ netmon watch")
        screen.keys("w")
        screen.await_text("what could not be seen")
        screen.keys("Escape")
        screen.await_text("^ netmon watch")
        self.leave(screen)

    def test_a_pause_holds_the_rows_and_goes_on_with_the_newest(self):
        self.start("web", "listen 0.0.0.0:80")
        screen = self.watch(self.screen())
        screen.keys("p")
        screen.await_text("PAUSED")
        self.start("late", "listen 0.0.0.0:9999")
        screen.await_text(r"PAUSED, [2-9]\d* behind")
        self.assertNotIn("9999", screen.text())
        screen.keys("p")
        screen.await_text(r"^\+ .*0\.0\.0\.0:9999")
        screen.await_no_text("PAUSED")
        self.leave(screen)

    def test_a_rule_is_written_and_never_over_a_file(self):
        self.capture("base")
        self.start("python3", "listen 0.0.0.0:31337")
        screen = self.watch(self.screen(), "--baseline", "base")
        written = self.folder / "rule-tcp-31337.toml"
        screen.keys("e")
        screen.await_text(r"^ Write a rule to: rule-tcp-31337\.toml")
        self.assertFalse(written.exists())
        screen.keys("Enter")
        screen.await_text("Wrote rule-tcp-31337.toml")
        text = written.read_text("utf-8")
        self.assertIn('# change = "listener-added"', text)
        self.assertEqual([line for line in text.splitlines() if not line.startswith("#") and line],
                         [])
        self.assertEqual(stat.S_IMODE(written.stat().st_mode), 0o600)
        screen.keys("e", "Enter")
        screen.await_text("is there already, and is not replaced")
        self.assertEqual(written.read_text("utf-8"), text)
        screen.keys("C-u")
        screen.type(str(self.database))
        screen.keys("Enter")
        screen.await_text("is the database in use")
        screen.keys("Escape")
        self.leave(screen)
        approved = text.replace("\n# ", "\n").replace('reason = ""', 'reason = "planned"').replace(
            'ticket = ""', 'ticket = "CHG-1"')
        written.write_text(approved, "utf-8")
        self.assertEqual(self.diff("base", "@now", "--expect", written).code, 0)

    @staticmethod
    def fits(screen, columns, rows):
        """Whether the first line, the rows that matter and the last line stand where they should."""
        lines = screen.lines()
        return (len(lines) == rows and max(map(len, lines)) in range(columns - 1, columns + 1) and
                (columns <= 20 or lines[0].startswith(" netmon watch")) and
                re.search(r" 1-\d+ of \d+$", lines[-1]) and
                any(line.startswith("! ") for line in lines))

    def test_it_fits_the_terminal_whenever_that_changes(self):
        self.story()
        screen = self.watch(self.screen(), "--baseline", "pre-change")
        for columns, rows in ((120, 40), (40, 10), (200, 50), (20, 4), (80, 24)):
            screen.resize(columns, rows)
            self.await_true(f"a view of {columns}x{rows}", lambda: self.fits(screen, columns, rows))
        self.leave(screen)

    # Ways to end.

    def settings(self, screen, name):
        """What `stty -a` says, but for the size."""
        file = self.folder / name
        screen.run(f"stty -a > {file}.new && mv {file}.new {file}")
        self.await_true("the settings of the terminal", file.exists)
        return file.read_text("ascii").partition("\n")[2]

    def pid_of_view(self):
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().split(b"\0")
            except OSError:
                continue
            if len(words) > 1 and words[0] == os.environ["NETMON"].encode() and words[1] == b"watch":
                return int(entry.parent.name)
        return self.fail("no view runs")

    def test_each_way_to_end_gives_the_terminal_back(self):
        screen = self.screen()
        before = self.settings(screen, "before")
        ends = {"q": (lambda: screen.keys("q"), 0), "ctrl-c": (lambda: screen.keys("C-c"), 130),
                "ctrl-\\": (lambda: screen.keys("C-\\"), 131)}
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            ends[number.name] = (lambda number=number: os.kill(self.pid_of_view(), number),
                                 128 + number)
        for name, (end, code) in ends.items():
            with self.subTest(name):
                screen.run("clear; echo before the view")
                screen.await_text(r"\Abefore the view\n[#$]$")
                self.watch(screen)
                end()
                self.await_end(screen, code)
                self.assertEqual(self.settings(screen, f"after-{code}-{len(name)}"), before)

    def test_where_there_is_no_other_screen_the_shell_goes_on_in_an_empty_line(self):
        screen = self.screen()
        command = " ".join(self.command("watch", "--interval", "200ms"))
        screen.run(f"TERM=vt100 {command}; echo ended with $?")
        screen.await_text(r"^ q quit")
        screen.keys("q")
        screen.await_text(r"^ended with 0$")
        self.assertTrue(screen.cursor_is_shown())

    def test_a_failure_gives_the_terminal_back_and_is_told(self):
        screen = self.screen()
        before = self.settings(screen, "before")
        self.watch(screen, "--csv=rows.csv")
        (self.folder / "rows.csv").write_text("name,age\n", "utf-8")
        self.await_end(screen, 2)
        screen.await_text("^netmon: rows.csv: starts with another header")
        self.assertEqual(self.settings(screen, "after"), before)

    def test_stopped_and_continued_it_is_whole_and_so_is_the_terminal(self):
        self.start("web", "listen 0.0.0.0:80")
        screen = self.screen()
        before = self.settings(screen, "before")
        self.watch(screen)
        screen.keys("C-z")
        screen.await_text("Stopped")
        self.assertFalse(screen.is_on_alternate_screen())
        self.assertEqual(self.settings(screen, "stopped"), before)
        screen.resize(100, 30)
        screen.run("fg")
        screen.await_text(r"^ netmon watch")
        screen.await_text(r"0\.0\.0\.0:80")
        screen.await_text(r"1-1 of 1$")
        self.assertEqual(len(screen.lines()), 30)
        screen.keys("q")
        screen.await_text(r"^[#$]$")
        self.assertFalse(screen.is_on_alternate_screen())
        self.assertEqual(self.settings(screen, "after"), before)

    def test_a_lost_connection_ends_it(self):
        view = terminal.Terminal(self.command("watch", "--interval", "1h"),
                                 self.environment(TERM="xterm"))
        view.read_until(r"\d+ socket")
        self.assertEqual(view.hang_up(), 128 + signal.SIGHUP)

    # What is told besides.

    def test_csv_and_warnings_work_beside_it(self):
        self.capture("base")
        intruder = self.start("python3", "listen 0.0.0.0:31337")
        screen = self.watch(self.screen(), "--baseline", "base", "--csv=rows.csv", "2>told")
        screen.await_text(r"Output appended → rows\.csv \(1 row\)")
        rows = list(csv.DictReader((self.folder / "rows.csv").read_text("utf-8").splitlines()))
        self.assertEqual({row["Local addr"] for row in rows}, {"0.0.0.0:31337"})
        self.leave(screen)
        told = (self.folder / "told").read_text("utf-8").splitlines()
        self.assertEqual([line for line in told if line.startswith("⚠")],
                         [f"⚠ Unexpected listener on port 31337 — investigate. "
                          f"(python3, pid {intruder.pid})"])

    def test_nothing_is_written_over_the_view(self):
        self.capture("base")
        screen = self.watch(self.screen(), "--baseline", "base", "--csv=rows.csv")
        self.start("python3", "listen 0.0.0.0:31337")
        screen.await_text("⚠ Unexpected listener on port 31337")
        lines = screen.lines()
        self.assertTrue(lines[0].startswith(" netmon watch"), lines)
        self.assertEqual([len([line for line in lines if part in line])
                          for part in ("investigate", "Output appended")], [1, 1], lines)
        self.leave(screen)
        self.assertNotIn("investigate", screen.text())

    def test_keys_are_answered_while_a_round_is_taken(self):
        rows = self.folder / "rows.csv"
        screen = self.watch(self.screen(), "--csv=rows.csv", interval="10ms")
        with rows.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # for which the round waits
            size = rows.stat().st_size
            screen.keys("?")
            screen.await_text("^ Signs")
            screen.keys("q", "q")
            # The terminal is back while the round is not over.
            self.await_true("the terminal to be given back",
                            lambda: not screen.is_on_alternate_screen())
            self.assertNotRegex(screen.text(), "ended with [0-9]")
            self.assertEqual(rows.stat().st_size, size)
        screen.await_text("^ended with 0$")
        self.assertTrue(rows.read_text("utf-8").endswith("\n"))

    @staticmethod
    def columns_before(line, word):
        return sum(0 if unicodedata.combining(letter) else
                   2 if unicodedata.east_asian_width(letter) in "WF" else 1
                   for letter in line[:line.index(word)])

    def test_who_reads_keys_has_given_up_what_the_captures_need(self):
        if not world.real_root():
            self.skipTest("needs root, to have something to give up")
        self.watch(self.screen())
        view = self.pid_of_view()
        effective = {int(task.name): re.search(r"CapEff:\t(\w+)", (task / "status").read_text())[1]
                     for task in Path(f"/proc/{view}/task").iterdir()}
        self.assertEqual(int(effective.pop(view), 16), 1 << 1)  # CAP_DAC_OVERRIDE
        self.assertTrue(all(int(each, 16) & 1 << 19 for each in effective.values()))  # CAP_SYS_PTRACE

    def test_hostile_names_do_nothing_to_the_screen(self):
        self.start("x", f"name {HOSTILE}", "listen 0.0.0.0:80")
        self.start("x", f"name {WIDE}", "listen 0.0.0.0:81")
        self.start("plain", "listen 0.0.0.0:82")
        screen = self.watch(self.screen(120, 40))
        self.assertIn("\\x1b[2J\\u202e\\xff", self.row(screen, "0.0.0.0:80"))
        wide = unicodedata.normalize("NFD", self.row(screen, "0.0.0.0:81"))
        self.assertIn("漢字e\u0301\u0301", wide)
        self.assertTrue(screen.lines()[0].startswith(" netmon watch"))
        # What follows the names stands where it stands in the other rows.
        ends = {self.columns_before(self.row(screen, f"0.0.0.0:{port}"), "root")
                for port in (80, 81, 82)}
        self.assertEqual(len(ends), 1, screen.text())
        screen.keys("Enter")
        screen.await_text("Holder: ")
        screen.keys("Escape")
        self.leave(screen)

    def test_only_what_changes_is_sent(self):
        for port in range(20):
            self.start(f"app{port}", f"listen 127.0.0.1:{9000 + port}")
        rows = self.folder / "rows.csv"
        view = terminal.Terminal(self.command("watch", "--interval", "10ms", f"--csv={rows}"),
                                 self.environment(TERM="xterm"))
        view.read_until(r"127\.0\.0\.1:9019")
        first = len(view.text)
        taken = rows.read_text("utf-8").count(":9019,")
        self.await_true("ten rounds more",
                        lambda: rows.read_text("utf-8").count(":9019,") >= taken + 10)
        view.type("q")
        self.assertEqual(view.end(), 0)
        self.assertLess(len(view.text) - first, first / 2)

    def hold_listeners(self, processes, each):
        """So many listeners: `each` on one address of loopback for each process."""
        kept = []
        for number in range(processes):
            kept.append(subprocess.Popen(
                [holding.PYTHON, "-c", LISTENERS, f"127.0.{number}.1", str(each)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            self.addCleanup(kept[-1].communicate)  # it ends with its standard input
        for holder in kept:
            self.assertEqual(holder.stdout.readline(), b"held\n")

    def memory_of_view(self):
        """The most that it has had so far, in MiB."""
        status = Path(f"/proc/{self.pid_of_view()}/status").read_text("ascii")
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024

    def test_a_hundred_thousand_rows_are_scrolled_filtered_and_kept_in_bounded_memory(self):
        self.hold_listeners(10, 10000)
        screen = self.watch(self.screen(120, 40))
        screen.await_text(r" 1-35 of 100000$")
        screen.keys("End")
        screen.await_text(r" 99966-100000 of 100000$")
        screen.keys("PPage", "PPage")
        screen.await_text(r" 999\d\d-999\d\d of 100000$")
        screen.keys("s", "Home")
        screen.await_text(r" 1-35 of 100000$")
        screen.keys("/")
        screen.type("port=10777")
        screen.keys("Enter")
        screen.await_text(r"^ Filter: port=10777 +10 of 100000 rows")
        screen.keys("Enter")
        screen.await_text("Holder: ")
        screen.keys("Escape", "p")
        screen.await_text(r"PAUSED, ([4-9]|\d\d+) behind")
        first = self.memory_of_view()
        screen.await_text(r"PAUSED, \d\d+ behind")
        # A socket takes less than 4 KiB in all that is kept of it, and no round adds to that.
        self.assertLess(self.memory_of_view(), 400)
        self.assertLess(self.memory_of_view(), first * 5 // 4)
        self.leave(screen)

    def test_a_terminal_that_is_not_known_gets_rounds(self):
        self.start("web", "listen 0.0.0.0:80")
        view = terminal.Terminal(self.command("watch", "--interval", "20ms"),
                                 self.environment(TERM="no-such-terminal"))
        view.read_until(r"(?s)0\.0\.0\.0:80.*0\.0\.0\.0:80")
        self.assertIn("TERM=no-such-terminal is not known here", view.text)
        view.type("\x03")
        self.assertEqual(view.end(), 130)


if __name__ == "__main__":
    world.main()
