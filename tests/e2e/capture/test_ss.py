"""Row by row the same as ss(8), which reads the same kernel in its own way."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import holding
import scenario
import world

# The names that ss uses.
STATES = {"listen": "LISTEN", "established": "ESTAB", "syn-sent": "SYN-SENT",
          "syn-recv": "SYN-RECV", "fin-wait-1": "FIN-WAIT-1", "fin-wait-2": "FIN-WAIT-2",
          "time-wait": "TIME-WAIT", "close": "UNCONN", "close-wait": "CLOSE-WAIT",
          "last-ack": "LAST-ACK", "closing": "CLOSING", "connected": "ESTAB",
          "unconnected": "UNCONN"}
OWNER = re.compile(r'\("((?:[^"\\]|\\.)*)",pid=(\d+),fd=(\d+)\)')


def by_ss(*options):
    """{(protocol, state, local, remote): [the owners of each such socket, sorted]}"""
    out = subprocess.run(["ss", "-H", "-tunap", *options], check=True, capture_output=True,
                         text=True, timeout=scenario.SECONDS).stdout
    found = {}
    for line in out.splitlines():
        protocol, state, _, _, local, remote, *rest = line.split(maxsplit=6)
        lowest = {}
        for name, pid, fd in OWNER.findall(rest[0] if rest else ""):
            key = (name, int(pid))
            lowest[key] = min(int(fd), lowest.get(key, int(fd)))
        owners = sorted((*key, fd) for key, fd in lowest.items())
        found.setdefault((protocol, state, local, remote), []).append(owners)
    return {key: sorted(all_owners) for key, all_owners in found.items()}


def as_ss_writes(row):
    """The key of by_ss() for a row of netmon."""
    local, remote = row.raw["local"], row.raw["remote"]
    v6 = ":" in local["address"]
    any_of_both = local["address"] == "::" and row.raw["v6only"] is False
    device = row.raw["device"]
    host = "*" if any_of_both else f"[{local['address']}]" if v6 else local["address"]
    if device and "%" not in host:
        host = f"{host}%{device}"
    if remote:
        other = scenario.endpoint_text(remote)
    else:
        other = "*:*" if any_of_both else "[::]:*" if v6 else "0.0.0.0:*"
    return row.protocol, STATES[row.state], f"{host}:{local['port']}", other


def by_netmon(rows):
    found = {}
    for row in rows:
        owners = sorted((owner.name, owner.pid, owner.fd) for owner in row.owners)
        found.setdefault(as_ss_writes(row), []).append(owners)
    return {key: sorted(all_owners) for key, all_owners in found.items()}


def comparable(rows):
    """The rows that ss -tu shows too: on Debian 12, no TCP sockets that are bound without listening."""
    return [row for row in rows if row.protocol in ("tcp", "udp") and row.state != "bound"]


class BesideSs(scenario.Scenario):
    def services(self, prefix=()):
        """A few dozen sockets of every kind that ss -tu shows."""
        for number in range(12):
            port = 1000 + number
            self.start(f"service{number}", f"listen 127.0.0.1:{port}", f"listen [::]:{port + 100}",
                       f"bind udp 0.0.0.0:{port}", f"bind udp [::1]:{port}", prefix=prefix)
        self.start("nginx", *["listen 0.0.0.0:80 reuseport"] * 3, "listen [::]:80 v6only=1",
                   "fork 3", prefix=prefix)
        self.start("bound", "listen 0.0.0.0:81 device=lo", "bind udp 0.0.0.0:81 device=lo",
                   prefix=prefix)
        server = self.start("server", "listen 127.0.0.1:5432", "listen [::]:5433", prefix=prefix)
        for where, listener in (("127.0.0.1:5432", 3), ("[::1]:5433", 4), ("127.0.0.1:5433", 4)):
            self.session(server, listener, self.start("client", prefix=prefix), where)
        self.start("resolver", "connect udp 127.0.0.1:53", "connect udp [::1]:53",
                   "bind udp 0.0.0.0:0", "bind udp [::]:0", prefix=prefix)
        closer = self.start("closer", prefix=prefix)
        _, made = self.session(server, 3, closer, "127.0.0.1:5432")
        closer.say(f"close {made['fd']}")  # FIN_WAIT2 here, CLOSE_WAIT there
        accepted, made = self.session(server, 3, closer, "127.0.0.1:5432")
        self.leave_time_wait(5432, server, accepted, closer, made["fd"])
        self.start("late", "connect tcp 127.0.0.1:5432", prefix=prefix)  # never accepted

    def settled(self, *options):
        """The rows of ss, when no socket is about to change its state."""
        on_the_way = {"SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "LAST-ACK", "CLOSING"}
        self.await_true("the states to settle",
                        lambda: not on_the_way & {key[1] for key in by_ss(*options)})
        return by_ss(*options)

    def setUp(self):
        super().setUp()
        self.require(installed("ss"), "ss is not installed")

    def test_every_row_and_every_owner_is_that_of_ss(self):
        self.services()
        expected = self.settled()
        self.capture("one")
        self.assertEqual(by_netmon(comparable(self.show("one").rows)), expected)
        self.assertGreater(sum(map(len, expected.values())), 60)

    def test_every_row_of_a_named_namespace_is_that_of_ss(self):
        holding.ip("netns", "add", "blue")
        prefix = holding.in_namespace("blue")
        self.start("init", "up lo", prefix=prefix)
        self.services(prefix)
        expected = self.settled("-N", "blue")
        self.capture("one")
        rows = self.show("one").rows
        self.assertEqual({row.scope for row in rows}, {"netns:blue"})
        self.assertEqual(by_netmon(comparable(rows)), expected)
        self.assertGreater(sum(map(len, expected.values())), 60)


class ThisMachine(unittest.TestCase):
    def netmon(self, *arguments):
        return subprocess.run([os.environ["NETMON"], *arguments], check=True, capture_output=True,
                              text=True, timeout=scenario.SECONDS).stdout

    def compare(self, database):
        """(what ss saw both before and after the capture, what netmon says about those sockets)"""
        before = by_ss()
        self.netmon("capture", "--label", "one", "--netns", "current", "--db", database)
        after = by_ss()
        shown = self.netmon("show", "one", "--format", "json", "--db", database)
        found = by_netmon(comparable(scenario.Snapshot(shown).rows))
        stable = {key: owners for key, owners in before.items() if after.get(key) == owners}
        return stable, {key: found.get(key) for key in stable}

    @world.on_this_machine
    def test_no_socket_of_this_machine_is_missed_or_given_to_another(self):
        if os.geteuid() != 0 or not installed("ss"):
            self.skipTest("needs root and ss")
        with tempfile.TemporaryDirectory(prefix="netmon-e2e-") as folder:
            for _ in range(3):  # a process that forks holds its parent's sockets for a moment
                expected, found = self.compare(str(Path(folder) / "netmon.db"))
                if found == expected:
                    break
            self.assertEqual(found, expected)


def installed(tool):
    return shutil.which(tool) is not None


if __name__ == "__main__":
    world.main()
