"""Events: none is missing from the account of a window, and those that do not fit are reported."""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter

import event_storm
import event_window
import mixed_storm
import world
from event_window import MOMENT

EVENT_STORM, MIXED_STORM = event_storm.__file__, mixed_storm.__file__
# The number of identities of one program is bounded, so a storm of many rounds uses several programs.
ROUNDS_OF_A_PROGRAM = 100

MANY = """
import os, socket, sys
family = socket.AF_INET6 if sys.argv[1] == "6" else socket.AF_INET
host = "::1" if sys.argv[1] == "6" else "127.0.0.1"
listener = socket.socket(family)
listener.bind((host, 8080))
listener.listen(64)
for _ in range(int(sys.argv[2])):
    child = os.fork()
    if child == 0:
        client = socket.socket(family)
        client.connect((host, 8080))
        sender = socket.socket(family, socket.SOCK_DGRAM)
        sender.sendto(b"x", (host, 9999))
        os._exit(0)
    listener.accept()[0].close()
    os.waitpid(child, 0)
"""


class EventAccount(event_window.EventWindow):
    def test_the_account_agrees_with_what_is_stored(self):
        seen = self.span_of(lambda: self.run_program("many", MANY, "4", 50),
                            lambda: self.run_program("many6", MANY, "6", 50))
        self.assertNotIn("events-lost", seen.gap_codes())
        counts = seen.raw["event_counts"]
        for count in counts:
            self.assertEqual(count["seen"], count["stored"] + count["outside"] +
                             count["dropped_program"] + count["dropped_all"])
        for name in ("many", "many6"):
            rows = [row for row in seen.rows if row.owners and row.owners[0].name == name]
            events = {kind: sum(row.raw["sighting"]["events"] for row in rows
                                if (row.protocol, row.raw["state"]) == kind)
                      for kind in (("tcp", "syn-sent"), ("tcp", "established"), ("tcp", "listen"),
                                   ("udp", "connected"))}
            self.assertEqual(list(events.values()), [50, 50, 1, 50], (name, rows))

    def test_a_storm_to_one_peer_is_one_row(self):
        code = """
import socket
listener = socket.socket()
listener.bind(("127.0.0.1", 8080))
listener.listen(64)
for _ in range(3000):
    socket.create_connection(("127.0.0.1", 8080)).close()
    listener.accept()[0].close()
"""
        seen = self.span_of(lambda: self.run_program("storm", code))
        rows = [row for row in seen.rows if row.raw["state"] == "syn-sent"]
        self.assertEqual([row.raw["sighting"]["events"] for row in rows], [3000])
        self.assertNotIn("events-lost", seen.gap_codes())

    def storm_command(self, name, script, *arguments):
        return [self.installed(name), "-B", "-S", script, *map(str, arguments)]

    def storm_environment(self):
        return self.environment(PYTHONHOME=sys.base_prefix, PATH=os.environ["PATH"])

    def storm(self, name, script, *arguments, prefix=()):
        """Runs the script as a program with this name; returns what must have been seen."""
        done = subprocess.run([*prefix, *self.storm_command(name, script, *arguments)], check=True,
                              stdout=subprocess.PIPE, env=self.storm_environment())
        return json.loads(done.stdout)

    def kinds_of(self, seen, name):
        """The number of events of a program, by the kinds that its rows show."""
        kinds = {("tcp", "listen"): "listen", ("tcp", "syn-sent"): "connect",
                 ("tcp", "established"): "accept", ("udp", "unconnected"): "bind",
                 ("udp", "connected"): "send"}
        told = dict.fromkeys([*kinds.values(), "udp-connect"], 0)
        for row in seen.rows:
            if row.process != name:
                continue
            kind = kinds[row.protocol, row.raw["state"]]
            to_peer = kind == "send" and row.remote.endswith(":9999")
            told["udp-connect" if to_peer else kind] += row.raw["sighting"]["events"]
        return told

    def assert_balanced(self, seen):
        """All events that were seen are stored, unless they happened outside this world; and both
        witnesses agree."""
        self.assertNotIn("events-lost", seen.gap_codes())
        for count in seen.raw["event_counts"]:
            self.assertEqual(count["seen"], count["stored"] + count["outside"], count)
            self.assertEqual((count["dropped_program"], count["dropped_all"]), (0, 0), count)
        for proof in seen.raw["event_proofs"]:
            self.assertGreaterEqual(proof["seen"], proof["at_least"], proof)
            if proof["witness"] == "canary":
                self.assertEqual(proof["seen"], proof["at_least"], proof)

    def assert_stored(self, seen, *made):
        """The stored events are those that these storms made, and those of netmon's canaries."""
        totals = Counter()
        for counted in seen.raw["event_counts"]:
            totals[counted["kind"]] += counted["stored"]
        for proof in seen.raw["event_proofs"]:
            if proof["witness"] == "canary":
                totals[proof["kind"]] -= proof["seen"]
        expected = sum(map(Counter, made), Counter())
        # What other listeners of the machine accept meanwhile, outside this world, is counted too.
        self.assertGreaterEqual(totals["accept"], expected["accept"])
        self.assertEqual({kind: totals[kind] for kind in event_storm.KINDS if kind != "accept"},
                         {kind: expected[kind] for kind in event_storm.KINDS if kind != "accept"})

    def assert_counted_by_the_kernel(self, seen, made):
        """The kernel's counters for the test's own namespace agree with what these storms made there."""
        opens = {proof["kind"]: proof for proof in seen.raw["event_proofs"]
                 if proof["witness"] == "counter"}
        self.assertEqual(opens["accept"]["at_least"], made["accept"])
        # Connections that were made outside this world are not kept by namespace.
        if "connect" in opens:
            self.assertEqual(opens["connect"]["at_least"], made["connect"])

    def test_short_processes_of_all_kinds_are_there_to_the_unit(self):
        rounds = int(os.environ.get("NETMON_TEST_ROUNDS", "1"))
        count = int(os.environ.get("NETMON_TEST_PROCESSES", "100"))
        inside = ("unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")
        for number in range(rounds):
            expected = {}
            label = f"round{number}"
            seen = self.span_of(
                lambda: expected.update(here=self.storm("here", EVENT_STORM, count)),
                lambda: expected.update(gone=self.storm("gone", EVENT_STORM, count,
                                                        prefix=inside)), label=label)
            for name in ("here", "gone"):
                self.assertEqual(self.kinds_of(seen, name), expected[name], (label, name))
                owners = {(owner.details["exe"], owner.details["user"]) for row in seen.rows
                          if row.process == name for owner in row.owners}
                self.assertEqual(owners, {(self.installed(name), "root")})
            self.assert_balanced(seen)
            self.assert_stored(seen, *expected.values())
            self.assert_counted_by_the_kernel(seen, expected["here"])

    def test_a_mixed_storm_ends_with_the_account_in_balance(self):
        rounds = int(os.environ.get("NETMON_TEST_STORM_ROUNDS", "3"))
        successor = self.installed("successor")
        portions = {f"mixed{begun}": min(ROUNDS_OF_A_PROGRAM, rounds - begun)
                    for begun in range(0, rounds, ROUNDS_OF_A_PROGRAM)}
        made = {}

        def blow():
            for port, (name, count) in enumerate(portions.items()):
                made[name] = self.storm(name, MIXED_STORM, count, 8080 + 2 * port, successor)

        seen = self.span_of(blow)
        self.assert_balanced(seen)
        for name, done in made.items():
            self.assertEqual(self.kinds_of(seen, name), done["storm"], name)
        succeeded = sum((Counter(done["successor"]) for done in made.values()), Counter())
        self.assertEqual({kind: times for kind, times in self.kinds_of(seen, "successor").items()
                          if times > 0}, succeeded)
        self.assert_stored(seen, succeeded, *(done["storm"] for done in made.values()))
        at_home = sum((Counter(done["home"]) for done in made.values()), succeeded)
        self.assert_counted_by_the_kernel(seen, at_home)

    def test_a_window_that_ends_in_a_storm_has_its_account_in_balance(self):
        screen = self.begin()
        command = self.storm_command("mixed", MIXED_STORM, 1000, 8080, self.installed("successor"))
        with subprocess.Popen(command, stdout=subprocess.PIPE,
                              env=self.storm_environment()) as process:
            try:
                self.await_tcp("ESTABLISHED", local=8081)
                self.interrupt(screen)
                self.assertIsNone(process.poll())
            finally:
                process.kill()
        self.assert_balanced(self.show("span"))

    # Losses.

    def scan(self, ports):
        return f"""
import socket
for port in range(1, {ports + 1}):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.sendto(b"", ("127.0.0.1", port))
    sender.close()
"""

    def test_a_scan_of_one_program_hides_nothing_of_another_and_is_told(self):
        seen = self.span_of(lambda: self.run_program("scan", self.scan(300)),
                            lambda: self.run_program("moment", MOMENT), label="after",
                            NETMON_TEST_EVENT_BOUNDS="100000:100000:100")
        lost, = [gap for gap in seen.gaps if gap["code"] == "events-lost"
                 and gap["reason"].startswith("one program")]
        self.assertEqual(lost["count"], 200)
        self.assertIn(("listener", "tcp", 8080, "", ("moment",), 1), self.from_events(seen))
        self.capture("before")
        self.assertIn("events-lost", self.diff("before", "after").decisive())

    def test_a_map_that_is_full_is_told_and_decides(self):
        self.span_of(label="before")
        self.span_of(lambda: self.run_program("scan", self.scan(40)), label="after",
                     NETMON_TEST_EVENT_BOUNDS="16:1000:1000")
        found = self.diff("before", "after")
        self.assertIn("events-lost", found.decisive())

    def test_processes_that_find_no_room_are_told_and_decide(self):
        self.span_of(label="before")
        self.span_of(lambda: self.run_program("first", MOMENT),
                     lambda: self.run_program("second", self.scan(1)), label="after",
                     NETMON_TEST_EVENT_BOUNDS="1000:1:1000")
        self.assertIn("events-lost", self.diff("before", "after").decisive())

    # What remains on the host.

    def attached(self):
        done = subprocess.run(["bpftool", "link", "list"], capture_output=True, text=True,
                              check=True)
        return set(re.findall(r"^(\d+): cgroup", done.stdout, re.MULTILINE))

    def test_nothing_stays_attached_when_it_is_killed(self):
        self.require(subprocess.run(["which", "bpftool"], capture_output=True,
                                    check=False).returncode == 0, "bpftool is not installed")
        before = self.attached()
        screen = self.begin()
        own = self.attached() - before
        self.assertGreaterEqual(len(own), 12)
        os.kill(screen.pid, signal.SIGKILL)
        screen.end()
        self.await_true("the links to go", lambda: not own & self.attached())


if __name__ == "__main__":
    world.main()
