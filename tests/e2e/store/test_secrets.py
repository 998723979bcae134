"""Passwords in the arguments of programs: root's database has them, but no output shows them."""

import csv
import io
import json
import os
import subprocess
import sys

import holding
import scenario
import world

# Joined at run time, so that no scanner reports this file as a leak.
SECRET = "S3cr3t" + "-of-the-test"
TOKEN = "ghp_" + "q" * 36
ARGUMENTS = [f"--password={SECRET}", "--db-password", f"it's {SECRET}", f"PGPASSWORD={SECRET}",
             f"postgres://app:{SECRET}@db1/x", "-H", f"Authorization: Bearer {SECRET}",
             f"tool --token {SECRET} --name 'ordinary words'", TOKEN, "--config=/etc/ordinary.conf"]
ORDINARY = "/etc/ordinary.conf"


class Secrets(scenario.Scenario):
    def start_with_arguments(self, *statements, arguments=None):
        """Starts a holder with these arguments after its own."""
        command = [self.named("vault"), "-S", "-s", "-B", holding.HOLDER,
                   *(ARGUMENTS if arguments is None else arguments)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env={"PATH": os.environ["PATH"],
                                        "PYTHONHOME": sys.base_prefix, "LC_ALL": "C.UTF-8"})
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stdin.close)
        for statement in statements:
            process.stdin.write(statement.encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            self.assertNotIn("error", answer)
        return process.pid

    def two_captures(self):
        self.capture("before")
        self.start_with_arguments("listen 127.0.0.1:8080", "bind udp 127.0.0.1:53")
        return self.capture("after")

    def assert_secret_free(self, text, what):
        for secret in (SECRET, TOKEN):
            self.assertNotIn(secret, text, what)

    def run_free(self, *arguments, expect):
        """Runs netmon and searches all output for secrets; returns standard output."""
        result = self.netmon(*arguments, expect=expect)
        self.assert_secret_free(result.out + result.err, arguments)
        return result.out

    def test_the_database_has_what_was_seen(self):
        self.two_captures()
        content = self.database.read_bytes()
        for secret in (SECRET, TOKEN, ORDINARY):
            self.assertIn(secret.encode(), content)
        self.assertEqual(self.database.stat().st_mode & 0o777, 0o600)

    def test_no_output_shows_a_secret_and_what_is_none_stays(self):
        done = self.two_captures()
        self.assert_secret_free(done.out + done.err, "capture")
        # (arguments, exit code, whether command lines are shown)
        outputs = [(["show", "after", "--format", "table"], 0, False),
                   (["show", "after", "--format", "csv"], 0, True),
                   (["show", "after", "--format", "json"], 0, True),
                   (["show", "@now", "--format", "json"], 0, True),
                   (["diff", "before", "after", "--suggest"], 1, False),
                   (["diff", "before", "@now", "--format", "json"], 1, True),
                   (["list"], 0, False), (["doctor"], 0, False),
                   (["history", "--port", "8080"], 0, False),
                   (["history", "--port", "8080", "--format", "json"], 0, False),
                   (["watch", "--once", "--baseline", "before"], 0, False)]
        outputs += [(["diff", "before", "after", "--all", "--format", kind], 1, shown)
                    for kind, shown in (("table", False), ("csv", True), ("json", True),
                                        ("markdown", False), ("html", True), ("sarif", False))]
        for arguments, code, shown in outputs:
            with self.subTest(arguments):
                self.assertEqual(ORDINARY in self.run_free(*arguments, expect=code), shown)

    def test_no_file_that_is_written_holds_a_secret(self):
        self.two_captures()
        files = [world.ROOT / f"out.{kind}" for kind in ("txt", "csv", "json", "html", "md",
                                                         "sarif")]
        self.run_free("diff", "before", "after", *[word for path in files for word in ("-o", path)],
                      expect=1)
        rows = world.ROOT / "rows.csv"
        self.run_free("watch", "--once", f"--csv={rows}", expect=0)
        shown = [world.ROOT / "shown.csv", world.ROOT / "shown.json"]
        self.run_free("show", "after", "-o", shown[0], "-o", shown[1], expect=0)
        for path in [*files, rows, *shown]:
            with self.subTest(path.name):
                self.assert_secret_free(path.read_text("utf-8"), path.name)

    def test_a_masked_command_line_reads_as_it_was_but_for_the_secrets(self):
        self.two_captures()
        row, = self.show("after").where(protocol="tcp")
        masked = row.owners[0].details["cmdline"]
        self.assertEqual(masked.partition(holding.HOLDER + " ")[2],
                         "--password=*** --db-password *** PGPASSWORD=*** "
                         "postgres://app:***@db1/x -H 'Authorization: Bearer ***' "
                         r"'tool --token *** --name '\''ordinary words'\''' "
                         "*** --config=/etc/ordinary.conf")
        text = self.netmon("show", "after", "--format", "csv", expect=0).out
        cells = {line["Command line"] for line in csv.DictReader(io.StringIO(text, newline=""))}
        self.assertEqual(cells, {masked})
        changes = self.diff("before", "after").changes
        self.assertEqual([change["process"]["cmdline"] for change in changes], [masked, masked])

    def test_an_error_about_the_database_shows_none(self):
        self.two_captures()
        whole = self.database.read_bytes()
        self.database.write_bytes(whole.replace(SECRET.encode(), SECRET[::-1].encode()))
        for arguments in (["show", "after"], ["diff", "before", "after"]):
            result = self.netmon(*arguments, expect=4)
            self.assert_secret_free(result.out + result.err, arguments)
            self.assertNotIn(SECRET[::-1], result.out + result.err)

    def test_without_command_lines_none_is_stored_and_the_name_is_known(self):
        long_name = "a-name-of-more-than-fifteen-bytes"
        self.start(long_name, "listen 127.0.0.1:9090")
        names = {"vault": holding.HOLDER, f"{long_name}.py": self.script(long_name)}
        self.start_with_arguments("listen 127.0.0.1:8080")
        for label, more in (("moment", []), ("span", ["--for", "20ms", "--every", "10ms"])):
            with self.subTest(label):
                self.database = world.ROOT / f"{label}.db"
                done = self.capture(label, "--no-cmdline", *more)
                self.assertIn("not seen: the command line of ", done.err)
                content = self.database.read_bytes()
                for text in (SECRET, TOKEN, ORDINARY, self.named("vault"), "-S -s -B"):
                    self.assertNotIn(text.encode(), content)
                seen = self.show(label)
                # The script stays, because it is what an interpreter runs and not only an argument.
                self.assertEqual({owner.name: owner.details["script"]["name"]
                                  for row in seen.rows for owner in row.owners}, names)
                self.assertEqual({owner.details["cmdline"] for row in seen.rows
                                  for owner in row.owners}, {None})
                self.assertEqual([gap["count"] for gap in seen.gaps
                                  if gap["code"] == "command-lines-left-out"], [2])

    def test_command_lines_left_out_decide_no_verdict(self):
        self.start_with_arguments("listen 127.0.0.1:8080")
        self.capture("before", "--no-cmdline")
        self.capture("after")
        self.capture("last", "--no-cmdline")
        self.capture("late", "--no-cmdline")
        for before, after in (("before", "after"), ("after", "last"), ("last", "late")):
            found = self.assert_unchanged(before, after)
            self.assertEqual((found.lines(), found.caveat_codes()),
                             ([], ["command-lines-left-out"]))


if __name__ == "__main__":
    world.main()
