#!/usr/bin/python3
"""Compares netmon with its peers, in one run, on one machine, under one load.

    bench/compare.py [--build build/release] [--sockets 1000 40000] [--runs 7] [--owners bpf proc]
    bench/compare.py --diff-sockets 1000000

The peers are `ss -tunap`, `netstat -tunap`, `lsof -nP -i`, and a psutil script that does what netmon
does. A peer that is not installed is named and left out.

The script makes a network, pid and mount namespace of its own (as root, or as a user who may make
user namespaces), holds the load there, and runs the programs in turn: A B A B ... It reports the
median of each figure, and the median of the ratios of neighbouring runs, which stay valid when the
machine's speed drifts.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON = "/usr/bin/python3"  # the one that Debian's python3-psutil is for

# By the number of sockets: the number of processes, and of other open files.
LOADS = {300: (60, 600), 1000: (60, 3000), 10000: (200, 30000), 40000: (500, 90000),
         100000: (1000, 200000)}


class Load:
    """Holds the load for the duration of a `with` statement."""

    def __init__(self, build, sockets):
        processes, files = LOADS.get(sockets, (max(1, sockets // 80), sockets * 2))
        self.command = [build / "bench" / "netmon_load", "--sockets", str(sockets),
                        "--processes", str(processes), "--files", str(files)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        if len(words) != 2 or words[0] != "ready":
            sys.exit("the load could not be set up")
        self.sockets = int(words[1])
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def run(build, command):
    """Returns the seconds and the peak KiB of one run. Its output is discarded."""
    measured = subprocess.run([build / "bench" / "netmon_measure", *command], check=True,
                              capture_output=True, text=True).stdout.split()
    if measured[0] != "0":
        sys.exit(f"{command[0]} ended with {measured[0]}")
    return float(measured[1]), int(measured[2])


def peers(folder):
    """Returns the commands to compare with, by name. All ratios refer to the first one, ss."""
    script = [PYTHON, Path(__file__).resolve().parent / "psutil_csv.py", Path(folder) / "psutil.csv"]
    found = {"ss -tunap": ["ss", "-tunap"], "netstat -tunap": ["netstat", "-tunap"],
             "lsof -nP -i": ["lsof", "-nP", "-i"]}
    for name, command in list(found.items()):
        if not shutil.which(command[0]):
            print(f"not installed, left out: {command[0]}")
            del found[name]
    if subprocess.run([PYTHON, "-c", "import psutil"], capture_output=True).returncode == 0:
        found["psutil, name, CSV"] = script
    else:
        print("not installed, left out: python3-psutil")
    if "ss -tunap" not in found:
        sys.exit("ss is needed: all ratios refer to it")
    return found


def row(name, runs, reference):
    seconds = statistics.median(s for s, _ in runs)
    peak = max(kib for _, kib in runs) / 1024
    ratio = ratio_of(runs, reference)
    print(f"  {name:<28}{seconds * 1000:>10.1f} ms{peak:>9.1f} MiB{ratio:>9.2f} of ss -tunap")


def sort_and_comm(netmon, database, labels, folder):
    """Returns the command that people use without netmon: sorts and compares the CSV files of both
    snapshots."""
    steps = []
    for label in labels:
        csv = Path(folder) / f"{label}.csv"
        subprocess.run([netmon, "show", label, "--db", database, "-o", csv], check=True,
                       stdout=subprocess.DEVNULL)
        steps.append(f"tail -n +2 '{csv}' | cut -d, -f2- | sort > '{csv}.sorted'")
    both = " ".join(f"'{Path(folder) / label}.csv.sorted'" for label in labels)
    return ["sh", "-c", "; ".join([*steps, f"comm -3 {both}"])]


def in_turn(build, commands, runs):
    """Runs the commands in turn, A B C A B C ..., and returns the runs of each by name."""
    results = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            results[name].append(run(build, command))
    return results


def ratio_of(measured, reference):
    return statistics.median(a / b for (a, _), (b, _) in zip(measured, reference))


def measure(build, sockets, runs, owners):
    netmon = build / "netmon"
    with tempfile.TemporaryDirectory() as folder, Load(build, sockets) as load:
        database = Path(folder) / "netmon.db"
        capture = [netmon, "capture", "--label", "bench", "--db", database]
        captures = {f"netmon capture ({method})": [*capture, "--owners", method]
                    for method in owners}
        if not owners:
            captures = {"netmon capture": capture}
        for _ in range(2):
            for command in captures.values():
                run(build, command)
        commands = {**peers(folder), **captures}
        commands["floor: dumps, /proc walk"] = [build / "bench" / "netmon_floor"]
        commands["floor: dumps"] = [build / "bench" / "netmon_floor", "--dumps"]
        commands["netmon diff"] = [netmon, "diff", "bench~1", "bench", "--db", database,
                                   "--fail-on", "never"]
        commands["sort + comm"] = sort_and_comm(netmon, database, ["bench~1", "bench"], folder)
        size = database.stat().st_size
        results = in_turn(build, commands, runs)
        growth = (database.stat().st_size - size) / runs / len(captures) / load.sockets
    print(f"{load.sockets} sockets, {runs} runs, {growth:.0f} bytes of database a socket")
    for name, measured in results.items():
        row(name, measured, results["ss -tunap"])
    for name in captures:
        seconds = statistics.median(s for s, _ in results[name])
        print(f"  {name}: {seconds / load.sockets * 1e6:.2f} us a socket")
    ratio = ratio_of(results["netmon diff"], results["sort + comm"])
    print(f"  netmon diff is {ratio:.2f} of sort + comm on the snapshots' CSV files")


def measure_diff(build, sockets, runs):
    """Measures a diff of two generated snapshots that are too large to be held as sockets."""
    netmon = build / "netmon"
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "netmon.db"
        subprocess.run([build / "bench" / "netmon_snapshots", "--db", database, "--label", "big",
                        "--sockets", str(sockets), "--processes", str(max(1, sockets // 200)),
                        "--peers", str(max(1, min(sockets // 50, 65536)))], check=True)
        commands = {"netmon diff": [netmon, "diff", "big~1", "big", "--db", database,
                                    "--fail-on", "never"],
                    "sort + comm": sort_and_comm(netmon, database, ["big~1", "big"], folder)}
        results = in_turn(build, commands, runs)
    print(f"{sockets} generated sockets, {runs} runs")
    for name, measured in results.items():
        seconds = statistics.median(s for s, _ in measured)
        print(f"  {name:<28}{seconds * 1000:>10.1f} ms{max(k for _, k in measured) / 1024:>9.1f} MiB")
    print(f"  netmon diff is {ratio_of(*results.values()):.2f} of sort + comm")


def in_own_namespaces():
    """Runs this script again in namespaces of its own, where nothing but the load is counted."""
    unshare = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    inside = [sys.executable, *sys.argv, "--inside"]
    os.execvp("unshare", unshare + inside)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--sockets", type=int, nargs="+", default=[1000, 40000])
    parser.add_argument("--owners", nargs="+", default=[], choices=["bpf", "proc"],
                        help="how captures find owners; a row for each")
    parser.add_argument("--diff-sockets", type=int,
                        help="only diff two generated snapshots of so many sockets")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.diff_sockets:
        measure_diff(arguments.build.resolve(), arguments.diff_sockets, arguments.runs)
        return
    if not arguments.inside:
        in_own_namespaces()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for sockets in arguments.sockets:
        measure(arguments.build.resolve(), sockets, arguments.runs, arguments.owners)


if __name__ == "__main__":
    main()
