"""Runs the README's command blocks, word for word and in their order, in a folder of its own.

Only three commands differ from those on a fresh host:
  apt-get          installs nothing: it fails unless every requested package is there
  cmake --build    compiles nothing, because that would take minutes: it provides the program under test,
                   with everything that was built with it. It configures a clean copy of the sources
  sudo             only runs the command, as root already, and keeps the environment: the database is
                   the test's own
Installed files go to a /usr/local that ends with the world.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import scenario
import world
from shape import shape

README = (world.SOURCES / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
TRANSCRIPT = re.search(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[1]

TRY = "sh packaging/try.sh\n"
NOT_RUN = {"sh packaging/test.sh\n": "runs all tests, this one among them"}

APT_GET = """#!/bin/sh
for word; do
  case $word in
    update | install | -*) ;;
    *) dpkg-query -W -f '${Status}\\n' "$word" 2>&1 | grep -q 'ok installed' ||
         { echo "$word is not installed" >&2; exit 100; } ;;
  esac
done
"""

CMAKE = """#!/bin/sh
case "$*" in
  "--build --preset release") rm -r build/release && ln -s "$BUILT" build/release ;;
  --build*) echo "the README builds in another way now: cmake $*" >&2; exit 2 ;;
  --preset*) rm -rf build/release && exec /usr/bin/cmake "$@" ;;
  *) exec /usr/bin/cmake "$@" ;;
esac
"""

SUDO = """#!/bin/sh
exec "$@"
"""

class Readme(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require_real_root()
        self.require(shutil.which("dpkg-query") and shutil.which("cmake"), "needs Debian's cmake")
        self.tools = world.ROOT / "tools"
        self.tools.mkdir()
        for name, text in (("apt-get", APT_GET), ("cmake", CMAKE), ("sudo", SUDO)):
            (self.tools / name).write_text(text, "ascii")
            (self.tools / name).chmod(0o755)
        self.clone = world.ROOT / "netmon"
        shutil.copytree(world.SOURCES, self.clone, symlinks=True,
                        ignore=shutil.ignore_patterns(".git", "build*", ".cache", "__pycache__"))
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/local"], check=True)

    def run_block(self, block):
        environment = self.environment(
            BUILT=str(Path(os.environ["NETMON"]).parent),
            PATH=f"{self.tools}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
        return subprocess.run(["sh", "-e", "-c", block], cwd=self.clone, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=240, check=False)

    def change(self):
        self.link_outside()
        self.outside(f"listen {scenario.PEER}:5432")
        self.start("backup", f"connect tcp {scenario.PEER}:5432")

    def test_every_command_block_does_what_it_says(self):
        seen = []
        for block in BLOCKS:
            if block in NOT_RUN:
                continue
            done = self.run_block(block)
            reviewed = "netmon diff" in block
            self.assertEqual(done.returncode, 1 if reviewed else 0, f"{block}\n{done.stdout}")
            if block == TRY:
                printed = done.stdout[done.stdout.index("$ netmon capture"):]
                self.assertEqual(shape(printed), shape(TRANSCRIPT))
            if "--label pre-change" in block:
                self.change()
            if reviewed:
                self.assertRegex(done.stdout,
                                 rf"outbound-added +tcp +→ {scenario.PEER}:5432 +backup")
            seen.append(block)
        # All three steps were run: try it, install it, review a change.
        self.assertIn(TRY, seen)
        self.assertTrue(Path("/usr/local/bin/netmon").exists())
        self.assertTrue(any("netmon diff" in block for block in seen))


if __name__ == "__main__":
    world.main()
