#!/usr/bin/python3
"""Measures netmon beside ss, in one run, on one machine, under one load.

    bench/compare.py [--build build/release] [--sockets 1000 40000] [--runs 7]

Makes a network, pid and mount namespace of its own (root, or a user who may make user namespaces),
holds the load there, and runs the programs in turn: A B A B ... Reports the median of each figure
and the median of the ratios of neighbouring runs, which hold when the machine's speed drifts.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

# Sockets: processes, other open files.
LOADS = {300: (60, 600), 1000: (60, 3000), 10000: (200, 30000), 40000: (500, 90000),
         100000: (1000, 200000)}


class Load:
    """The load, while the `with` lasts."""

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
    """Seconds and peak KiB of one run; its output is thrown away."""
    measured = subprocess.run([build / "bench" / "netmon_measure", *command], check=True,
                              capture_output=True, text=True).stdout.split()
    if measured[0] != "0":
        sys.exit(f"{command[0]} ended with {measured[0]}")
    return float(measured[1]), int(measured[2])


def row(name, runs, reference):
    seconds = statistics.median(s for s, _ in runs)
    peak = max(kib for _, kib in runs) / 1024
    ratio = statistics.median(a / b for (a, _), (b, _) in zip(runs, reference))
    print(f"  {name:<28}{seconds * 1000:>10.1f} ms{peak:>9.1f} MiB{ratio:>9.2f} of ss -tunap")


def sorted_lines(netmon, database, label, path):
    """The CSV of a snapshot, sorted: what `comm` compares."""
    csv = path.with_suffix(".csv")
    subprocess.run([netmon, "show", label, "--db", database, "-o", csv], check=True,
                   stdout=subprocess.DEVNULL)
    return f"tail -n +2 {csv} | cut -d, -f2- | sort > {path}"


def measure(build, sockets, runs):
    netmon = build / "netmon"
    with tempfile.TemporaryDirectory() as folder, Load(build, sockets) as load:
        database = Path(folder) / "netmon.db"
        capture = [netmon, "capture", "--label", "bench", "--db", database]
        diff = [netmon, "diff", "bench~1", "bench", "--db", database]
        for _ in range(2):
            run(build, capture)
        before, after = Path(folder) / "before", Path(folder) / "after"
        script = (sorted_lines(netmon, database, "bench~1", before) + "; " +
                  sorted_lines(netmon, database, "bench", after) +
                  f"; comm -3 {before} {after}")
        comm = ["sh", "-c", script]
        size = database.stat().st_size
        results = {"ss -tunap": [], "netmon capture": [], "netmon diff": [], "sort + comm": []}
        run(build, ["ss", "-tunap"])
        for _ in range(runs):
            results["netmon capture"].append(run(build, capture))
            results["ss -tunap"].append(run(build, ["ss", "-tunap"]))
            results["netmon diff"].append(run(build, diff))
            results["sort + comm"].append(run(build, comm))
        growth = (database.stat().st_size - size) / runs / load.sockets
    print(f"{load.sockets} sockets, {runs} runs, {growth:.0f} bytes of database a socket")
    for name, measured in results.items():
        row(name, measured, results["ss -tunap"])
    ratio = statistics.median(a / b for (a, _), (b, _) in
                              zip(results["netmon diff"], results["sort + comm"]))
    print(f"  netmon diff is {ratio:.2f} of sort + comm on the snapshots' CSV files")


def in_own_namespaces():
    """Runs this script again where nothing but the load is counted."""
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
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.inside:
        in_own_namespaces()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for sockets in arguments.sockets:
        measure(arguments.build.resolve(), sockets, arguments.runs)


if __name__ == "__main__":
    main()
