#!/usr/bin/python3
"""Measures how netmon's time and memory grow with sockets, namespaces, processes and snapshots.

    bench/growth.py [--build build/release] [--runs 5] [--svg FILE] [--quick]

The script runs in namespaces of its own, as bench/compare.py does, with a new network namespace for
each number. Along each axis, everything else stays the same. It prints a table in Markdown: the
median time of a capture (or of a diff), that time divided by the number, and the highest peak of
memory. --svg writes a picture of the same; --quick leaves out the largest number of each axis.
"""

import argparse
import ctypes
import math
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import compare

SOCKETS = (300, 1_000, 10_000, 40_000, 100_000)
GENERATED = (10_000, 100_000, 1_000_000)
NAMESPACES = (1, 10, 100, 1_000)
PROCESSES = (10, 100, 1_000, 10_000)
SNAPSHOTS = (10, 100, 1_000, 10_000)
CLONE_NEWNET = 0x40000000
COLOURS = {"sockets": "#1b6ca8", "sockets, diff": "#2a9d55", "namespaces": "#b8561b",
           "processes": "#7a3fa0", "snapshots": "#666666"}


def new_network():
    """Moves to a new network namespace, away from what earlier loads left in TIME_WAIT."""
    if ctypes.CDLL(None).unshare(CLONE_NEWNET) != 0:
        sys.exit("a network namespace could not be made")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


class Namespaces:
    """Holds a number of network namespaces besides this one, each with a process and its listener."""

    def __init__(self, count):
        self.count = count

    def __enter__(self):
        heard, ready = os.pipe()
        self.children = []
        for _ in range(self.count):
            child = os.fork()
            if child == 0:
                if ctypes.CDLL(None).unshare(CLONE_NEWNET) != 0:
                    os._exit(1)
                listener = socket.socket()
                listener.bind(("0.0.0.0", 8080))
                listener.listen()
                os.write(ready, b".")
                signal.pause()
            self.children.append(child)
        for _ in range(self.count):
            if not os.read(heard, 1):
                sys.exit("a namespace could not be made")
        return self

    def __exit__(self, *_):
        for child in self.children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


class Processes(compare.Load):
    """Holds 1,000 sockets (or one for each process, if that is more) and 3,000 files in a number of
    processes."""

    def __init__(self, build, processes):
        super().__init__(build, 1_000)
        self.command = [build / "bench" / "netmon_load", "--sockets", str(max(1_000, processes)),
                        "--processes", str(processes), "--files", "3000"]


class Growth:
    def __init__(self, build, runs):
        self.build, self.runs = build, runs
        self.netmon = build / "netmon"
        self.rows = []  # (axis, number, seconds, MiB)

    def time(self, axis, number, command):
        compare.run(self.build, command)
        measured = [compare.run(self.build, command) for _ in range(self.runs)]
        seconds = statistics.median(seconds for seconds, _ in measured)
        peak = max(kib for _, kib in measured) / 1024
        self.rows.append((axis, number, seconds, peak))
        print(f"| {axis} | {number:,} | {seconds * 1000:.1f} ms | {seconds / number * 1e6:.1f} µs |"
              f" {peak:.1f} MiB |", flush=True)

    def capture(self, folder):
        return [self.netmon, "capture", "--label", "growth", "--db", Path(folder) / "netmon.db"]

    def along_sockets(self, numbers):
        for number in numbers:
            new_network()
            with tempfile.TemporaryDirectory() as folder, compare.Load(self.build, number) as load:
                self.time("sockets", load.sockets, self.capture(folder))

    def along_generated(self, numbers):
        for number in numbers:
            new_network()
            with tempfile.TemporaryDirectory() as folder:
                database = Path(folder) / "netmon.db"
                self.generate(database, number, 2)
                self.time("sockets, diff", number,
                          [self.netmon, "diff", "big~1", "big", "--db", database,
                           "--fail-on", "never"])

    def generate(self, database, sockets, snapshots):
        subprocess.run([self.build / "bench" / "netmon_snapshots", "--db", database, "--label",
                        "big", "--sockets", str(sockets), "--snapshots", str(snapshots),
                        "--processes", str(max(1, sockets // 200)),
                        "--peers", str(max(1, min(sockets // 50, 65536)))],
                       check=True, stdout=subprocess.DEVNULL)

    def along_namespaces(self, numbers):
        for number in numbers:
            new_network()
            with tempfile.TemporaryDirectory() as folder, Namespaces(number):
                self.time("namespaces", number, self.capture(folder))

    def along_processes(self, numbers):
        for number in numbers:
            new_network()
            with tempfile.TemporaryDirectory() as folder, Processes(self.build, number):
                self.time("processes", number, self.capture(folder))

    def along_snapshots(self, numbers):
        for number in numbers:
            new_network()
            with tempfile.TemporaryDirectory() as folder, compare.Load(self.build, 300):
                self.generate(Path(folder) / "netmon.db", 300, number)
                self.time("snapshots", number, self.capture(folder))


def picture(rows):
    """Draws the rows with both axes in powers of ten: a line that rises by one step for each step to
    the right grows in proportion."""
    left, top, step_x, step_y, first_ms = 70, 20, 90, 70, 1
    width, height = left + 6 * step_x + 150, top + 4 * step_y + 50

    def point_at(number, seconds):
        x = left + math.log10(number) * step_x
        y = top + (4 - math.log10(max(seconds * 1000 / first_ms, 1))) * step_y
        return f"{x:.0f},{y:.0f}"

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             'font-family="sans-serif" font-size="12" role="img">',
             "<title>Time by number of sockets, namespaces, processes and snapshots</title>",
             f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for power in range(7):
        x = left + power * step_x
        lines.append(f'<path d="M{x} {top}V{top + 4 * step_y}" stroke="#ddd"/>'
                     f'<text x="{x}" y="{top + 4 * step_y + 18}" text-anchor="middle">'
                     f'{10 ** power:,}</text>')
    for power, name in enumerate(("1 ms", "10 ms", "100 ms", "1 s", "10 s")):
        y = top + (4 - power) * step_y
        lines.append(f'<path d="M{left} {y}H{left + 6 * step_x}" stroke="#ddd"/>'
                     f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{name}</text>')
    for axis, colour in COLOURS.items():
        points = [point_at(number, seconds) for name, number, seconds, _ in rows if name == axis]
        if not points:
            continue
        lines.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" '
                     'stroke-width="2"/>')
        x, y = points[-1].split(",")
        lines.append(f'<text x="{int(x) + 6}" y="{int(y) + 4}" fill="{colour}">{axis}</text>')
    return "\n".join([*lines, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--svg", type=Path, help="a picture of the table")
    parser.add_argument("--quick", action="store_true", help="without the largest of each axis")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.inside:
        compare.in_own_namespaces()
    growth = Growth(arguments.build.resolve(), arguments.runs)
    print("| along | number | time | for each | peak |\n|---|---|---|---|---|")
    for measure, numbers in ((growth.along_sockets, SOCKETS), (growth.along_generated, GENERATED),
                             (growth.along_namespaces, NAMESPACES),
                             (growth.along_processes, PROCESSES),
                             (growth.along_snapshots, SNAPSHOTS)):
        measure(numbers[:-1] if arguments.quick else numbers)
    if arguments.svg:
        arguments.svg.write_text(picture(growth.rows), encoding="utf-8")


if __name__ == "__main__":
    main()
