"""The static netmon, which needs no library of the host."""

import os
import shutil
import subprocess
from pathlib import Path

import scenario
import world


class Static(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.static = os.environ.get("NETMON_STATIC", "")
        self.require(os.access(self.static, os.X_OK), "netmon_static is not built")

    def command(self, *arguments):
        return [self.static, *map(str, arguments)]

    def test_it_asks_for_no_loader_and_no_library(self):
        shown = subprocess.run(["readelf", "--program-headers", "--dynamic", self.static],
                               capture_output=True, text=True, check=True).stdout
        self.assertIn("LOAD", shown)
        self.assertNotIn("INTERP", shown)
        self.assertNotIn("NEEDED", shown)

    def test_it_does_the_main_job_in_an_empty_root(self):
        self.require_real_root()
        root = world.ROOT / "empty"
        for folder in ("proc", "var/lib"):
            (root / folder).mkdir(parents=True)
        shutil.copy(self.static, root / "netmon")
        subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)

        def run(*arguments):
            return subprocess.run([shutil.which("chroot"), root, "/netmon", *arguments],
                                  env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=scenario.SECONDS, check=False)

        self.assertEqual(run("capture", "--label", "pre-change").returncode, 0)
        self.start("intruder", "listen 0.0.0.0:31337")
        after = run("capture", "--label", "post-change")
        self.assertEqual(after.returncode, 0, after.stderr)
        found = run("diff", "pre-change", "post-change")
        self.assertEqual(found.returncode, 1, found.stderr)
        self.assertIn("⚠ new listener: tcp 0.0.0.0:31337 intruder", found.stderr)
        self.assertEqual(run("verify").returncode, 0)

    def test_the_tarball_is_all_that_a_host_needs(self):
        self.require_real_root()
        self.require(shutil.which("scdoc"), "scdoc is not installed")
        build = Path(os.environ["BUILD"])
        done = subprocess.run(["cmake", "--build", build, "--target", "static_tarball"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=scenario.SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        packed, = build.glob("netmon-*-static.tar.gz")
        subprocess.run(["tar", "--extract", "--file", packed, "--strip-components=1",
                        "--directory", world.ROOT], check=True)
        for name in ("share/man/man1/netmon.1.gz", "share/doc/netmon/copyright",
                     "share/doc/netmon/docs/TUTORIAL.md"):
            self.assertTrue((world.ROOT / name).exists(), name)
        self.static = str(world.ROOT / "bin" / "netmon")
        self.test_it_asks_for_no_loader_and_no_library()
        self.test_it_does_the_main_job_in_an_empty_root()

    def test_a_user_of_a_directory_is_a_number_and_a_gap(self):
        self.require_real_root()
        switch = world.ROOT / "nsswitch.conf"
        switch.write_text("passwd: files netmontest\n", "ascii")
        subprocess.run(["mount", "--bind", switch, "/etc/nsswitch.conf"], check=True)
        self.start("web", "listen 0.0.0.0:8080",
                   prefix=["setpriv", "--reuid=4001", "--regid=4001", "--clear-groups"])
        result = self.capture("numbered")
        shown = self.show("numbered")
        self.assertEqual([owner.details["user"] for row in shown.rows for owner in row.owners],
                         ["4001"])
        self.assertIn("users-not-named", shown.gap_codes())
        self.assertIn("a statically linked netmon", result.err)

    def test_it_sees_what_the_other_one_sees(self):
        self.start("nginx", "listen 0.0.0.0:80", "bind udp 127.0.0.1:53")
        self.capture("static")
        done = subprocess.run([os.environ["NETMON"], "diff", "static", "@now"],
                              env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=scenario.SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    world.main()
