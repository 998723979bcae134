#!/usr/bin/python3
"""Measures what rules of nf_tables add to a capture, by runs with and without them in turn.

    bench/reach.py [--build build/release] [--sockets 1000] [--runs 7]

The script runs in namespaces of its own, as bench/compare.py does. It reports the median time with
each rule set, and the median of its ratios to the run without rules just before it.
"""

import argparse
import statistics
import subprocess
import tempfile
from pathlib import Path

import compare

CHAIN = "chain input { type filter hook input priority 0; policy accept;"


def some_rules(count):
    """Returns a filter of many plain rules, as on a node of a cluster."""
    rules = "\n".join(f"ip saddr 10.{i // 250}.{i % 250}.0/24 tcp dport {1 + i} accept"
                      for i in range(count))
    return f"table inet bench {{ {CHAIN}\n{rules}\n}}\n}}"


def large_set(count):
    elements = ", ".join(f"10.0.{i // 250}.{i % 250}" for i in range(count))
    return (f"table inet bench {{ set banned {{ type ipv4_addr; elements = {{ {elements} }}; }}\n"
            f"{CHAIN}\nip saddr @banned drop\n}}\n}}")


RULE_SETS = {"300 rules": some_rules(300), "5,000 rules": some_rules(5_000),
             "a set of 10,000": large_set(10_000)}


def load(rules):
    subprocess.run(["nft", "-f", "-"], input=f"flush ruleset\n{rules}", text=True, check=True)


def measure(build, sockets, runs):
    with tempfile.TemporaryDirectory() as folder, compare.Load(build, sockets) as held:
        command = [build / "netmon", "capture", "--label", "bench",
                   "--db", Path(folder) / "netmon.db"]
        for _ in range(2):
            compare.run(build, command)
        measured = {name: [] for name in RULE_SETS}
        for _ in range(runs):
            for name, rules in RULE_SETS.items():
                load("")
                without, _ = compare.run(build, command)
                load(rules)
                measured[name].append((without, *compare.run(build, command)))
        print(f"{held.sockets} sockets, {runs} runs")
    for name, taken in measured.items():
        ratio = statistics.median(with_rules / without for without, with_rules, _ in taken)
        without = statistics.median(without for without, _, _ in taken) * 1000
        with_rules = statistics.median(seconds for _, seconds, _ in taken) * 1000
        peak = max(kib for _, _, kib in taken) / 1024
        print(f"  {name:<18}{with_rules:>8.1f} ms, {without:.1f} without, {ratio:.2f} of it,"
              f" {peak:.1f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--sockets", type=int, nargs="+", default=[1000])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.inside:
        compare.in_own_namespaces()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for sockets in arguments.sockets:
        measure(arguments.build.resolve(), sockets, arguments.runs)


if __name__ == "__main__":
    main()
