"""Starts, reads and ends the live view on a terminal of tmux."""

import os
import re
from pathlib import Path

import scenario
import tmux
import world
from scenario import PEER


def colours(line):
    """The parameters of all escape sequences of a line."""
    return {number for found in re.findall(r"\x1b\[([0-9;]*)m", line) for number in found.split(";")}


class LiveView(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require(tmux.is_there(), "tmux is not installed")
        self.folder = world.ROOT / "work"
        self.folder.mkdir()

    def screen(self, columns=80, rows=24, **environment):
        screen = tmux.Screen(self, columns, rows, **environment)
        screen.run(f"cd {self.folder}; clear; echo before the view")
        screen.await_text(r"^before the view")
        return screen

    def watch(self, screen, *arguments, interval="200ms"):
        """Starts the view and waits for its first round."""
        command = " ".join(self.command("watch", "--interval", interval, *arguments))
        screen.run(f"{command}; echo ended with $?")
        screen.await_text(r"^ \d+ sockets?\b")
        screen.await_text(r"^ q quit")  # the last line, which is drawn last
        return screen

    def leave(self, screen, code=0, key="q"):
        screen.keys(key)
        self.await_end(screen, code)

    def await_end(self, screen, code):
        screen.await_text(rf"^ended with {code}$")
        self.assertFalse(screen.is_on_alternate_screen())
        self.assertTrue(screen.cursor_is_shown())
        self.assertIn("before the view", screen.text())

    def row(self, screen, part):
        found = [line for line in screen.lines() if part in line and not line.startswith(" ⚠")]
        self.assertTrue(found, f"no row with {part}:\n{screen.text()}")
        return found[0]

    def story(self):
        """Starts a busy host, captures it, and then starts a new listener and a new connection."""
        self.link_outside()
        self.outside(f"listen {PEER}:5432")
        for number in range(30):
            self.start(f"app{number}", f"listen 127.0.0.1:{8000 + number}")
        self.capture("pre-change")
        return self.start("python3", "listen 0.0.0.0:31337", f"connect tcp {PEER}:5432")

    def pid_of_view(self):
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().split(b"\0")
            except OSError:
                continue
            if len(words) > 1 and words[0] == os.environ["NETMON"].encode() and words[1] == b"watch":
                return int(entry.parent.name)
        return self.fail("no view runs")
