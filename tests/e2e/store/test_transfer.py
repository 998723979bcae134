"""Evidence that leaves its host: it is exported, imported elsewhere and compared there; and old
evidence that is pruned."""

import hashlib
import json
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
from pathlib import Path

import scenario
import world

SECRET = "hunter2-correct-horse"
EXPECTED = """
ticket = "CHG-1042"
[[expect]]
change = "listener-added"
match = { protocol = "tcp", port = 8443 }
reason = "the new endpoint"
"""


class Carry(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.review = world.ROOT / "review.netmon"
        self.fleet = world.ROOT / "fleet.db"

    def on_host(self, name):
        """Turns this world into another host, with a database of its own."""
        socket.sethostname(name)
        identity = world.ROOT / f"{name}.id"
        identity.write_text(hashlib.md5(name.encode()).hexdigest() + "\n", "ascii")
        subprocess.run(["mount", "--bind", identity, "/etc/machine-id"], check=True)
        self.database = world.ROOT / f"{name}.db"

    def export(self, *arguments, expect=0, file=None, **options):
        return self.netmon("export", *arguments, "-o", file or self.review, expect=expect, **options)

    def bring(self, file, expect=0, database=None):
        result = self.netmon("import", file, "--db", database or self.fleet, expect=expect)
        return result.out.splitlines() if expect == 0 else result

    def two_hosts(self):
        """Imports a snapshot of each of the hosts db1 and db2 into a third database."""
        self.start("web", "listen 127.0.0.1:80")
        for name, label in (("db1", "pre"), ("db2", "post")):
            self.on_host(name)
            self.capture(label)
            self.export(label, file=world.ROOT / f"{name}.netmon")
            self.bring(world.ROOT / f"{name}.netmon")
            self.start("nginx", "listen 0.0.0.0:8443") if name == "db1" else None

    def chain_of(self, name):
        connection = sqlite3.connect(world.ROOT / f"{name}.db")
        (origin,), = connection.execute("SELECT origin FROM chain WHERE chain_no = 0")
        connection.close()
        return origin

    def verified(self, database, code=0):
        return self.netmon("verify", "--db", database, expect=code).out

    # From host to host.

    def test_snapshots_of_two_hosts_are_compared_in_one_database(self):
        self.two_hosts()
        found = self.diff("#1", "#2", "--db", self.fleet)
        self.assertEqual((found.code, found.gating()),
                         (1, ["listener-added high unapproved tcp 0.0.0.0:8443 nginx"]))
        self.assertIn("different-host", found.caveat_codes())
        for side, name, number in (("before", "db1", 1), ("after", "db2", 2)):
            info = found.raw[side]
            self.assertEqual((info["host"], info["id"], info["origin"], info["origin_number"]),
                             (name, number, self.chain_of(name), 1))
        self.assertIn("chain      intact: #1 to #2, 2 imported\n", self.verified(self.fleet))

    def test_every_report_says_where_an_imported_snapshot_was_taken(self):
        self.two_hosts()
        origins = [f"{name} #1, chain {self.chain_of(name)}" for name in ("db1", "db2")]
        for kind in ("table", "csv", "markdown", "html"):
            out = self.netmon("diff", "#1", "#2", "--db", self.fleet, "--format", kind, expect=1).out
            for origin in origins:
                self.assertIn(origin, out, kind)
        sarif = self.netmon("diff", "#1", "#2", "--db", self.fleet, "--format", "sarif").out
        properties = json.loads(sarif)["runs"][0]["properties"]
        self.assertEqual(properties["before"]["origin"], self.chain_of("db1"))
        self.assertIn("imported from db1 #1", self.netmon("show", "#1", "--db", self.fleet).out)
        here = self.netmon("diff", "@empty", "post", "--format", "table").out
        self.assertNotIn("imported", here)

    def test_a_list_says_where_a_snapshot_comes_from(self):
        self.two_hosts()
        table = self.netmon("list", "--db", self.fleet, expect=0).out.splitlines()
        self.assertEqual([line.split()[:2] for line in table[1:]], [["#1", "pre"], ["#2", "post"]])
        self.assertIn(" ORIGIN ", table[0])
        self.assertIn(" db2 #1 ", table[2])
        self.assertNotIn("ORIGIN", self.netmon("list").out)  # it is for imported snapshots only
        rows = self.netmon("list", "--db", self.fleet, "--format", "csv").out.splitlines()
        self.assertTrue(rows[0].endswith(",Origin,Origin number"), rows[0])
        self.assertTrue(rows[2].endswith(f",{self.chain_of('db2')},1"), rows[2])
        listed = json.loads(self.netmon("list", "--db", self.fleet, "--format", "json").out)
        self.assertEqual([(one["origin"], one["origin_number"]) for one in listed["snapshots"]],
                         [(self.chain_of("db1"), 1), (self.chain_of("db2"), 1)])

    def test_a_digest_is_the_same_wherever_the_snapshot_is(self):
        self.two_hosts()
        there = self.show("post").info
        here = self.show("post", "--db", self.fleet).info
        self.assertEqual((here["digest"], here["taken_at"], here["host"]),
                         (there["digest"], there["taken_at"], "db2"))
        self.assertIn("digest     matches #1 of " + self.chain_of("db2"), self.netmon(
            "verify", "--db", self.fleet, "--digest", there["digest"], expect=0).out)

    def test_what_is_here_already_is_left_alone(self):
        self.on_host("db1")
        self.capture("first")
        self.capture("second")
        self.export("first", "second")
        first = self.bring(self.review)
        self.assertRegex(first[0], r"^#1  first  db1 #1  \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$")
        before = self.fleet.read_bytes()
        self.assertEqual(self.bring(self.review), ["first  db1 #1: already here as #1",
                                                   "second  db1 #2: already here as #2"])
        self.assertEqual(self.fleet.read_bytes(), before)
        self.assertEqual(self.bring(self.review, database=self.database),
                         ["first  db1 #1: already here as #1",
                          "second  db1 #2: already here as #2"])

    def test_a_chain_that_went_on_is_carried_on(self):
        self.on_host("db1")
        self.capture("first")
        self.export("first")
        self.bring(self.review)
        self.capture("second")
        self.capture("third")
        self.export("third", file=world.ROOT / "later.netmon")
        self.assertEqual([line.split()[0] for line in self.bring(world.ROOT / "later.netmon")],
                         ["#2"])
        self.assertIn(f"and #1 to #3 of {self.chain_of('db1')}, 2 snapshots here",
                      self.verified(self.fleet))

    def test_a_chain_that_went_two_ways_is_refused(self):
        self.on_host("db1")
        self.capture("first")
        copy = self.database.read_bytes()
        for label in ("second", "other"):
            self.database.write_bytes(copy)
            self.capture(label)
            self.export(label, file=world.ROOT / f"{label}.netmon")
        self.bring(world.ROOT / "second.netmon")
        before = self.fleet.read_bytes()
        refused = self.bring(world.ROOT / "other.netmon", expect=4)
        self.assertEqual((refused.out, len(refused.errors)), ("", 1))
        self.assertIn("#2", refused.err)
        self.assertEqual(self.fleet.read_bytes(), before)

    def test_an_imported_snapshot_keeps_its_first_origin_when_it_goes_on(self):
        self.two_hosts()
        self.export("#2", "--db", self.fleet)
        self.bring(self.review, database=world.ROOT / "third.db")
        info = self.show("post", "--db", world.ROOT / "third.db").info
        self.assertEqual((info["origin"], info["origin_number"]), (self.chain_of("db2"), 1))

    def test_what_is_no_export_makes_no_database(self):
        wrong = world.ROOT / "wrong.netmon"
        wrong.write_text("no database", "ascii")
        for file in (wrong, world.ROOT / "missing.netmon", world.ROOT):
            self.assertEqual(len(self.bring(file, expect=2).errors), 1)
            self.assertFalse(self.fleet.exists())

    # The file.

    def test_an_exported_file_is_its_owners_alone_and_replaces_nothing(self):
        self.capture("first")
        for umask in (0, 0o777):
            self.export("first", umask=umask)
            self.assertEqual(stat.S_IMODE(self.review.stat().st_mode), 0o600)
            self.review.unlink()
        there = world.ROOT / "there"
        there.write_text("mine", "ascii")
        (world.ROOT / "link").symlink_to(there)
        (world.ROOT / "dangling").symlink_to(world.ROOT / "nothing")
        for name in ("there", "link", "dangling"):
            refused = self.export("first", file=world.ROOT / name, expect=2)
            self.assertEqual((refused.out, len(refused.errors)), ("", 1))
        self.assertEqual(there.read_text("ascii"), "mine")
        self.assertFalse((world.ROOT / "nothing").exists())
        for arguments in (["@now"], ["@empty"], ["missing"], ["#7"], []):
            self.export(*arguments, expect=2)
        self.assertEqual(list(world.ROOT.glob("review*")), [])

    def test_a_file_that_comes_to_be_during_an_export_is_not_replaced(self):
        self.capture("first")
        lock = sqlite3.connect(self.database, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        process = subprocess.Popen(self.command("export", "first", "-o", self.review),
                                   env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        descriptors = Path(f"/proc/{process.pid}/fd")
        self.await_true("the database to be opened", lambda: any(
            os.path.realpath(path) == str(self.database) for path in descriptors.iterdir()))
        self.review.write_text("mine", "ascii")
        lock.close()
        errors = process.communicate(timeout=scenario.SECONDS)[1]
        self.assertEqual((process.returncode, len(errors.splitlines())), (2, 1), errors)
        self.assertEqual(self.review.read_text("ascii"), "mine")
        self.assertEqual(list(world.ROOT.glob("review*")), [self.review])

    def test_an_export_that_does_not_fit_leaves_nothing(self):
        self.capture("first")
        small = world.ROOT / "small"
        small.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], check=True)
        refused = self.export("first", file=small / "review.netmon", expect=2)
        self.assertEqual((len(refused.errors), os.listdir(small)), (1, []), refused.err)
        self.assertIn("review.netmon", refused.err)

    def test_secrets_do_not_leave_the_host(self):
        self.start("backup", "listen 127.0.0.1:9000", argv0=f"--password={SECRET}")
        self.capture("first")
        self.assertIn(SECRET.encode(), self.database.read_bytes())
        out = self.export("first").out
        self.assertIn(", 1 command line masked,", out)
        self.assertNotIn(SECRET, out)
        self.assertNotIn(SECRET.encode(), self.review.read_bytes())
        self.assertIn("rows       intact: 1 snapshot, 1 command line masked\n",
                      self.verified(self.review))
        owner = self.show("first", "--db", self.review).where(local="127.0.0.1:9000")[0].owners[0]
        self.assertIn("--password=***", owner.details["cmdline"])

    def test_damaged_evidence_is_neither_exported_nor_pruned(self):
        self.start("web", "listen 127.0.0.1:80")
        self.capture("first")
        connection = sqlite3.connect(self.database)
        (sql,), = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'socket_update'")
        connection.executescript(f"DROP TRIGGER socket_update; UPDATE socket SET local_port = 81;{sql}")
        connection.close()
        before = self.database.read_bytes()
        self.assertEqual(len(self.export("first", expect=4).errors), 1)
        self.assertFalse(self.review.exists())
        self.netmon("prune", "--older-than", "1ms", expect=4)
        self.assertEqual(self.database.read_bytes(), before)

    # Documents in the file.

    def write_expectations(self, text=EXPECTED, folder="here"):
        file = world.ROOT / folder / "CHG-1042.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "ascii")
        return file

    def test_a_reviewer_needs_the_file_alone(self):
        self.start("web", "listen 127.0.0.1:80")
        self.capture("pre")
        self.start("nginx", "listen 0.0.0.0:8443")
        self.capture("post")
        file = self.write_expectations()
        out = self.export("pre", "post", "--expect", file).out
        self.assertIn("CHG-1042.toml  expectations\n", out)
        file.unlink()
        self.database = self.review
        found = self.diff("pre", "post", "--expect", "db:CHG-1042.toml")
        self.assertEqual((found.code, found.gating()),
                         (0, ["listener-added high approved tcp 0.0.0.0:8443 nginx"]))
        caveat, = [one for one in found.raw["caveats"]
                   if one["code"] == "expectations-from-database"]
        digest = hashlib.sha256(EXPECTED.encode()).hexdigest()
        self.assertEqual((caveat["count"], caveat["decisive"]), (1, False))
        self.assertIn(f"CHG-1042.toml as stored in the database, sha256:{digest}",
                      caveat["message"])
        for kind in ("table", "csv", "markdown", "html", "sarif"):
            out = self.netmon("diff", "pre", "post", "--expect", "db:CHG-1042.toml", "--format",
                              kind, expect=0).out
            self.assertIn(digest, re.sub(r"\s", "", out), kind)

    def test_expectations_are_checked_before_they_go_and_found_by_name(self):
        self.capture("first")
        wrong = self.write_expectations("ticket = 1")
        refused = self.export("first", "--expect", wrong, expect=2)
        self.assertIn(f"{wrong}:1", refused.err)
        self.assertFalse(self.review.exists())
        self.netmon("diff", "first", "first", "--expect", "db:CHG-1042.toml", expect=2)
        # Two files of one name, from two exports.
        for folder in ("one", "two"):
            file = self.write_expectations(EXPECTED + f"# {folder}\n", folder)
            self.export("first", "--expect", file, file=world.ROOT / f"{folder}.netmon")
            self.bring(world.ROOT / f"{folder}.netmon")
        refused = self.netmon("diff", "first", "first", "--db", self.fleet, "--expect",
                              "db:CHG-1042.toml", expect=2)
        self.assertIn("ambiguous", refused.err)

    def test_the_example_of_a_hand_over_works(self):
        self.require(shutil.which("ssh-keygen"), "ssh-keygen is not installed")
        example = world.SOURCES / "examples" / "hand-over.sh"
        done = subprocess.run([example], env=self.environment(NETMON=os.environ["NETMON"]),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=240, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("signature  signed by owner@example.org (ED25519 ", done.stdout)
        self.assertIn("CLEAN: all of 1 place compared\n  nothing unapproved, 1 approved, ",
                      done.stdout)

    # Pruning.

    def test_what_is_old_goes_and_the_chain_holds(self):
        for label in ("nightly", "pre-change", "nightly", "post-change"):
            self.capture(label)
        digest = self.show("#1").info["digest"]
        before = self.database.read_bytes()
        rule = ("--older-than", "1ms", "--keep-labels", "pre-*,post-*")
        listed = self.netmon("prune", *rule, "--dry-run", expect=0).out.splitlines()
        self.assertEqual([line.split()[0] for line in listed[1:-1]], ["#1", "#3"])
        self.assertEqual(listed[-1], "2 snapshots would be pruned")
        self.assertEqual(self.database.read_bytes(), before)
        self.assertEqual(self.netmon("prune", *rule, expect=0).out.splitlines()[-1],
                         "2 snapshots pruned")
        self.assertIn("chain      intact: #1 to #5, 2 pruned\n", self.verified(self.database))
        self.assertIn("matches #1; 4 entries", self.netmon("verify", "--digest", digest).out)
        self.assertIn("prune #5", self.netmon("show", "#1", expect=2).err)
        self.assertEqual(self.netmon("prune", *rule, expect=0).out, "0 snapshots pruned\n")
        self.assertTrue(self.capture("nightly").out.startswith("#6 "))

    def test_the_newest_snapshot_may_go_and_its_number_is_not_given_again(self):
        self.capture("first")
        self.netmon("prune", "--older-than", "1ms", expect=0)
        self.assertEqual(self.netmon("list").out, "no snapshots\n")
        self.assertTrue(self.capture("second").out.startswith("#3 "))
        self.verified(self.database)

    def test_imported_snapshots_go_by_the_same_rule(self):
        self.two_hosts()
        self.netmon("prune", "--older-than", "1ms", "--keep-labels", "post", "--db", self.fleet,
                    expect=0)
        self.assertIn("chain      intact: #1 to #3, 1 imported, 1 pruned\n",
                      self.verified(self.fleet))
        self.show("post", "--db", self.fleet)

    def test_a_wrong_rule_takes_nothing_out(self):
        self.capture("first")
        before = self.database.read_bytes()
        for arguments in ([], ["--older-than", "soon"], ["--older-than", "0d"],
                          ["--older-than", "1d", "--keep-labels", ""],
                          ["--older-than", "1d", "--keep-labels", "pre-*,,post-*"]):
            self.assertEqual(len(self.netmon("prune", *arguments, expect=2).errors), 1)
        self.assertEqual(self.netmon("prune", "--older-than", "3650d", expect=0).out,
                         "0 snapshots pruned\n")
        self.assertEqual(self.database.read_bytes(), before)
        self.netmon("prune", "--older-than", "1d", "--db", world.ROOT / "missing.db", expect=2)
        self.assertFalse((world.ROOT / "missing.db").exists())


if __name__ == "__main__":
    world.main()
