"""Shared by the tests of what can reach a port. Each rule, address and setting is made in the test's
own network namespace."""

import os
import shutil
import subprocess
from pathlib import Path

import scenario


def nft(text):
    assert "NETMON_E2E_CHANNEL" in os.environ, "not in a world of the test's own"
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)


def sysctl(name, value):
    Path("/proc/sys", *name.split("/")).write_text(str(value), "ascii")


class ReachScenario(scenario.Scenario):
    def require_nft(self):
        self.require(shutil.which("nft"), "nft is not installed")
        probe = subprocess.run(["nft", "list", "ruleset"], capture_output=True, check=False)
        self.require(probe.returncode == 0, "this kernel has no nf_tables")

    def changed(self, change):
        """Captures before and after calling `change`; returns the comparison."""
        self.capture("before")
        change()
        self.capture("after")
        return self.diff("before", "after")

    def kinds_after(self, change):
        found = self.changed(change)
        return found.kinds(), found.notices()
