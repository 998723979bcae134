"""Starts programs of many kinds that use the network at once, and counts what they do.

  mixed_storm.py ROUNDS PORT SUCCESSOR     nothing else may use PORT and the port above it

In each round there are short processes (event_storm.py), processes whose threads connect at the
same time, a network namespace that lives for a moment, many connections to one peer, a scan of many
ports, datagrams to many ports, and a process that uses the network and then executes SUCCESSOR, an
interpreter, which uses the network too. Everything is on loopback. Prints one line of JSON: the
numbers of events that must be seen, for the programs "storm" and "successor", and for "home", the
part of the storm in the network namespace where it began.
"""

import ctypes
import fcntl
import json
import os
import socket
import struct
import sys
import threading
from collections import Counter

import event_storm

SHORT, THREADED, THREADS = 4, 2, 8  # numbers of processes, and of threads in each
BURST, SCANNED, ASKED = 200, 300, 50  # numbers of connections and ports
# How often a round repeats these. What is repeated takes no more space in the maps, so a storm can
# last long.
AGAIN = 7
CLOSED_PORT, FIRST_ASKED = 9, 5000
HOST = "127.0.0.1"
CLONE_NEWNET, SIOCSIFFLAGS, IFF_UP = 0x40000000, 0x8914, 1

SUCCESSION = f"""
import socket
socket.socket().connect_ex(("{HOST}", {CLOSED_PORT}))
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("{HOST}", {event_storm.PEER}))
"""


def connect(port):
    """Makes a connection that leaves nothing behind in TIME_WAIT."""
    client = socket.create_connection((HOST, port))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return client


def connect_at_once(port):
    barrier = threading.Barrier(THREADS)

    def one():
        barrier.wait()
        connect(port).close()

    threads = [threading.Thread(target=one) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def live_elsewhere(port):
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    event_storm.live(0, port)


def be_succeeded(successor):
    socket.socket().connect_ex((HOST, CLOSED_PORT))
    os.execv(successor, [successor, "-I", "-S", "-c", SUCCESSION])


def burst(listener, port):
    for _ in range(BURST):
        client = connect(port + 1)
        listener.accept()[0].close()
        client.close()


def scan():
    for port in range(1, SCANNED + 1):
        with socket.socket() as sock:
            sock.connect_ex((HOST, port))


def ask():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for port in range(FIRST_ASKED, FIRST_ASKED + ASKED):
            sender.sendto(b"x", (HOST, port))


def live_a_round(listener, port, successor):
    for number in range(SHORT):
        event_storm.wait_for(event_storm.start(event_storm.live, number, port))
    threaded = [event_storm.start(connect_at_once, port + 1) for _ in range(THREADED)]
    for _ in range(THREADED * THREADS):
        listener.accept()[0].close()
    elsewhere = event_storm.start(live_elsewhere, port)
    succeeded = event_storm.start(be_succeeded, successor)
    for _ in range(AGAIN):
        burst(listener, port)
        scan()
        ask()
    for pid in (*threaded, elsewhere, succeeded):
        event_storm.wait_for(pid)


def made_in(rounds):
    at_home = Counter(dict.fromkeys(event_storm.KINDS, SHORT))
    accepted = THREADED * THREADS + AGAIN * BURST
    at_home.update({"accept": accepted, "connect": accepted + AGAIN * SCANNED + 1,
                    "send": AGAIN * ASKED})
    home = {kind: rounds * times for kind, times in at_home.items()}
    home["listen"] += 1  # before the first round
    storm = {kind: times + rounds for kind, times in home.items()}  # once more in another namespace
    successor = {"connect": rounds, "udp-connect": rounds}
    return {"storm": storm, "successor": successor, "home": home}


def main():
    rounds, port, successor = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    listener = socket.socket()
    listener.settimeout(60)  # in case a process could not connect
    listener.bind((HOST, port + 1))
    listener.listen(THREADED * THREADS)
    for _ in range(rounds):
        live_a_round(listener, port, successor)
    print(json.dumps(made_in(rounds)))


if __name__ == "__main__":
    main()
