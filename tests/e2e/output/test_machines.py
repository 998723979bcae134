"""Diffs that other systems read: OCSF, and Prometheus through node_exporter."""

import json
import os
import unittest

import exposition
import json_schemas
import scenario
import terminal
import world
from test_output import HOSTILE

GOLDEN = world.SOURCES / "tests" / "golden"
HEAD = "# HELP a_b x\n# TYPE a_b gauge\n"
# Each text breaks one rule of the format, of the collector or of promtool.
WRONG = [HEAD + "a_b 1", HEAD + "a_b 1 1700000000\n", HEAD + "a_b one\n", HEAD + "a_b{} 1\na_b 2\n",
         HEAD + 'a_b{x="1",x="2"} 1\n', HEAD + 'a_b{x="a"b"} 1\n', HEAD + 'a_b{x="\\x"} 1\n',
         HEAD + 'a_b{x="1} 1\n', HEAD + 'a_b{1x="1"} 1\n', HEAD + 'a_b{__x="1"} 1\n',
         HEAD + "a_b 1\n# HELP c x\n# TYPE c gauge\nc 1\na_b{x=\"1\"} 2\n", HEAD + HEAD + "a_b 1\n",
         "# TYPE a_b gauge\na_b 1\n", "# HELP a_b x\na_b 1\n", HEAD,
         "a_b 1\n" + HEAD, "# HELP a_b x\n# TYPE a_b number\na_b 1\n", HEAD + "\na_b 1\n",
         *(f"# HELP {name} x\n# TYPE {name} gauge\n{name} 1\n" for name in (
             "a_total", "a_count", "a:b", "aB", "a_milliseconds", "a_gauge", "1a")),
         HEAD + 'a_b{xY="1"} 1\n']


class Golden(unittest.TestCase):
    @world.on_this_machine
    def test_every_golden_file_is_one_that_prometheus_reads(self):
        files = sorted(GOLDEN.glob("*.prom"))
        self.assertTrue(files)
        for path in files:
            with self.subTest(path.name):
                self.assertIn("netmon_diff_verdict", exposition.parse(path.read_text("utf-8")))

    @world.on_this_machine
    def test_every_metric_label_and_field_of_the_journal_is_in_the_contract(self):
        contract = world.SOURCES.joinpath("docs", "FORMATS.md").read_text("utf-8")
        words = set()
        for path in GOLDEN.glob("*.prom"):
            for name, family in exposition.parse(path.read_text("utf-8")).items():
                words |= {name, *(label for labels in family["samples"] for label, _ in labels)}
        fields = [line.partition("=") for path in GOLDEN.glob("*.journal")
                  for line in path.read_text("utf-8").splitlines() if line]
        words |= {name for name, _, _ in fields}
        words |= {value for name, _, value in fields if name == "MESSAGE_ID"}
        self.assertGreater(len(words), 40)
        self.assertEqual([word for word in sorted(words) if f"`{word}`" not in contract], [])

    @world.on_this_machine
    def test_a_file_that_breaks_a_rule_of_prometheus_is_found(self):
        self.assertEqual(exposition.parse(HEAD + 'a_b{x="\\"\\\\\\n"} 1.5e3\n')["a_b"]["samples"],
                         {(("x", '"\\\n'),): 1500})
        for text in WRONG:
            with self.subTest(text), self.assertRaises(exposition.Wrong):
                exposition.parse(text)

    @world.on_this_machine
    def test_every_golden_file_holds_events_by_the_rules_of_ocsf(self):
        if json_schemas.jsonschema is None:
            self.skipTest("python3-jsonschema is not installed")
        files = sorted(GOLDEN.glob("*.ocsf.jsonl"))
        self.assertTrue(files)
        for path in files:
            with self.subTest(path.name):
                self.assertEqual(json_schemas.ocsf_errors(path.read_text("utf-8")), [])

    @world.on_this_machine
    def test_an_event_that_breaks_a_rule_of_ocsf_is_found(self):
        if json_schemas.jsonschema is None:
            self.skipTest("python3-jsonschema is not installed")
        event = json.loads((GOLDEN / "decided.ocsf.jsonl").read_text("utf-8").splitlines()[1])
        self.assertEqual(json_schemas.ocsf_errors(json.dumps(event) + "\n"), [])
        for path, value in ((("severity_id",), 9), (("class_uid",), 2003), (("type_uid",), 200402),
                            (("metadata", "profiles"), []), (("no_such_attribute",), 1),
                            (("metadata", "product", "vendor_name"), None),
                            (("finding_info", "uid"), None), (("evidences",), []),
                            (("evidences", 0, "process", "pid"), None),
                            (("evidences", 0, "process", "parent_process", "pid"), None),
                            (("evidences", 0, "process", "file", "type_id"), None),
                            (("evidences", 0, "dst_endpoint", "ip"), "fe80::1%eth0"),
                            (("evidences", 0, "connection_info", "direction_id"), 7),
                            (("device", "hostname"), "a b"), (("time",), "2026-01-01")):
            with self.subTest(path):
                changed = json.loads(json.dumps(event))
                parent = changed
                for step in path[:-1]:
                    parent = parent[step]
                if value is None:
                    del parent[path[-1]]
                else:
                    parent[path[-1]] = value
                self.assertNotEqual(json_schemas.ocsf_errors(json.dumps(changed) + "\n"), [])


