"""What could not be seen never counts as absent: equal blindness is blindness."""

import subprocess

import holding
import scenario
import world
from scenario import OWN, PEER


class Blindness(scenario.Scenario):
    def test_a_new_program_on_a_udp_port_of_which_nobody_knows_who_chose_it_decides(self):
        self.capture("before", "--owners", "proc")
        self.start("evil", "bind udp 0.0.0.0:51820")
        self.capture("after", "--owners", "proc")
        self.assert_inconclusive("port-choice-not-known")

    def test_over_bpf_the_same_is_a_new_listener(self):
        self.capture("before", "--owners", "bpf")
        self.start("evil", "bind udp 0.0.0.0:51820")
        self.capture("after", "--owners", "bpf")
        self.assert_gates("listener-added high")

    def test_a_resolver_that_was_there_may_draw_another_port(self):
        first = self.start("named", "bind udp 0.0.0.0:0")
        self.capture("before", "--owners", "proc")
        first.end()
        self.start("named", "bind udp 0.0.0.0:0")
        self.capture("after", "--owners", "proc")
        found = self.diff("before", "after")
        self.assertEqual((found.code, found.kinds(), found.decisive()), (0, [], []))

    def test_holders_beyond_the_pid_namespace_leave_open_who_holds(self):
        self.link_outside()
        first = self.start("web", "listen 0.0.0.0:8080")
        self.capture("before", prefix=self.in_another_pid_namespace())
        first.end()
        self.start("evil", "listen 0.0.0.0:8080")
        self.capture("after", prefix=self.in_another_pid_namespace())
        found = self.diff("before", "after")
        self.assertEqual((found.code, found.kinds()), (3, []), found.errors)

    @staticmethod
    def in_another_pid_namespace():
        return ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]

    def test_a_place_that_is_new_is_told_whoever_holds_it(self):
        self.capture("before", prefix=self.in_another_pid_namespace())
        self.start("evil", "listen 0.0.0.0:31337")
        self.capture("after", prefix=self.in_another_pid_namespace())
        found = self.diff("before", "after")
        self.assertEqual((found.code, found.kinds()), (1, ["listener-added high"]), found.errors)
        self.assertIsNone(found.change("listener-added")["process"])

    def test_a_user_who_may_not_see_holders_gets_no_clean_verdict(self):
        self.require_real_root()
        self.start("web", "listen 0.0.0.0:8080")
        env = self.private_database("nobody")
        for label in ("before", "after"):
            self.capture(label, env=env, **self.as_user("nobody"))
        found = self.diff("before", "after", env=env, **self.as_user("nobody"))
        self.assertEqual((found.code, found.verdict), (3, "inconclusive"), found.errors)
        self.assertIn("owners-not-visible", found.decisive())

    def test_a_gap_can_be_accepted_for_one_review(self):
        self.require_real_root()
        self.start("web", "listen 0.0.0.0:8080")
        env = self.private_database("nobody")
        for label in ("before", "after"):
            self.capture(label, env=env, **self.as_user("nobody"))
        first = self.diff("before", "after", env=env, **self.as_user("nobody"))
        accepted = [word for code in first.decisive() for word in ("--accept-gap", code)]
        found = self.diff("before", "after", *accepted, env=env, **self.as_user("nobody"))
        self.assertEqual((found.code, found.verdict), (0, "clean"), found.errors)

    def test_a_rule_accepts_a_gap_at_its_place_alone(self):
        self.start("web", "listen 0.0.0.0:8080")
        self.start("db", "listen 0.0.0.0:5432")
        for label in ("before", "after"):
            self.capture(label, prefix=self.in_another_pid_namespace())
        rules = world.ROOT / "gaps.toml"
        codes = self.diff("before", "after").decisive()
        for ports, code in (("[8080]", 3), ("[8080, 5432]", 0)):
            rules.write_text('ticket = "CHG-1"\n' + "".join(f"""
[[accept-gap]]
gap = "{gap}"
match = {{ protocol = "tcp", port = {ports} }}
reason = "the hypervisor's agent refuses every user"
approved_by = "board"
""" for gap in codes), "utf-8")
            with self.subTest(ports):
                self.assertEqual(self.diff("before", "after", "--expect", rules).code, code)

    def test_what_neither_was_asked_for_is_no_blindness(self):
        holding.ip("netns", "add", "blue")
        for label in ("before", "after"):
            self.capture(label, "--netns", "current")
        found = self.assert_unchanged()
        self.assertIn("this namespace", found.raw["verdict_scope"])

    def test_a_session_whose_holder_cannot_be_seen_may_be_outbound(self):
        self.link_outside()
        server = self.start("sshd", "listen 0.0.0.0:22")
        self.capture("before", "--owners", "proc", prefix=self.in_another_pid_namespace())
        self.outside(f"connect tcp {OWN}:22")
        server.say("accept 3")
        self.capture("after", "--owners", "proc", prefix=self.in_another_pid_namespace())
        found = self.diff("before", "after")
        self.assertEqual(found.code, 3, found.errors)
        self.assertIn(PEER, str(found.raw))

    def test_a_capture_without_a_boot_id_says_so(self):
        empty = world.ROOT / "empty"
        empty.write_text("", "utf-8")
        self.require_real_root()
        subprocess.run(["mount", "--bind", str(empty), "/proc/sys/kernel/random/boot_id"],
                       check=True)
        self.capture("before")
        self.assertIn("boot-not-known", self.show("before").gap_codes())


if __name__ == "__main__":
    world.main()
