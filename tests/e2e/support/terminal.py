"""Runs a program on a terminal of its own, and reads what the terminal gets."""

import fcntl
import os
import pty
import re
import select
import struct
import termios

SECONDS = 60
STYLE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """Runs the command until end(); its three standard streams are the terminal."""

    def __init__(self, command, environment, columns=120, rows=40):
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execvpe(command[0], command, environment)
            finally:
                os._exit(127)
        self.text = ""

    def read_until(self, wanted=None, seconds=SECONDS):
        """Reads until the pattern `wanted` was printed; without a pattern, reads to the end."""
        while wanted is None or not re.search(wanted, self.text):
            if not select.select([self._master], [], [], seconds)[0]:
                raise AssertionError(f"waited in vain for {wanted}: {self.text!r}")
            try:
                chunk = os.read(self._master, 65536)
            except OSError:  # EIO: the other end is closed
                chunk = b""
            if not chunk:
                if wanted is None:
                    break
                raise AssertionError(f"ended without {wanted}: {self.text!r}")
            self.text += chunk.decode(errors="replace")
        return self.text

    def read_printed(self):
        """Reads what was printed so far."""
        while select.select([self._master], [], [], 0)[0]:
            self.text += os.read(self._master, 65536).decode(errors="replace")
        return self.text

    def type(self, text):
        os.write(self._master, text.encode())

    def hang_up(self):
        """Closes the terminal, like a lost connection; returns the exit code."""
        os.close(self._master)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def end(self, seconds=SECONDS):
        """Reads the rest; returns the exit code, or the negative number of the signal."""
        self.read_until(seconds=seconds)
        os.close(self._master)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def unsafe(text):
    """The characters of the text that do more to a terminal than show characters and line ends."""
    return re.findall(r"[^\n\r\t\x20-\x7e\x80\xa0-\u200a\u2010-\u2027\u2030-\u2065\u2070-\ufefe"
                      r"\uff00-\U0010ffff]", text)
