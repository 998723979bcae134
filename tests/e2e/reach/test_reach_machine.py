"""A BPF program on a hook of netfilter, which the kernel reports only for the whole machine. It is
attached in a network namespace that the test makes, and has no effect outside it."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import world

INITIAL_PID_NAMESPACE = 0xEFFFFFFC  # PROC_PID_INIT_INO of linux/proc_ns.h
HERE = Path(__file__).resolve().parent
ATTACH = """
import sys, bpf_programs
class Test:
    def require(self, condition, why):
        if not condition:
            print(why, flush=True)
            sys.exit(0)
link = bpf_programs.attach_netfilter(Test(), -4711)
print("attached", flush=True)
sys.stdin.read()
"""


class ReachMachine(unittest.TestCase):
    def netmon(self, *arguments):
        command = [os.environ["NETMON"], *arguments, "--db", f"{self.folder}/netmon.db"]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, check=False)

    def capture(self, label):
        done = self.netmon("capture", "--label", label)
        self.assertEqual(done.returncode, 0, done.stderr)

    def start_program(self):
        """Starts a process in a namespace of its own, with a BPF program for what arrives there."""
        process = subprocess.Popen(
            ["unshare", "--net", sys.executable, "-B", "-c", ATTACH], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(HERE)})
        self.addCleanup(process.stdout.close)
        answer = process.stdout.readline().strip()
        if answer != "attached":
            process.communicate()
            self.skipTest(answer or "this kernel attaches none")
        return process

    @world.on_this_machine
    def test_a_program_on_a_hook_of_netfilter_appears_and_goes(self):
        why = world.no_world()
        if why or not world.real_root():
            self.skipTest(why or "needs the machine's root")
        if os.stat("/proc/self/ns/pid").st_ino != INITIAL_PID_NAMESPACE:
            self.skipTest("this kernel shows another pid namespace than the machine's first")
        self.folder = tempfile.mkdtemp()
        self.addCleanup(subprocess.run, ["rm", "-r", self.folder], check=True)
        self.capture("before")
        process = self.start_program()
        self.capture("after")
        process.communicate()
        self.capture("later")
        for before, after, severity in (("before", "after", "high"), ("after", "later", "medium")):
            found = json.loads(self.netmon("diff", before, after, "--format", "json").stdout)
            severities = [change["severity"] for change in found["changes"]
                          if change["device"] == "netfilter ip input priority -4711"]
            self.assertEqual(severities, [severity])


if __name__ == "__main__":
    world.main()
