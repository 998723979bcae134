"""Wrong input gives one line that names what is wrong, and exit code 2; nothing is lost."""

import csv
import errno
import io
import json
import os
import re
import secrets
import sqlite3
import subprocess
from pathlib import Path

import holding
import refusing
import scenario
import terminal
import world

# Everything hostile in one name: a formula, escape sequences, line breaks, bidirectional marks, HTML,
# SQL, Markdown, and bytes that are not valid UTF-8 (Python writes one as "\udcff"). It has no '/',
# so that it can be a file name.
HOSTILE = ("=1+1|\x1b]0;owned\x07\x1b[2J\r\n<img src=x onerror=alert(1)>'); DROP TABLE snapshot;--"
           " \u202egpj\u2066\u200b\u2028 \"&amp; | `code` **b** [x](javascript:1) ![y](z)\udcff\x9b31m")
MARKS = ("<img", "DROP TABLE", "owned")


class Input(scenario.Scenario):
    def refuse(self, *arguments, names, code=2, **options):
        """The command ends with `code` and one line that begins with "netmon: " and has `names`."""
        result = self.netmon(*arguments, **options)
        shown = f"{arguments}: {result.code}\n{result.out}\n{result.err}"
        self.assertEqual(result.code, code, shown)
        self.assertEqual(len(result.errors), 1, shown)
        self.assertTrue(result.err.startswith("netmon: "), shown)
        self.assertIn(names, result.err, shown)
        self.assertEqual(result.out, "", shown)
        return result

    def stored(self):
        return self.database.read_bytes() if self.database.exists() else None

    def refuse_each(self, cases):
        self.capture("good")
        before = self.stored()
        for arguments, names in cases:
            with self.subTest(arguments):
                self.refuse(*arguments, names=names)
        self.assertEqual(self.stored(), before)

    def test_malformed_labels(self):
        self.refuse_each([
            (["capture", f"--label={label}"], label[:20] if label.isprintable() and label
             else "label")
            for label in ("", "a" * 129, "-x", ".x", "two words", "a\nb", "a\x1b[2Jb", "ä", "a~1",
                          "#1", "@now")])

    def test_a_label_of_every_allowed_character_is_taken(self):
        for label in ("a", "9", "a" * 128, "Release_1.2:x/y-z"):
            self.capture(label)
            self.assertEqual(self.show(label).info["label"], label)

    def test_revisions_that_name_nothing(self):
        self.refuse_each([(["show", revision], revision) for revision in
                          ("unknown", "good~1", "#99", "#0", "@1999-01-01")]
                         + [(["diff", "good", "unknown"], "unknown"),
                            (["diff", "unknown", "good"], "unknown")])

    def test_malformed_revisions(self):
        self.refuse_each([(["show", revision], revision) for revision in
                          ("#x", "#", "#-1", "#99999999999999999999", "good~", "good~x", "good~-1",
                           "good~99999999999999999999", "@", "@yesterday", "@2026-13-01",
                           "@2026-02-30", "@2026-03-02T25:00", "two words", "good^")])

    def test_malformed_durations(self):
        self.refuse_each([(["watch", f"--interval={duration}"], "interval") for duration in
                          ("0", "-1", "1y", "367d", "5 x", "", "1e3", "nan", "inf", "0x10",
                           "99999999999999999999s", " 1", "1s ", "1ss", "0.0001ms")])

    def test_malformed_choices(self):
        self.refuse_each([
            (["show", "good", "--format", "xml"], "xml"),
            (["show", "good", "--format", ""], "format"),
            (["diff", "good", "good", "--fail-on", "critical"], "critical"),
            (["capture", "--label", "x", "--netns", "some"], "some"),
            (["show", "good", "--no-such-option"], "no-such-option"),
            (["no-such-command"], "no-such-command"),
            (["show"], "REV"),
            (["diff", "good"], "AFTER"),
            (["capture"], "label"),
            (["show", "good", "extra"], "extra"),
            (["list", "--db", ""], "--db"),
            (["watch", "--once", "--filter", "colour=red"], "colour"),
            (["watch", "--once", "--filter", "port=http"], "http"),
            (["watch", "--once", "--filter", "port"], "port"),
            (["watch", "--once", "--filter", "peer=10.0.0.0/33"], "10.0.0.0/33"),
            (["watch", "--once", "--baseline", "unknown"], "unknown")])

    def test_output_that_cannot_be_written(self):
        folder = world.ROOT / "folder.csv"
        folder.mkdir()
        self.refuse_each([
            (["show", "good", "-o", "/run/world/missing/x.csv"], "/run/world/missing/x.csv"),
            (["show", "good", "-o", folder], str(folder)),
            (["show", "good", "-o", world.ROOT / "x.pdf"], "x.pdf"),
            (["show", "good", "-o", world.ROOT / "x"], "/run/world/x"),
            (["show", "good", "-o", ""], "-o"),
            (["watch", "--once", "--csv=/run/world/missing/x.csv"], "/run/world/missing/x.csv"),
            (["watch", "--once", f"--csv={folder}"], str(folder))])
        self.assertEqual(sorted(path.name for path in world.ROOT.glob("*x*")), [])

    def test_a_missing_database_is_an_error_and_stays_missing(self):
        missing = world.ROOT / "no" / "such" / "netmon.db"
        for arguments in (["list"], ["show", "x"], ["diff", "x", "@now"], ["diff", "@now", "x"],
                          ["watch", "--once", "--baseline", "x"]):
            with self.subTest(arguments):
                self.refuse(*arguments, "--db", missing, names=str(missing))
        self.assertFalse((world.ROOT / "no").exists())

    def damaged(self):
        """Files that are no valid databases, by what is wrong with them."""
        self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(2000, 2400)])
        self.capture("good")
        folder = world.ROOT / "folder"
        folder.mkdir()
        whole = self.database.read_bytes()
        self.assertGreater(len(whole), 8192)
        contents = {"text": b"just a note\n" * 1000, "empty": b"",
                    "short": whole[:60], "half": whole[:len(whole) // 2 & ~4095],
                    "garbled": whole[:100] + bytes(len(whole) - 100)}
        paths = {"folder": folder}
        for name, content in contents.items():
            paths[name] = world.ROOT / name
            paths[name].write_bytes(content)
        for name, statements in (("foreign", ["CREATE TABLE snapshot (id INTEGER)"]),
                                 ("newer", ["PRAGMA user_version = 99999"])):
            paths[name] = world.ROOT / name
            if name == "newer":
                paths[name].write_bytes(whole)
            connection = sqlite3.connect(paths[name])
            for statement in statements:
                connection.execute(statement)
            connection.commit()
            connection.close()
        return paths

    def test_a_damaged_or_foreign_database_is_refused_and_untouched(self):
        for name, path in self.damaged().items():
            before = None if path.is_dir() else path.read_bytes()
            for arguments in (["list"], ["show", "good"], ["diff", "good", "@now"],
                              ["capture", "--label", "x"]):
                if name == "empty" and arguments[0] == "capture":
                    continue  # SQLite accepts an empty file as a new database
                with self.subTest(f"{name}: {arguments[0]}"):
                    self.refuse(*arguments, "--db", path, names=str(path))
                    self.assertEqual(None if path.is_dir() else path.read_bytes(), before)
        left = [path.name for path in world.ROOT.iterdir() if path.name.endswith(("-wal", "-shm",
                                                                                  "-journal"))]
        self.assertEqual(left, [])

    def mount(self, *options, source="tmpfs"):
        folder = world.ROOT / "disk"
        folder.mkdir()
        subprocess.run(["mount", *options, source, folder], check=True)
        return folder

    def test_a_read_only_database_is_read_and_not_written(self):
        self.database = self.mount("-t", "tmpfs", "-o", "mode=0700") / "netmon.db"
        self.capture("good")
        subprocess.run(["mount", "-o", "remount,bind,ro", self.database.parent], check=True)
        before = self.stored()
        self.refuse("capture", "--label", "x", names=str(self.database))
        self.assertEqual(self.show("good").info["label"], "good")
        self.assertEqual(self.stored(), before)

    def test_a_full_disk_loses_nothing(self):
        self.database = self.mount("-t", "tmpfs", "-o", "mode=0700,size=400k") / "netmon.db"
        self.capture("good")
        good = self.show("good").raw
        junk = self.database.with_name("junk")
        with open(junk, "wb", buffering=0) as file:
            try:
                while file.write(b"." * 4096):
                    pass
            except OSError:
                pass
        self.start("web", *[f"listen 127.0.0.1:{port}" for port in range(2000, 2500)])
        self.refuse("capture", "--label", "big", names=str(self.database))
        os.unlink(junk)
        self.assertEqual(self.show("good").raw, good)
        self.assertEqual(len(self.netmon("list", "--format", "csv").out.splitlines()), 2)

    def failing_output(self, *arguments, stdout):
        process = subprocess.run(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=stdout,
                                 stderr=subprocess.PIPE, env=self.environment(),
                                 timeout=scenario.SECONDS, check=False)
        return process.returncode, process.stderr.decode()

    OUTPUTS = (["list"], ["show", "good"], ["show", "good", "--format", "json"],
               ["show", "good", "--format", "csv"], ["diff", "good", "good"],
               ["diff", "good", "good", "--format", "json"], ["watch", "--once"], ["doctor"],
               ["--help"], ["--version"])

    def test_a_full_output_is_a_failure(self):
        self.capture("good")
        for arguments in self.OUTPUTS:
            with self.subTest(arguments), open("/dev/full", "wb") as full:
                code, errors = self.failing_output(*arguments, stdout=full)
                self.assertEqual((code, len(errors.splitlines())), (2, 1), errors)
                self.assertTrue(errors.startswith("netmon: "), errors)

    def test_a_pipe_that_nobody_reads_is_a_failure(self):
        self.capture("good")
        for arguments in self.OUTPUTS:
            with self.subTest(arguments):
                reader, writer = os.pipe()
                os.close(reader)
                code, _ = self.failing_output(*arguments, stdout=writer)
                os.close(writer)
                self.assertNotIn(code, (0, 1))

    def test_a_closed_output_is_a_failure_and_does_not_reach_the_database(self):
        self.capture("good")
        before = self.stored()
        for arguments in self.OUTPUTS:
            with self.subTest(arguments):
                done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh",
                                       *self.command(*arguments)], env=self.environment(),
                                      stderr=subprocess.PIPE, timeout=scenario.SECONDS,
                                      check=False)
                self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(self.stored(), before)
        subprocess.run(["sh", "-c", 'exec "$@" >&- 2>&- <&-', "sh",
                        *self.command("capture", "--label", "mute")], env=self.environment(),
                       timeout=scenario.SECONDS, check=False)
        self.assertEqual(self.show("good").info["label"], "good")

    def test_a_capture_that_cannot_read_the_sockets_stores_nothing(self):
        self.database = world.ROOT / "fresh" / "netmon.db"
        done = self.refuse("capture", "--label", "x", names="sock_diag: TCP sockets",
                           preexec_fn=lambda: refusing.refuse_netlink(errno.EPERM))
        self.assertIn("Operation not permitted", done.err)
        self.assertFalse(self.database.parent.exists())

    def test_a_missing_home_does_not_matter_where_a_database_is_given(self):
        environment = self.environment()
        for name in ("HOME", "XDG_STATE_HOME"):
            del environment[name]
        self.netmon("capture", "--label", "x", expect=0, env=environment)
        self.assertTrue(Path(self.database).is_file())


