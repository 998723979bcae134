"""Events: what came and went between two samples of a span."""

import csv
import io
import os
import re
import subprocess
import sys

import event_window
import terminal
import world
from event_window import MOMENT, PROBE, TIME_CLIENT

RESOLVER = """
import random, socket
resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
resolver.bind(("0.0.0.0", random.SystemRandom().randrange(40000, 60000)))
resolver.sendto(b"?", ("127.0.0.1", 53))
"""

WEB = """
import socket
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("0.0.0.0", 8080))
listener.listen(64)
print("ready", flush=True)
while True:
    listener.accept()[0].close()
"""


class Events(event_window.EventWindow):
    def test_what_lived_for_a_moment_between_two_samples_is_a_row(self):
        seen = self.span_of(lambda: self.run_program("moment", MOMENT))
        found = self.from_events(seen)
        me = ("moment",)
        for row in (("listener", "tcp", 8080, "", me, 1), ("listener", "udp", 5353, "", me, 1),
                    ("outbound", "udp", 0, "127.0.0.1:9999", me, 1)):
            self.assertIn(row, found)
        process = next(row.owners[0] for row in seen.rows if row.process == "moment").details
        self.assertEqual((process["exe"], process["user"], len(process["exe_sha256"] or "")),
                         (str(world.ROOT / "bin/moment"), "root", 64))
        self.assertEqual(process["ancestors"][0]["pid"], os.getpid())

    def test_a_namespace_of_a_moments_life_is_there(self):
        code = "import os, subprocess\nsubprocess.run(['ip', 'link', 'set', 'lo', 'up'])\n" + MOMENT
        def step():
            subprocess.run(["unshare", "--net", self.program("bin/moment"), "-I", "-S", "-c", code],
                           check=True, env=self.environment(PYTHONHOME=sys.base_prefix,
                                                            PATH=os.environ["PATH"]))
        seen = self.span_of(step)
        scopes = {row.scope for row in seen.rows if row.process == "moment"}
        self.assertEqual(scopes, {"anonymous:moment"})

    def test_a_server_that_answers_has_no_new_peer(self):
        asker = self.program("bin/asker")
        code = f"""
import socket, subprocess
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 5353))
ask = "import socket; socket.socket(2, 2).sendto(b'x', ('127.0.0.1', 5353))"
subprocess.run([{asker!r}, "-I", "-S", "-c", ask], check=True)
server.sendto(*server.recvfrom(9))
server.sendto(b"unasked", ("127.0.0.1", 9999))
"""
        seen = self.span_of(lambda: self.run_program("server", code))
        found = sorted((row.process, row.role, row.remote) for row in seen.rows
                       if row.raw["state"] == "connected")
        self.assertEqual(found, [("asker", "outbound", "127.0.0.1:5353"),
                                 ("server", "inbound", "127.0.0.1:0"),
                                 ("server", "outbound", "127.0.0.1:9999")])

    def test_a_socket_that_a_sample_saw_too_is_one_row(self):
        server = self.start("server", "listen 127.0.0.1:80")
        screen = terminal.Terminal(
            self.command("capture", "--label", "span", "--for", "600s", "--every", "0.1s"),
            self.environment(TERM="xterm"))
        screen.read_until(r"sample 1 of")
        client = self.start("client", "connect tcp 127.0.0.1:80")
        server.say("accept 3")
        samples = max(int(n) for n in re.findall(r"sample (\d+) of", screen.text))
        screen.read_until(rf"sample {samples + 3} of")
        client.end()
        self.interrupt(screen)
        row, = self.show("span").where(role="outbound", remote="127.0.0.1:80")
        sighting = row.raw["sighting"]
        self.assertEqual((sighting["source"], sighting["events"]), ("both", 1))
        self.assertGreater(sighting["samples"], 0)

    def test_without_events_a_span_says_so(self):
        seen = self.span_of(lambda: self.run_program("moment", MOMENT),
                            arguments=("--events", "off"))
        self.assertEqual([row.process for row in seen.rows if row.process == "moment"], [])
        self.assertIn("between-samples", seen.gap_codes())

    # A host where nothing changes has a web server under load, a resolver that uses random ports, a
    # time client, and health checks that are separate programs.
    def quiet_host(self, rounds):
        check = self.write_file("check.sh", f"""#!/bin/bash
{self.installed("probe")} -I -S {self.write_file("probe.py", PROBE)} 127.0.0.1 8080
""")
        for _ in range(rounds):
            subprocess.run([check], check=True, env=self.environment(PYTHONHOME=sys.base_prefix))
            self.run_program("unbound", RESOLVER)
            self.run_program("timed", TIME_CLIENT)

    def test_a_quiet_window_beside_a_quiet_window_is_clean(self):
        self.start("dns", "bind udp 127.0.0.1:53")
        web = subprocess.Popen([self.program("bin/web"), "-I", "-S", "-c", WEB],
                               env=self.environment(PYTHONHOME=sys.base_prefix),
                               stdout=subprocess.PIPE)
        try:
            web.stdout.readline()
            for label in ("before", "after"):
                self.span_of(lambda: self.quiet_host(3), label=label)
        finally:
            web.kill()
            web.communicate()
        # The rule of examples/expectations/resolvers.toml, with the path of the program here.
        rules = self.write_file("rules.toml", f"""
[[expect]]
change = ["listener-added", "listener-removed", "moved"]
match = {{ protocol = "udp", process = "unbound", exe = "{self.installed("unbound")}" }}
reason = "a resolver draws a source port for each question"
""")
        found = self.diff("before", "after", "--expect", rules)
        self.assertEqual((found.code, found.verdict, found.decisive()), (0, "clean", []),
                         found.errors)
        process = next(row.owners[0] for row in self.show("after").rows
                       if row.process == "probe" and row.role == "outbound").details
        self.assertEqual(process["script"]["name"], str(world.ROOT / "probe.py"))
        self.assertEqual(len(process["script"]["sha256"]), 64)
        self.assertEqual(process["code"]["foreign"], [])
        self.assertEqual([parent["name"] for parent in process["ancestors"]][:1], ["check.sh"])

    def test_what_is_closed_while_it_is_looked_at_is_there(self):
        code = """
import socket, time
end = time.monotonic() + 1.5
while time.monotonic() < end:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", 31337))
        listener.listen()
    except OSError:
        pass  # whoever reads the descriptors of a process holds each of them for a moment
    listener.close()
"""
        screen = terminal.Terminal(
            self.command("capture", "--label", "span", "--for", "600s", "--every", "50ms"),
            self.environment(TERM="xterm"))
        screen.read_until(r"sample 1 of")
        self.run_program("blinker", code)
        self.interrupt(screen)
        rows = self.show("span").where(role="listener", process="blinker")
        self.assertEqual({row.raw["local"]["port"] for row in rows}, {31337})
        self.assertGreater(sum(row.raw["sighting"]["events"] for row in rows), 10)

    def test_a_window_has_first_and_last_times_in_csv(self):
        self.span_of(lambda: self.run_program("moment", MOMENT))
        rows = list(csv.DictReader(io.StringIO(
            self.netmon("show", "span", "--format", "csv", expect=0).out)))
        row, = [row for row in rows if row["Process"] == "moment" and row["State"] == "listen"]
        self.assertEqual((row["Samples"], row["Events"]), ("0", "1"))
        self.assertLessEqual(row["First seen"], row["Last seen"])


if __name__ == "__main__":
    world.main()
