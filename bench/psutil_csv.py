#!/usr/bin/python3
"""Does what people do with psutil: lists the sockets, names their processes, appends to a CSV.

    bench/psutil_csv.py FILE
"""

import csv
import sys
from datetime import datetime, timezone

import psutil


def name_of(pid):
    try:
        return psutil.Process(pid).name() if pid else ""
    except psutil.Error:
        return ""


def text_of(address):
    return f"{address.ip}:{address.port}" if address else "*:*"


def main():
    now = datetime.now(timezone.utc).isoformat()
    with open(sys.argv[1], "a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for connection in psutil.net_connections(kind="inet"):
            writer.writerow([now, connection.type.name, text_of(connection.laddr),
                             text_of(connection.raddr), connection.pid, name_of(connection.pid)])


if __name__ == "__main__":
    main()
