"""How a snapshot is named, and what diff says of snapshots that do not follow one another."""

import datetime
import socket
import subprocess
import uuid
from pathlib import Path

import scenario
import world


class Revisions(scenario.Scenario):
    def ids(self, *revisions):
        return [self.show(revision).info["id"] for revision in revisions]

    def test_labels_numbers_and_ancestors(self):
        for label in ("nightly", "other", "nightly", "nightly"):
            self.capture(label)
        self.assertEqual(self.ids("nightly", "nightly~1", "nightly~2", "other", "#2", "#4",
                                  "nightly~0"), [4, 3, 1, 2, 2, 4, 4])

    def test_a_label_used_again_keeps_the_older_snapshot(self):
        self.capture("release")
        self.start("web", "listen 127.0.0.1:80")
        self.capture("release")
        self.assertEqual([len(self.show(revision).rows) for revision in ("release~1", "release")],
                         [0, 1])
        self.assertEqual(self.diff("release~1", "release").gating(),
                         ["listener-added low unapproved tcp 127.0.0.1:80 web"])

    def test_a_time_names_the_newest_at_or_before_it(self):
        self.capture("first")
        self.capture("second")
        taken = [self.show(revision).info["taken_at"] for revision in ("#1", "#2")]
        self.assertEqual(self.ids(f"@{taken[1]}", "@2100-01-01", "@2100-01-01T10:00+02:00"),
                         [2, 2, 2])
        if taken[0] < taken[1]:
            self.assertEqual(self.ids(f"@{taken[0]}"), [1])
        earlier = datetime.datetime.fromisoformat(taken[0]) - datetime.timedelta(days=1)
        result = self.netmon("show", f"@{earlier:%Y-%m-%dT%H:%M}", expect=2)
        self.assertEqual(len(result.errors), 1, result.err)

    def test_an_offset_counts(self):
        self.capture("only")
        taken = datetime.datetime.fromisoformat(self.show("only").info["taken_at"])
        early = taken - datetime.timedelta(minutes=30)
        late = taken + datetime.timedelta(minutes=30)
        east = datetime.timezone(datetime.timedelta(hours=5))
        self.assertEqual(self.ids(f"@{late.astimezone(east).isoformat(timespec='seconds')}"), [1])
        self.netmon("show", f"@{early.astimezone(east).isoformat(timespec='seconds')}", expect=2)

    def test_now_is_not_stored_and_empty_needs_no_database(self):
        found = self.diff("@empty", "@now")
        self.assertEqual((found.code, found.lines()), (0, []))
        self.assertFalse(self.database.exists())
        self.capture("only")
        self.show("@now")
        self.assertEqual(self.show("only").info["id"], 1)
        self.assertEqual(len(self.netmon("list", "--format", "csv").out.splitlines()), 2)

    def test_a_diff_in_reversed_order_says_so(self):
        self.capture("first")
        self.capture("second")
        self.assertEqual(self.diff("first", "second").raw["caveats"], [])
        found = self.diff("second", "first")
        self.assertEqual((found.code, found.verdict, found.caveat_codes(), found.decisive()),
                         (3, "inconclusive", ["order-reversed"], ["order-reversed"]))
        self.assertIn("captured before", self.netmon("diff", "second", "first", expect=3).out)
        # What was there is held against nothing, however late it was.
        self.assertEqual(self.diff("second", "@empty").caveat_codes(), [])

    def bind(self, text, over):
        source = world.ROOT / uuid.uuid4().hex
        source.write_text(text, "ascii")
        subprocess.run(["mount", "--bind", source, over], check=True)

    def test_a_diff_across_hosts_says_so(self):
        self.capture("here")
        here = f"here@{socket.gethostname()}"
        if Path("/etc/machine-id").exists():  # a minimal system has none; its name is enough
            self.bind(uuid.uuid4().hex + "\n", "/etc/machine-id")
        socket.sethostname("elsewhere")
        self.capture("there")
        found = self.diff(here, "there")
        self.assertEqual((found.code, found.verdict, found.caveat_codes(), found.decisive()),
                         (3, "inconclusive", ["different-host"], ["different-host"]))
        self.assertIn("elsewhere", self.netmon("diff", here, "there", expect=3).out)
        asked = self.diff(here, "there", "--across-hosts")
        self.assertEqual((asked.code, asked.verdict, asked.caveat_codes(), asked.decisive()),
                         (0, "clean", ["different-host"], []))

    def test_a_diff_across_a_reboot_says_so(self):
        self.capture("before")
        self.bind(f"{uuid.uuid4()}\n", "/proc/sys/kernel/random/boot_id")
        self.capture("after")
        found = self.diff("before", "after")
        self.assertEqual((found.code, found.caveat_codes()), (0, ["rebooted"]))
        self.assertIn("rebooted", self.netmon("diff", "before", "after", expect=0).out)


if __name__ == "__main__":
    world.main()
