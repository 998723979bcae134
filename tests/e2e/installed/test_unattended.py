"""The units of systemd. The confinement that they ask for is put on by hand here, as far as the
system calls for it exist without a service manager, and held against what netmon does."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import scenario
import world

HOOK = world.SOURCES / "examples" / "systemd"
CALL = re.compile(r"^(?:\[pid +\d+\] )?(?:\d+ +)?(\w+)\(", re.MULTILINE)


def settings(unit):
    """{key: values} of a unit's [Service]."""
    found = {}
    for line in unit.read_text("ascii").partition("[Service]")[2].splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def started(unit):
    """The arguments of ExecStart, with the unit's own environment."""
    given = settings(unit)
    environment = dict(entry.split("=", 1) for line in given["Environment"]
                       for entry in shlex.split(line))
    arguments = []
    for word in given["ExecStart"][0].split():
        if word.startswith("$") and not word.startswith("${"):
            arguments += environment[word[1:]].split()
        else:
            arguments.append(re.sub(r"\$\{(\w+)\}", lambda name: environment[name[1]], word))
    return arguments


class Unattended(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.units = Path(os.environ["BUILD"]) / "documents" / "systemd"

    def verify(self, folder):
        """What systemd has to say of the units in this folder."""
        self.require(shutil.which("systemd-analyze"), "systemd is not installed")
        self.require_real_root()
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/local/bin"], check=True)
        shutil.copy(self.command()[0], "/usr/local/bin/netmon")
        units = sorted(path for path in folder.iterdir() if path.is_file())
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
                              capture_output=True, text=True, timeout=scenario.SECONDS, check=False,
                              env=self.environment(SYSTEMD_UNIT_PATH=f"{folder}:"))
        return [line for line in (done.stdout + done.stderr).splitlines() if "netmon" in line]

    def test_systemd_understands_the_units_and_the_hook(self):
        folder = world.ROOT / "units"
        shutil.copytree(self.units, folder)
        shutil.copy(HOOK / "netmon-failed@.service", folder)
        drop_in = folder / "netmon-check.service.d"
        drop_in.mkdir()
        shutil.copy(HOOK / "on-failure.conf", drop_in)
        self.assertEqual(self.verify(folder), [])

    def test_systemd_would_say_so_of_a_unit_that_it_does_not_understand(self):
        folder = world.ROOT / "units"
        shutil.copytree(self.units, folder)
        unit = folder / "netmon-check.service"
        unit.write_text(unit.read_text("ascii").replace("NoNewPrivileges=yes", "NoNewPrivilege=yes"),
                        "ascii")
        self.assertIn("Unknown key 'NoNewPrivilege'", "".join(self.verify(folder)))

    def test_the_confinement_is_one_that_systemd_calls_good(self):
        self.require(shutil.which("systemd-analyze"), "systemd is not installed")
        for name in ("netmon-capture.service", "netmon-check.service"):
            done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=50",
                                   self.units / name], capture_output=True, text=True, check=False,
                                  timeout=scenario.SECONDS)
            self.assertEqual(done.returncode, 0, done.stdout[-400:] + done.stderr)

    def confined(self, name, *prefix):
        """Runs what the unit runs, with its capabilities, without new privileges, and with nothing
        to write to but its state folder."""
        unit = self.units / name
        kept = settings(unit)["CapabilityBoundingSet"][0].lower().replace("cap_", "+").split()
        nest = ("mount -o remount,bind,ro / && mount -o remount,bind,ro /run && "
                'exec setpriv --no-new-privs --inh-caps=-all --bounding-set="$0" "$@"')
        environment = self.environment()
        del environment["NETMON_DB"]
        command = [*prefix, os.environ["NETMON"], *started(unit)[1:]]
        done = subprocess.run(["unshare", "--mount", "sh", "-c", nest, ",".join(["-all", *kept]),
                               *command], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=scenario.SECONDS, check=False)
        return scenario.Result(done.returncode, done.stdout, done.stderr)

    def root_database(self):
        self.require_real_root()
        self.require(os.geteuid() == 0, "needs root")
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/var/lib"], check=True)
        self.database = Path("/var/lib/netmon/netmon.db")

    def test_a_confined_check_sees_what_an_unconfined_capture_saw(self):
        self.root_database()
        self.link_outside()
        self.start("nginx", "listen 0.0.0.0:80", "bind udp 127.0.0.1:53", "raw 1")
        self.start("shop", "listen 127.0.0.1:8080", prefix=["setpriv", "--reuid=65534",
                                                            "--regid=65534", "--clear-groups"])
        self.start("pod", "listen 0.0.0.0:9090", prefix=["unshare", "--net"])
        self.capture("baseline")
        quiet = self.confined("netmon-check.service")
        self.assertEqual((quiet.code, quiet.out, quiet.err), (0, "", ""))
        self.start("intruder", "listen 0.0.0.0:31337")
        loud = self.confined("netmon-check.service")
        self.assertEqual(loud.code, 1)
        self.assertIn("⚠ new listener: tcp 0.0.0.0:31337 intruder", loud.err)

    def test_a_confined_capture_is_stored_and_misses_nothing(self):
        self.root_database()
        self.start("nginx", "listen 0.0.0.0:80")
        self.capture("by-hand")
        stored = self.confined("netmon-capture.service")
        self.assertEqual((stored.code, stored.err), (0, ""), stored)
        self.assertEqual(self.show("daily").gap_codes(), self.show("by-hand").gap_codes())
        self.assertEqual(self.show("daily").info["owner_method"],
                         self.show("by-hand").info["owner_method"])
        self.assert_unchanged("by-hand", "daily")

    def test_without_a_baseline_the_check_fails_as_an_error(self):
        self.root_database()
        self.capture("other")
        self.assertEqual(self.confined("netmon-check.service").code, 2)

    def allowed_calls(self, unit):
        """The system calls of SystemCallFilter, its sets taken apart by systemd."""
        def expand(names):
            for name in names:
                if not name.startswith("@"):
                    yield name
                    continue
                listed = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True,
                                        capture_output=True, text=True).stdout.splitlines()[1:]
                yield from expand(line.strip() for line in listed
                                  if line.strip() and not line.strip().startswith("#"))
        return set(expand(settings(unit)["SystemCallFilter"][0].split()))

    def test_what_netmon_calls_is_what_the_units_allow(self):
        self.require(shutil.which("systemd-analyze"), "systemd is not installed")
        self.require(shutil.which("strace"), "strace is not installed")
        self.root_database()
        self.start("nginx", "listen 0.0.0.0:80")
        self.capture("baseline")
        trace = Path("/var/lib/trace")
        for name in ("netmon-capture.service", "netmon-check.service"):
            done = self.confined(name, "strace", "-f", "-qq", "-o", str(trace))
            self.assertEqual(done.code, 0, done.err)
            text = trace.read_text("utf-8", "replace")
            made = set(CALL.findall(text))
            self.assertGreater(len(made), 40)
            self.assertEqual(made - self.allowed_calls(self.units / name), set())
            self.assertNotRegex(text, r"PROT_WRITE\|PROT_EXEC")
            families = set(re.findall(r"\bsocket\((AF_\w+)", text))
            self.assertEqual(families - set(
                settings(self.units / name)["RestrictAddressFamilies"][0].split()), set())


if __name__ == "__main__":
    world.main()
