"""Events: what came and went between two samples of a span."""

import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import event_storm
import scenario
import storm
import terminal
import world

# One socket of each kind, for a moment. The port of a listener is named; all else is loopback.
MOMENT = """
import socket
here = ("127.0.0.1", 8080)
listener = socket.socket()
listener.bind(here)
listener.listen()
client = socket.create_connection(here)
listener.accept()[0].close()
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 5353))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.sendto(b"hello", ("127.0.0.1", 5353))
data, whence = server.recvfrom(9)
server.sendto(data, whence)
server.sendto(b"unasked", ("127.0.0.1", 9999))
"""

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


PROBE = """
import socket, sys
probe = socket.socket()
probe.connect_ex((sys.argv[1], int(sys.argv[2])))
"""

RESOLVER = """
import random, socket
resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
resolver.bind(("0.0.0.0", random.SystemRandom().randrange(40000, 60000)))
resolver.sendto(b"?", ("127.0.0.1", 53))
"""

TIME_CLIENT = """
import socket
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.connect(("127.0.0.1", 123))
try:
    client.send(b"?")
except OSError:
    pass
"""

# Thirty callers that end, and whose numbers are given at once, mostly within the same tick of the
# clock, to heirs that stay until the input ends.
HEIRS = """
import ctypes, os, signal, socket, sys

def name(word):
    ctypes.CDLL(None).prctl(15, word.encode(), 0, 0, 0)

def call():
    name(f"caller{os.getpid()}")
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9999))
    os._exit(0)

heirs, low = [], 20000
for _ in range(30):
    while True:
        with open(sys.argv[1], "w") as last:
            last.write(str(low))
        caller = os.fork() or call()
        os.waitpid(caller, 0)
        with open(sys.argv[1], "w") as last:
            last.write(str(caller - 1))
        heir = os.fork()
        if heir == 0:
            name("heir")
            signal.pause()
        heirs.append(heir)
        low = max(caller, heir)
        if heir == caller:
            break
print("ready", flush=True)
sys.stdin.read()
for heir in heirs:
    os.kill(heir, signal.SIGKILL)
    os.waitpid(heir, 0)
"""

