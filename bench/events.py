#!/usr/bin/env python3
"""Measures what recording events costs programs that use the network, by short connections.

  bench/events.py [--netmon FILE] [--pairs N] [--seconds S] [--rate N] [--idle S]

A client and a server, each a process, run in a network and pid namespace of their own. They make
short TCP connections, first as many as they can and then at a fixed rate. Each pair of rounds is one
without and one with `netmon capture --for`, in alternating order. The script prints the medians of
the pairs' ratios, and netmon's own processor time. It needs root.
"""

import argparse
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = ("127.0.0.1", 8080)


def serve():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(ADDRESS)
    listener.listen(4096)
    while True:
        listener.accept()[0].close()


def connect_once():
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # no TIME_WAIT
    client.connect(ADDRESS)
    client.close()


def flood(seconds):
    """Makes as many connections as possible and returns their number per second."""
    made = 0
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        for _ in range(100):
            connect_once()
        made += 100
    return made / (time.monotonic() - start)


def keep_to(rate, seconds):
    """Makes connections at a rate. Returns their median latency in seconds, and the rate that was
    reached."""
    taken = []
    start = time.monotonic()
    while (now := time.monotonic()) - start < seconds:
        due = start + len(taken) / rate
        if due > now:
            time.sleep(due - now)
        began = time.monotonic()
        connect_once()
        taken.append(time.monotonic() - began)
    return statistics.median(taken), len(taken) / (time.monotonic() - start)


class Capture:
    def __init__(self, netmon, database):
        self.command = [netmon, "capture", "--label", "bench", "--for", "1h", "--every", "1h",
                        "--events", "on", "--db", database]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        time.sleep(0.5)  # by then the capture has attached its programs
        return self

    def __exit__(self, *_):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        if self.process.wait() != 128 + signal.SIGINT:
            sys.exit("the capture failed")
        self.ending = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.processor = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def measure(options):
    netmon = str(options.netmon)
    floods, rates, latencies, processor, endings = [], [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        database = folder + "/netmon.db"
        for pair in range(options.pairs):
            figures = {}
            for watched in ((False, True) if pair % 2 else (True, False)):
                if watched:
                    with Capture(netmon, database) as capture:
                        figures[watched] = (flood(options.seconds),
                                            keep_to(options.rate, options.seconds))
                    processor.append(capture.processor)
                    endings.append(capture.ending)
                else:
                    figures[watched] = (flood(options.seconds),
                                        keep_to(options.rate, options.seconds))
            floods.append(figures[True][0] / figures[False][0])
            rates.append(figures[True][1][1] / figures[False][1][1])
            latencies.append(figures[True][1][0] / figures[False][1][0])
            print(f"pair {pair + 1}: {figures[False][0]:.0f}/s without, {figures[True][0]:.0f}/s "
                  f"with; at {figures[False][1][1]:.0f}/s {figures[False][1][0] * 1e6:.0f} µs "
                  f"without, {figures[True][1][0] * 1e6:.0f} µs with", flush=True)
    print(f"at {options.rate}/s, with / without, medians: throughput {statistics.median(rates):.3f}, "
          f"latency {statistics.median(latencies):.3f}")
    print(f"as many as can be, with / without, median: throughput {statistics.median(floods):.3f}")
    print(f"netmon's processor time a window:  {statistics.median(processor):.3f} s, of which "
          f"a window without events has its first sample and the store")
    print(f"from Ctrl-C to its end:            {statistics.median(endings):.3f} s")


def seconds_of(command):
    """Runs a command that must succeed. Returns its wall clock time and its processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def measure_edges(options):
    """Measures what events add to a window in which nothing happens: the time to attach and detach,
    and that of waiting."""
    with tempfile.TemporaryDirectory() as folder:
        def window(events, length):
            return seconds_of([options.netmon, "capture", "--label", "bench", "--for", length,
                               "--every", length, "--events", events, "--db",
                               folder + "/netmon.db"])
        window("on", "50ms")
        pairs = [(window("on", "50ms"), window("off", "50ms")) for _ in range(options.pairs)]
        for index, name in enumerate(("wall clock", "processor time")):
            added = statistics.median(on[index] - off[index] for on, off in pairs)
            print(f"attaching, canaries and detaching, {name}: {added * 1000:.0f} ms")
        on, off = window("on", f"{options.idle}s"), window("off", f"{options.idle}s")
        print(f"a window of {options.idle} s in which nothing happens: {on[1] * 1000:.0f} ms of a "
              f"processor with events, {off[1] * 1000:.0f} ms without")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--netmon", type=Path, default=ROOT / "build/release/netmon")
    parser.add_argument("--pairs", type=int, default=11)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rate", type=int, default=10000, help="a second")
    parser.add_argument("--idle", type=int, default=60, help="seconds of the idle window")
    options = parser.parse_args()
    if os.environ.get("NETMON_BENCH_INSIDE") != "1":
        command = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc",
                   "--kill-child", sys.executable, *sys.argv]
        sys.exit(subprocess.run(command, check=False,
                                env={**os.environ, "NETMON_BENCH_INSIDE": "1"}).returncode)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    server = os.fork()
    if server == 0:
        serve()
    try:
        time.sleep(0.2)
        measure(options)
        measure_edges(options)
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


if __name__ == "__main__":
    main()
