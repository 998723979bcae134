"""What is printed, and where: formats, files, terminals, and names that try to be more than text.
"""

import csv
import io
import json

import scenario
import terminal
import world

FIRST_COLUMNS = ["Timestamp", "Proto", "Local addr", "Remote addr", "PID", "Process"]

# (statement of holder.py, the comm that it sets, how the comm must be shown)
HOSTILE = [(r"name \x1b]0;owned\x07", "\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
           (r"name \x1b[2J\x1b[1;1H", "\x1b[2J\x1b[1;1H", r"\x1b[2J\x1b[1;1H"),
           (r"name two\nlines\r", "two\nlines\r", r"two\nlines\r"),
           (r"name =1+cmd|'/C'!A", "=1+cmd|'/C'!A", "=1+cmd|'/C'!A"),
           (r"name <b>&\"x\"</b>", '<b>&"x"</b>', '<b>&"x"</b>'),
           (r"name a,b;c", "a,b;c", "a,b;c"),
           (r"name \xe2\x80\xaegpj.exe", "\u202egpj.exe", r"\u202egpj.exe"),
           (r"name \x9b31mx\xff", "\\x9b31mx\\xff", r"\x9b31mx\xff"),
           (r"name )\x20S\x201\x20(", ") S 1 (", ") S 1 (")]


class Output(scenario.Scenario):
    def rows(self, text):
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def hostile(self):
        self.capture("before")
        for port, (statement, _, _) in enumerate(HOSTILE, 2001):
            self.start("web", statement, f"listen 127.0.0.1:{port}",
                       f"bind udp 127.0.0.1:{port}")
        self.capture("after")

    def test_json_holds_hostile_names_exactly_and_no_control_character(self):
        self.hostile()
        names = {port: name for port, (_, name, _) in enumerate(HOSTILE, 2001)}
        out = self.netmon("show", "after", "--format", "json", expect=0).out
        self.assertEqual(terminal.unsafe(out), [])
        self.assertEqual({row.raw["local"]["port"]: row.process
                          for row in scenario.Snapshot(out).rows}, names)
        found = self.netmon("diff", "before", "after", "--format", "json", expect=1)
        self.assertEqual(terminal.unsafe(found.out), [])
        self.assertEqual({change["local"]["port"]: change["process"]["name"]
                          for change in json.loads(found.out)["changes"]}, names)

    def test_hostile_names_are_visible_and_harmless_in_a_pipe(self):
        self.hostile()
        for arguments, code in ((["show", "after"], 0), (["diff", "before", "after"], 1),
                                (["diff", "before", "after", "--format", "csv"], 1),
                                (["show", "after", "--format", "csv"], 0),
                                (["watch", "--once", "--baseline", "before"], 0)):
            with self.subTest(arguments):
                result = self.netmon(*arguments, expect=code)
                self.assertEqual(terminal.unsafe(result.out + result.err), [])
                for _, _, shown in HOSTILE:
                    self.assertIn(shown.replace('"', '""') if "csv" in arguments else shown,
                                  result.out)
        warnings = self.netmon("diff", "before", "after", expect=1).errors
        self.assertEqual(len(warnings), 2 * len(HOSTILE))

    def test_hostile_names_are_harmless_on_a_terminal(self):
        self.hostile()
        for arguments in (["show", "after"], ["diff", "before", "after"], ["watch", "--once"]):
            with self.subTest(arguments):
                environment = self.environment(TERM="xterm", PAGER="")
                screen = terminal.Terminal(self.command(*arguments), environment, columns=200)
                screen.end()
                text = terminal.STYLE.sub("", screen.text)
                self.assertEqual(terminal.unsafe(text), [])
                self.assertIn(r"\x1b]0;owned\x07", text)
                self.assertIn(r"two\nlines\r", text)

    def test_csv_cells_are_no_formula_and_survive_a_parser(self):
        self.hostile()
        out = self.netmon("show", "after", "--format", "csv", expect=0).out
        rows = self.rows(out)
        self.assertEqual(len(rows), 2 * len(HOSTILE))
        for row in rows:
            for cell in row.values():
                self.assertNotIn(cell[:1], ("=", "+", "-", "@", "\t", "\r"))
        shown = {row["Local addr"]: row["Process"] for row in rows}
        for port, (_, _, text) in enumerate(HOSTILE, 2001):
            self.assertIn(text, shown[f"127.0.0.1:{port}"])

    def test_the_first_six_columns_of_a_csv_are_fixed(self):
        self.link_outside()
        self.outside("listen 10.9.0.1:443")
        service = self.start("web", "listen 0.0.0.0:80", "bind udp [::1]:53",
                             "connect tcp 10.9.0.1:443 from=10.9.0.2:1025")
        self.capture("one")
        out = self.netmon("show", "one", "--format", "csv", expect=0).out
        self.assertEqual(next(csv.reader(out.splitlines()))[:6], FIRST_COLUMNS)
        taken = self.show("one").info["taken_at"]
        pid = str(service.pid)
        sockets = [row for row in self.rows(out) if row["Role"] != "network"]
        self.assertCountEqual([list(row.values())[:6] for row in sockets], [
            [taken, "tcp", "0.0.0.0:80", "*:*", pid, "web"],
            [taken, "udp", "[::1]:53", "*:*", pid, "web"],
            [taken, "tcp", "10.9.0.2:1025", "10.9.0.1:443", pid, "web"]])
        self.assertRegex(taken, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_no_escape_sequence_leaves_for_a_pipe_or_with_no_color(self):
        self.capture("before")
        self.start("web", "listen 0.0.0.0:80")
        self.capture("after")
        arguments = ["diff", "before", "after"]
        self.assertNotIn("\x1b", "".join(self.netmon(*arguments, expect=1).out))
        coloured = terminal.Terminal(self.command(*arguments), self.environment(TERM="xterm"))
        self.assertEqual(coloured.end(), 1)
        self.assertRegex(coloured.text, terminal.STYLE)
        for setting in ({"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}):
            plain = terminal.Terminal(self.command(*arguments), self.environment(**setting))
            self.assertEqual(plain.end(), 1)
            self.assertNotIn("\x1b", plain.text, setting)

    def test_no_line_is_wider_than_the_terminal(self):
        self.start("a-very-long-program-name", "listen 127.0.0.1:80", "listen [::1]:80")
        self.capture("one")
        for columns in (40, 80, 132):
            screen = terminal.Terminal(self.command("show", "one"), self.environment(TERM="xterm"),
                                       columns=columns)
            screen.end()
            lines = terminal.STYLE.sub("", screen.text).splitlines()
            self.assertLessEqual(max(map(len, lines)), columns, screen.text)

    def test_files_are_written_beside_what_is_printed(self):
        self.capture("before")
        self.start("web", "listen 0.0.0.0:80")
        self.capture("after")
        files = {kind: world.ROOT / f"out.{suffix}"
                 for kind, suffix in (("table", "txt"), ("csv", "csv"), ("json", "json"))}
        outputs = [word for path in files.values() for word in ("-o", path)]
        for arguments, code in ((["diff", "before", "after"], 1), (["show", "after"], 0),
                                (["list"], 0)):
            with self.subTest(arguments):
                printed = self.netmon(*arguments, *outputs, expect=code)
                for kind, path in files.items():
                    again = self.netmon(*arguments, "--format", kind, expect=code)
                    self.assertEqual(path.read_text("utf-8"), again.out)
                self.assertEqual(printed.out, files["table"].read_text("utf-8"))

    def test_notices_are_listed_with_all_and_counted_without(self):
        gone = self.start("web", "listen 0.0.0.0:80")
        self.capture("before")
        gone.end()
        self.capture("after")
        short = self.netmon("diff", "before", "after", expect=0)
        self.assertNotIn("listener-removed", short.out)
        self.assertIn("1 notice", short.out)
        self.assertIn("listener-removed", self.netmon("diff", "before", "after", "--all").out)

    def test_help_and_version_go_to_standard_output(self):
        for arguments in (["--help"], ["--version"], ["diff", "--help"], ["capture", "--help"]):
            result = self.netmon(*arguments, expect=0)
            self.assertEqual((bool(result.out), result.err), (True, ""))


if __name__ == "__main__":
    world.main()