# Connects by an io_uring alone: by a worker of its own ("worker"), or by the kernel's thread that
# polls the ring ("poller"). See io_uring(7) and linux/io_uring.h.
RING = """
import ctypes, mmap, os, socket, struct, sys
SETUP, ENTER, CONNECT, ASYNC, SQPOLL, GETEVENTS, WAKEUP = 425, 426, 16, 1 << 4, 2, 1, 2
SQES_AT = 0x10000000
polled = sys.argv[1] == "poller"
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    got = libc.syscall(*arguments)
    if got < 0:
        sys.exit(f"io_uring: {os.strerror(ctypes.get_errno())}")
    return got
parameters = ctypes.create_string_buffer(120)
struct.pack_into("<I", parameters, 8, SQPOLL if polled else 0)
ring = call(SETUP, 4, parameters)
entries = struct.unpack_from("<I", parameters, 0)[0]
sq, cq = (struct.unpack_from("<7I", parameters, at) for at in (40, 80))
queue = mmap.mmap(ring, max(sq[6] + 4 * entries, cq[5] + 16 * 2 * entries))
sqes = mmap.mmap(ring, 64 * entries, offset=SQES_AT)
sock = socket.socket()
name = ctypes.create_string_buffer(struct.pack("<H", 2) + struct.pack(">H", int(sys.argv[2]))
                                   + socket.inet_aton("127.0.0.1") + bytes(8), 16)
struct.pack_into("<BBHiQQ", sqes, 0, CONNECT, ASYNC, 0, sock.fileno(), 16, ctypes.addressof(name))
struct.pack_into("<I", queue, sq[6], 0)
struct.pack_into("<I", queue, sq[1], 1)
call(ENTER, ring, 1, 1, GETEVENTS | (WAKEUP if polled else 0), None, 0)
result = struct.unpack_from("<i", queue, cq[5] + 8)[0]
if result:
    sys.exit(f"connect: {os.strerror(-result)}")
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


class Events(scenario.Scenario):
    """Each span takes its first sample and no other: what the test does then, events alone see."""

    def setUp(self):
        super().setUp()
        self.require_real_root()
        self.require_events()
        socket.setdefaulttimeout(60)  # of this test's own sockets

    def begin(self, label="span", *arguments, **environment):
        screen = terminal.Terminal(
            self.command("capture", "--label", label, "--for", "600s", "--every", "600s",
                         *arguments),
            self.environment(TERM="xterm", **environment))
        screen.read_until(r"sample 1 of")
        return screen

    def interrupt(self, screen):
        os.kill(screen.pid, signal.SIGINT)
        self.assertEqual(screen.end(), 128 + signal.SIGINT, screen.text)

    def installed(self, name):
        """A program of this name, the same file whenever it is asked for."""
        path = world.ROOT / "bin" / name
        return str(path) if path.exists() else self.program(f"bin/{name}")

    def run_program(self, name, code, *arguments):
        """A process of that name, which has ended when this returns."""
        subprocess.run([self.installed(name), "-I", "-S", "-c", code, *map(str, arguments)],
                       check=True, env=self.environment(PYTHONHOME=sys.base_prefix))

    def span_of(self, *steps, label="span", arguments=(), **environment):
        screen = self.begin(label, *arguments, **environment)
        for step in steps:
            step()
        self.interrupt(screen)
        return self.show(label)

    def from_events(self, seen):
        """(role, protocol, local port, remote, names, events) of what no sample saw."""
        return sorted((row.role or "", row.protocol, row.raw["local"]["port"] if row.role in (
            "listener", "inbound") else 0, row.remote or "", tuple(o.name for o in row.owners),
            row.raw["sighting"]["events"])
            for row in seen.rows if row.raw["sighting"]["source"] == "event")

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

    # What runs on a host where nothing changes: a web server under load, a resolver that draws its
    # ports, a time client, and health checks that are programs of their own.
    def quiet_host(self, rounds):
        check = self.write_file("check.sh", f"""#!/bin/bash
{self.installed("probe")} -I -S {self.write_file("probe.py", PROBE)} 127.0.0.1 8080
""")
        for _ in range(rounds):
            subprocess.run([check], check=True, env=self.environment(PYTHONHOME=sys.base_prefix))
            self.run_program("unbound", RESOLVER)
            self.run_program("timed", TIME_CLIENT)

    def write_file(self, name, text):
        path = world.ROOT / name
        if not path.exists():
            path.write_text(text, "utf-8")
            path.chmod(0o755)
        return str(path)

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
        # As examples/expectations/resolvers.toml has it, for where the program is here.
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

    def test_other_code_of_a_short_lived_program_is_a_change(self):
        probe = self.write_file("probe.py", PROBE)
        def step():
            subprocess.run([self.installed("probe"), "-I", "-S", probe, "127.0.0.1", "9"],
                           check=False, env=self.environment(PYTHONHOME=sys.base_prefix))
        self.span_of(step, label="before")
        with open(probe, "a", encoding="utf-8") as script:
            script.write("# another\n")
        self.span_of(step, label="after")
        self.assertEqual(self.diff("before", "after").kinds(), ["script-changed high"])

    def test_foreign_code_and_loader_variables_of_a_short_lived_program_are_changes(self):
        library = next(line.split()[-1] for line in Path("/proc/self/maps").read_text("utf-8")
                       .splitlines() if "/libc.so" in line)
        foreign = Path(self.write_file("foreign.so", ""))
        foreign.write_bytes(Path(library).read_bytes())
        foreign.chmod(0o777)
        code = "import _ctypes, sys\n[_ctypes.dlopen(name, 2) for name in sys.argv[3:]]\n" + PROBE
        def run(*libraries, **variables):
            return lambda: subprocess.run(
                [self.installed("probe"), "-I", "-S", "-c", code, "127.0.0.1", "9", *libraries],
                check=True, env=self.environment(PYTHONHOME=sys.base_prefix, **variables))
        self.span_of(run(), label="before")
        self.span_of(run(str(foreign)), label="foreign")
        self.span_of(run(LD_LIBRARY_PATH="/tmp/planted"), label="loader")
        self.assert_gates("code-changed high", after="foreign")
        self.assert_gates("code-changed high", after="loader")
        process = self.show("foreign").where(role="outbound")[0].owners[0].details
        self.assertEqual([(file["path"], len(file["sha256"])) for file in
                          process["code"]["foreign"]], [(str(foreign), 64)])

    def test_what_ended_has_no_command_line_where_none_is_to_be_stored(self):
        def line_of(*arguments):
            seen = self.span_of(lambda: self.run_program("timed", TIME_CLIENT, "argument"),
                                arguments=arguments)
            return next(row.owners[0] for row in seen.rows
                        if row.process == "timed").details["cmdline"]
        self.assertIsNone(line_of("--no-cmdline"))
        self.assertTrue(line_of().endswith(" argument"))

    def storm(self, name, count, prefix=()):
        """Runs event_storm.py as a program of this name; returns what must have been seen."""
        script = event_storm.__file__
        done = subprocess.run([*prefix, self.installed(name), "-I", "-S", script, str(count)],
                              check=True, stdout=subprocess.PIPE,
                              env=self.environment(PYTHONHOME=sys.base_prefix,
                                                   PATH=os.environ["PATH"]))
        return json.loads(done.stdout)

    def kinds_of(self, seen, name):
        """How often events told of a program, by what its rows show."""
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

    def test_short_processes_of_all_kinds_are_there_to_the_unit(self):
        rounds = int(os.environ.get("NETMON_TEST_ROUNDS", "1"))
        count = int(os.environ.get("NETMON_TEST_PROCESSES", "100"))
        inside = ("unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")
        for number in range(rounds):
            expected = {}
            label = f"round{number}"
            seen = self.span_of(
                lambda: expected.update(here=self.storm("here", count)),
                lambda: expected.update(gone=self.storm("gone", count, inside)), label=label)
            for name in ("here", "gone"):
                self.assertEqual(self.kinds_of(seen, name), expected[name], (label, name))
                owners = {(owner.details["exe"], owner.details["user"]) for row in seen.rows
                          if row.process == name for owner in row.owners}
                self.assertEqual(owners, {(self.installed(name), "root")})
            self.assertNotIn("events-lost", seen.gap_codes())
            totals = dict.fromkeys(expected["here"], 0)
            for counted in seen.raw["event_counts"]:
                if counted["kind"] in totals:
                    totals[counted["kind"]] += counted["stored"]
            for proof in seen.raw["event_proofs"]:
                if proof["witness"] == "canary":
                    self.assertEqual(proof["seen"], proof["at_least"])
                    totals[proof["kind"]] = totals.get(proof["kind"], 0) - proof["seen"]
            totals.pop("raw", None)
            # What listeners of the machine accept meanwhile, around this world, is counted too.
            self.assertGreaterEqual(totals["accept"], 2 * count)
            totals["accept"] = 2 * count
            self.assertEqual(totals, {kind: 2 * times for kind, times
                                      in expected["here"].items()})
            # What the kernel counted where the test lives.
            opens = {proof["kind"]: proof for proof in seen.raw["event_proofs"]
                     if proof["witness"] == "counter"}
            self.assertEqual(opens["accept"]["at_least"], count)
            # Connections that were made around this world are not kept by namespace.
            if "connect" in opens:
                self.assertEqual(opens["connect"]["at_least"], count)

    def test_a_program_that_renames_itself_while_watched_is_one_program(self):
        code = """
