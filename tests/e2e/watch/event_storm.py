"""Starts short processes that use the network, and counts what they do.

  event_storm.py COUNT     starts COUNT processes of a few milliseconds each, one after the other

Each listens, connects, accepts, and sends over UDP, unconnected and connected; half of them use
IPv6, and a third use a thread. Prints one line of JSON: the number of events of each kind that must
be seen, {"listen": 2000, ...}.
"""

import json
import os
import socket
import sys
import threading

PORT = 8080
PEER = 9999
KINDS = ("listen", "connect", "accept", "bind", "send", "udp-connect")


def use_the_network(family, host, port):
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen()
    client = socket.create_connection((host, port))
    accepted = listener.accept()[0]
    for sock in (client, accepted, listener):
        sock.close()
    with socket.socket(family, socket.SOCK_DGRAM) as server:
        server.bind((host, port))
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", (host, port))
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.connect((host, PEER))


def live(number, port=PORT):
    family, host = ((socket.AF_INET6, "::1") if number % 2 else (socket.AF_INET, "127.0.0.1"))
    if number % 3 == 0:
        thread = threading.Thread(target=use_the_network, args=(family, host, port))
        thread.start()
        thread.join()
    else:
        use_the_network(family, host, port)


def start(action, *arguments):
    """Starts a process that executes this action and ends; returns its pid."""
    pid = os.fork()
    if pid == 0:
        try:
            action(*arguments)
        except OSError as error:
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return pid


def wait_for(pid):
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit(1)


def main():
    count = int(sys.argv[1])
    for number in range(count):
        wait_for(start(live, number))
    print(json.dumps(dict.fromkeys(KINDS, count)))


if __name__ == "__main__":
    main()
