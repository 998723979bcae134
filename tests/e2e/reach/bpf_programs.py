"""BPF programs that a test attaches in its own network namespace, by bpf(2)."""

import ctypes
import os
import socket
import struct

# Commands, and types and places of programs, linux/bpf.h.
PROG_LOAD, LINK_CREATE = 5, 28
SCHED_CLS, SK_REUSEPORT, SK_LOOKUP = 3, 21, 30
SK_LOOKUP_HOOK, TCX_INGRESS = 36, 46
SO_ATTACH_REUSEPORT_EBPF = 52
LOOPBACK = 1  # the index of its interface


def bpf(command, attributes):
    data = ctypes.create_string_buffer(attributes, len(attributes))
    return ctypes.CDLL(None, use_errno=True).syscall(321, command, data, len(attributes))


def load(test, kind, name, hook, verdict):
    """A program that does nothing but return its verdict; its descriptor."""
    test.require(os.uname().machine == "x86_64", "this kernel has other system call numbers")
    code = struct.pack("<BBhi", 0xb7, 0, 0, verdict) + struct.pack("<BBhi", 0x95, 0, 0, 0)
    instructions = ctypes.create_string_buffer(code, len(code))
    licence = ctypes.create_string_buffer(b"GPL")
    program = bpf(PROG_LOAD, struct.pack(
        "<IIQQIIQII16sII", kind, 2, ctypes.addressof(instructions), ctypes.addressof(licence),
        0, 0, 0, 0, 0, name, 0, hook))
    test.require(program >= 0, "this kernel loads no such program")
    return program


def attach(test, kind, hook, target, verdict):
    """A program named `steer` that lets all pass, attached to the target; its link."""
    program = load(test, kind, b"steer", hook, verdict)
    link = bpf(LINK_CREATE, struct.pack("<IIII", program, target, hook, 0) + bytes(48))
    os.close(program)
    test.require(link >= 0, f"this kernel attaches none: {os.strerror(ctypes.get_errno())}")
    return link


def attach_sk_lookup(test):
    netns = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        return attach(test, SK_LOOKUP, SK_LOOKUP_HOOK, netns, verdict=1)
    finally:
        os.close(netns)


def attach_to_loopback(test):
    return attach(test, SCHED_CLS, TCX_INGRESS, LOOPBACK, verdict=0)


def attach_reuseport(test, listener, verdict=1):
    """A program named `choose`, in place of the one that the socket's group had."""
    program = load(test, SK_REUSEPORT, b"choose", 0, verdict)
    listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, program)
    os.close(program)