class Machines(scenario.Scenario):
    def events(self, *arguments, expect):
        text = self.netmon("diff", "before", "after", "--format", "ocsf", *arguments,
                           expect=expect).out
        if json_schemas.jsonschema is not None:
            self.assertEqual(json_schemas.ocsf_errors(text), [])
        return [json.loads(line) for line in text.splitlines()]

    def metrics(self, *arguments, expect):
        file = world.ROOT / "netmon.prom"
        self.netmon("diff", "before", "after", "--quiet", "-o", file, *arguments, expect=expect)
        return exposition.parse(file.read_text("utf-8"))

    def value(self, metrics, name, **labels):
        """The value of the one sample that has these labels, in addition to those that all have."""
        found = [value for pairs, value in metrics[name]["samples"].items()
                 if labels.items() <= dict(pairs).items()]
        self.assertEqual(len(found), 1, metrics[name])
        return found[0]

    def test_a_new_listener_and_a_new_peer_are_findings_with_their_evidence(self):
        self.link_outside()
        self.outside(f"listen {scenario.TOR_EXIT}:4444")
        self.capture("before")
        bad = self.start("bad", "listen 0.0.0.0:31337", f"connect tcp {scenario.TOR_EXIT}:4444")
        self.capture("after")
        events = self.events(expect=1)
        reported = {change["fingerprint"]: change
                    for change in self.diff("before", "after").changes}
        self.assertEqual([event["finding_info"]["types"] for event in events],
                         [["listener-added"], ["outbound-added"]])
        for event in events:
            change = reported[event["finding_info"]["uid"]]
            self.assertEqual((event["severity"], event["message"]), ("High", change["message"]))
            process = event["evidences"][0]["process"]
            self.assertEqual((process["pid"], process["file"]["hashes"][0]["value"]),
                             (bad.pid, change["process"]["exe_sha256"]))
            self.assertEqual(process["parent_process"]["name"], change["process"]["parents"][0])
            self.assertEqual(process["parent_process"]["pid"], os.getpid())
        self.assertEqual(events[0]["evidences"][0]["dst_endpoint"],
                         {"ip": "0.0.0.0", "port": 31337})
        self.assertEqual(events[1]["evidences"][0]["dst_endpoint"],
                         {"ip": scenario.TOR_EXIT, "port": 4444})
        taken = self.show("after").info["taken_at"]
        self.assertTrue(taken.endswith(f".{events[0]['time'] % 1000:03}Z"))

    def test_each_kind_of_socket_makes_events_by_the_rules(self):
        self.require(json_schemas.jsonschema, "python3-jsonschema is not installed")
        self.link_outside()
        self.outside(f"listen [{scenario.PEER6}]:443")
        self.capture("before")
        holder = self.start("all", "listen [::1]:80", "bind udp 0.0.0.0:53", "raw 89",
                            "raw v6 58", "packet 0800", "ping 127.0.0.1", "bind udp 127.0.0.1:0",
                            f"connect tcp [{scenario.PEER6}]:443", "bind udplite 0.0.0.0:54")
        self.assertTrue(holder.answers)
        self.capture("after")
        kinds = {event["finding_info"]["types"][0] for event in self.events("--all", expect=1)}
        self.assertEqual(kinds, {"listener-added", "outbound-added", "raw-added", "client-added"})

    def test_what_is_approved_is_a_finding_only_when_all_is_asked_for(self):
        self.capture("before")
        self.start("web", "listen 0.0.0.0:8443")
        self.capture("after")
        rules = world.ROOT / "CHG-1.toml"
        rules.write_text('ticket = "CHG-1"\n[[expect]]\nchange = "listener-added"\n'
                         'match = { port = 8443 }\nreason = "asked for"\n', "utf-8")
        self.assertEqual(self.events("--expect", rules, expect=0), [])
        approved, = self.events("--expect", rules, "--all", expect=0)
        self.assertEqual((approved["status"], approved["unmapped"]["rule"]["ticket"]),
                         ("Suppressed", "CHG-1"))

    def test_a_review_that_could_not_see_is_a_finding_and_no_clean_gauge(self):
        self.capture("before")
        self.capture("after")
        clean = self.metrics(expect=0)
        self.assertEqual(self.value(clean, "netmon_diff_verdict", verdict="clean"), 1)
        self.assertEqual(self.events(expect=0), [])
        # The snapshots are in the wrong order.
        text = self.netmon("diff", "after", "before", "--format", "ocsf", expect=3).out
        event = json.loads(text)
        self.assertEqual(event["finding_info"]["uid"], "inconclusive")
        self.assertEqual(event["unmapped"]["verdict"], "inconclusive")
        found = exposition.parse(self.netmon("diff", "after", "before", "--format", "prom",
                                             expect=3).out)
        self.assertEqual(self.value(found, "netmon_diff_verdict", verdict="inconclusive"), 1)
        self.assertEqual(self.value(found, "netmon_diff_verdict", verdict="clean"), 0)
        self.assertEqual(self.value(found, "netmon_diff_exit_code"), 3)
        self.assertEqual(self.value(found, "netmon_diff_caveats", weight="decisive"), 1)

    def test_the_metrics_are_those_of_the_diff(self):
        self.capture("before")
        self.start("web", "listen 0.0.0.0:8443", "listen 127.0.0.1:81")
        self.capture("after")
        found = self.metrics(expect=1)
        self.assertEqual(self.value(found, "netmon_diff_changes", status="unapproved",
                                    severity="high"), 1)
        self.assertEqual(self.value(found, "netmon_diff_changes", status="unapproved",
                                    severity="low"), 1)
        self.assertEqual(len(found["netmon_diff_changes"]["samples"]), 20)
        self.assertEqual(self.value(found, "netmon_diff_exit_code"), 1)
        times = [self.value(found, "netmon_diff_snapshot_timestamp_seconds", side=side)
                 for side in ("before", "after")]
        self.assertAlmostEqual(times[1] - times[0],
                               self.value(found, "netmon_diff_baseline_age_seconds"), places=2)
        version = self.netmon("--version").out.split()[1]
        self.assertEqual(self.value(found, "netmon_build_info", version=version), 1)
        for family in found.values():
            for pairs in family["samples"]:
                self.assertLessEqual({("before", "before"), ("after", "after")}, set(pairs))

    def test_a_file_of_metrics_is_never_seen_half_written_and_can_be_read_by_others(self):
        self.capture("before")
        self.capture("after")
        file = world.ROOT / "netmon.prom"
        file.write_text("old\n", "utf-8")
        with open(file, encoding="utf-8") as opened:
            self.netmon("diff", "before", "after", "--quiet", "-o", file, expect=0)
            self.assertEqual(opened.read(), "old\n", "the old file was written into")
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(file.stat().st_mode & 0o777, 0o666 & ~mask)
        self.assertEqual([path.name for path in world.ROOT.glob("*.prom*")], ["netmon.prom"])
        exposition.parse(file.read_text("utf-8"))

    def test_hostile_names_are_exact_where_they_are_values_and_harmless_where_they_are_read(self):
        self.capture("before")
        names = {}
        for port, (statement, name, _) in enumerate(HOSTILE, 2001):
            self.start("web", statement, f"listen 127.0.0.1:{port}")
            names[port] = name
        self.capture("after")
        result = self.netmon("diff", "before", "after", "--format", "ocsf", expect=1)
        self.assertEqual(terminal.unsafe(result.out), [])
        found = {}
        for event in self.events(expect=1):
            evidence = event["evidences"][0]
            found[evidence["dst_endpoint"]["port"]] = evidence["process"]["name"]
            self.assertEqual(terminal.unsafe(event["message"]), [])
            self.assertNotIn("\n", event["message"])
        self.assertEqual(found, names)


if __name__ == "__main__":
    world.main()