import ctypes, socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for name in (b"first", b"second"):
    ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
    sender.sendto(b"x", ("127.0.0.1", 9999))
"""
        seen = self.span_of(lambda: self.run_program("chameleon", code))
        row, = [row for row in seen.rows if row.remote == "127.0.0.1:9999"]
        self.assertEqual((row.process, row.raw["sighting"]["events"]), ("first", 2))
        self.assertEqual(row.owners[0].details["exe"], self.installed("chameleon"))

    def test_what_a_process_ran_when_it_called_is_named_though_it_runs_other_code_by_now(self):
        good = self.write_file("good.py", "import time\nprint('ready', flush=True)\ntime.sleep(600)\n")
        evil = self.write_file("evil.py", PROBE + f"""
import os
os.execv(sys.executable, [sys.executable, "-I", "-S", {good!r}])
""")
        screen = self.begin()
        with subprocess.Popen([self.installed("turncoat"), "-I", "-S", evil, "127.0.0.1", "9"],
                              env=self.environment(PYTHONHOME=sys.base_prefix),
                              stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            self.interrupt(screen)
            process.kill()
        row, = self.show("span").where(role="outbound", process="turncoat")
        self.assertEqual(row.owners[0].details["script"]["name"], evil)

    def test_a_process_with_the_number_of_another_is_not_taken_for_it(self):
        """Also where both start within one tick of the clock, by which /proc tells them apart."""
        self.require(Path(storm.LAST_PID).exists(), "no process numbers of choice")
        screen = self.begin()
        heirs = subprocess.Popen([self.installed("caller"), "-I", "-S", "-c", HEIRS,
                                  storm.LAST_PID], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 env=self.environment(PYTHONHOME=sys.base_prefix))
        with heirs:
            heirs.stdout.readline()
            self.interrupt(screen)
            heirs.stdin.close()
        rows = [row for row in self.show("span").rows if row.remote.endswith(":9999")]
        self.assertEqual({(row.raw["sighting"]["events"], row.process) for row in rows},
                         {(1, f"caller{row.owners[0].pid}") for row in rows})
        self.assertEqual(len(rows), 30)

    def test_what_goes_through_an_io_uring_has_its_process(self):
        self.start("web", "listen 127.0.0.1:8080")
        probe = subprocess.run([sys.executable, "-I", "-S", "-c", RING, "worker", "8080"],
                               check=False, capture_output=True, text=True)
        self.require("io_uring: " not in probe.stderr, probe.stderr)
        seen = self.span_of(lambda: [self.run_program(name, RING, name, 8080)
                                     for name in ("worker", "poller")])
        rows = {row.process: row for row in seen.where(role="outbound", remote="127.0.0.1:8080")}
        self.assertEqual(set(rows), {"worker", "poller"})
        for name, row in rows.items():
            self.assertEqual(row.owners[0].details["exe"], self.installed(name))
            self.assertEqual(row.raw["sighting"]["events"], 1)

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
