"""What can reach a port through the older iptables, sets of ipset, and a cluster's proxy. Each rule is
made in the test's own network namespace."""

import os
import shutil
import subprocess

import reach_scenario
import world

NAT = """*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-SVC-WEB - [0:0]
{chains}
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-WEB
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-SVC-WEB
{choices}
{endpoints}
{more}
COMMIT
"""


def run(*words, text=None):
    assert "NETMON_E2E_CHANNEL" in os.environ, "not in a world of the test's own"
    return subprocess.run(words, input=text, text=True, check=False, capture_output=True)


def proxy_rules(endpoints, more=""):
    """The rules of kube-proxy for one service at 10.96.0.10:80 and at port 30080 of every node."""
    chains = [f"KUBE-SEP-{endpoint.replace('.', '-')}" for endpoint in endpoints]
    choices = []
    for i, chain in enumerate(chains):
        left = len(chains) - i
        chance = f"-m statistic --mode random --probability {1 / left:.11f} " if left > 1 else ""
        choices.append(f"-A KUBE-SVC-WEB {chance}-j {chain}")
    return NAT.format(
        chains="\n".join(f":{chain} - [0:0]" for chain in chains), choices="\n".join(choices),
        endpoints="\n".join(f"-A {chain} -p tcp -m tcp -j DNAT --to-destination {endpoint}:8080"
                            for chain, endpoint in zip(chains, endpoints)), more=more)


