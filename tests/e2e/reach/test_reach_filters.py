"""Filters in front of a port: rules, policies and sets, and the digest by which they are approved."""

import contextlib
import shutil
import socket
import subprocess

import holding
import reach_scenario
import scenario
import world
from reach_scenario import nft

BANS = """table inet guard {
  set attackers { type ipv4_addr; elements = { 192.0.2.66 }; }
  chain input { type filter hook input priority 0; policy accept;
    ip saddr @attackers drop
    tcp dport 22 accept
  }
}"""

FILTER = """table inet filter {
  chain input { type filter hook input priority 0; policy drop;
    ct state established,related accept
    iifname "lo" accept
    tcp dport { 22, 443 } accept
    tcp dport 8080 counter drop
  }
}"""


class ReachFilters(reach_scenario.ReachScenario):
    def setUp(self):
        super().setUp()
        self.require_nft()

    def test_a_drop_rule_goes(self):
        nft(FILTER)
        found = self.changed(lambda: nft(
            "flush ruleset\n" + FILTER.replace("    tcp dport 8080 counter drop\n", "")))
        self.assertEqual(found.kinds(), ["filter-changed medium"])
        self.assertEqual(found.attribute("filter-changed", "rules"),
                         (["inet filter input: tcp dport 8080 drop"], []))
        self.assertIn("tcp dport 8080 drop → removed", found.change("filter-changed")["message"])

    def test_a_policy_that_turns_to_accept_is_high(self):
        nft(FILTER)
        found = self.changed(lambda: nft("add chain inet filter input { policy accept; }"))
        self.assertEqual(found.kinds(), ["filter-changed high"])

    def test_what_a_translating_chain_turns_away_or_takes_shows(self):
        rules = """table ip nat {{ set friends {{ type ipv4_addr; elements = {{ {} }}; }}
          chain c {{ type nat hook prerouting priority -100; {}
            ip saddr @friends tcp dport 8080 dnat to 10.0.0.5:80; }}; }}"""
        nft(rules.format("192.0.2.1", "tcp dport 23 drop;"))
        for number, (friends, turned, shown) in enumerate([
                ("192.0.2.1", "", (["ip nat c: tcp dport 23 drop"], [])),
                ("192.0.2.1, 192.0.2.2", "tcp dport 23 drop;",
                 ([], ["ip nat @friends: 192.0.2.2"]))]):
            with self.subTest(shown):
                self.capture(f"before{number}")
                nft("flush ruleset\n" + rules.format(friends, turned))
                self.capture(f"after{number}")
                found = self.diff(f"before{number}", f"after{number}")
                self.assertEqual(found.kinds(), ["filter-changed medium"])
                self.assertEqual(found.attribute("filter-changed", "rules"), shown)
                nft("flush ruleset\n" + rules.format("192.0.2.1", "tcp dport 23 drop;"))

    def test_a_policy_of_a_translating_chain_that_turns_to_accept_is_high(self):
        rules = "table ip nat {{ chain c {{ type nat hook prerouting priority -100; policy {}; }}; }}"
        nft(rules.format("drop"))
        found = self.changed(lambda: nft("flush ruleset\n" + rules.format("accept")))
        self.assertEqual(found.kinds(), ["filter-changed high"])

    def test_what_a_rule_writes_without_words_of_its_own_is_part_of_it(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("link", "add", "br1", "type", "bridge")
        rules = """table ip raw {{ chain c {{ type filter hook prerouting priority -300;
            tcp dport 8080 tcp dport set {}; }}; }}
          table netdev out {{ chain c {{ type filter hook ingress device lo priority 0;
            udp dport 53 fwd to {}; }}; }}"""
        nft(rules.format(80, "br0"))
        for number, (port, device) in enumerate([(81, "br0"), (80, "br1")]):
            with self.subTest(port=port, device=device):
                self.capture(f"before{number}")
                nft("flush ruleset\n" + rules.format(port, device))
                self.capture(f"after{number}")
                found = self.diff(f"before{number}", f"after{number}")
                self.assertEqual(found.kinds(), ["filter-changed medium"])
                nft("flush ruleset\n" + rules.format(80, "br0"))

    def test_a_chain_that_is_hooked_to_another_interface_shows(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        rules = """table netdev filter {{ chain ingress {{
            type filter hook ingress devices = {{ {} }} priority 0; policy drop; }}; }}"""
        holding.ip("link", "add", "br1", "type", "bridge")
        nft(rules.format("lo, br0"))
        found = self.changed(lambda: nft("flush ruleset\n" + rules.format("lo, br1")))
        self.assertEqual(found.kinds(), ["filter-changed high"])

    @world.alone
    def test_a_flowtable_that_takes_from_one_more_interface_shows(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        rules = "table inet f {{ flowtable ft {{ hook ingress priority 0; devices = {{ {} }}; }}; }}"
        made = subprocess.run(["nft", rules.format("lo")], check=False, capture_output=True)
        self.require(made.returncode == 0, "this kernel has no flowtables")
        found = self.changed(lambda: nft("flush ruleset\n" + rules.format("lo, br0")))
        self.assertEqual(found.kinds(), ["filter-changed medium"])

    def test_a_network_that_is_turned_away_is_no_single_source(self):
        nft(BANS.replace("type ipv4_addr;", "type ipv4_addr; flags interval;"))
        found = self.changed(lambda: nft("add element inet guard attackers { 10.0.0.0/8 }"))
        self.assertEqual(found.kinds(), ["filter-changed medium"])

    def test_a_table_that_goes_with_its_drop_policy_is_high(self):
        nft(FILTER)
        self.assertEqual(self.changed(lambda: nft("delete table inet filter")).kinds(),
                         ["filter-changed high"])

    def test_a_reload_of_the_same_rules_is_no_change(self):
        nft(f"{FILTER}\n{BANS}")
        found = self.changed(lambda: nft(f"flush ruleset\n{FILTER}\n{BANS}"))
        self.assertEqual(found.changes, [])

    def test_the_same_rules_in_another_order_show(self):
        rules = """table inet filter {{ chain input {{ type filter hook input priority 0;
            {}
            {}; }}; }}"""
        one, two = "tcp dport 22 accept", "tcp dport 22 drop"
        nft(rules.format(one, two))
        found = self.changed(lambda: nft("flush ruleset\n" + rules.format(two, one)))
        self.assertEqual(found.kinds(), ["filter-changed medium"])

    def test_a_source_that_is_turned_away_is_a_notice(self):
        nft(BANS)
        kinds, notices = self.kinds_after(lambda: nft(
            "add element inet guard attackers { 192.0.2.67 }"))
        self.assertEqual((kinds, notices), ([], ["filter-changed"]))
        # The element is no part of the digest by which a rule set is approved.
        digests = [[fact["value"] for fact in self.show(label).raw["reach"]
                    if fact["kind"] == "rule-set"] for label in ("before", "after")]
        self.assertEqual(digests[0], digests[1])
        self.assertEqual(len(digests[0]), 1)

    def test_a_source_that_is_let_in_is_none(self):
        nft(BANS.replace("@attackers drop", "@attackers accept"))
        found = self.changed(lambda: nft("add element inet guard attackers { 192.0.2.67 }"))
        self.assertEqual(found.kinds(), ["filter-changed medium"])
        self.assertEqual(found.attribute("filter-changed", "rules"),
                         ([], ["inet guard @attackers: 192.0.2.67"]))

    def test_a_verdict_map_that_lets_a_source_in_is_no_ban(self):
        nft("""table inet guard {
          map sources { type ipv4_addr : verdict; elements = { 192.0.2.66 : drop }; }
          chain input { type filter hook input priority 0; policy accept;
            ip saddr vmap @sources; }; }""")
        found = self.changed(lambda: nft(
            "add element inet guard sources { 192.0.2.67 : accept }"))
        self.assertEqual(found.kinds(), ["filter-changed medium"])

    def test_an_element_that_goes_by_itself_is_a_notice(self):
        nft("""table inet guard {
          set knocked { type ipv4_addr; flags timeout; }
          chain input { type filter hook input priority 0; policy drop;
            ip saddr @knocked tcp dport 22 accept; }; }""")
        kinds, notices = self.kinds_after(lambda: nft(
            "add element inet guard knocked { 192.0.2.67 timeout 1h }"))
        self.assertEqual((kinds, notices), ([], ["filter-changed"]))

    def test_one_element_of_a_large_set_shows_as_another_digest(self):
        elements = ", ".join(f"10.0.{i // 250}.{i % 250}" for i in range(10_000))
        rules = """table inet filter {{ set allowed {{ type ipv4_addr; elements = {{ {} }}; }}
          chain input {{ type filter hook input priority 0; policy drop;
            ip saddr @allowed accept; }}; }}"""
        nft(rules.format(elements))
        self.capture("one")
        # One element comes and one goes.
        found = self.changed(lambda: nft("""add element inet filter allowed { 192.0.2.1 }
          delete element inet filter allowed { 10.0.0.7 }"""))
        self.assertEqual(found.kinds(), ["filter-changed medium"])
        self.assertEqual(self.diff("one", "before").changes, [])

    def test_rules_of_other_families_show(self):
        found = self.changed(lambda: nft("""table bridge filter { chain forward {
            type filter hook forward priority 0; policy drop; }; }
          table netdev filter { chain ingress { type filter hook ingress device lo priority 0;
            tcp dport 81 drop; }; }"""))
        self.assertEqual(found.kinds(), ["filter-changed medium"])
        self.assertEqual(found.attribute("filter-changed", "rules")[1],
                         ["netdev filter ingress: tcp dport 81 drop"])

    def test_a_rule_of_the_older_iptables_shows_and_its_counters_do_not(self):
        self.require(shutil.which("iptables-legacy"), "iptables is not installed")
        rule = ["iptables-legacy", "-A", "INPUT", "-i", "lo", "-p", "tcp", "--dport", "8081"]
        made = subprocess.run([*rule, "-j", "ACCEPT"], check=False, capture_output=True)
        self.require(made.returncode == 0, "this kernel has no iptables")
        holding.ip("link", "set", "lo", "up")

        def count_one():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", 8081)).close()

        self.assertEqual(self.changed(count_one).changes, [])
        subprocess.run(["iptables-legacy", "-F", "INPUT"], check=True)
        self.capture("later")
        self.assertEqual(self.diff("after", "later").kinds(), ["filter-changed medium"])

    def test_an_expectation_approves_a_rule_set_by_its_digest(self):
        found = self.changed(lambda: nft(FILTER))
        digest = found.attribute("filter-changed", "sha256")[1][0]
        ticket = world.ROOT / "CHG-2.toml"
        ticket.write_text(f"""ticket = "CHG-2"
[[expect]]
change = "filter-changed"
match = {{ sha256 = "{digest}" }}
reason = "the new filter"
approved_by = "change-board"
""", "utf-8")
        self.assertEqual(self.diff("before", "after", "--expect", ticket).code, 0)
        nft("add rule inet filter input udp dport 53 accept")
        self.capture("later")
        self.assertEqual(self.diff("before", "later", "--expect", ticket).code, 1)

    def test_iptables_nft_and_nft_read_the_same(self):
        self.require(shutil.which("iptables-nft"), "iptables-nft is not installed")
        for rule in ("-t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.5:80",
                     "-A INPUT -p tcp --dport 8081 -j DROP",
                     "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                     "-A INPUT -m addrtype --dst-type LOCAL -p tcp --dport 22 -j ACCEPT",
                     "-A INPUT -s 10.1.0.0/16 -p udp --dport 53 -j ACCEPT"):
            subprocess.run(["iptables-nft", *rule.split()], check=True)
        found = self.changed(lambda: nft("""flush ruleset
          table ip nat { chain PREROUTING { type nat hook prerouting priority -100;
            tcp dport 8080 dnat to 10.0.0.5:80; }; }
          table ip filter { chain INPUT { type filter hook input priority 0;
            tcp dport 8081 drop
            ct state established,related accept
            fib daddr type local tcp dport 22 accept
            ip saddr 10.1.0.0/16 udp dport 53 accept; }; }"""))
        self.assertEqual([change["message"] for change in found.changes], [])

    # Evidence, and gaps.

    def test_forwards_and_filters_are_under_the_digest(self):
        nft(FILTER)
        self.capture("one")
        self.netmon("verify", expect=0)
        subprocess.run(["sqlite3", str(self.database),
                        "DROP TRIGGER reach_update; UPDATE reach SET value = 'tcp dport 23 accept'"
                        " WHERE value LIKE '%8080%'"], check=True)
        self.assertEqual(self.netmon("verify").code, 4)

    def test_an_ordinary_user_has_a_gap(self):
        self.require_real_root()
        home = self.private_database("nobody")
        options = {"env": home, **self.as_user("nobody")}
        self.netmon("capture", "--label", "one", expect=0, **options)
        found = self.netmon("show", "one", "--format", "json", expect=0, **options)
        self.assertIn("filters-not-read", scenario.Snapshot(found.out).gap_codes())


if __name__ == "__main__":
    world.main()
