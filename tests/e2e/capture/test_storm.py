"""A capture while processes, connections, threads and namespaces come and go by the thousand."""

import subprocess
import sys
from pathlib import Path

import holding
import scenario
import storm
import world

PROCESSES = 200  # at least
CAPTURES = 2


class Storm(scenario.Scenario):
    def stable(self):
        """Starts programs that stay during the storm; {(scope, local address): its owners}."""
        holding.ip("netns", "add", "blue")
        inside = holding.in_namespace("blue")
        shared = self.start("shared", "listen 127.0.0.1:80", "fork 3")
        expected = {("host", "127.0.0.1:80"):
                    {("shared", pid) for pid in [shared.pid, *shared.answers[1]["workers"]]}}
        threads = self.start("threads", "thread listen 127.0.0.1:81", "listen [::1]:82")
        for where in ("127.0.0.1:81", "[::1]:82"):
            expected["host", where] = {("threads", threads.pid)}
        for number in range(10):
            service = self.start(f"service{number}", "up lo", f"listen 127.0.0.1:{100 + number}",
                                 "bind udp 0.0.0.0:53", "fork 1", prefix=inside if number == 0
                                 else holding.IN_ITS_OWN_NAMESPACE)
            scope = "netns:blue" if number == 0 else f"anonymous:service{number}"
            expected[scope, f"127.0.0.1:{100 + number}"] = {
                (f"service{number}", pid) for pid in [service.pid, *service.answers[3]["workers"]]}
        return expected

    def begin(self):
        self._storm = subprocess.Popen(
            [sys.executable, "-S", "-s", "-B", storm.__file__, str(PROCESSES)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.calm)

    def started(self):
        """How many processes the storm has started so far."""
        self._storm.stdin.write(b"?\n")
        self._storm.stdin.flush()
        return int(self._storm.stdout.readline().split()[0])

    def calm(self):
        """Ends the storm; returns how many processes it had, and how many of them had a reused pid."""
        if self._storm.stdin.closed:
            return None
        self._storm.stdin.close()
        total, again = map(int, self._storm.stdout.readlines()[-1].split())
        self._storm.wait(scenario.SECONDS)
        self._storm.stdout.close()
        return total, again

    def check_reuse(self, again):
        """Most processes had the number of an earlier one. Otherwise the test would prove less than it
        claims, so where it cannot choose the numbers it ends as skipped, after all its other checks."""
        self.require_real_root()
        self.require(Path(storm.LAST_PID).exists(), "no process numbers of choice")
        self.assertGreater(again, PROCESSES / 2)

    def wrong_owners(self, seen):
        """Owners of the storm's sockets whose name is not that of the port."""
        wrong = []
        for row in seen.rows:
            names = {name for endpoint in (row.raw["local"], row.raw["remote"]) if endpoint
                     and (name := storm.owner_of(endpoint["port"]))}
            wrong += [(row.local, row.remote, owner.name, owner.pid) for owner in row.owners
                      if names and {owner.name, owner.details["comm"]} != names]
        return wrong

    def check(self, seen, expected):
        self.assertEqual(self.wrong_owners(seen), [])
        for (scope, where), owners in expected.items():
            row, = seen.where(scope=scope, local=where)
            self.assertEqual({(owner.name, owner.pid) for owner in row.owners}, owners, where)
            self.assertEqual(row.owner_state, "held")
        for row in seen.rows:
            self.assertEqual(row.owner_state == "held", row.owners != (), row)

    def check_losses(self, seen):
        """Every socket whose owner was lost is counted in a gap, and no other socket."""
        for state, code in (("vanished", "owners-vanished"),
                            ("not-permitted", "owners-not-visible"),
                            ("no-process", "owners-not-found")):
            self.assertEqual(sum(gap["count"] for gap in seen.gaps if gap["code"] == code),
                             len(seen.where(owner_state=state)), code)

    def of_the_storm(self, seen):
        return [row for row in seen.rows if row.process and row.process == storm.owner_of(
            row.raw["local"]["port"])]

    def capture_through_it(self, way):
        expected = self.stable()
        self.begin()
        caught = 0
        for number in range(CAPTURES):
            before = self.started()
            self.capture(f"c{number}", "--owners", way)
            self.assertGreater(self.started(), before)
            seen = self.show(f"c{number}")
            self.check(seen, expected)
            self.check_losses(seen)
            caught += len(self.of_the_storm(seen))
        total, again = self.calm()
        self.assertGreaterEqual(total, PROCESSES)
        self.assertGreater(caught, 0)
        self.capture("calm", "--owners", way)
        seen = self.show("calm")
        self.check(seen, expected)
        self.assertEqual(self.of_the_storm(seen), [])
        for number in range(CAPTURES):
            found = self.diff("calm", f"c{number}")
            self.assertEqual([line for line in found.lines()
                              if "service" in line or "shared" in line or "threads" in line], [])
        self.check_reuse(again)

    def test_a_walk_over_proc_names_no_wrong_owner_and_loses_no_stable_socket(self):
        self.capture_through_it("proc")

    def test_a_walk_over_bpf_names_no_wrong_owner_and_loses_no_stable_socket(self):
        probe = self.netmon("capture", "--label", "probe", "--owners", "bpf", "--db",
                            world.ROOT / "probe.db")
        self.require(probe.code == 0, f"no BPF: {probe.err.strip()}")
        self.capture_through_it("bpf")

    def test_a_span_through_a_storm_holds_every_stable_socket_once(self):
        expected = self.stable()
        self.begin()
        self.capture("span", "--for", "3s", "--every", "100ms")
        total, again = self.calm()
        self.assertGreaterEqual(total, PROCESSES)
        seen = self.show("span")
        self.check(seen, expected)
        self.assertGreaterEqual(seen.info["span"]["samples"], 1)
        self.assertGreater(len(self.of_the_storm(seen)), 0)
        # A socket that a sample met between bind(2) and listen(2) has a row for either.
        rows = [(row.raw["inode"], row.local, row.remote, row.state == "listen")
                for row in seen.rows if row.raw["inode"]]
        self.assertEqual(len(rows), len(set(rows)))
        self.check_reuse(again)


if __name__ == "__main__":
    world.main()
