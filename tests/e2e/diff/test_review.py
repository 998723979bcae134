"""Expected changes, standing rules, history: what a reviewer compares a diff with."""

import json
import subprocess
from pathlib import Path

import scenario
import world

STANDING = Path("/etc/netmon/expect.d")


class Review(scenario.Scenario):
    def write(self, name, text):
        path = world.ROOT / name
        path.write_text(text, "utf-8")
        return path

    def rule(self, port, reason="asked for", more=""):
        return ('[[expect]]\nchange = "listener-added"\n'
                f'match = {{ protocol = "tcp", port = {port} }}\nreason = "{reason}"\n{more}\n')

    def ticket(self, *rules, name="CHG-1.toml"):
        return self.write(name, 'ticket = "CHG-1"\n' + "".join(rules))

    def private_etc(self):
        """Mounts an /etc that belongs to this world, where root may write."""
        for words in (["mkdir", str(world.ROOT / "etc")],
                      ["cp", "-a", "/etc/.", str(world.ROOT / "etc")],
                      ["mount", "--bind", str(world.ROOT / "etc"), "/etc"]):
            subprocess.run(words, check=True, capture_output=True)
        STANDING.mkdir(parents=True, exist_ok=True)

    def change(self):
        """Captures BEFORE, starts a listener on port 8443, and captures AFTER."""
        self.capture("before")
        service = self.start("web", "listen 127.0.0.1:8443")
        self.capture("after")
        return service

    def statuses(self, *arguments):
        found = self.diff("before", "after", *arguments)
        return found, [(change["status"], change["kind"]) for change in found.changes
                       if change["status"] != "notice"]

    # The ticket.

    def test_what_the_ticket_allows_is_approved_and_shown_with_its_rule(self):
        self.change()
        found, statuses = self.statuses("--expect", self.ticket(self.rule(8443)))
        self.assertEqual((found.code, found.verdict, statuses),
                         (0, "clean", [("approved", "listener-added")]))
        rule = found.change("listener-added")["rule"]
        self.assertEqual((rule["ticket"], rule["reason"], rule["line"]), ("CHG-1", "asked for", 2))
        self.assertEqual(found.warnings(), [])

    def test_another_port_is_not_what_the_ticket_allows(self):
        self.change()
        found, statuses = self.statuses("--expect", self.ticket(self.rule(8444)))
        self.assertEqual((found.code, statuses), (1, [("unapproved", "listener-added")]))
        self.assertIn("rule-matched-nothing", found.caveat_codes())

    def test_a_ban_of_ipv4_addresses_is_broken_by_what_serves_ipv4_alone(self):
        self.capture("before")
        for where, code in (("[::]:8443 v6only=1", 0), ("[::]:8443 v6only=0", 1),
                            ("[::ffff:0.0.0.0]:8443", 1)):
            with self.subTest(where):
                service = self.start("web", f"listen {where}")
                self.capture("after")
                service.end()
                ban = ('[[forbid]]\nmatch = { port = 8443, bind = "10.0.0.0/8" }\n'
                       'reason = "not on the management network"\n')
                found, _ = self.statuses("--expect", self.ticket(self.rule(8443), ban))
                self.assertEqual(found.code, code)

    def test_a_promise_that_was_not_kept_fails_the_review(self):
        self.capture("before")
        self.capture("after")
        found, statuses = self.statuses("--expect",
                                        self.ticket(self.rule(8443, more="required = true")))
        self.assertEqual((found.code, found.verdict, statuses),
                         (1, "unapproved", [("expected-missing", "listener-added")]))

    def test_an_approval_whose_time_is_over_approves_nothing(self):
        self.change()
        found, statuses = self.statuses(
            "--expect", self.ticket(self.rule(8443, more="expires = 2020-01-01T00:00:00Z")))
        self.assertEqual((found.code, statuses), (1, [("expired", "listener-added")]))

    def test_what_is_forbidden_is_high_whatever_approves_it(self):
        self.change()
        ban = self.write("ban.toml", '[[forbid]]\nmatch = { port = 8443 }\nreason = "never"\n')
        found, statuses = self.statuses("--expect", self.ticket(self.rule(8443)), "--expect", ban)
        self.assertEqual((found.code, statuses), (1, [("unapproved", "listener-added")]))
        change = found.change("listener-added")
        self.assertEqual((change["severity"], change["forbidden_by"]["reason"]), ("high", "never"))

    def test_the_one_who_approves_and_captures_is_said(self):
        self.change()
        found, _ = self.statuses("--expect",
                                 self.ticket(self.rule(8443, more='approved_by = "root"')))
        self.assertIn("self-approved", found.caveat_codes())

    def test_a_file_that_cannot_be_read_approves_nothing(self):
        self.change()
        folder = world.ROOT / "folder"
        folder.mkdir()
        large = self.write("large.toml", "#" * (1024 * 1024 + 1))
        for file in (world.ROOT / "missing.toml", folder, large, self.write("empty.toml", "")):
            done = self.netmon("diff", "before", "after", "--expect", file)
            self.assertEqual((done.code, done.out), (2, ""), file)
            self.assertIn(str(file), done.err)
            self.assertEqual(len(done.errors), 1, done.err)
        self.assertIn("is larger than",
                      self.netmon("diff", "before", "after", "--expect", large, expect=2).err)

    def test_a_wrong_key_is_refused_by_file_and_line(self):
        self.change()
        wrong = self.write("wrong.toml", self.rule(8443).replace("reason", "reasn"))
        done = self.netmon("diff", "before", "after", "--expect", wrong)
        self.assertEqual((done.code, done.out), (2, ""))
        self.assertIn(f"{wrong}:4: ", done.err)

    def test_a_suggestion_and_a_report_are_not_asked_for_at_once(self):
        self.change()
        page = world.ROOT / "review.html"
        for option in (["-o", page], ["--format", "json"], ["--quiet"], ["--all"]):
            done = self.netmon("diff", "before", "after", "--suggest", *option, expect=2)
            self.assertEqual((done.out, len(done.errors)), ("", 1), done.err)
            self.assertIn("--suggest", done.err)
            self.assertIn(str(option[0]), done.err)
        self.assertFalse(page.exists())

    def test_a_suggestion_with_its_reasons_filled_in_approves_what_it_was_made_of(self):
        self.change()
        done = self.netmon("diff", "before", "after", "--suggest", expect=1)
        lines = done.out.splitlines()
        self.assertEqual([line for line in lines if line and not line.startswith(("#", "ticket"))],
                         [])
        as_it_is = self.write("as-it-is.toml", done.out)
        self.netmon("diff", "before", "after", "--expect", as_it_is, expect=2)
        filled = "\n".join(line.removeprefix("# ") if not line.startswith("##") else line
                           for line in lines)
        filled = filled.replace('reason = ""', 'reason = "seen"').replace('ticket = ""',
                                                                         'ticket = "CHG-2"')
        found, statuses = self.statuses("--expect", self.write("filled.toml", filled))
        self.assertEqual((found.code, statuses), (0, [("approved", "listener-added")]))

    def test_what_runs_is_held_against_what_is_documented(self):
        self.start("sshd", "listen 127.0.0.1:22")
        self.start("rogue", "listen 127.0.0.1:31337")
        self.capture("now")
        inventory = self.write("inventory.toml", self.rule(22) +
                               self.rule(5432, more="required = true"))
        found = self.diff("@empty", "now", "--expect", inventory)
        self.assertEqual(found.code, 1)
        self.assertEqual(sorted((change["status"], change["local"]["port"])
                                for change in found.changes),
                         [("approved", 22), ("expected-missing", 5432), ("unapproved", 31337)])

    # Standing rules.

    def test_standing_rules_cover_what_comes_and_goes_and_are_disclosed(self):
        self.private_etc()
        (STANDING / "agent.toml").write_text(self.rule(8443, "the agent"), "utf-8")
        self.change()
        found, statuses = self.statuses()
        self.assertEqual((found.code, statuses), (0, [("approved", "listener-added")]))
        self.assertTrue(found.change("listener-added")["rule"]["standing"])
        short = self.netmon("diff", "before", "after", expect=0).out
        self.assertIn("the agent", short)
        self.assertNotIn("127.0.0.1:8443", short)
        self.assertIn("127.0.0.1:8443",
                      self.netmon("diff", "before", "after", "--all", expect=0).out)

    def test_a_standing_file_that_others_could_have_written_is_refused(self):
        self.private_etc()
        self.change()
        file = STANDING / "agent.toml"
        file.write_text(self.rule(8443), "utf-8")
        file.chmod(0o666)
        self.assert_refused(file)
        file.chmod(0o644)
        self.netmon("diff", "before", "after", expect=0)
        STANDING.chmod(0o777)
        self.assert_refused(STANDING)
        STANDING.chmod(0o755)
        (STANDING / "link.toml").symlink_to(self.write("elsewhere.toml", self.rule(1)))
        self.assert_refused(STANDING / "link.toml")

    def test_a_ticket_among_the_standing_rules_is_refused(self):
        self.private_etc()
        self.change()
        (STANDING / "CHG-1.toml").write_text('ticket = "CHG-1"\n' + self.rule(8443), "utf-8")
        self.assert_refused(STANDING / "CHG-1.toml")

    def assert_refused(self, path):
        done = self.netmon("diff", "before", "after")
        self.assertEqual((done.code, done.out), (2, ""), done.err)
        self.assertIn(str(path), done.err)

    # Reports and automation.

    def test_every_format_is_written_in_one_run(self):
        self.change()
        files = [world.ROOT / f"review.{kind}"
                 for kind in ("txt", "csv", "json", "md", "html", "sarif")]
        options = [word for file in files for word in ("-o", file)]
        done = self.netmon("diff", "before", "after", "--quiet", *options, expect=1)
        self.assertEqual(done.out, "")
        for file in files:
            self.assertIn("8443", file.read_text("utf-8"), file)
        run, = json.loads((world.ROOT / "review.sarif").read_text("utf-8"))["runs"]
        self.assertEqual([result["ruleId"] for result in run["results"]], ["listener-added"])

    def test_formats_of_a_review_are_refused_elsewhere(self):
        self.capture("before")
        done = self.netmon("show", "before", "--format", "html")
        self.assertEqual((done.code, done.out), (2, ""))
        self.assertIn("it must be one of: table, csv, json", done.err)

    def test_the_regulation_map_supports_and_never_satisfies(self):
        table = self.netmon("controls", expect=0).out
        for clause in ("DE.CM-01", "A.8.32", "1.2.5", "11.5", "CM-3"):
            self.assertIn(clause, table)
        self.assertNotIn("satisf", table.lower())
        self.assertEqual(len(json.loads(self.netmon("controls", "--format", "json",
                                                    expect=0).out)["controls"]),
                         len(self.netmon("controls", "--format", "csv",
                                         expect=0).out.splitlines()) - 1)

    # History.

    def history(self, *arguments):
        answer = json.loads(self.netmon("history", *arguments, "--format", "json", expect=0).out)
        return [(found["process"], found["first_snapshot"], found["last_snapshot"],
                 found["snapshots"], found["of"]) for found in answer["appearances"]]

    def test_history_says_when_a_port_was_first_and_last_seen(self):
        self.capture("one")
        service = self.start("web", "listen 127.0.0.1:8443")
        self.capture("two")
        self.capture("three")
        service.end()
        self.capture("four")
        self.assertEqual(self.history("--port", 8443), [("web", 2, 3, 2, 4)])
        self.assertEqual(self.history("--process", "web"), [("web", 2, 3, 2, 4)])
        self.assertEqual(self.history("--port", 8444), [])

    def test_history_finds_a_peer_by_its_network(self):
        server = self.start("db", "listen 127.0.0.9:5432")
        self.start("app", "connect tcp 127.0.0.9:5432")
        server.say(f"accept {server.answers[0]['fd']}")
        self.capture("one")
        self.assertIn(("app", 1, 1, 1, 1), self.history("--peer", "127.0.0.0/28"))
        self.assertEqual(self.history("--peer", "127.0.0.16/28"), [])

    def test_history_needs_a_question(self):
        self.capture("one")
        for arguments in ((), ("--port", "4294967296"), ("--peer", "127.0.0.1/8"), ("--peer", "host")):
            done = self.netmon("history", *arguments)
            self.assertEqual((done.code, done.out, len(done.errors)), (2, "", 1), done.err)

    def test_a_diff_says_what_was_never_seen_before(self):
        self.capture("zero")
        self.change()
        table = self.netmon("diff", "before", "after", expect=1).out
        self.assertIn("never seen before in 2 snapshots since", table)
        self.capture("later")
        table = self.netmon("diff", "before", "later", expect=1).out
        self.assertIn("seen in 1 of 3 snapshots", table)
        now = self.netmon("diff", "before", "@now", expect=1).out
        self.assertIn("seen in 2 of 4 snapshots", now)

    def test_what_was_there_at_a_time_is_shown(self):
        self.capture("one")
        taken = self.show("one").info["taken_at"]
        self.start("web", "listen 127.0.0.1:8443")
        self.capture("two")
        self.assertEqual(self.show(f"@{taken}").info["label"], "one")
        found = self.diff(f"@{taken}", "two")
        self.assertEqual(found.gating(),
                         ["listener-added low unapproved tcp 127.0.0.1:8443 web"])


if __name__ == "__main__":
    world.main()
