"""Forwards of a port, in every form in which a rule can be written, and those of container engines."""

import shutil
import subprocess

import holding
import reach_scenario
import world
from reach_scenario import nft, sysctl

# Rules that forward port 8080.
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


class ReachForwards(reach_scenario.ReachScenario):
    def setUp(self):
        super().setUp()
        self.require_nft()

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

    def test_a_forward_of_ip6tables_appears(self):
        self.require(shutil.which("ip6tables-nft"), "iptables-nft is not installed")
        found = self.changed(lambda: subprocess.run(
            ["ip6tables-nft", "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "8080",
             "-j", "DNAT", "--to-destination", "[2001:db8::5]:80"], check=True))
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "to"), ([], ["[2001:db8::5]:80"]))

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
        # The forward does not reach a listener on loopback, and has no condition.
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

    def test_history_knows_since_when_a_port_is_forwarded(self):
        nft("""table ip nat { chain prerouting { type nat hook prerouting priority -100;
            tcp dport 8080 dnat to 10.0.0.5:80; }; }""")
        self.capture("one")
        out = self.netmon("history", "--port", "8080", expect=0).out
        self.assertIn("forward", out)

    # A container engine.

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


if __name__ == "__main__":
    world.main()
