"""The live view fits its terminal, sends little to it, and restores it however it ends."""

import os
import re
import signal

import live_view
import terminal
import world


class LiveTerminal(live_view.LiveView):
    @staticmethod
    def fits(screen, columns, rows):
        """Whether the first line, the rows that matter and the last line are where they should be."""
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

    def test_a_terminal_that_is_not_known_gets_rounds(self):
        self.start("web", "listen 0.0.0.0:80")
        view = terminal.Terminal(self.command("watch", "--interval", "20ms"),
                                 self.environment(TERM="no-such-terminal"))
        view.read_until(r"(?s)0\.0\.0\.0:80.*0\.0\.0\.0:80")
        self.assertIn("TERM=no-such-terminal is not known here", view.text)
        view.type("\x03")
        self.assertEqual(view.end(), 130)

    # Ways to end.

    def settings(self, screen, name):
        """The output of `stty -a`, except the size."""
        file = self.folder / name
        screen.run(f"stty -a > {file}.new && mv {file}.new {file}")
        self.await_true("the settings of the terminal", file.exists)
        return file.read_text("ascii").partition("\n")[2]

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


if __name__ == "__main__":
    world.main()
