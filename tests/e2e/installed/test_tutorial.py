"""Runs the commands of docs/TUTORIAL.md, in their order, on a minimal Debian."""

import re
import shutil
import subprocess

import debian_root
import packages
import scenario
import world

COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# Scripts that replace the package archive and the service manager.
TOOLS = {
    "sudo": 'exec "$@"\n',
    "apt": '[ "$1" = install ] && shift && exec dpkg --install "$@"\n',
    "systemctl": """case $1 in
  enable) shift 2; for unit; do test -e "/usr/lib/systemd/system/$unit" || exit 1; done ;;
  daemon-reload) test -e /etc/systemd/system/netmon-check.service.d/on-failure.conf ;;
  *) exit 1 ;;
esac
""",
    # Ten minutes are one second here.
    "netmon": """for word; do
  shift
  [ "$word" = 10m ] && word=1s
  set -- "$@" "$word"
done
exec /usr/bin/netmon "$@"
""",
}
# A person is slower than a web server; the script that runs the commands is not.
WAIT = "until (exec 3<>/dev/tcp/127.0.0.1/8000) 2>/dev/null; do sleep 0.05; done\n"


class Tutorial(scenario.Scenario):
    def prepare(self):
        """Makes a Debian with the package in the folder where packaging/package.sh leaves it."""
        package = packages.deb(self)
        root = world.ROOT / "debian"
        root.mkdir()
        debian_root.make(root, [*packages.dependencies(package), "python3"])
        folder = root / "root" / "build" / "release" / "packages"
        folder.mkdir(parents=True)
        shutil.copy(package, folder)
        for name, text in TOOLS.items():
            tool = root / "usr" / "local" / "bin" / name
            tool.parent.mkdir(parents=True, exist_ok=True)
            tool.write_text("#!/bin/sh\n" + text, "ascii")
            tool.chmod(0o755)
        return root

    def run_in(self, root, script):
        return subprocess.run(
            [shutil.which("chroot"), root, "bash", "-c", "cd && " + script], stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                 "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, timeout=scenario.SECONDS, check=False)

    def test_the_commands_of_the_first_hour_do_what_it_says(self):
        self.require_real_root()
        root = self.prepare()
        text = (world.SOURCES / "docs" / "TUTORIAL.md").read_text("utf-8")
        blocks = COMMANDS.findall(text)
        # This takes minutes, and packaging/test.sh runs it in addition to the tests.
        self.assertEqual(blocks.pop(0), "sh packaging/package.sh\n")
        script, codes = "set -o pipefail\n", []
        for line in "".join(blocks).splitlines():
            codes.append(1 if line == "sudo netmon diff pre-change post-change" or
                         line.endswith("> CHG-1042.toml") else 0)
            script += line + "\n"
            script += WAIT if line.endswith("&") else ""
            script += f'code=$?; [ $code = {codes[-1]} ] || {{ echo "ended with $code: {len(codes)}"; exit 99; }}\n'
        done = self.run_in(root, script + "kill %1\n")
        self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout}\n{done.stderr}")
        self.assertGreater(len(codes), 20)
        self.assertIn("⚠ new listener: tcp 127.0.0.1:8000 python3", done.stderr)
        page = (root / "root" / "review.html").read_text("utf-8")
        self.assertIn("the new web server", page)
        self.assertNotEqual((root / "root" / "changes.csv").stat().st_size, 0)


if __name__ == "__main__":
    world.main()
