"""Changed evidence is revealed: each way to tamper with a database, by hand as its owner could, and
what `netmon verify` says about it. docs/EVIDENCE.md has the same as a table."""

import json
import sqlite3

import terminal
import world
from evidence_database import NOWHERE, Database, check_by_hand


class Evidence(Database):
    def assert_revealed(self, *names, by_diff=4, flaw=None):
        """Only these verdicts reveal the change; `by_diff` is the exit code of `show` and `diff` for
        the second snapshot."""
        found = self.verify()
        self.assertEqual((found.code, found.flawed()), (4, list(names)), found.flaws)
        if flaw:
            self.assertIn(flaw, found.flaws[names[0]])
        for arguments in (["show", "#2"], ["diff", "#1", "#2"]):
            result = self.netmon(*arguments)
            self.assertEqual(result.code, by_diff, result.err)
            if by_diff:
                self.assertEqual((result.out, len(result.errors)), ("", 1))

    def test_an_untouched_database_is_intact(self):
        found = self.verify()
        self.assertEqual((found.code, found.flawed()), (0, []))
        self.assertEqual(found.texts["rows"], "intact: 3 snapshots")
        self.assertEqual(found.texts["schema"], "intact")
        self.assertEqual(found.texts["chain"], "intact: #1 to #3")
        self.assertEqual(found.texts["digest"], "not given: without one, a missing end would go unnoticed")
        self.assertEqual(found.texts["signature"], "unsigned")
        self.assertEqual(found.texts["head"], self.show("third").info["digest"])

    # Rows.

    def test_a_changed_row_is_revealed_by_the_rows(self):
        self.tamper("UPDATE socket SET local_port = 8080 WHERE snapshot_id = 2 AND local_port = 80")
        self.assert_revealed("rows", flaw="#2 does not match its digest")

    def test_a_deleted_row_is_revealed_by_the_rows(self):
        self.tamper("DELETE FROM socket WHERE snapshot_id = 2 AND socket_no = 1")
        self.assert_revealed("rows")

    def test_an_inserted_row_is_revealed_by_the_rows(self):
        self.tamper("INSERT INTO gap SELECT 2, count(*), 'netns-vanished', NULL, NULL, 'why', 1 "
                    "FROM gap WHERE snapshot_id = 2")
        self.assert_revealed("rows")

    def test_two_swapped_rows_are_revealed_by_the_rows(self):
        self.tamper("UPDATE socket SET local_port = 161 - local_port "
                    "WHERE snapshot_id = 2 AND local_port IN (80, 81)")
        self.assert_revealed("rows")

    def test_a_changed_label_time_or_ticket_is_revealed_by_the_rows(self):
        for column, value in (("label", "other"), ("ticket", "CHG-1"), ("host_name", "db2"),
                              ("started_at", "2020-01-01T00:00:00.000Z"), ("user_name", "unknown")):
            before = self.database.read_bytes()
            self.tamper(f"UPDATE snapshot SET {column} = '{value}' WHERE id = 2")
            with self.subTest(column):
                self.assert_revealed("rows")
            self.database.write_bytes(before)

    def test_a_changed_command_line_is_revealed_by_the_rows(self):
        for change in ("text = text || ' --harmless'", "salt = lower(hex(randomblob(16)))",
                       "sha256 = lower(hex(randomblob(32)))"):
            before = self.database.read_bytes()
            self.tamper(f"UPDATE command_line SET {change} WHERE snapshot_id = 2 "
                        "AND process_no = (SELECT max(process_no) FROM command_line)")
            with self.subTest(change):
                self.assert_revealed("rows")
            self.database.write_bytes(before)

    # The chain.

    def test_a_snapshot_taken_out_of_the_middle_is_revealed_by_the_chain(self):
        self.tamper(lambda db: self.delete_snapshot(db, 2))
        self.assert_revealed("chain", by_diff=2)

    def test_a_snapshot_taken_out_with_its_entry_is_revealed_by_the_chain(self):
        self.tamper(lambda db: self.delete_snapshot(db, 2), "DELETE FROM link WHERE number = 2")
        self.assert_revealed("chain", by_diff=2, flaw="#2 is missing from the chain")

    def test_a_snapshot_whose_rows_alone_are_gone_is_revealed(self):
        self.tamper("DELETE FROM snapshot WHERE id = 2")
        found = self.verify()
        self.assertEqual((found.code, found.flawed()), (4, ["chain"]), found.flaws)
        self.assertTrue([flaw for flaw in found.flaws["chain"] if "rows of #2" in flaw])

    def test_a_cut_off_tail_is_revealed_by_the_digest_alone(self):
        digest = self.cut_off()
        without = self.verify()
        self.assertEqual((without.code, without.flawed()), (0, []))
        self.assertIn("a missing end would go unnoticed", without.texts["digest"])
        found = self.verify("--digest", digest)
        self.assertEqual((found.code, found.flawed()), (4, []))
        self.assertTrue(found.texts["digest"].startswith("NOT FOUND"), found.texts)

    def test_a_digest_names_the_entry_that_it_is_of(self):
        newest = self.verify("--digest", self.head())
        self.assertEqual((newest.code, newest.texts["digest"]), (0, "matches #3, the newest entry"))
        first = self.verify("--digest", self.show("first").info["digest"])
        self.assertEqual((first.code, first.texts["digest"]),
                         (0, "matches #1; 2 entries were stored after it"))
        self.assertEqual(self.verify("--digest", NOWHERE).code, 4)
        for wrong in ("sha256:1", NOWHERE.upper(), NOWHERE[7:], NOWHERE + "0"):
            result = self.netmon("verify", "--digest", wrong, expect=2)
            self.assertEqual((result.out, len(result.errors)), ("", 1))

    def test_a_changed_entry_is_revealed_by_the_chain(self):
        for change in (f"digest = '{NOWHERE}'", f"content_digest = '{NOWHERE}'",
                       f"previous_digest = '{NOWHERE}'", "previous_digest = NULL",
                       "kind = 'prune'", "kind = 'import'"):
            before = self.database.read_bytes()
            self.tamper(f"UPDATE link SET {change} WHERE number = 2")
            with self.subTest(change):
                found = self.verify()
                self.assertEqual((found.code, found.flawed()), (4, ["chain"]), found.flaws)
                self.assertNotEqual(self.netmon("show", "#2").code, 0)
            self.database.write_bytes(before)

    def test_a_renumbered_entry_is_revealed_by_the_chain(self):
        self.tamper("UPDATE link SET number = 7 WHERE number = 3")
        found = self.verify()
        self.assertEqual((found.code, found.flawed()), (4, ["chain"]), found.flaws)

    def test_another_origin_is_revealed_by_the_chain(self):
        self.tamper("UPDATE chain SET origin = lower(hex(randomblob(16)))")
        self.assert_revealed("chain")

    def test_a_snapshot_whose_digest_was_recomputed_is_revealed_by_the_chain(self):
        self.tamper("UPDATE socket SET local_port = 8080 WHERE snapshot_id = 2 AND local_port = 80")
        self.tamper(f"UPDATE snapshot SET digest = '{self.content_digest(2)}' WHERE id = 2")
        self.assert_revealed("chain")

    def test_a_chain_written_anew_is_revealed_by_the_digest_alone(self):
        digest = self.head()
        self.rewrite(2, "UPDATE socket SET local_port = 8080 "
                        "WHERE snapshot_id = 2 AND local_port = 80")
        without = self.verify()
        self.assertEqual((without.code, without.flawed()), (0, []), without.flaws)
        self.assertNotEqual(without.texts["head"], digest)
        found = self.verify("--digest", digest)
        self.assertEqual((found.code, found.flawed()), (4, []))
        # Whatever was stored before the forged entry still has its digest.
        self.assertEqual(self.verify("--digest", self.show("first").info["digest"]).code, 0)

    def test_a_forged_tombstone_is_revealed_by_the_chain(self):
        digest = self.show("second").info["digest"]
        self.tamper(lambda db: self.delete_snapshot(db, 2),
                    "INSERT INTO prune VALUES (4, '2026-01-01T00:00:00.000Z', 0, 'root', '1', 1, "
                    "'', 1)",
                    "INSERT INTO tombstone VALUES (2, 4, 'second', 'vm', "
                    f"'2026-01-01T00:00:00.000Z', '{digest}')")
        self.assert_revealed("chain", by_diff=2)

    def test_a_changed_record_of_a_prune_is_revealed_by_the_chain(self):
        self.netmon("prune", "--older-than", "1ms", "--keep-labels", "third", expect=0)
        self.assertEqual(self.verify().texts["chain"], "intact: #1 to #4, 2 pruned")
        for table, change in (("prune", "user_name = 'somebody'"),
                              ("prune", "pruned_at = '2020-01-01T00:00:00.000Z'"),
                              ("tombstone", "label = 'other'"), ("tombstone", "host_name = 'db2'")):
            before = self.database.read_bytes()
            self.tamper(f"UPDATE {table} SET {change}")
            with self.subTest(change):
                found = self.verify()
                self.assertEqual((found.code, found.flawed()), (4, ["chain"]), found.flaws)
            self.database.write_bytes(before)

    def test_a_changed_record_of_an_import_is_revealed_by_the_chain(self):
        review = world.ROOT / "review.netmon"
        self.netmon("export", "first", "second", "-o", review, expect=0)
        for change in ("user_name = 'somebody'", "imported_at = '2020-01-01T00:00:00.000Z'",
                       f"digest = '{NOWHERE}'", "origin_number = 3"):
            before = review.read_bytes()
            self.tamper(f"UPDATE import SET {change} WHERE number = 2", database=review)
            with self.subTest(change):
                found = self.verify(database=review)
                self.assertEqual((found.code, "chain" in found.flawed()), (4, True), found.flaws)
            review.write_bytes(before)

    def test_a_changed_row_of_an_imported_snapshot_is_revealed_by_the_rows(self):
        review = world.ROOT / "review.netmon"
        self.netmon("export", "second", "-o", review, expect=0)
        self.tamper("UPDATE socket SET local_port = 8080 WHERE local_port = 80", database=review)
        found = self.verify(database=review)
        self.assertEqual((found.code, found.flawed()), (4, ["rows"]), found.flaws)
        for arguments in (["show", "second"], ["diff", "@empty", "second"]):
            self.netmon(*arguments, "--db", review, expect=4)
        refused = self.netmon("import", review, "--db", world.ROOT / "other.db", expect=4)
        self.assertEqual(len(refused.errors), 1)
        self.assertEqual(self.netmon("list", "--db", world.ROOT / "other.db").out, "no snapshots\n")

    def test_rows_of_no_snapshot_are_revealed_by_the_chain(self):
        self.tamper("INSERT INTO gap VALUES (99, 0, 'netns-vanished', NULL, NULL, 'why', 1)")
        self.assert_revealed("chain", by_diff=0,
                             flaw="table gap has rows of #99, which is not there")

    # The schema.

    def test_dropped_triggers_are_revealed_by_the_schema(self):
        connection = sqlite3.connect(self.database)
        connection.execute("DROP TRIGGER socket_update")
        connection.close()
        self.assert_revealed("schema", by_diff=0, flaw="trigger socket_update is missing")

    def test_a_planted_trigger_is_revealed_by_the_schema(self):
        connection = sqlite3.connect(self.database)
        connection.execute("CREATE TRIGGER planted AFTER INSERT ON socket BEGIN DELETE FROM gap; END")
        connection.close()
        self.assertEqual(self.verify().flawed(), ["schema"])

    def test_a_view_in_the_place_of_a_table_is_revealed_by_the_schema(self):
        connection = sqlite3.connect(self.database)
        connection.executescript("ALTER TABLE gap RENAME TO old; CREATE VIEW gap AS SELECT * FROM old")
        connection.close()
        found = self.verify()
        self.assertEqual((found.code, "schema" in found.flawed()), (4, True), found.texts)

    # One snapshot alone, and the formats.

    def test_one_snapshot_is_verified_alone(self):
        self.tamper("UPDATE socket SET local_port = 8080 WHERE snapshot_id = 2 AND local_port = 80")
        self.assertEqual(self.verify("second").code, 4)
        alone = self.verify("third")
        self.assertEqual((alone.code, alone.texts["rows"]),
                         (0, "intact: #3, the only one that was read"))
        self.netmon("verify", "@now", expect=2)
        self.netmon("verify", "fourth", expect=2)

    def test_the_json_says_what_the_table_says(self):
        self.tamper("UPDATE socket SET local_port = 8080 WHERE snapshot_id = 2 AND local_port = 80")
        result = self.netmon("verify", "--digest", self.head(), "--format", "json", expect=4)
        found = json.loads(result.out)
        self.assertEqual((found["schema"], found["verdict"], found["exit_code"]),
                         ("netmon-verify/1", "flawed", 4))
        self.assertEqual(found["checks"]["rows"],
                         {"verdict": "flawed",
                          "flaws": [{"subject": "#2", "what": "does not match its digest"}]})
        self.assertEqual(found["checks"]["chain"]["verdict"], "intact")
        self.assertEqual((found["digest"]["verdict"], found["digest"]["entry"]["number"]),
                         ("matches", 3))
        chain, = found["chains"]
        self.assertEqual((chain["own"], chain["last"], chain["head"]), (True, 3, self.head()))

    def test_long_work_shows_on_a_terminal_how_far_it_is(self):
        program = terminal.Terminal(self.command("verify"), self.environment(TERM="xterm"))
        self.assertEqual(program.end(), 0)
        self.assertRegex(program.text, r"verifying: 1 of 3.*\r\x1b\[K.*rows ")
        self.assertEqual(self.netmon("verify").err, "")

    # By hand.

    def test_the_script_of_the_manual_finds_what_verify_finds(self):
        def by_hand(*arguments):
            done = self.python(check_by_hand(), *arguments)
            self.assertEqual(done.stderr, "")
            return done.returncode, done.stdout.strip()
        review = world.ROOT / "review.netmon"
        self.netmon("export", "first", "third", "-o", review, expect=0)
        self.netmon("prune", "--older-than", "1ms", "--keep-labels", "second,third", expect=0)
        for database, entries in ((self.database, 4), (review, 2)):
            head = self.head(database)
            self.assertEqual(by_hand(database, head),
                             (0, f"intact: {entries} entries, the newest {head}"))
            self.assertEqual(by_hand(database, NOWHERE)[0], 1)
        untouched = self.database.read_bytes()
        for statement in ("UPDATE socket SET local_port = 8080 WHERE snapshot_id = 2",
                          "UPDATE command_line SET text = 'x' WHERE snapshot_id = 3",
                          "UPDATE link SET kind = 'import' WHERE number = 4",
                          "UPDATE tombstone SET label = 'other'", "DELETE FROM snapshot WHERE id = 2",
                          "UPDATE snapshot SET ticket = 'CHG-2' WHERE id = 3",
                          "DELETE FROM link WHERE number = 2"):
            self.tamper(statement)
            with self.subTest(statement):
                done = self.python(check_by_hand(), self.database)
                self.assertEqual((done.returncode, self.verify().code), (1, 4), done.stdout)
            self.database.write_bytes(untouched)
        self.tamper("UPDATE import SET user_name = 'somebody' WHERE number = 1", database=review)
        self.assertEqual(by_hand(review)[0], 1)


if __name__ == "__main__":
    world.main()
