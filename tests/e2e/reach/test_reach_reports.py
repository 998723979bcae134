"""Where reports show what can reach a port: each format of a comparison, the picture, doctor."""

import json
import shutil
import subprocess

import scenario
import world

RULES = """table ip nat { chain prerouting { type nat hook prerouting priority -100;
  tcp dport 8080 dnat to 10.0.0.5:80; }; }
table inet filter { chain input { type filter hook input priority 0; policy drop;
  tcp dport 22 accept; }; }"""


class ReachReports(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require(shutil.which("nft"), "nft is not installed")
        self.capture("before")
        made = subprocess.run(["nft", "-f", "-"], input=RULES, text=True, check=False,
                              capture_output=True)
        self.require(made.returncode == 0, f"this kernel has no nf_tables: {made.stderr}")
        self.capture("after")

    def report(self, name):
        return self.netmon("diff", "before", "after", "--format", name, expect=1).out

    def test_a_forward_and_a_filter_are_in_every_format_of_a_comparison(self):
        for name in ("table", "csv", "json", "markdown", "html", "sarif", "ocsf"):
            with self.subTest(name):
                text = self.report(name)
                self.assertIn("10.0.0.5:80", text)
                self.assertIn("8080", text)
                self.assertIn("tcp dport 22 accept", text)

    def test_metrics_count_what_changed(self):
        self.assertRegex(self.report("prom"), r"(?m)^netmon_\w*changes\w*\{[^}]*high[^}]*\} 1$")

    def test_the_picture_shows_where_a_forward_leads(self):
        page = self.report("html")
        picture = page[page.index("<svg"):page.index("</svg>")]
        self.assertIn("8080", picture)
        self.assertIn("10.0.0.5:80", picture)

    def test_a_snapshot_tells_it_in_every_format(self):
        for name in ("table", "csv", "json"):
            with self.subTest(name):
                text = self.netmon("show", "after", "--format", name, expect=0).out
                self.assertIn("10.0.0.5:80", text)
                self.assertIn("policy drop", text)
        rules = [fact["value"] for fact in json.loads(
            self.netmon("show", "after", "--format", "json", expect=0).out)["reach"]
            if fact["kind"] == "rule"]
        self.assertEqual(rules, ["tcp dport 22 accept"])

    def test_doctor_says_what_can_be_read(self):
        self.assertIn("rules of nf_tables", self.netmon("doctor").out)
        if world.real_root():
            doctor = self.netmon("doctor", **self.as_user("nobody")).out
            self.assertIn("filters and forwards", doctor)
            self.assertNotIn("rules of nf_tables, addresses, routes and programs are read", doctor)


if __name__ == "__main__":
    world.main()
