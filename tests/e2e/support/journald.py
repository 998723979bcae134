"""Replaces systemd's journal: receives and decodes what libsystemd sends to journald."""

import array
import os
import socket
import struct
import threading
from pathlib import Path

SOCKET = Path("/run/systemd/journal/socket")  # /run belongs to this world
CHANGE_ID, VERDICT_ID = "4ffde167386d42758ba00ac03683358d", "1b8facb08f3b4cd9b897fa02f30ed61d"
LAST = b"LAST\n"


def decoded(entry):
    """[(name, value)] of one entry of the native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL):
    "NAME=value\\n", or "NAME\\n", the length as 64 bits little-endian, the value and "\\n"."""
    fields = []
    while entry:
        line, _, rest = entry.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            length, = struct.unpack_from("<Q", rest)
            value, end, rest = rest[8:8 + length], rest[8 + length:9 + length], rest[9 + length:]
            assert end == b"\n", entry
        fields.append((name.decode("ascii"), value.decode("utf-8")))
        entry = rest
    return fields


class Journald:
    """Replaces journald: receives datagrams, and memory files for entries that are too long."""

    def __init__(self):
        SOCKET.parent.mkdir(parents=True, exist_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(SOCKET))
        SOCKET.chmod(0o666)
        self._entries = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while True:
            data, ancillary, _, _ = self._socket.recvmsg(1 << 20, socket.CMSG_SPACE(4))
            if data == LAST:
                return
            for _, _, numbers in ancillary:
                for descriptor in array.array("i", numbers):
                    with os.fdopen(descriptor, "rb") as file:
                        file.seek(0)
                        data += file.read()
            self._entries.append(data)

    def end(self):
        """All entries, each as decoded()."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(LAST, str(SOCKET))
        self._reader.join()
        self._socket.close()
        return [decoded(entry) for entry in self._entries]
