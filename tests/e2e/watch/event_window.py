"""A window of events: what programs do between two samples of a span, which only events can see."""

import os
import signal
import socket
import subprocess
import sys

import scenario
import terminal
import world

# Opens one socket of each kind for a moment, all on loopback, with fixed ports.
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

PROBE = """
import socket, sys
probe = socket.socket()
probe.connect_ex((sys.argv[1], int(sys.argv[2])))
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


class EventWindow(scenario.Scenario):
    """Each span takes only its first sample, so only events can see what the test does after it."""

    def setUp(self):
        super().setUp()
        self.require_real_root()
        self.require_events()
        socket.setdefaulttimeout(60)  # for the sockets of the test itself

    def begin(self, label="span", *arguments, **environment):
        screen = terminal.Terminal(
            self.command("capture", "--label", label, "--for", "1h", "--every", "1h",
                         *arguments),
            self.environment(TERM="xterm", **environment))
        screen.read_until(r"sample 1 of")
        return screen

    def interrupt(self, screen):
        os.kill(screen.pid, signal.SIGINT)
        # With sanitizers, storing a long storm takes long.
        self.assertEqual(screen.end(seconds=600), 128 + signal.SIGINT, screen.text)

    def installed(self, name):
        """A program with this name; every call gives the same file."""
        path = world.ROOT / "bin" / name
        return str(path) if path.exists() else self.program(f"bin/{name}")

    def run_program(self, name, code, *arguments):
        """Runs a process with that name, and returns when it has ended."""
        subprocess.run([self.installed(name), "-I", "-S", "-c", code, *map(str, arguments)],
                       check=True, env=self.environment(PYTHONHOME=sys.base_prefix))

    def span_of(self, *steps, label="span", arguments=(), **environment):
        screen = self.begin(label, *arguments, **environment)
        for step in steps:
            step()
        self.interrupt(screen)
        return self.show(label)

    def from_events(self, seen):
        """(role, protocol, local port, remote, names, events) of rows that no sample saw."""
        return sorted((row.role or "", row.protocol, row.raw["local"]["port"] if row.role in (
            "listener", "inbound") else 0, row.remote or "", tuple(o.name for o in row.owners),
            row.raw["sighting"]["events"])
            for row in seen.rows if row.raw["sighting"]["source"] == "event")

    def write_file(self, name, text):
        path = world.ROOT / name
        if not path.exists():
            path.write_text(text, "utf-8")
            path.chmod(0o755)
        return str(path)
