"""What an ordinary user with a few capabilities sees."""

import json
import os
import pwd
import shutil

import holding
import scenario
import world

NEEDED = ("bpf", "perfmon", "dac_read_search", "sys_ptrace")


class Capabilities(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require_real_root()
        self.require(shutil.which("setpriv"), "setpriv is not installed")
        self.state = self.private_database("nobody")
        self.theirs = self.start("nginx", "listen 0.0.0.0:80", "bind udp 127.0.0.1:53")

    def with_capabilities(self, *arguments, capabilities=NEEDED, expect=0):
        account = pwd.getpwnam("nobody")
        wanted = ",".join(f"+{name}" for name in capabilities)
        return self.netmon(*arguments, expect=expect, env=self.state, prefix=[
            "setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups",
            f"--inh-caps={wanted}", f"--ambient-caps={wanted}", f"--bounding-set=-all,{wanted}"])

    def seen(self, *arguments, **options):
        self.with_capabilities("capture", "--label", "one", *arguments, **options)
        return scenario.Snapshot(self.with_capabilities("show", "one", "--format", "json").out)

    def doctor(self, **options):
        answer = json.loads(self.with_capabilities("doctor", "--format", "json", **options).out)
        return {finding["subject"]: finding for finding in answer["findings"]}

    def test_four_capabilities_name_every_owner_over_bpf(self):
        seen = self.seen("--owners", "bpf")
        self.assertEqual((seen.info["privilege"], seen.info["user"]["name"],
                          seen.info["owner_method"]), ("capabilities", "nobody", "bpf"))
        self.assertEqual({(row.local, row.process, row.owners[0].pid) for row in seen.rows},
                         {("0.0.0.0:80", "nginx", self.theirs.pid),
                          ("127.0.0.1:53", "nginx", self.theirs.pid)})
        # To read these, CAP_NET_ADMIN is needed.
        self.assertEqual(seen.gap_codes(), ["filters-not-read", "programs-not-read"])

    def test_two_of_them_name_every_owner_over_proc(self):
        pair = ("dac_read_search", "sys_ptrace")
        seen = self.seen("--owners", "proc", capabilities=pair)
        self.assertEqual({(row.local, row.process) for row in seen.rows},
                         {("0.0.0.0:80", "nginx"), ("127.0.0.1:53", "nginx")})
        self.assertNotIn("owners-not-visible", seen.gap_codes())
        refused = self.with_capabilities("capture", "--label", "two", "--owners", "bpf",
                                         capabilities=pair, expect=2)
        self.assertEqual(len(refused.errors), 1, refused.err)

    def test_doctor_says_what_they_show_and_what_they_do_not(self):
        holding.ip("netns", "add", "blue")
        self.start("web", "up lo", "listen 0.0.0.0:443", prefix=holding.in_namespace("blue"))
        told = self.doctor()
        self.assertEqual({subject: told[subject]["visibility"] for subject in
                          ("TCP sockets", "UDP sockets", "owners", "network namespaces")},
                         {"TCP sockets": "full", "UDP sockets": "full", "owners": "full",
                          "network namespaces": "partial"})
        self.assertIn("cap_sys_admin", told["network namespaces"]["remedy"].lower())
        # A capture confirms that.
        seen = self.seen()
        self.assertEqual([row.local for row in seen.where(protocol="tcp")], ["0.0.0.0:80"])
        entered = [gap for gap in seen.gaps if gap["code"] == "netns-not-entered"]
        self.assertEqual([(gap["scope"], gap["count"]) for gap in entered], [("netns:blue", 1)])

    def test_a_capability_more_reads_the_other_namespaces(self):
        holding.ip("netns", "add", "blue")
        web = self.start("web", "up lo", "listen 0.0.0.0:443",
                         prefix=holding.in_namespace("blue"))
        seen = self.seen(capabilities=(*NEEDED, "sys_admin", "net_admin"))
        row, = seen.where(local="0.0.0.0:443")
        self.assertEqual((row.scope, row.owners[0].pid), ("netns:blue", web.pid))
        self.assertEqual(seen.gaps, [])

    def test_what_runs_with_them_belongs_to_the_user(self):
        self.seen()
        status = os.stat(self.state["NETMON_DB"])
        self.assertEqual((status.st_uid, status.st_mode & 0o777),
                         (pwd.getpwnam("nobody").pw_uid, 0o600))


if __name__ == "__main__":
    world.main()
