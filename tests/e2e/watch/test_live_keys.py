"""The live view answers keys: rows are filtered, sorted, shown in detail, paused and scrolled."""

import fcntl
import re
import stat
import subprocess
from pathlib import Path

import holding
import live_view
import world

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


class LiveKeys(live_view.LiveView):
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
        screen.await_text("exists already and is not replaced")
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

    def test_keys_are_answered_while_a_round_is_taken(self):
        rows = self.folder / "rows.csv"
        screen = self.watch(self.screen(), "--csv=rows.csv", interval="10ms")
        with rows.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # the round waits for this lock
            size = rows.stat().st_size
            screen.keys("?")
            screen.await_text("^ Signs")
            screen.keys("q", "q")
            # The terminal is restored before the round is over.
            self.await_true("the terminal to be given back",
                            lambda: not screen.is_on_alternate_screen())
            self.assertNotRegex(screen.text(), "ended with [0-9]")
            self.assertEqual(rows.stat().st_size, size)
        screen.await_text("^ended with 0$")
        self.assertTrue(rows.read_text("utf-8").endswith("\n"))

    def test_who_reads_keys_has_given_up_what_the_captures_need(self):
        if not world.real_root():
            self.skipTest("needs root, to have something to give up")
        self.watch(self.screen())
        view = self.pid_of_view()
        effective = {int(task.name): re.search(r"CapEff:\t(\w+)", (task / "status").read_text())[1]
                     for task in Path(f"/proc/{view}/task").iterdir()}
        self.assertEqual(int(effective.pop(view), 16), 1 << 1)  # CAP_DAC_OVERRIDE
        self.assertTrue(all(int(each, 16) & 1 << 19 for each in effective.values()))  # CAP_SYS_PTRACE

    def hold_listeners(self, processes, each):
        """Starts processes with `each` listeners, each process on another loopback address."""
        kept = []
        for number in range(processes):
            kept.append(subprocess.Popen(
                [holding.PYTHON, "-c", LISTENERS, f"127.0.{number}.1", str(each)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            self.addCleanup(kept[-1].communicate)  # it ends with its standard input
        for holder in kept:
            self.assertEqual(holder.stdout.readline(), b"held\n")

    def memory_of_view(self):
        """The peak memory of the view so far, in MiB."""
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
        # Everything that is kept about a socket takes less than 4 KiB, and rounds add nothing.
        self.assertLess(self.memory_of_view(), 400)
        self.assertLess(self.memory_of_view(), first * 5 // 4)
        self.leave(screen)


if __name__ == "__main__":
    world.main()
