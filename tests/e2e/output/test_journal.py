"""diff --journal: the entries that journald gets from libsystemd."""

import os
import subprocess
from pathlib import Path

import scenario
import terminal
import world
from journald import CHANGE_ID, SOCKET, VERDICT_ID, Journald
from test_output import HOSTILE


class Journal(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.capture("empty")
        refused = self.netmon("diff", "empty", "@now", "--journal").err
        self.require("built without libsystemd" not in refused, "netmon was built without libsystemd")

    def journal(self, *arguments, expect, **options):
        journald = Journald()
        try:
            self.netmon("diff", "before", "after", "--journal", *arguments, expect=expect, **options)
        finally:
            entries = journald.end()
        return entries

    def changed(self):
        self.link_outside()
        self.outside(f"listen {scenario.TOR_EXIT}:4444")
        self.capture("before", "--ticket", "CHG-1")
        self.bad = self.start("bad", "listen 0.0.0.0:31337",
                              f"connect tcp {scenario.TOR_EXIT}:4444")
        self.capture("after", "--ticket", "CHG-1")

    def test_each_change_and_the_verdict_are_an_entry(self):
        self.changed()
        listener, peer, verdict = map(dict, self.journal("--quiet", expect=1))
        change = self.diff("before", "after").change("listener-added")
        for name, value in {"MESSAGE": change["message"], "MESSAGE_ID": CHANGE_ID,
                            "PRIORITY": "3", "SYSLOG_IDENTIFIER": "netmon",
                            "NETMON_FINGERPRINT": change["fingerprint"],
                            "NETMON_KIND": "listener-added", "NETMON_SEVERITY": "high",
                            "NETMON_STATUS": "unapproved", "NETMON_ADDRESS": "0.0.0.0",
                            "NETMON_PORT": "31337", "NETMON_PROGRAM": "bad",
                            "NETMON_PID": str(self.bad.pid), "NETMON_TICKET": "CHG-1",
                            "NETMON_EXE_SHA256": change["process"]["exe_sha256"]}.items():
            self.assertEqual(listener.get(name), value, name)
        self.assertEqual((peer["NETMON_PEER"], peer["NETMON_PEER_PORT"]),
                         (scenario.TOR_EXIT, "4444"))
        self.assertEqual((verdict["MESSAGE_ID"], verdict["NETMON_VERDICT"],
                          verdict["NETMON_EXIT_CODE"], verdict["NETMON_UNAPPROVED"]),
                         (VERDICT_ID, "unapproved", "1", "2"))
        self.assertEqual(verdict["NETMON_DIGEST"], self.show("after").info["digest"])

    def test_the_report_is_printed_beside_it(self):
        self.changed()
        plain = self.netmon("diff", "before", "after", "--format", "json", expect=1)
        journald = Journald()
        beside = self.netmon("diff", "before", "after", "--format", "json", "--journal", expect=1)
        self.assertEqual(len(journald.end()), 3)
        self.assertEqual((beside.out, beside.err), (plain.out, plain.err))

    def test_a_journal_that_gets_standard_error_too_is_told_each_change_once(self):
        self.changed()
        (world.ROOT / "stream").touch()
        for option, told in (("--journal", 0), ("--all", 2)):
            with self.subTest(option), open(world.ROOT / "stream", "w", encoding="utf-8") as stream:
                status = os.fstat(stream.fileno())
                journald = Journald()
                done = subprocess.run(
                    self.command("diff", "before", "after", "--quiet", option), stdout=subprocess.PIPE,
                    stdin=subprocess.DEVNULL, stderr=stream, timeout=scenario.SECONDS, check=False,
                    env=self.environment(JOURNAL_STREAM=f"{status.st_dev}:{status.st_ino}"))
                journald.end()
                SOCKET.unlink()
                self.assertEqual(done.returncode, 1)
                said = (world.ROOT / "stream").read_text("utf-8").splitlines()
                self.assertEqual(len([line for line in said if line.startswith("⚠")]), told, said)

    def test_a_clean_verdict_is_an_entry_too(self):
        self.capture("before")
        self.capture("after")
        entry, = self.journal(expect=0)
        self.assertEqual((dict(entry)["NETMON_VERDICT"], dict(entry)["PRIORITY"]), ("clean", "6"))

    def test_an_entry_that_is_long_arrives_whole(self):
        self.capture("before")
        addresses = [f"127.0.{i // 200}.{1 + i % 200}" for i in range(100)]
        self.start("many", *(f"bind udp {address}:53" for address in addresses))
        self.capture("after")
        entry = self.journal(expect=1)[0]
        kept = [value for name, value in entry if name == "NETMON_ADDRESS"]
        self.assertEqual(len(kept), 64)
        self.assertLess(set(kept), set(addresses))

    def test_hostile_names_are_one_harmless_line_each(self):
        self.capture("before")
        for port, (statement, _, _) in enumerate(HOSTILE, 2001):
            self.start("web", statement, f"listen 127.0.0.1:{port}")
        self.capture("after")
        entries = self.journal(expect=1)
        self.assertEqual(len(entries), len(HOSTILE) + 1)
        for entry in entries:
            for name, value in entry:
                self.assertRegex(name, r"^[A-Z][A-Z0-9_]*$")
                self.assertEqual(terminal.unsafe(value), [])
                self.assertNotIn("\n", value)
        shown = {dict(entry).get("NETMON_PORT"): dict(entry).get("NETMON_PROGRAM")
                 for entry in entries}
        for port, (_, _, text) in enumerate(HOSTILE, 2001):
            self.assertEqual(shown[str(port)], text)

    def test_where_journald_does_not_listen_nothing_is_done_and_it_is_an_error(self):
        self.changed()
        for made in (False, True):  # first no socket, then one that nobody reads any more
            if made:
                Journald().end()
            with self.subTest(made):
                result = self.netmon("diff", "before", "after", "--journal", expect=2)
                self.assertEqual(result.out, "")
                self.assertRegex(result.err, "journal")

    def test_where_libsystemd_is_missing_it_is_an_error(self):
        self.changed()
        library = os.path.realpath(next(
            path for path in Path("/usr/lib").glob("*/libsystemd.so.0")))
        subprocess.run(["mount", "--bind", "/dev/null", library], check=True)  # only in this world
        journald = Journald()
        result = self.netmon("diff", "before", "after", "--journal", expect=2)
        self.netmon("diff", "before", "after", expect=1)
        self.assertEqual(journald.end(), [])
        self.assertRegex(result.err, r"^netmon: --journal: libsystemd cannot be loaded: ")

    def test_a_program_that_is_not_asked_for_it_loads_no_libsystemd(self):
        needed = subprocess.run(["ldd", os.environ["NETMON"]], check=True, capture_output=True,
                                text=True).stdout
        self.assertIn("libc.so", needed)
        self.assertNotIn("systemd", needed)

    def test_it_goes_with_no_suggestion(self):
        self.changed()
        self.netmon("diff", "before", "after", "--journal", "--suggest", expect=2)


if __name__ == "__main__":
    world.main()
