"""The examples do what they say."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import world

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Examples(unittest.TestCase):
    def run_example(self, name, *arguments):
        done = subprocess.run([EXAMPLES / name, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=240, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    @world.on_this_machine
    def test_the_change_review_shows_both_warnings_and_the_exit_code(self):
        why = world.no_world()
        if why:
            self.skipTest(why)
        done = self.run_example("change-review.sh")
        for line in (r"⚠ new listener: tcp 0\.0\.0\.0:31337 python3 \(pid \d+, root, .+\)",
                     r"⚠ new outbound peer: tcp 185\.220\.101\.5:4444 python3 \(pid \d+, root\)"):
            self.assertRegex(done.stderr, f"(?m)^{line}$")
        self.assertEqual(done.stderr.count("⚠"), 2)
        self.assertIn("netmon diff ended with 1.", done.stdout)

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
        with tempfile.TemporaryDirectory() as folder:  # no build beside the examples
            examples = shutil.copytree(EXAMPLES, Path(folder) / "examples")
            for name in ("main-job.sh", "change-review.sh"):
                done = subprocess.run([examples / name], env=environment, capture_output=True,
                                      text=True, timeout=60, check=False)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("cmake --preset release", done.stderr)


if __name__ == "__main__":
    world.main()
