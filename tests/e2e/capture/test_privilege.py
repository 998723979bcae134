"""What an ordinary user sees, and that it cannot be mistaken for what root sees."""

import json
import os
import pwd
import shutil
import subprocess

import holding
import scenario
import tracing
import world


class Privilege(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require_real_root()
        self.nobody = self.as_user("nobody")
        self.state = self.private_database("nobody")
        self.theirs = self.start("nginx", "listen 0.0.0.0:80", "bind udp 0.0.0.0:53")
        self.mine = self.start("app", "user nobody", "listen 127.0.0.1:8080")

    def as_nobody(self, *arguments, expect=None):
        return self.netmon(*arguments, expect=expect, env=self.state, **self.nobody)

    def hand_over(self):
        """Copies root's database for the user nobody, because he may not write to root's."""
        account = pwd.getpwnam("nobody")
        shutil.copy(self.database, self.state["NETMON_DB"])
        os.chown(self.state["NETMON_DB"], account.pw_uid, account.pw_gid)

    def diff_as_nobody(self, before, after):
        return scenario.Diff(self.as_nobody("diff", before, after, "--format", "json"))

    def test_a_user_sees_all_sockets_and_the_owners_of_his_own(self):
        result = self.as_nobody("capture", "--label", "mine", expect=0)
        seen = scenario.Snapshot(self.as_nobody("show", "mine", "--format", "json", expect=0).out)
        self.assertEqual(sorted((row.local, row.owner_state,
                                 tuple(owner.pid for owner in row.owners)) for row in seen.rows),
                         [("0.0.0.0:53", "not-permitted", ()), ("0.0.0.0:80", "not-permitted", ()),
                          ("127.0.0.1:8080", "held", (self.mine.pid,))])
        self.assertEqual([(gap["code"], gap["count"]) for gap in seen.gaps
                          if gap["code"] == "owners-not-visible"], [("owners-not-visible", 2)])
        hints = [line for line in result.errors if "root" in line]
        self.assertEqual(len(hints), 1, result.err)

    def test_root_sees_everything_and_says_nothing_of_it(self):
        result = self.capture("all")
        seen = self.show("all")
        self.assertEqual(seen.gaps, [])
        self.assertEqual([line for line in result.errors if "root" in line], [])
        self.assertEqual({row.owners[0].pid for row in seen.rows},
                         {self.theirs.pid, self.mine.pid})

    def test_root_before_and_a_user_after_is_inconclusive(self):
        self.capture("before")
        self.hand_over()
        self.as_nobody("capture", "--label", "after", expect=0)
        found = self.diff_as_nobody("before", "after")
        self.assertEqual((found.code, found.verdict, found.gating()), (3, "inconclusive", []))
        self.assertIn("owners-not-visible", found.caveat_codes())
        back = self.diff_as_nobody("after", "before")
        self.assertEqual((back.code, back.verdict, back.gating()), (3, "inconclusive", []))

    def test_a_new_listener_is_found_by_a_user_too(self):
        self.capture("before")
        self.hand_over()
        self.start("python3", "listen 0.0.0.0:31337")
        self.as_nobody("capture", "--label", "after", expect=0)
        found = self.diff_as_nobody("before", "after")
        self.assertEqual((found.code, found.gating()), (
            1, ["listener-added high unapproved tcp 0.0.0.0:31337 -"]))

    def test_a_user_on_both_sides_is_as_blind_as_on_one(self):
        self.as_nobody("capture", "--label", "before", expect=0)
        self.theirs.end()
        self.start("nginx", "listen 0.0.0.0:80", "bind udp 0.0.0.0:53")
        self.as_nobody("capture", "--label", "after", expect=0)
        found = self.diff_as_nobody("before", "after")
        self.assertEqual((found.code, found.verdict, found.lines()), (3, "inconclusive", []))
        self.assertIn("owners-not-visible", found.decisive())
        places = [caveat for caveat in found.raw["caveats"] if caveat["weight"] == "decisive"
                  and caveat["code"] == "owners-not-visible"]
        self.assertEqual([(caveat["side"], caveat["count"]) for caveat in places], [("both", 2)])

    def test_what_went_away_behind_a_gap_is_unknown_not_removed(self):
        holding.ip("netns", "add", "blue")
        self.start("web", "listen 0.0.0.0:443", prefix=holding.in_namespace("blue"))
        self.capture("before")
        self.hand_over()
        self.as_nobody("capture", "--label", "after", expect=0)
        found = self.diff_as_nobody("before", "after")
        self.assertEqual((found.code, found.lines()), (3, []))

    def test_hidden_processes_are_a_gap(self):
        subprocess.run(["mount", "-o", "remount,hidepid=2", "/proc"], check=True)
        self.as_nobody("capture", "--label", "mine", expect=0)
        seen = scenario.Snapshot(self.as_nobody("show", "mine", "--format", "json", expect=0).out)
        self.assertIn("processes-hidden", seen.gap_codes())
        self.assertEqual({(row.local, row.process) for row in seen.rows},
                         {("0.0.0.0:53", None), ("0.0.0.0:80", None), ("127.0.0.1:8080", "app")})

    def test_a_user_without_a_database_is_told_of_roots(self):
        root_state = world.ROOT / "var"
        root_state.mkdir(mode=0o755)
        subprocess.run(["mount", "--bind", root_state, "/var/lib"], check=True)
        root = self.environment()
        del root["NETMON_DB"]
        self.netmon("capture", "--label", "before", expect=0, env=root)
        self.assertTrue((root_state / "netmon" / "netmon.db").is_file())
        del self.state["NETMON_DB"]
        result = self.as_nobody("list", expect=2)
        self.assertEqual(len(result.errors), 1, result.err)
        self.assertIn("sudo netmon list", result.err)

    def test_doctor_says_what_is_missing_and_how_to_get_it(self):
        full = self.netmon("doctor", "--format", "json", expect=0)
        partial = self.as_nobody("doctor", "--format", "json", expect=0)
        self.assertNotEqual(full.out, partial.out)
        self.assertIn('"partial"', partial.out)
        self.assertIn("sudo", partial.out)

    @staticmethod
    def findings(result):
        return {finding["subject"]: finding for finding in json.loads(result.out)["findings"]}

    def test_doctor_counts_the_sockets_whose_process_is_not_seen(self):
        self.assertNotIn("unnamed sockets",
                         self.findings(self.netmon("doctor", "--format", "json", expect=0)))
        told = self.findings(self.as_nobody("doctor", "--format", "json", expect=0))
        self.assertEqual(told["unnamed sockets"]["visibility"], "partial")
        self.assertIn("2 sockets", told["unnamed sockets"]["detail"])
        self.assertIn("sudo netmon capture", told["unnamed sockets"]["remedy"])

    def test_doctor_answers_where_no_capture_can_be_made(self):
        self.require(tracing.is_there(), "strace is not installed")
        environment = tracing.environment(self.environment())
        refused = tracing.injecting("socket", "error=EPERM", "1+")
        capture = self.netmon("capture", "--label", "x", env=environment, prefix=refused, expect=2)
        told = self.findings(self.netmon("doctor", "--format", "json", env=environment,
                                         prefix=refused, expect=0))
        self.assertEqual(told["capture"]["visibility"], "none")
        self.assertIn(capture.err.strip().removeprefix("netmon: "), told["capture"]["detail"])
        self.assertIn("could not be compared", told["capture"]["detail"])
        self.assertNotEqual(told["TCP sockets"]["visibility"], "full")
        self.assertNotEqual(told["hidden sockets"]["visibility"], "full")
        self.assertNotIn("sock_diag", told["hidden sockets"]["detail"])

    def test_doctor_tells_a_database_that_is_closed_from_one_that_is_not_there(self):
        self.capture("before")
        command = "sudo netmon doctor --format json --db"
        for path, remedy in ((self.database, f"{command} {self.database}"),
                             (world.ROOT / "none.db", "netmon capture --label LABEL creates it"),
                             (f"{self.database}/x", "--db PATH")):
            told = self.findings(self.as_nobody("doctor", "--format", "json", "--db", path,
                                                expect=0))
            self.assertEqual(told["database"]["visibility"], "none")
            self.assertTrue(told["database"]["remedy"].startswith(remedy), told["database"])

    def test_root_does_not_write_into_another_users_database(self):
        self.as_nobody("capture", "--label", "before", expect=0)
        path = self.state["NETMON_DB"]
        result = self.netmon("capture", "--label", "after", "--db", path, expect=2)
        self.assertEqual(len(result.errors), 1, result.err)
        self.assertIn(path, result.err)
        self.assertEqual(len(self.as_nobody("list", "--format", "csv").out.splitlines()), 2)

    def test_root_does_not_follow_a_link_that_others_could_have_planted(self):
        folder = world.ROOT / "shared"
        folder.mkdir()
        folder.chmod(0o1777)
        target = world.ROOT / "target.db"
        link = folder / "netmon.db"
        link.symlink_to(target)
        os.lchown(link, pwd.getpwnam("nobody").pw_uid, -1)
        result = self.netmon("capture", "--label", "x", "--db", link, expect=2)
        self.assertEqual(len(result.errors), 1, result.err)
        self.assertFalse(target.exists())


if __name__ == "__main__":
    world.main()
