"""The live view as its user sees it: its rows, and the other output. test_live_keys.py tests its keys,
and test_live_terminal.py the terminal."""

import csv
import fcntl
import unicodedata

import live_view
import world
from live_view import colours
from scenario import PEER

SIZES = ((80, 24), (120, 40), (200, 50))

RED, CYAN = "31", "36"

# A name that would clear the screen, rename the window and reverse the text, and is not valid UTF-8.
HOSTILE = "\\x1b[2J\\xe2\\x80\\xae\\xff"

# Two characters that take two columns each, and one with two combining marks.
WIDE = "\\xe6\\xbc\\xa2\\xe5\\xad\\x97e\\xcc\\x81\\xcc\\x81"


class Live(live_view.LiveView):
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
            fcntl.flock(held, fcntl.LOCK_EX)  # the round waits for this lock
            size = rows.stat().st_size
            for _ in range(2):  # the first may be in a round that began before
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

    @staticmethod
    def columns_before(line, word):
        return sum(0 if unicodedata.combining(letter) else
                   2 if unicodedata.east_asian_width(letter) in "WF" else 1
                   for letter in line[:line.index(word)])

    def test_hostile_names_do_nothing_to_the_screen(self):
        self.start("x", f"name {HOSTILE}", "listen 0.0.0.0:80")
        self.start("x", f"name {WIDE}", "listen 0.0.0.0:81")
        self.start("plain", "listen 0.0.0.0:82")
        screen = self.watch(self.screen(120, 40))
        self.assertIn("\\x1b[2J\\u202e\\xff", self.row(screen, "0.0.0.0:80"))
        wide = unicodedata.normalize("NFD", self.row(screen, "0.0.0.0:81"))
        self.assertIn("漢字e\u0301\u0301", wide)
        self.assertTrue(screen.lines()[0].startswith(" netmon watch"))
        # The columns after the names begin at the same position in all rows.
        ends = {self.columns_before(self.row(screen, f"0.0.0.0:{port}"), "root")
                for port in (80, 81, 82)}
        self.assertEqual(len(ends), 1, screen.text())
        screen.keys("Enter")
        screen.await_text("Holder: ")
        screen.keys("Escape")
        self.leave(screen)

    # Other output.

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


if __name__ == "__main__":
    world.main()
