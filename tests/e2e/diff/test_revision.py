"""How a snapshot is named, and what diff says about snapshots that do not follow one another."""

import datetime
import hashlib
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
        # @empty has no time, so no snapshot is too late for it.
        self.assertEqual(self.diff("second", "@empty").caveat_codes(), [])

    def test_swapped_arguments_hide_nothing_and_are_never_clean(self):
        self.start("web", "listen 127.0.0.1:80")
        self.capture("before")
        self.start("evil", "listen 0.0.0.0:31337")
        self.capture("after")
        swapped = self.diff("after", "before")
        self.assertEqual((swapped.code, swapped.kinds(), swapped.notices(), swapped.decisive()),
                         (3, [], ["listener-removed"], ["order-reversed"]))
        self.assertIn("captured before", " ".join(swapped.errors))
        gone = self.diff("after", "before", "--fail-on-removed")
        self.assertEqual((gone.code, gone.decisive()), (1, ["order-reversed"]))
        self.assertEqual(self.diff("@now", "after").decisive(), ["order-reversed"])

    def test_a_snapshot_is_not_compared_with_itself_whatever_it_is_called(self):
        self.capture("x")
        taken = self.show("x").info["taken_at"]
        names = ["x", "#1", "x~0", f"x@{socket.gethostname()}", f"@{taken}", "@2100-01-01"]
        for before, after in [*((name, "x") for name in names), *(("x", name) for name in names),
                              ("@empty", "@empty")]:
            with self.subTest(f"{before} {after}"):
                refused = self.netmon("diff", before, after, expect=2)
                self.assertEqual((refused.out, len(refused.errors)), ("", 1), refused.err)
                self.assertIn("the same snapshot", refused.err)

    def test_an_empty_revision_is_an_error(self):
        self.capture("x")
        for arguments in (["diff", "", "x"], ["diff", "x", ""], ["show", ""], ["verify", ""],
                          ["export", "", "-o", world.ROOT / "x.netmon"]):
            with self.subTest(arguments):
                self.assertEqual(self.netmon(*arguments, expect=2).out, "")

    # Other hosts.

    def bind(self, text, over):
        source = world.ROOT / uuid.uuid4().hex
        source.write_text(text, "ascii")
        subprocess.run(["mount", "--bind", source, over], check=True)

    def on_host(self, name):
        """Turns this world into another host."""
        socket.sethostname(name)
        if Path("/etc/machine-id").exists():
            self.bind(hashlib.md5(name.encode()).hexdigest() + "\n", "/etc/machine-id")

    def forget_boot(self):
        self.bind("", "/proc/sys/kernel/random/boot_id")

    def test_two_hosts_are_two_with_and_without_a_boot_id(self):
        self.on_host("db1")
        self.capture("with")
        self.forget_boot()
        self.capture("without")
        self.on_host("db2")
        self.capture("there")
        for label, caveats in (("with", ["boot-not-known", "different-host"]),
                               ("without", ["boot-not-known", "different-host"])):
            with self.subTest(label):
                found = self.diff(f"{label}@db1", "there")
                self.assertEqual((found.code, found.caveat_codes(), found.decisive()),
                                 (3, caveats, ["different-host"]))
                asked = self.diff(f"{label}@db1", "there", "--across-hosts")
                self.assertEqual((asked.code, asked.decisive()), (0, []))

    def test_a_boot_that_is_not_known_is_no_other_boot_and_no_other_host(self):
        self.start("web", "listen 0.0.0.0:80", "listen 127.0.0.1:81")
        self.capture("known")
        self.forget_boot()
        self.capture("one")
        self.capture("two")
        for before, after in (("known", "one"), ("one", "two")):
            with self.subTest(f"{before} {after}"):
                found = self.diff(before, after)
                self.assertEqual((found.code, found.lines(), found.caveat_codes()),
                                 (0, [], ["boot-not-known"]))
        self.start("evil", "listen 0.0.0.0:31337")
        self.capture("after")
        self.assert_gates("listener-added high", before="known")
        self.assert_gates("listener-added high", before="two")

    # What was imported.

    def transfer(self, name, *labels):
        """Captures snapshots of the current host into a new database, and exports them; returns the
        exported file."""
        own, self.database = self.database, world.ROOT / f"{name}.db"
        for label in labels:
            self.capture(label)
        file = world.ROOT / f"{name}.netmon"
        self.netmon("export", *labels, "-o", file, expect=0)
        self.database = own
        return file

    def bring(self, file):
        self.netmon("import", file, expect=0)

    def test_a_bare_label_is_this_hosts_own_whatever_was_imported(self):
        self.on_host("db1")
        older = self.transfer("older", "pre", "lost")
        self.capture("pre")
        self.capture("pre")
        newer = self.transfer("newer", "pre", "later")
        self.bring(newer)  # #3 and #4
        self.bring(older)  # #5 and #6
        self.assertEqual(self.ids("pre", "pre~1", "pre@db1", "pre~1@db1"), [2, 1, 2, 1])
        # An imported snapshot never continues the host's own sequence.
        refused = self.netmon("show", "pre~2", expect=2)
        self.assertIn("only 2 snapshots have this label", refused.err)
        self.assertEqual(self.ids("lost", "later"), [6, 4])  # of this machine only

    def test_a_bare_label_is_never_another_hosts(self):
        self.on_host("db2")
        file = self.transfer("db2", "pre", "theirs")
        self.on_host("db1")
        self.capture("pre")
        self.bring(file)
        self.assertEqual(self.ids("pre", "pre@db2", "theirs@db2"), [1, 2, 3])
        refused = self.netmon("show", "theirs", expect=2)
        self.assertEqual((refused.out, len(refused.errors)), ("", 1))
        self.assertIn("db2", refused.err)

    def test_a_time_goes_by_when_a_snapshot_was_taken_and_not_by_its_number(self):
        self.on_host("db2")
        theirs = self.transfer("db2", "theirs")
        self.on_host("db1")
        older = self.transfer("older", "old")
        self.capture("own")
        self.bring(older)  # #2, which was taken before #1
        self.bring(theirs)
        taken = {label: self.show(label).info["taken_at"]
                 for label in ("old", "own", "theirs@db2")}
        self.assertLess(taken["old"], taken["own"])
        self.assertEqual(self.ids(f"@{taken['own']}", "@2100-01-01", f"@{taken['old']}",
                                  "@2100-01-01@db2"), [1, 1, 2, 3])
        self.netmon("show", f"@{taken['theirs@db2']}", expect=2)

    def test_a_diff_across_hosts_says_so(self):
        self.capture("here")
        here = f"here@{socket.gethostname()}"
        if Path("/etc/machine-id").exists():  # a minimal system has none; there the name is enough
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
