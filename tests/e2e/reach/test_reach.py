"""What can reach a port, beyond the sockets: forwards, filters, addresses, settings, programs. Each
rule and address is made in the test's own network namespace."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

import holding
import scenario
import world

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
# Each hands port 8080 on.
FORWARDS = {
    "inet": """table inet nat { chain c { type nat hook prerouting priority -100;
        tcp dport 8080 dnat ip to 10.0.0.5:80; }; }""",
    "a verdict map": """table ip nat { chain to_web { dnat to 10.0.0.5; }
      chain c { type nat hook prerouting priority -100;
        tcp dport vmap { 8080 : goto to_web }; }; }""",
    "a verdict map that is filled later": """table ip nat { chain to_web { dnat to 10.0.0.5; }
      map ways { type inet_service : verdict; }
      chain c { type nat hook prerouting priority -100; tcp dport vmap @ways; }; }
      add element ip nat ways { 8080 : jump to_web }""",
    "a set of ports": """table ip nat { set ports { type inet_service; elements = { 8080 }; }
      chain c { type nat hook prerouting priority -100;
        tcp dport @ports dnat to 10.0.0.5:80; }; }""",
    "a concatenation": """table ip nat { chain c { type nat hook prerouting priority -100;
        dnat to ip daddr . tcp dport map { 192.0.2.1 . 8080 : 10.0.0.5 . 80 }; }; }""",
    "chains one behind the other": """table ip nat {
      chain three { meta l4proto tcp redirect to :80; }
      chain two { goto three; }
      chain one { jump two; }
      chain c { type nat hook prerouting priority -100; tcp dport 8080 jump one; }; }""",
    "a mark in between": """table ip nat { chain c { type nat hook prerouting priority -100;
        tcp dport 8080 meta mark set 7 dnat to 10.0.0.5:80; }; }""",
    "tproxy": """table ip mangle { chain c { type filter hook prerouting priority -150;
        tcp dport 8080 tproxy to 127.0.0.1:50080 meta mark set 1; }; }""",
    "by turns": """table ip nat { chain c { type nat hook prerouting priority -100;
        tcp dport 8080 dnat to numgen inc mod 2 map { 0 : 10.0.0.5, 1 : 10.0.0.6 }; }; }""",
    "a map of ports": """table ip nat { chain c { type nat hook prerouting priority -100;
        meta l4proto tcp redirect to :tcp dport map { 8080 : 80 }; }; }""",
    "a map of ports behind one address": """table ip nat { chain c {
        type nat hook prerouting priority -100;
        meta l4proto tcp dnat to 10.0.0.5 : tcp dport map { 8080 : 80 }; }; }""",
    "a map of ranges of targets": """table ip nat { chain c {
        type nat hook prerouting priority -100;
        dnat to tcp dport map { 8080 : 10.0.0.5-10.0.0.9 }; }; }""",
    "a range of targets": """table ip nat { chain c { type nat hook prerouting priority -100;
        tcp dport 8080 dnat to 10.0.0.5-10.0.0.9; }; }""",
}


def nft(text):
    assert "NETMON_E2E_CHANNEL" in os.environ, "not in a world of the test's own"
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)


def sysctl(name, value):
    Path("/proc/sys", *name.split("/")).write_text(str(value), "ascii")


class Reach(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require(shutil.which("nft"), "nft is not installed")
        probe = subprocess.run(["nft", "list", "ruleset"], capture_output=True, check=False)
        self.require(probe.returncode == 0, "this kernel has no nf_tables")

    def changed(self, change):
        """The comparison of before and after `change`."""
        self.capture("before")
        change()
        self.capture("after")
        return self.diff("before", "after")

    def kinds_after(self, change):
        found = self.changed(change)
        return found.kinds(), found.notices()

    # Forwards.

    def test_a_redirect_appears(self):
        found = self.changed(lambda: nft("""table ip nat {
          chain prerouting { type nat hook prerouting priority -100;
            tcp dport 8080 redirect to :80; }; }"""))
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "to"), ([], [":80"]))
        self.assertEqual(found.change("forward-added")["local"]["port"], 8080)

    def test_a_dnat_appears_and_goes(self):
        nft("table ip nat { chain prerouting { type nat hook prerouting priority -100; }; }")
        found = self.changed(lambda: nft(
            "add rule ip nat prerouting tcp dport 8080 dnat to 10.0.0.5:80"))
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "to"), ([], ["10.0.0.5:80"]))
        self.assertIn("new forward: tcp 0.0.0.0:8080: to 10.0.0.5:80", "\n".join(found.warnings()))
        nft("flush chain ip nat prerouting")
        self.capture("later")
        self.assertEqual(self.diff("after", "later").notices(), ["forward-removed"])

    def test_a_dnat_that_leads_elsewhere_shows_both_targets(self):
        rules = """table ip nat {{ chain prerouting {{ type nat hook prerouting priority -100;
            tcp dport 8080 dnat to {}; }}; }}"""
        nft(rules.format("10.0.0.5:80"))
        found = self.changed(lambda: nft("flush ruleset\n" + rules.format("10.0.0.6:80")))
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "to"),
                         (["10.0.0.5:80"], ["10.0.0.6:80"]))

    def test_a_forward_behind_a_jump_and_of_a_map_shows(self):
        found = self.changed(lambda: nft("""table ip nat {
          chain services { tcp dport 30080 dnat to 10.0.0.7:80; }
          chain prerouting { type nat hook prerouting priority -100;
            ip daddr 192.0.2.10 jump services
            dnat to tcp dport map { 81 : 10.0.0.8, 82 : 10.0.0.9 }; }; }"""))
        ports = sorted(change["local"]["port"] for change in found.changes)
        self.assertEqual(ports, [81, 82, 30080])
        self.assertEqual(found.kinds(), ["forward-added high"] * 3)

    def test_a_map_that_takes_a_wider_range_of_ports_shows(self):
        rules = """table ip nat {{ chain prerouting {{ type nat hook prerouting priority -100;
            dnat to tcp dport map {{ {} : 10.0.0.8 }}; }}; }}"""
        nft(rules.format("80-90"))
        found = self.changed(lambda: nft("flush ruleset\n" + rules.format("80-99")))
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "port"), ([], ["80-99"]))

    def test_a_forward_that_asks_for_less_is_wider(self):
        nft("""table ip nat { chain prerouting { type nat hook prerouting priority -100;
            ip saddr 10.0.0.0/8 tcp dport 8080 dnat to 10.0.0.5:80; }; }""")
        found = self.changed(lambda: nft("""flush ruleset
          table ip nat { chain prerouting { type nat hook prerouting priority -100;
            tcp dport 8080 dnat to 10.0.0.5:80; }; }"""))
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "rules"),
                         (["ip saddr 10.0.0.0/8"], [""]))

    def test_an_exemption_from_a_forward_that_goes_shows(self):
        rules = """table ip nat {{ chain prerouting {{ type nat hook prerouting priority -100;
            {} tcp dport 8080 dnat to 10.0.0.5:80; }}; }}"""
        nft(rules.format("ip saddr 192.0.2.0/24 return;"))
        found = self.changed(lambda: nft("flush ruleset\n" + rules.format("")))
        self.assertEqual(found.kinds(), ["filter-changed medium"])

    def test_a_forward_shows_in_whatever_form_it_is_written(self):
        for number, (title, rules) in enumerate(FORWARDS.items()):
            with self.subTest(title):
                nft("flush ruleset")
                self.capture(f"before{number}")
                nft(rules)
                self.capture(f"after{number}")
                found = self.diff(f"before{number}", f"after{number}")
                added = [change for change in found.changes if change["kind"] == "forward-added"]
                self.assertEqual({(change["local"]["port"], change["severity"])
                                  for change in added}, {(8080, "high")}, found.raw["changes"])

    def test_an_element_that_is_put_into_a_map_of_targets_later_shows(self):
        nft("""table ip nat {
          map targets { type ipv4_addr . inet_service : ipv4_addr . inet_service; }
          chain prerouting { type nat hook prerouting priority -100;
            dnat to ip daddr . tcp dport map @targets; }; }""")
        found = self.changed(lambda: nft(
            "add element ip nat targets { 192.0.2.1 . 8080 : 10.0.0.5 . 80 }"))
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "to"), ([], ["10.0.0.5:80"]))

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

    def test_another_port_in_a_map_of_ports_shows(self):
        rules = """table ip nat {{ chain c {{ type nat hook prerouting priority -100;
            meta l4proto tcp redirect to :tcp dport map {{ 8080 : {} }}; }}; }}"""
        nft(rules.format(80))
        found = self.changed(lambda: nft("flush ruleset\n" + rules.format(22)))
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "to"), ([":80"], [":22"]))

    def test_a_table_that_wakes_up_shows(self):
        rules = """table ip nat {{ {} chain prerouting {{ type nat hook prerouting priority -100;
            tcp dport 8080 redirect to :80; }}; }}"""
        nft(rules.format("flags dormant;"))
        found = self.changed(lambda: nft("flush ruleset\n" + rules.format("")))
        self.assertEqual(found.kinds(), ["forward-added high"])

    def test_a_chain_that_is_hooked_to_another_interface_shows(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        rules = """table netdev filter {{ chain ingress {{
            type filter hook ingress devices = {{ {} }} priority 0; policy drop; }}; }}"""
        holding.ip("link", "add", "br1", "type", "bridge")
        nft(rules.format("lo, br0"))
        found = self.changed(lambda: nft("flush ruleset\n" + rules.format("lo, br1")))
        self.assertEqual(found.kinds(), ["filter-changed high"])

    def test_a_forward_of_ip6tables_appears(self):
        self.require(shutil.which("ip6tables-nft"), "iptables-nft is not installed")
        found = self.changed(lambda: subprocess.run(
            ["ip6tables-nft", "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "8080",
             "-j", "DNAT", "--to-destination", "[2001:db8::5]:80"], check=True))
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "to"), ([], ["[2001:db8::5]:80"]))

    def test_a_containers_name_server_is_quiet(self):
        def start_name_server():
            nft("""table ip nat { chain DOCKER_OUTPUT {
                ip daddr 127.0.0.11 tcp dport 53 dnat to 127.0.0.11:38211
                ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:45213; }
              chain OUTPUT { type nat hook output priority -100;
                ip daddr 127.0.0.11 jump DOCKER_OUTPUT; }; }""")

        start_name_server()
        found = self.changed(lambda: (nft("flush ruleset"), nft("""table ip nat {
              chain DOCKER_OUTPUT { ip daddr 127.0.0.11 tcp dport 53 dnat to 127.0.0.11:35001
                ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:41022; }
              chain OUTPUT { type nat hook output priority -100;
                ip daddr 127.0.0.11 jump DOCKER_OUTPUT; }; }""")))
        self.assertEqual(found.changes, [])

    def test_a_chain_that_nothing_leads_to_forwards_nothing(self):
        kinds, notices = self.kinds_after(lambda: nft(
            "table ip nat { chain unused { tcp dport 8080 dnat to 10.0.0.5:80; }; }"))
        self.assertEqual((kinds, notices), ([], []))

    def test_what_this_host_itself_sends_is_forwarded_to_few(self):
        found = self.changed(lambda: nft("""table ip nat { chain output {
          type nat hook output priority -100; tcp dport 8080 dnat to 10.0.0.5:80; }; }"""))
        self.assertEqual(found.kinds(), ["forward-added low"])
        self.assertEqual(found.change("forward-added")["local"]["addresses"], ["0.0.0.0%lo"])

    def test_rules_that_no_packet_of_a_port_comes_to_forward_nothing(self):
        found = self.changed(lambda: nft("""table ip nat {
          chain others { tcp dport 81 redirect to :8081; }
          chain prerouting { type nat hook prerouting priority -100;
            tcp dport 80 jump others
            meta l4proto icmp dnat to 10.0.0.5; }; }"""))
        self.assertEqual(found.changes, [])

    def test_a_chain_of_tproxy_that_several_rules_lead_to_takes_each_of_their_ports(self):
        found = self.changed(lambda: nft("""table ip mangle {
          chain proxy { meta l4proto tcp tproxy to 127.0.0.1:50080; }
          chain c { type filter hook prerouting priority -150;
            tcp dport 81 jump proxy
            tcp dport 82 jump proxy; }; }"""))
        ports = [change["local"]["port"] for change in found.changes
                 if change["kind"] == "forward-added"]
        self.assertEqual(sorted(ports), [81, 82])

    def test_a_forward_says_whom_it_takes_and_whom_it_reaches(self):
        self.start("web", "listen 0.0.0.0:80", "listen 127.0.0.1:443")
        found = self.changed(lambda: nft("""table ip nat { chain prerouting {
            type nat hook prerouting priority -100;
            ip saddr 10.0.0.0/8 tcp dport 8080 redirect to :80
            tcp dport 8443 redirect to :443; }; }"""))
        self.assertEqual(found.kinds(), ["forward-added high"] * 2)
        first, second = sorted(found.changes, key=lambda change: change["local"]["port"])
        self.assertEqual([(part["name"], part["after"]) for part in first["attributes"]],
                         [("to", [":80"]), ("rules", ["ip saddr 10.0.0.0/8"]),
                          ("exposes", ["tcp 80 web"])])
        # A listener on loopback alone is not reached, and nothing else is asked for.
        self.assertEqual([part["name"] for part in second["attributes"]], ["to"])

    def test_an_expectation_approves_a_forward_by_its_target(self):
        self.capture("before")
        nft("""table ip nat { chain prerouting { type nat hook prerouting priority -100;
            tcp dport 8080 dnat to 10.0.0.5:80; }; }""")
        self.capture("after")
        ticket = world.ROOT / "CHG-1.toml"
        rule = """ticket = "CHG-1"