class ReachTables(reach_scenario.ReachScenario):
    def legacy(self, *words):
        self.require(shutil.which("iptables-legacy"), "iptables is not installed")
        made = run("iptables-legacy", *words)
        self.require(made.returncode == 0, f"this kernel has no iptables: {made.stderr}")

    def ipset(self, *words):
        self.require(shutil.which("ipset"), "ipset is not installed")
        made = run("ipset", *words)
        self.require(made.returncode == 0, f"this kernel has no ipset: {made.stderr}")

    # The older iptables.

    def test_a_dnat_of_the_older_iptables_appears(self):
        def forward():
            self.legacy("-t", "nat", "-N", "SERVICES")
            self.legacy("-t", "nat", "-A", "SERVICES", "-p", "tcp", "-j", "DNAT",
                        "--to-destination", "10.0.0.5:80")
            self.legacy("-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "8080",
                        "-j", "SERVICES")

        found = self.changed(forward)
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "to"), ([], ["10.0.0.5:80"]))
        self.assertEqual(found.change("forward-added")["local"]["port"], 8080)

    def test_a_dnat_of_the_older_ip6tables_appears(self):
        self.require(shutil.which("ip6tables-legacy"), "iptables is not installed")

        def forward():
            made = run("ip6tables-legacy", "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport",
                       "8080", "-j", "DNAT", "--to-destination", "[2001:db8::5]:80")
            self.require(made.returncode == 0, f"this kernel has no ip6tables: {made.stderr}")

        found = self.changed(forward)
        self.assertEqual(found.kinds(), ["forward-added high"])
        self.assertEqual(found.attribute("forward-added", "to"), ([], ["[2001:db8::5]:80"]))

    def test_a_redirect_and_a_tproxy_of_the_older_iptables_appear(self):
        def forward():
            self.legacy("-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "81",
                        "-j", "REDIRECT", "--to-ports", "80")
            self.legacy("-t", "mangle", "-A", "PREROUTING", "-p", "udp", "--dport", "82",
                        "-j", "TPROXY", "--on-port", "83", "--on-ip", "127.0.0.1")

        found = self.changed(forward)
        added = [change for change in found.changes if change["kind"] == "forward-added"]
        self.assertEqual(
            sorted((change["protocol"], change["local"]["port"], *change["attributes"][0]["after"])
                   for change in added),
            [("tcp", 81, ":80"), ("udp", 82, "127.0.0.1:83")])

    def test_a_policy_of_the_older_iptables_that_turns_to_accept_is_high(self):
        self.legacy("-P", "INPUT", "DROP")
        found = self.changed(lambda: self.legacy("-P", "INPUT", "ACCEPT"))
        self.assertEqual(found.kinds(), ["filter-changed high"])

    def test_a_table_of_the_older_iptables_that_decides_nothing_is_no_change(self):
        found = self.changed(lambda: self.legacy("-L", "-n"))
        self.assertEqual(found.changes, [])

    def test_the_same_rules_of_both_iptables_read_the_same(self):
        self.require(shutil.which("iptables-nft"), "iptables-nft is not installed")
        rules = (
            "-t nat -A PREROUTING -i eth+ -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.5:80",
            "-A INPUT -p tcp --dport 8081 -j DROP",
            "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "-A INPUT ! -s 10.1.0.0/16 -d 10.2.3.4/30 -i lo -p udp --dport 53 -j REJECT",
            "-A INPUT -p tcp -m multiport --dports 22,80:90 -j ACCEPT",
            "-A FORWARD -i eth0 ! -o eth1 -j ACCEPT")
        for rule in rules:
            self.legacy(*rule.split())

        def move():
            for table in ("nat", "filter"):
                run("iptables-legacy", "-t", table, "-F")
            for rule in rules:
                made = run("iptables-nft", *rule.split())
                self.assertEqual(made.returncode, 0, made.stderr)

        found = self.changed(move)
        self.assertEqual([change["message"] for change in found.changes], [])

    # Sets of ipset.

    def test_an_element_of_ipset_that_is_let_in_shows(self):
        self.ipset("create", "friends", "hash:net")
        self.ipset("add", "friends", "10.1.0.0/16")
        self.legacy("-A", "INPUT", "-m", "set", "--match-set", "friends", "src", "-j", "ACCEPT")
        found = self.changed(lambda: self.ipset("add", "friends", "203.0.113.0/24"))
        self.assertEqual(found.kinds(), ["filter-changed medium"])
        self.assertEqual(found.attribute("filter-changed", "rules"),
                         ([], ["ipset friends: 203.0.113.0/24"]))
        self.assertEqual(found.decisive(), [])

    def test_a_source_that_ipset_turns_away_is_a_notice(self):
        self.ipset("create", "banned", "hash:ip")
        self.legacy("-A", "INPUT", "-m", "set", "--match-set", "banned", "src", "-j", "DROP")
        found = self.changed(lambda: self.ipset("add", "banned", "192.0.2.67"))
        self.assertEqual((found.kinds(), found.notices()), ([], ["filter-changed"]))

    def test_a_network_that_ipset_turns_away_is_no_single_source(self):
        self.ipset("create", "banned", "hash:net")
        self.legacy("-A", "INPUT", "-m", "set", "--match-set", "banned", "src", "-j", "DROP")
        found = self.changed(lambda: self.ipset("add", "banned", "10.0.0.0/8"))
        self.assertEqual(found.kinds(), ["filter-changed medium"])

    def test_an_element_of_a_set_in_a_list_of_sets_shows(self):
        self.ipset("create", "friends", "hash:ip,port")
        self.ipset("create", "all", "list:set")
        self.ipset("add", "all", "friends")
        self.legacy("-A", "INPUT", "-m", "set", "--match-set", "all", "src,dst", "-j", "ACCEPT")
        found = self.changed(lambda: self.ipset("add", "friends", "192.0.2.67,tcp:22"))
        self.assertEqual(found.attribute("filter-changed", "rules"),
                         ([], ["ipset friends: 192.0.2.67,tcp:22"]))

    def test_a_set_of_ipset_that_is_made_anew_is_no_change(self):
        self.ipset("create", "first", "hash:ip")
        self.ipset("create", "banned", "hash:ip")
        ask = ["INPUT", "-m", "set", "--match-set", "banned", "src", "-j", "DROP"]
        self.legacy("-A", *ask)

        def anew():
            self.legacy("-D", *ask)
            for name in ("banned", "first"):
                self.ipset("destroy", name)
            self.ipset("create", "banned", "hash:ip")
            self.legacy("-A", *ask)

        self.assertEqual(self.changed(anew).changes, [])

    # A cluster's proxy.

    def restore(self, rules):
        self.require(shutil.which("iptables-nft-restore"), "iptables-nft is not installed")
        made = run("iptables-nft-restore", text=rules)
        self.require(made.returncode == 0, f"this kernel has no nf_tables: {made.stderr}")

    def test_endpoints_of_a_clusters_service_come_and_go_as_notices(self):
        self.restore(proxy_rules(["10.244.1.5", "10.244.2.7"]))
        found = self.changed(lambda: self.restore(
            proxy_rules(["10.244.2.7", "10.244.3.9", "10.244.4.2"])))
        self.assertEqual((found.kinds(), set(found.notices())), ([], {"forward-added"}))
        # One change for the service's own address, one for the port of every node.
        self.assertEqual(sorted(change["local"]["port"] for change in found.changes), [80, 30080])
        self.assertEqual(found.decisive(), [])

    def test_a_rule_of_an_attackers_beside_a_clusters_service_shows(self):
        self.restore(proxy_rules(["10.244.1.5"]))
        found = self.changed(lambda: self.restore(proxy_rules(
            ["10.244.1.5"],
            "-I PREROUTING -p tcp --dport 30080 -j DNAT --to-destination 10.244.1.66:8080")))
        self.assertEqual(found.kinds(), ["forward-added high"])

    def test_another_target_in_the_chain_of_a_clusters_service_shows(self):
        self.restore(proxy_rules(["10.244.1.5"]))
        found = self.changed(lambda: self.restore(proxy_rules(
            ["10.244.1.5"],
            "-I KUBE-SVC-WEB -p tcp -j DNAT --to-destination 203.0.113.66:8080")))
        self.assertEqual(found.kinds(), ["forward-added high", "forward-added medium"])

    def test_a_target_beside_the_endpoints_of_a_clusters_service_shows(self):
        # The targets are in the cluster's network and at the service's port, but in no chain of an
        # endpoint; in the chain of another endpoint; and in a new chain, but outside the network.
        to = "-p tcp -j DNAT --to-destination"
        for number, more in enumerate([f"-I KUBE-SVC-WEB {to} 10.244.1.66:8080",
                                       f"-I KUBE-SEP-10-244-1-5 {to} 10.244.1.66:8080",
                                       f"-N KUBE-SEP-X\n-A KUBE-SEP-X {to} 192.168.1.66:8080\n"
                                       "-I KUBE-SVC-WEB -j KUBE-SEP-X"]):
            with self.subTest(more):
                self.restore(proxy_rules(["10.244.1.5"]))
                self.capture(f"before{number}")
                self.restore(proxy_rules(["10.244.1.5"], more))
                self.capture(f"after{number}")
                found = self.diff(f"before{number}", f"after{number}")
                self.assertEqual(found.kinds(), ["forward-added high", "forward-added medium"])
                self.assertIn("66:8080", "\n".join(found.warnings()))

    def test_endpoints_of_the_proxy_by_nf_tables_come_and_go_as_notices(self):
        self.require(shutil.which("nft"), "nft is not installed")

        def rules(endpoints, more=""):
            chains = [f"endpoint-A{i}-default/web/tcp/http__{endpoint}/8080"
                      for i, endpoint in enumerate(endpoints)]
            leads = "\n".join(f"chain {chain} {{ meta l4proto tcp dnat to {endpoint}:8080; }}"
                              for chain, endpoint in zip(chains, endpoints))
            choices = ", ".join(f"{i} : goto {chain}" for i, chain in enumerate(chains))
            made = run("nft", "-f", "-", text=f"""flush ruleset
              table ip kube-proxy {{ {leads}
                chain service-ULMVA6XW-default/web/tcp/http {{ {more}
                  numgen random mod {len(chains)} vmap {{ {choices} }}; }}
                chain nat {{ type nat hook prerouting priority -100;
                  ip daddr 10.96.0.10 tcp dport 80 goto service-ULMVA6XW-default/web/tcp/http; }}; }}""")
            self.require(made.returncode == 0, f"this kernel has no nf_tables: {made.stderr}")

        rules(["10.244.1.5", "10.244.2.7"])
        found = self.changed(lambda: rules(["10.244.1.5", "10.244.3.9", "10.244.4.2"]))
        self.assertEqual((found.kinds(), found.notices()), ([], ["forward-added"]))
        rules(["10.244.1.5", "10.244.3.9", "10.244.4.2"], "meta l4proto tcp dnat to 10.244.1.66:8080;")
        self.capture("later")
        self.assertEqual(self.diff("after", "later").kinds(), ["forward-added medium"])

    def test_a_service_of_a_cluster_that_is_new_shows(self):
        found = self.changed(lambda: self.restore(proxy_rules(["10.244.1.5"])))
        self.assertEqual(found.kinds(), ["forward-added high", "forward-added medium"])


if __name__ == "__main__":
    world.main()
