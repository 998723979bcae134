"""The examples do what they say."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import scenario
import world

EXAMPLES = world.SOURCES / "examples"


class Examples(unittest.TestCase):
    def run_example(self, name, *arguments):
        done = subprocess.run([EXAMPLES / name, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=240, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    @world.on_this_machine
    def test_the_pictures_of_the_readme_show_what_netmon_prints(self):
        why = world.no_world() or (None if shutil.which("tmux") else "tmux is not installed")
        if why:
            self.skipTest(why)
        pictures = EXAMPLES.parent / "docs" / "pictures"
        done = subprocess.run([sys.executable, "-B", pictures / "make.py", "--check"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240,
                              check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    @world.on_this_machine
    def test_the_change_review_shows_what_was_approved_and_what_was_not(self):
        why = world.no_world()
        if why:
            self.skipTest(why)
        with tempfile.TemporaryDirectory() as folder:
            done = self.run_example("change-review.sh", "--reports", folder)
            reports = {path.suffix[1:]: path.read_text("utf-8")
                       for path in Path(folder).iterdir()}
        for line in (r"⚠ new listener: tcp 0\.0\.0\.0:31337 python3 \(pid \d+, root, .+\)",
                     r"⚠ new outbound peer: tcp 185\.220\.101\.5:4444 python3 \(pid \d+, root\)",
                     r"⚠ approval expired: new listener: tcp 10\.9\.0\.2:9100 node_exporter .+",
                     r"⚠ expected, not seen: listener-removed .+ port 8080 .+"):
            self.assertRegex(done.stderr, f"(?m)^{line}$")
        self.assertEqual(done.stderr.count("⚠"), 4)
        self.assertIn("netmon diff ended with 1.", done.stdout)

        self.assertEqual(sorted(reports), ["csv", "html", "json", "md", "sarif", "txt"])
        for name, text in reports.items():
            for seen in ("31337", "185.220.101.5", "9100", "8080", "node_exporter",
                         "the old API endpoint is switched off",
                         "metrics during the migration"):
                self.assertIn(seen, text, name)
            for approved in ("8443", "the new API endpoint, for the internal network"):
                if name == "sarif":  # a finding there becomes an alert that somebody must close
                    self.assertNotIn(approved, text, name)
                else:
                    self.assertIn(approved, text, name)
        self.assertEqual(
            sorted((change["status"], change["kind"], change["rule"] and change["rule"]["ticket"])
                   for change in json.loads(reports["json"])["changes"]),
            [("approved", "listener-added", "CHG-1042"),
             ("expected-missing", "listener-removed", "CHG-1042"),
             ("expired", "listener-added", "CHG-1042"),
             ("unapproved", "listener-added", None),
             ("unapproved", "outbound-added", None)])

    @world.on_this_machine
    def test_the_main_job_finds_the_change_on_this_host(self):
        done = self.run_example("main-job.sh")
        self.assertRegex(done.stderr, r"(?m)^⚠ new listener: tcp 127\.0\.0\.1:\d+ python3")
        self.assertIn("netmon diff ended with 1.", done.stdout)

    @world.on_this_machine
    def test_an_example_without_a_netmon_says_how_to_build_one(self):
        environment = {"PATH": "/usr/bin:/bin", "NETMON": "/nonexistent"}
        if shutil.which("netmon", path=environment["PATH"]):
            self.skipTest("netmon is installed")
        with tempfile.TemporaryDirectory() as folder:  # where the examples have no build next to them
            examples = shutil.copytree(EXAMPLES, Path(folder) / "examples")
            for name in ("main-job.sh", "change-review.sh"):
                done = subprocess.run([examples / name], env=environment, capture_output=True,
                                      text=True, timeout=60, check=False)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("cmake --preset release", done.stderr)


# Leaves a listener on port 8443 behind, and ends with its first argument as exit code.
DEPLOYMENT = """
import os, signal, socket, sys
server = socket.create_server(("127.0.0.1", 8443))
if os.fork():
    os._exit(int(sys.argv[1]))
os.closerange(0, 3)
signal.pause()
"""

APPROVAL = """
ticket = "CHG-1"
[[expect]]
change = "listener-added"
match = { protocol = "tcp", port = 8443 }
reason = "the new service"
"""


class Gate(scenario.Scenario):
    def gate(self, *options, ends_with=0):
        """Runs a gate around a deployment; returns the completed process."""
        return subprocess.run(
            [EXAMPLES / "gate" / "gate.sh", *options, "--", self.named("deploy"), "-c", DEPLOYMENT,
             str(ends_with)], cwd=world.ROOT, env=self.environment(NETMON=os.environ["NETMON"]),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240, check=False)

    def test_a_gate_fails_for_what_nobody_approved_and_keeps_the_review(self):
        done = self.gate("--ticket", "CHG-1")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("⚠ new listener: tcp 127.0.0.1:8443 deploy", done.stderr)
        for kind in ("html", "md", "sarif"):
            self.assertIn("8443", (world.ROOT / f"netmon-review.{kind}").read_text("utf-8"))

    def test_a_gate_opens_for_what_the_ticket_allows(self):
        (world.ROOT / "CHG-1.toml").write_text(APPROVAL, "ascii")
        done = self.gate("--expect", "CHG-1.toml")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_a_failed_deployment_is_reviewed_and_fails_as_it_did(self):
        self.assertEqual(self.gate(ends_with=7).returncode, 7)
        self.assertIn("8443", (world.ROOT / "netmon-review.md").read_text("utf-8"))

    def test_a_gate_that_cannot_review_leaves_no_review_of_an_earlier_job(self):
        earlier = world.ROOT / "netmon-review.md"
        earlier.write_text("CLEAN", "ascii")
        done = self.gate("--expect", "missing.toml")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertFalse(earlier.exists())

    def test_a_gate_without_a_command_says_how_it_is_used(self):
        for options, message in ((["--ticket", "CHG-1"], "gate.sh [--ticket T]"),
                                 (["--ticket"], "--ticket needs a value"),
                                 (["--port", "1"], "no option --port")):
            done = subprocess.run([EXAMPLES / "gate" / "gate.sh", *options],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    world.main()
