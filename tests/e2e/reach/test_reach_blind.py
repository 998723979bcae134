"""Facts about reach that a user may not read, or that the kernel does not have. They are a gap with a
reason, which is decisive if the other side has something that the gap could hide."""

import errno
import shutil
import subprocess
from pathlib import Path

import arptables
import holding
import refusing
import scenario
import world

NETLINK_NETFILTER = 12
RULES = """table inet filter { chain input { type filter hook input priority 0; policy drop;
  tcp dport 22 accept; }; }"""
# Root without the capabilities to read rules, as a container engine leaves him.
IN_A_CONTAINER = ("unshare", "--net", "--pid", "--fork", "--mount-proc", "setpriv",
                  "--bounding-set=-net_admin,-sys_admin,-bpf,-perfmon,-sys_ptrace")
WITHOUT_ADMIN = ("setpriv", "--bounding-set=-net_admin")


def nft(text):
    return subprocess.run(["nft", "-f", "-"], input=text, text=True, check=False,
                          capture_output=True)


def refusing_with(error):
    return {"preexec_fn": lambda: refusing.refuse_netlink(error, NETLINK_NETFILTER)}


class ReachBlind(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require(shutil.which("nft"), "nft is not installed")
        self.require(shutil.which("setpriv"), "setpriv is not installed")

    def add_rules(self):
        made = nft(RULES)
        self.require(made.returncode == 0, f"this kernel has no nf_tables: {made.stderr}")

    def reasons(self, revision):
        return [gap["reason"] for gap in self.show(revision).gaps
                if gap["code"] == "filters-not-read"]

    def test_a_kernel_without_nf_tables_hides_no_rules_of_others(self):
        self.require(not Path("/proc/modules").exists(), "this kernel has modules")
        self.require(shutil.which("iptables-legacy"), "iptables is not installed")
        without = refusing_with(errno.EPROTONOSUPPORT)
        self.capture("before", **without)
        made = subprocess.run(["iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "8080", "-j",
                               "DROP"], check=False, capture_output=True)
        self.require(made.returncode == 0, "this kernel has no iptables")
        self.capture("after", **without)
        self.assertEqual(self.reasons("after"), [])
        found = self.diff("before", "after")
        self.assertEqual((found.kinds(), found.decisive()), (["filter-changed medium"], []))

    def test_a_kernel_that_does_not_answer_for_its_rules_is_a_gap(self):
        self.capture("nothing")
        self.add_rules()
        self.capture("rules")
        self.capture("refused", **refusing_with(errno.EOPNOTSUPP))
        self.assertEqual(self.reasons("refused"), ["nftables: Operation not supported"])
        self.assert_inconclusive("filters-not-read", before="rules", after="refused")
        self.capture("again")
        self.assert_inconclusive("filters-not-read", before="refused", after="again")
        # The gap hides nothing if the other side saw nothing.
        self.assert_unchanged(before="nothing", after="refused")

    def test_rules_that_may_not_be_read_decide_where_the_other_side_saw_some(self):
        self.require_real_root()
        self.add_rules()
        self.capture("rules")
        self.capture("refused", prefix=WITHOUT_ADMIN)
        self.assertEqual(self.reasons("refused"), ["nftables: Operation not permitted"])
        self.assert_inconclusive("filters-not-read", before="rules", after="refused")
        nft("flush ruleset")
        self.capture("nothing")
        self.assert_unchanged(before="refused", after="nothing")

    def test_an_ordinary_user_is_told_what_he_may_not_read(self):
        self.require_real_root()
        self.add_rules()
        options = {"env": self.private_database("nobody"), **self.as_user("nobody")}
        self.capture("one", **options)
        gaps = {(gap["code"], gap["reason"]) for gap in self.show("one", **options).gaps}
        self.assertIn(("filters-not-read", "nftables: Operation not permitted"), gaps)
        for word in ("ip", "ip6", "arp"):
            if Path(f"/proc/net/{word}_tables_names").exists():
                self.assertIn(("filters-not-read", f"tables of {word}: Permission denied"), gaps)
        # He may read addresses and routes.
        self.assertNotIn("addresses-not-read", {code for code, _ in gaps})

    def test_a_container_has_gaps_that_decide_nothing_where_nothing_was_seen(self):
        self.require_real_root()
        self.capture("before", prefix=IN_A_CONTAINER)
        self.capture("after", prefix=IN_A_CONTAINER)
        self.assertEqual(self.reasons("after"), ["nftables: Operation not permitted"])
        self.assertIn("programs-not-read", self.show("after").gap_codes())
        decisive = self.diff("before", "after").decisive()
        self.assertEqual({"filters-not-read", "programs-not-read"} & set(decisive), set())

    def test_a_policy_of_the_older_arptables_shows(self):
        arptables.turn_policy(self, arptables.ACCEPT)
        self.capture("before")
        arptables.turn_policy(self, arptables.DROP)
        self.capture("after")
        found = self.diff("before", "after")
        self.assertEqual(found.kinds(), ["filter-changed medium"])
        self.assertRegex(found.attribute("filter-changed", "rules")[1][0],
                         "^arp filter: 0 rules, sha256 [0-9a-f]{64}$")
        self.capture("later")
        self.assert_unchanged(before="after", after="later")

    def test_what_a_bridge_carries_past_the_rules_shows_where_there_is_a_bridge(self):
        setting = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
        self.require(setting.exists(), "this kernel has no br_netfilter, or has not loaded it")
        setting.write_text("1", "ascii")
        self.capture("none")
        setting.write_text("0", "ascii")
        self.capture("before")
        self.assert_unchanged(before="none", after="before")
        holding.ip("link", "add", "br0", "type", "bridge")
        setting.write_text("1", "ascii")
        self.capture("shown")
        setting.write_text("0", "ascii")
        self.capture("after")
        found = self.assert_gates("forwarding-enabled medium", before="shown", after="after")
        self.assertEqual(found.change("forwarding-enabled")["device"],
                         "net.bridge.bridge-nf-call-iptables")


if __name__ == "__main__":
    world.main()
