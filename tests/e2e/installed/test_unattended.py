"""The units of systemd. The tests apply the confinement that the units request, as far as there are
system calls for it without a service manager, and check that netmon works in it."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import exposition
import scenario
import world
from journald import CHANGE_ID, SOCKET, VERDICT_ID, Journald

HOOK = world.SOURCES / "examples" / "systemd"
METRICS = Path("/run/netmon/netmon.prom")
CALL = re.compile(r"^(?:\[pid +\d+\] )?(?:\d+ +)?(\w+)\(", re.MULTILINE)


def settings(unit, section="Service"):
    """{key: values} of one section of a unit."""
    found = {}
    text = unit.read_text("ascii").partition(f"[{section}]\n")[2].partition("\n[")[0]
    for line in text.splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def started(unit):
    """The arguments of ExecStart, with the variables of the unit's own environment replaced."""
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
        """The messages of systemd about the units in this folder."""
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

    def test_both_timers_are_daily_with_a_spread_and_make_up_for_a_day_that_was_missed(self):
        for name in ("netmon-capture", "netmon-check"):
            self.assertEqual(settings(self.units / f"{name}.timer", "Timer"),
                             {"OnCalendar": ["daily"], "RandomizedDelaySec": ["1h"],
                              "Persistent": ["yes"]})
            self.assertEqual(settings(self.units / f"{name}.timer", "Install"),
                             {"WantedBy": ["timers.target"]})
            self.assertEqual(settings(self.units / f"{name}.service")["Type"], ["oneshot"])

    def test_the_confinement_is_one_that_systemd_calls_good(self):
        self.require(shutil.which("systemd-analyze"), "systemd is not installed")
        for name in ("netmon-capture.service", "netmon-check.service"):
            done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=50",
                                   self.units / name], capture_output=True, text=True, check=False,
                                  timeout=scenario.SECONDS)
            self.assertEqual(done.returncode, 0, done.stdout[-400:] + done.stderr)

    def confined(self, name, *prefix):
        """Runs the command of the unit, with its capabilities and its umask, without new privileges,
        and with write access only to the folders that the unit names."""
        unit = self.units / name
        given = settings(unit)
        kept = given["CapabilityBoundingSet"][0].lower().replace("cap_", "+").split()
        folders = [f"/run/{folder}" for folder in given.get("RuntimeDirectory", [])]
        folders += [f"/var/lib/{folder}" for folder in given["StateDirectory"]]
        for folder in folders:
            Path(folder).mkdir(exist_ok=True)
        folders += [path.lstrip("-") for path in given.get("ReadWritePaths", [])
                    if not path.startswith("-") or Path(path[1:]).is_dir()]
        nest = ("".join(f"mount --bind {folder} {folder} && " for folder in folders) +
                "".join(f"mount -o remount,bind,ro {path} && " for path in ("/", "/run", "/var/lib")) +
                f'umask {given["UMask"][0]} && '
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

    def check(self, code):
        """Runs the check; keeps the entries that it sends to the journal."""
        journald = Journald()
        try:
            result = self.confined("netmon-check.service")
        finally:
            self.entries = [dict(entry) for entry in journald.end()]
            SOCKET.unlink()
        self.assertEqual(result.code, code, result.err)
        return result

    def metrics(self, path=METRICS):
        """The verdict in the metrics, as another user such as that of node_exporter reads them."""
        done = subprocess.run(["cat", path], capture_output=True, text=True, check=False,
                              **self.as_user("nobody"))
        self.assertEqual(done.returncode, 0, done.stderr)
        found = exposition.parse(done.stdout)["netmon_diff_verdict"]["samples"]
        return {dict(labels)["verdict"] for labels, value in found.items() if value == 1}

    def test_a_check_tells_the_journal_and_node_exporter_what_it_found(self):
        self.root_database()
        self.start("nginx", "listen 0.0.0.0:80")
        self.capture("baseline")
        self.check(0)
        self.assertEqual([(entry["MESSAGE_ID"], entry["NETMON_VERDICT"]) for entry in self.entries],
                         [(VERDICT_ID, "clean")])
        self.assertEqual(self.metrics(), {"clean"})
        self.start("intruder", "listen 0.0.0.0:31337")
        self.check(1)
        change, verdict = self.entries
        self.assertEqual((change["MESSAGE_ID"], change["NETMON_PORT"], change["NETMON_PROGRAM"]),
                         (CHANGE_ID, "31337", "intruder"))
        self.assertEqual(verdict["NETMON_EXIT_CODE"], "1")
        self.assertEqual(self.metrics(), {"unapproved"})
        self.assertEqual([path.name for path in METRICS.parent.iterdir()], [METRICS.name])
        self.assertEqual({path.stat().st_mode & 0o077 for path in self.database.parent.iterdir()},
                         {0})

    def test_a_check_writes_where_the_package_of_node_exporter_reads(self):
        self.root_database()
        folder = Path("/var/lib/prometheus/node-exporter")
        folder.mkdir(parents=True)
        self.capture("baseline")
        unit = self.units / "netmon-check.service"
        self.units = world.ROOT / "units"
        self.units.mkdir()
        text = unit.read_text("ascii").replace(str(METRICS), str(folder / METRICS.name))
        (self.units / unit.name).write_text(text, "ascii")
        self.check(0)
        self.assertEqual(self.metrics(folder / METRICS.name), {"clean"})

    def test_a_confined_check_sees_what_an_unconfined_capture_saw(self):
        self.root_database()
        self.link_outside()
        self.start("nginx", "listen 0.0.0.0:80", "bind udp 127.0.0.1:53", "raw 1")
        self.start("shop", "listen 127.0.0.1:8080", prefix=["setpriv", "--reuid=65534",
                                                            "--regid=65534", "--clear-groups"])
        self.start("pod", "listen 0.0.0.0:9090", prefix=["unshare", "--net"])
        self.capture("baseline")
        quiet = self.check(0)
        self.assertEqual((quiet.out, quiet.err), ("", ""))
        self.start("intruder", "listen 0.0.0.0:31337")
        loud = self.check(1)
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
        self.assertIn("baseline", self.check(2).err)
        self.assertFalse(METRICS.exists())

    def allowed_calls(self, unit):
        """The system calls of SystemCallFilter; systemd expands the sets."""
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
        trace = self.database.parent / "trace"
        for name in ("netmon-capture.service", "netmon-check.service"):
            journald = Journald()
            done = self.confined(name, "strace", "-f", "-qq", "-o", str(trace))
            journald.end()
            SOCKET.unlink()
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
