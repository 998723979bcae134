"""A storm of processes, sockets, threads and namespaces for test_storm.py.

  storm.py COUNT    ends when COUNT processes were started and standard input has ended

Every process has four ports that no other one uses, and calls itself pPORT after the first of them,
so the port of a socket gives the name of its owner. Pids are reused at once. For each line of input,
and at the end, it prints one line: how many processes were started so far, and how many of them have
the pid of an earlier one.
"""

import contextlib
import ctypes
import os
import select
import signal
import socket
import sys
import threading
import time
from pathlib import Path

LOW, HIGH, STEP = 10000, 30000, 4
LIVE = 40  # processes at a time, not counting those that they start themselves
SECONDS_AT_MOST = 120
FIRST_PID = 20000  # the next process gets the lowest free pid above it
LAST_PID = "/proc/sys/kernel/ns_last_pid"
CLONE_FILES, CLONE_NEWNET, CLONE_NEWPID = 0x400, 0x40000000, 0x20000000
PR_SET_PDEATHSIG, PR_SET_NAME, PR_SET_CHILD_SUBREAPER = 1, 15, 36

libc = ctypes.CDLL(None, use_errno=True)
kept = []


def owner_of(port):
    """The name of the process that uses this port; None if it is no port of the storm."""
    return f"p{port - port % STEP}" if LOW <= port < HIGH else None


def listen(port):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(("0.0.0.0", port))
    sock.listen(64)
    kept.append(sock)
    return sock


def bind(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(("127.0.0.1", port))
    kept.append(sock)


def session(listener):
    client = socket.create_connection(("127.0.0.1", listener.getsockname()[1]))
    kept.extend([client, listener.accept()[0]])


def fork_and(do, *words):
    """Starts a child that ends with this process, even if this process has already ended."""
    alive, parent = os.pipe()
    if os.fork() == 0:
        os.close(parent)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if select.select([alive], [], [], 0)[0]:
            os._exit(0)
        do(*words)
        signal.pause()


def share(_):
    fork_and(fork_and, signal.pause)


def thread_of_its_own(port):
    def live():
        if libc.unshare(CLONE_FILES) == 0:
            bind(port + 1)
            signal.pause()
    threading.Thread(target=live, daemon=True).start()


def network_of_its_own(port):
    if libc.unshare(CLONE_NEWNET) == 0:
        listen(port + 2)


def numbers_of_its_own(port):
    if libc.unshare(CLONE_NEWPID) == 0:
        fork_and(bind, port + 3)


def many(port):
    for _ in range(20):
        bind(port + 1)


def reconnect(_):
    for _ in range(30):
        session(kept[0])
        kept.pop().close()
        kept.pop().close()


def end_at_once(_):
    os._exit(0)


DEEDS = (share, thread_of_its_own, many, reconnect, end_at_once, share, numbers_of_its_own,
         network_of_its_own)


def live(port, deed):
    libc.prctl(PR_SET_NAME, owner_of(port).encode())
    session(listen(port))
    deed(port)
    signal.pause()


def reap(alive, *, flags=os.WNOHANG):
    """Waits for ended children. All others keep their pids, so those in `alive` can be killed."""
    with contextlib.suppress(ChildProcessError):
        while (pid := os.waitpid(-1, flags)[0]) != 0:
            alive.pop(pid, None)


def line_arrived():
    """Whether a line has arrived; None at the end of the input."""
    if not select.select([0], [], [], 0)[0]:
        return False
    return True if os.read(0, 64) else None


def main():
    count = int(sys.argv[1])
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    os.nice(10)  # lets the capture have its share of the processor
    ports = range(LOW, HIGH, STEP)
    alive, used, started, again, ended = {}, set(), 0, 0, False
    until = time.monotonic() + SECONDS_AT_MOST
    while time.monotonic() < until and not (ended and started >= count):
        answer = False if ended else line_arrived()
        ended = ended or answer is None
        if answer:
            print(started, again, flush=True)
        with contextlib.suppress(OSError):
            Path(LAST_PID).write_text(str(FIRST_PID), encoding="ascii")
        pid = os.fork()
        if pid == 0:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            with contextlib.suppress(OSError):
                live(ports[started % len(ports)], DEEDS[started % len(DEEDS)])
            os._exit(1)
        alive[pid] = True
        again += pid in used
        used.add(pid)
        started += 1
        reap(alive)
        if len(alive) > LIVE:
            os.kill(next(iter(alive)), signal.SIGKILL)
            os.waitpid(next(iter(alive)), 0)
            alive.pop(next(iter(alive)))
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    reap(alive, flags=0)
    print(started, again, flush=True)


if __name__ == "__main__":
    main()
