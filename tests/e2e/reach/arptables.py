"""The interface of the older arptables to the kernel, linux/netfilter_arp/arp_tables.h. The program
arptables is not needed: the kernel gives the entries of a table, and accepts changed ones."""

import ctypes
import os
import socket
import struct

SET_REPLACE = GET_INFO = 96
GET_ENTRIES = 97
TABLE = b"filter"
ENTRIES_AT, TARGET_AT, VERDICT_AT = 40, 164, 32
ACCEPT, DROP = -2, -1


def turn_policy(test, verdict):
    """Makes the table if it does not exist, and sets the policy for what arrives."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        libc = ctypes.CDLL(None, use_errno=True)

        def ask(option, buffer):
            size = ctypes.c_uint(len(buffer))
            answer = libc.getsockopt(sock.fileno(), 0, option, buffer, ctypes.byref(size))
            test.require(answer == 0, f"this kernel has no arptables: "
                                      f"{os.strerror(ctypes.get_errno())}")

        info = ctypes.create_string_buffer(TABLE, 68)
        ask(GET_INFO, info)
        # The offsets of the chains of three hooks, and those of their policies.
        hooks, *places, count, size = struct.unpack("<32x9I", info)
        table = ctypes.create_string_buffer(TABLE, ENTRIES_AT + size)
        struct.pack_into("<I", table, 32, size)
        ask(GET_ENTRIES, table)
        entries = bytearray(table.raw[ENTRIES_AT:])
        policy = places[3]  # for what arrives
        target, = struct.unpack_from("<H", entries, policy + TARGET_AT)
        struct.pack_into("<i", entries, policy + target + VERDICT_AT, verdict)
        counters = ctypes.create_string_buffer(16 * count)
        sock.setsockopt(0, SET_REPLACE, struct.pack(
            "<32s10IQ", TABLE, hooks, count, size, *places, count,
            ctypes.addressof(counters)) + entries)