[[expect]]
change = "forward-added"
match = {{ protocol = "tcp", port = 8080, to = "{}" }}
reason = "the new service"
approved_by = "change-board"
"""
        ticket.write_text(rule.format("10.0.0.5:80"), "utf-8")
        self.assertEqual(self.diff("before", "after", "--expect", ticket).code, 0)
        ticket.write_text(rule.format("10.0.0.6:80"), "utf-8")
        self.assertEqual(self.diff("before", "after", "--expect", ticket).code, 1)

    # Filters.

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
        # It is no part of the digest by which a rule set is approved.
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
        # As many as before.
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

    # A container engine.

    def test_a_published_port_is_all_that_a_container_engine_changes(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("addr", "add", "172.17.0.1/16", "dev", "br0")
        holding.ip("link", "set", "br0", "up")
        sysctl("net/ipv4/ip_forward", 1)
        nft("""table ip nat {
          chain DOCKER { }
          chain PREROUTING { type nat hook prerouting priority -100;
            fib daddr type local jump DOCKER; }
          chain POSTROUTING { type nat hook postrouting priority 100; }; }
        table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }""")

        def publish():
            holding.ip("link", "add", "veth17", "type", "veth", "peer", "name", "veth18")
            holding.ip("link", "set", "veth17", "master", "br0", "up")
            nft("""add rule ip nat DOCKER iifname != "br0" tcp dport 8080 dnat to 172.17.0.2:80
              add rule ip nat POSTROUTING ip saddr 172.17.0.0/16 oifname != "br0" masquerade
              add rule ip filter FORWARD ip daddr 172.17.0.2 tcp dport 80 counter accept""")

        kinds, notices = self.kinds_after(publish)
        self.assertEqual((kinds, notices), (["forward-added high"], []))

    def test_a_network_of_a_container_engine_that_is_made_anew_is_quiet(self):
        def rules(bridge):
            return f"""flush ruleset
              table ip nat {{ chain PREROUTING {{ type nat hook prerouting priority -100;
                iifname != "{bridge}" tcp dport 8080 dnat to 172.18.0.2:80; }}; }}
              table ip filter {{ chain FORWARD {{ type filter hook forward priority 0;
                iifname "{bridge}" oifname != "{bridge}" accept; }}; }}"""

        nft(rules("br-0123456789ab"))
        found = self.changed(lambda: nft(rules("br-ba9876543210")))
        self.assertEqual(found.changes, [])

    # Addresses, settings, devices.

    def test_an_address_under_a_wildcard_listener_says_what_it_exposes(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        self.start("web", "listen 0.0.0.0:80")
        found = self.changed(lambda: holding.ip("addr", "add", "203.0.113.7/24", "dev", "br0"))
        self.assertEqual(found.kinds(), ["address-added high"])
        self.assertEqual(found.attribute("address-added", "exposes"), ([], ["tcp 80 web"]))

    def test_an_address_that_no_listener_takes_is_a_notice(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        self.start("web", "listen 127.0.0.1:80")
        kinds, notices = self.kinds_after(
            lambda: holding.ip("addr", "add", "203.0.113.7/24", "dev", "br0"))
        self.assertEqual((kinds, notices), ([], ["address-added"]))

    def test_a_namespace_in_which_nothing_was_made_has_nothing_to_tell(self):
        holding.ip("netns", "add", "blue")
        self.capture("one")
        self.assertEqual([fact for fact in self.show("one").raw["reach"]
                          if fact["scope"] == "netns:blue"], [])

    def test_link_local_addresses_come_with_each_interface(self):
        def add_pair():
            holding.ip("link", "add", "veth1", "type", "veth", "peer", "name", "veth2")
            for name in ("veth1", "veth2"):
                holding.ip("link", "set", name, "up")
            self.await_true("a link-local address", lambda: "fe80" in holding.ip("addr"))

        self.assertEqual(self.changed(add_pair).changes, [])

    def test_the_address_of_a_link_to_one_peer_is_the_hosts_own(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        found = self.changed(lambda: holding.ip(
            "addr", "add", "203.0.113.7", "peer", "198.51.100.1/32", "dev", "br0"))
        self.assertEqual(found.attribute("address-added", "address"), ([], ["203.0.113.7/32"]))

    def test_an_address_that_another_host_has_is_none(self):
        holding.ip("netns", "add", "blue")
        inside = holding.in_namespace("blue")
        holding.ip("link", "add", "veth1", "type", "veth", "peer", "name", "veth2", "netns", "blue")
        holding.ip("addr", "add", "2001:db8::7/64", "dev", "veth2", "nodad", prefix=inside)
        holding.ip("link", "set", "veth2", "up", prefix=inside)
        holding.ip("link", "set", "veth1", "up")

        def add_the_same():
            holding.ip("addr", "add", "2001:db8::7/64", "dev", "veth1")
            self.await_true("the address to be refused",
                            lambda: "dadfailed" in holding.ip("-6", "addr", "show", "dev", "veth1"))

        self.assertEqual(self.changed(add_the_same).changes, [])

    def test_the_gateways_of_a_default_route_are_named(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("addr", "add", "10.1.1.1/24", "dev", "br0")
        holding.ip("link", "set", "br0", "up")
        found = self.changed(lambda: holding.ip(
            "route", "add", "default", "nexthop", "via", "10.1.1.2", "dev", "br0",
            "nexthop", "via", "10.1.1.3", "dev", "br0"))
        self.assertEqual(found.attribute("route-changed", "route")[1],
                         ["default: default via 10.1.1.2 dev br0 via 10.1.1.3 dev br0"])

    def test_an_address_that_is_renewed_is_no_change(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("link", "set", "br0", "up")
        lease = ["203.0.113.7/24", "dev", "br0", "valid_lft", "600", "preferred_lft", "600"]
        holding.ip("addr", "add", *lease)
        found = self.changed(lambda: holding.ip("addr", "change", *lease))
        self.assertEqual(found.changes, [])

    def test_a_temporary_address_that_rotates_is_no_change(self):
        holding.ip("link", "add", "veth1", "type", "veth", "peer", "name", "veth2")
        sysctl("net/ipv6/conf/veth1/use_tempaddr", 2)
        for name in ("veth1", "veth2"):
            holding.ip("link", "set", name, "up")
        own = ["2001:db8::7/64", "dev", "veth1"]

        def temporary():
            listed = subprocess.run(["ip", "-j", "-6", "addr", "show", "dev", "veth1"],
                                    capture_output=True, check=True).stdout
            return [address["local"] for address in json.loads(listed)[0]["addr_info"]
                    if address.get("temporary")]

        def rotate():
            holding.ip("addr", "del", *own)
            holding.ip("addr", "add", *own, "mngtmpaddr")

        holding.ip("addr", "add", *own, "mngtmpaddr")
        before = temporary()
        self.assertEqual(len(before), 1)
        found = self.changed(rotate)
        self.assertNotEqual(temporary(), before)
        self.assertEqual(found.changes, [])

    def test_forwarding_and_route_localnet_are_turned_on(self):
        sysctl("net/ipv4/ip_forward", 0)
        found = self.changed(lambda: (sysctl("net/ipv4/ip_forward", 1),
                                      sysctl("net/ipv4/conf/lo/route_localnet", 1)))
        self.assertEqual(found.kinds(), ["forwarding-enabled medium"] * 2)
        self.assertIn("net.ipv4.conf.lo.route_localnet", found.raw["changes"][0]["message"])

    def test_each_setting_that_opens_is_told_by_its_name_and_is_a_notice_when_it_is_off(self):
        for name in ("net/ipv4/ip_forward", "net/ipv4/conf/lo/forwarding",
                     "net/ipv4/conf/all/route_localnet", "net/ipv6/conf/all/forwarding"):
            with self.subTest(name):
                sysctl(name, 0)
                label = name.replace("/", ".")
                self.capture(f"before.{label}")
                sysctl(name, 1)
                self.capture(f"after.{label}")
                found = self.diff(f"before.{label}", f"after.{label}")
                self.assertEqual(found.kinds(), ["forwarding-enabled medium"])
                self.assertEqual(found.change("forwarding-enabled")["device"], label)
                sysctl(name, 0)
                self.capture(f"off.{label}")
                found = self.diff(f"after.{label}", f"off.{label}")
                self.assertEqual((found.kinds(), found.notices()), ([], ["route-changed"]))

    def test_a_tunnel_appears(self):
        made = subprocess.run(["ip", "tuntap", "add", "tun7", "mode", "tun"], check=False)
        self.require(made.returncode == 0, "this kernel has no TUN device")
        found = self.changed(lambda: holding.ip("link", "set", "tun7", "up"))
        self.assertEqual(found.kinds(), ["device-added medium"])

    def test_a_promiscuous_interface_shows_and_a_port_of_a_bridge_does_not(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("link", "add", "veth1", "type", "veth", "peer", "name", "veth2")
        kinds, _ = self.kinds_after(lambda: holding.ip("link", "set", "veth1", "master", "br0"))
        self.assertEqual(kinds, [])
        holding.ip("link", "set", "veth1", "promisc", "on")
        self.capture("later")
        self.assertEqual(self.diff("after", "later").kinds(), ["promiscuous high"])

    def test_a_multicast_group_is_joined(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("addr", "add", "192.0.2.9/24", "dev", "br0")
        holding.ip("link", "set", "br0", "up")
        kinds, notices = self.kinds_after(
            lambda: self.start("player", "join 239.1.2.3 192.0.2.9"))
        self.assertEqual(kinds, [])
        self.assertIn("multicast-joined", notices)

    # Evidence, and what is not seen.

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

    def test_history_knows_since_when_a_port_is_forwarded(self):
        nft("""table ip nat { chain prerouting { type nat hook prerouting priority -100;
            tcp dport 8080 dnat to 10.0.0.5:80; }; }""")
        self.capture("one")
        out = self.netmon("history", "--port", "8080", expect=0).out
        self.assertIn("forward", out)


if __name__ == "__main__":
    world.main()
