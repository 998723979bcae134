"""Input that is nearly right, and the output on terminals of every kind."""

import os
import signal

import scenario
import terminal
import tracing
import world

COMMANDS = ("capture", "controls", "diff", "doctor", "export", "history", "import", "list", "prune",
            "show", "verify", "watch")


class Manners(scenario.Scenario):
    def refusal(self, *arguments):
        return self.netmon(*arguments, expect=2).err

    def test_help_is_a_command_and_fits_a_terminal(self):
        self.assertEqual(self.netmon("help").out, self.netmon("--help").out)
        for command in COMMANDS:
            text = self.netmon("help", command).out
            self.assertEqual(text, self.netmon(command, "--help").out)
            self.assertEqual([line for line in text.splitlines() if len(line) > 100], [], command)
        self.assertEqual(self.netmon("-V").out, self.netmon("--version").out)

    def test_what_is_nearly_right_is_named(self):
        self.assertIn("did you mean 'diff'?", self.refusal("dif", "a", "b"))
        self.assertIn("did you mean 'diff'?", self.refusal("help", "dif"))
        self.assertIn("--formt: no such option; did you mean '--format'?",
                      self.refusal("show", "--formt", "json", "@now"))
        self.assertIn("did you mean '--label'?", self.refusal("capture", "--lable", "x"))

    def test_an_empty_value_is_named(self):
        self.assertIn("--for: has an empty value",
                      self.refusal("capture", "--label", "x", "--for=", "--db", "y"))
        self.assertIn("REV: is empty", self.refusal("verify", ""))
        self.assertIn("--filter: is empty", self.refusal("show", "@now", "--filter", ""))
        self.assertIn("--peer: is empty", self.refusal("history", "--peer", ""))
        self.assertIn("--port '0': is no port", self.refusal("history", "--port", "0"))

    def test_an_option_that_may_be_repeated_takes_one_value_each_time(self):
        self.capture("before")
        self.capture("after")
        file = world.ROOT / "allowed.toml"
        file.write_text('ticket = "CHG-1"\n[[expect]]\nchange = "listener-added"\nreason = "none"\n'
                        'match = { port = 1 }\n')
        self.netmon("diff", "--expect", file, "before", "after", expect=0)

    def test_filters_can_be_given_one_by_one(self):
        self.start("web", "listen 0.0.0.0:80", "listen 0.0.0.0:81")
        shown = self.netmon("show", "@now", "--filter", "process='web'", "--filter", "port=81",
                            "--format", "csv").out
        self.assertIn("0.0.0.0:81", shown)
        self.assertNotIn("0.0.0.0:80", shown)

    def test_no_report_is_written_over_the_database_whatever_it_is_called(self):
        database = world.ROOT / "evidence.csv"
        link = world.ROOT / "link.csv"
        link.symlink_to(database)
        journal = world.ROOT / "journal.db"
        (world.ROOT / "journal.db-journal.csv").write_text("")
        self.netmon("capture", "--label", "first", "--db", database)
        before = database.read_bytes()
        for output in (database, link, world.ROOT / "." / "evidence.csv"):
            self.assertIn("is the database in use",
                          self.refusal("list", "--db", database, "-o", output))
        self.assertIn("is the database in use",
                      self.refusal("watch", "--once", "--db", database, f"--csv={database}"))
        self.assertEqual(database.read_bytes(), before)
        self.assertIn("SQLite keeps next to it",
                      self.refusal("watch", "--once", "--db", journal, f"--csv={journal}-journal"))

    def test_color_can_be_asked_for_and_refused(self):
        self.start("web", "listen 0.0.0.0:80")
        self.capture("before")
        self.start("other", "listen 0.0.0.0:81")
        self.capture("after")
        escape = "\x1b["
        self.assertIn(escape, self.netmon("diff", "before", "after", "--color", "always", expect=1).out)
        self.assertNotIn(escape, self.netmon("diff", "before", "after", expect=1).out)
        self.assertIn("it must be one of: auto, always, never", self.refusal("list", "--color", "maybe"))

    def test_a_terminal_without_escape_sequences_gets_none(self):
        self.start("web", "listen 0.0.0.0:80")
        for name in ("dumb", ""):
            view = terminal.Terminal(self.command("watch", "--interval", "50ms"),
                                     {**os.environ, "TERM": name})
            view.read_until(r"(?s)0\.0\.0\.0:80.*0\.0\.0\.0:80")
            view.type("\x03")
            self.assertEqual(view.end(), 128 + signal.SIGINT)
            self.assertNotIn("\x1b", view.text, name)

    def traced(self, calls, what, number, *arguments):
        if not tracing.is_there():
            self.skipTest("needs strace")
        return self.netmon(*arguments, prefix=tracing.injecting(calls, what, number),
                           env=tracing.environment(self.environment()), expect=2).err

    def test_a_file_system_that_has_no_locks_is_named_as_such(self):
        self.capture("before")
        # The first three calls check whether the standard streams are open.
        refused = self.traced("fcntl", "error=ENOLCK", "4+", "list")
        self.assertIn("its file system does not lock files: No locks available", refused)

    def test_a_thread_that_may_not_be_started_is_named_as_such(self):
        self.capture("before")
        self.capture("after")
        refused = self.traced("clone3,clone", "error=EPERM", "1+", "diff", "before", "after")
        self.assertEqual(refused, "netmon: cannot start a thread: Operation not permitted\n")

    def shown_on_a_terminal(self, *arguments, rows=40, **variables):
        view = terminal.Terminal(self.command(*arguments), self.environment(TERM="xterm", **variables),
                                 rows=rows)
        view.end()
        return view.text

    def test_a_terminal_is_told_each_change_once(self):
        self.capture("before")
        self.start("late", "listen 0.0.0.0:31337")
        self.capture("after")
        shown = self.shown_on_a_terminal("diff", "before", "after", "--no-pager")
        self.assertEqual(shown.count("0.0.0.0:31337"), 1, shown)
        self.assertNotIn("new listener", shown)
        quiet = self.shown_on_a_terminal("diff", "before", "after", "--quiet")
        self.assertEqual(quiet.count("new listener"), 1)
        self.assertIn("new listener", self.netmon("diff", "before", "after", expect=1).err)

    def test_what_is_longer_than_the_terminal_is_paged(self):
        self.start("web", "listen 0.0.0.0:80")
        paged = {"PAGER": "sed s/^/paged:/"}
        self.assertIn("paged:", self.shown_on_a_terminal("controls", rows=10, **paged))
        self.assertNotIn("paged:", self.shown_on_a_terminal("show", "@now", rows=40, **paged))
        self.assertNotIn("paged:", self.shown_on_a_terminal("controls", "--no-pager", rows=10, **paged))
        self.assertNotIn("paged:", self.netmon("controls", env=self.environment(**paged)).out)
        for pager in ("", "cat", "/nowhere/pager"):
            self.assertIn("ISO", self.shown_on_a_terminal("controls", rows=10, PAGER=pager), pager)


if __name__ == "__main__":
    world.main()