class HostileNames(scenario.Scenario):
    """Names that other users may choose, in every output."""

    def control_group(self, prefix, suffix):
        """The members file of a new control group with a hostile name; None if none can be made."""
        name = prefix + f"netmon-test-{secrets.token_hex(8)}" + HOSTILE[:60].replace("\n", "")
        for top in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup"):
            if not os.path.isfile(f"{top}/cgroup.procs"):
                continue
            folder = f"{top}/{name}{suffix}"
            try:
                os.mkdir(folder)
            except OSError:
                return None
            self.addCleanup(os.rmdir, folder)  # after its members have ended
            return Path(folder) / "cgroup.procs"
        return None

    def populate(self):
        groups = [self.control_group("", ".service"), self.control_group("lxc.payload.", "")]
        self.capture("before")
        holding.ip("netns", "add", HOSTILE)
        inside = ["nsenter", f"--net=/run/netns/{HOSTILE}"]
        evil = self.program(f"{HOSTILE}/{HOSTILE}")
        self.start("web", r"name =\x1b[2J<b>\n|\xff", "listen 127.0.0.1:2001", program=evil,
                   argv0=HOSTILE)
        self.start("web", "up lo", "listen 127.0.0.1:2002", prefix=inside)
        for port, group in enumerate((group for group in groups if group), 2003):
            process = self.start("web", f"listen 127.0.0.1:{port}")
            group.write_text(str(process.pid), "ascii")
        done = self.capture("after", "--ticket", HOSTILE, "--note", HOSTILE)
        self.assertEqual(terminal.unsafe(done.out + done.err), [])

    def outputs(self):
        """(arguments, exit code) of every command that shows names."""
        for kind in ("table", "csv", "json"):
            for arguments in (["show", "after"], ["list"], ["history", "--port", "2001"],
                              ["doctor"]):
                yield [*arguments, "--format", kind], 0
        for kind in ("table", "csv", "json", "markdown", "html", "sarif"):
            yield ["diff", "before", "after", "--all", "--format", kind], 1
        yield ["diff", "before", "after", "--suggest"], 1
        yield ["watch", "--once", "--baseline", "before"], 0

    def test_no_output_does_what_a_hostile_name_says(self):
        self.populate()
        for arguments, code in self.outputs():
            with self.subTest(arguments):
                result = self.netmon(*arguments, expect=code)
                self.assertEqual(terminal.unsafe(result.out + result.err), [])
                if "html" in arguments:
                    self.assertNotIn("<img", result.out)
                if "markdown" in arguments:  # names are in code spans, where nothing has a meaning
                    outside = re.sub("`[^`\\n]+`", "", result.out)
                    for mark in (*MARKS, "**b**", "javascript"):
                        self.assertNotIn(mark, outside)
                if "json" in arguments or "sarif" in arguments:
                    json.loads(result.out)
                if "csv" in arguments:
                    table = list(csv.reader(io.StringIO(result.out, newline="")))
                    self.assertEqual({len(row) for row in table}, {len(table[0])})
                    leads = {cell.lstrip(" \"")[:1] for row in table[1:] for cell in row}
                    self.assertEqual(leads & set("=+@\t\r"), set())

    def test_hostile_names_are_shown_and_not_dropped(self):
        self.populate()
        seen = self.show("after")
        self.assertEqual(seen.info["ticket"], seen.info["note"])
        evil, = seen.where(local="127.0.0.1:2001")
        other, = seen.where(local="127.0.0.1:2002")
        for text in (seen.info["ticket"], evil.owners[0].details["exe"],
                     evil.owners[0].details["cmdline"], other.scope):
            for mark in MARKS:
                self.assertIn(mark, text)
        page = self.netmon("diff", "before", "after", "--format", "html", expect=1).out
        self.assertIn("&lt;img src=x onerror=alert(1)&gt;", page)

    def test_hostile_names_do_not_reach_the_databases_statements(self):
        self.populate()
        again = self.netmon("history", "--process", HOSTILE.replace("\udcff", ""), expect=0)
        self.assertEqual(terminal.unsafe(again.out + again.err), [])
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        self.assertEqual(connection.execute("SELECT count(*) FROM snapshot").fetchall(), [(2,)])
        connection.close()

    def test_an_error_about_a_hostile_argument_is_one_harmless_line(self):
        self.capture("after")
        for arguments in (["show", HOSTILE], ["diff", "after", HOSTILE], ["show", f"@{HOSTILE}"],
                          ["list", "--db", HOSTILE], ["show", "after", "-o", HOSTILE],
                          ["diff", "after", "after", "--expect", HOSTILE],
                          ["watch", "--once", "--filter", HOSTILE], [HOSTILE],
                          ["history", "--peer", HOSTILE], ["capture", "--label", HOSTILE]):
            with self.subTest(arguments):
                result = self.netmon(*arguments, expect=2)
                self.assertEqual(len(result.errors), 1, result.err)
                self.assertEqual(terminal.unsafe(result.out + result.err), [])


if __name__ == "__main__":
    world.main()
