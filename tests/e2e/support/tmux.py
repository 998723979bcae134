"""Runs a shell on a terminal that tests can examine: what is on the screen, in which colours, and how
the terminal is set. tmux draws the screen, with a separate server for each test."""

import itertools
import re
import shutil
import subprocess

import world

SECONDS = 60
SETTINGS = """
set -g default-terminal tmux-256color
set -g status off
set -g escape-time 0
set -g history-limit 1000
"""


def is_there():
    return shutil.which("tmux") is not None


class Screen:
    """Runs an interactive shell on a terminal of this size until end()."""

    _numbers = itertools.count()

    def __init__(self, test, columns=80, rows=24, **environment):
        self._test = test
        self._socket = world.ROOT / f"tmux-{next(self._numbers)}"  # the last one may still be ending
        settings = world.ROOT / "tmux.conf"
        settings.write_text(SETTINGS, "utf-8")
        self._tmux("-f", settings, "new-session", "-d", "-s", "it", "-x", columns, "-y", rows,
                   "sh -i", env=test.environment(TERM="xterm-256color", **environment))
        test.addCleanup(self.end)
        self.await_text(r"^[#$]$")

    def _tmux(self, *arguments, **options):
        done = subprocess.run(["tmux", "-S", str(self._socket), *map(str, arguments)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=SECONDS, check=False, **options)
        if done.returncode != 0:
            raise AssertionError(f"tmux {arguments}: {done.stderr.strip()}")
        return done.stdout

    def end(self):
        """Ends the server, and with it everything that runs on its terminal."""
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], stdin=subprocess.DEVNULL,
                       capture_output=True, timeout=SECONDS, check=False)

    def text(self):
        """The screen, without the spaces at the ends of lines and the empty lines below."""
        return "\n".join(map(str.rstrip, self._capture().split("\n"))).rstrip("\n")

    def _capture(self, *options):
        return self._tmux("capture-pane", "-p", "-t", "it", *options)

    def lines(self):
        return self.text().split("\n")

    def styled_lines(self):
        """The lines with their colours, as escape sequences."""
        return self._capture("-e").split("\n")

    def styled(self, part):
        """The line that has this text, with its colours."""
        found = [line for line in self.styled_lines()
                 if part in re.sub(r"\x1b\[[0-9;]*m", "", line)]
        assert found, f"no line with {part}:\n{self.text()}"
        return found[0]

    def keys(self, *names):
        """Presses keys by tmux's names: "Enter", "C-c", "j"."""
        self._tmux("send-keys", "-t", "it", *names)

    def type(self, text):
        self._tmux("send-keys", "-t", "it", "-l", text)

    def run(self, command):
        """Types a command and Enter."""
        self.type(command)
        self.keys("Enter")

    def resize(self, columns, rows):
        self._tmux("resize-window", "-t", "it", "-x", columns, "-y", rows)

    def cursor_is_shown(self):
        return self._tmux("display", "-p", "-t", "it", "#{cursor_flag}").strip() == "1"

    def is_on_alternate_screen(self):
        return self._tmux("display", "-p", "-t", "it", "#{alternate_on}").strip() == "1"

    def await_text(self, pattern):
        """Until the screen shows the pattern (a regular expression, over all lines)."""
        self._await(lambda text: re.search(pattern, text, re.M), pattern)

    def await_no_text(self, pattern):
        self._await(lambda text: not re.search(pattern, text, re.M), f"no {pattern}")

    def _await(self, condition, what):
        try:
            self._test.await_true(what, lambda: condition(self.text()))
        except AssertionError as error:
            raise AssertionError(f"{error}; on the screen:\n{self.text()}") from error
