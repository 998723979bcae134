"""BPF programs that a test attaches in its own network namespace with bpf(2)."""

import ctypes
import os
import socket
import struct

# Commands, types of programs and types of attachment, from linux/bpf.h.
PROG_LOAD, OBJ_PIN, LINK_CREATE, LINK_UPDATE = 5, 6, 28, 29
SCHED_CLS, XDP, SK_REUSEPORT, SK_LOOKUP, NETFILTER = 3, 6, 21, 30, 32
SK_LOOKUP_HOOK, XDP_HOOK, NETFILTER_HOOK, TCX_INGRESS, TCX_EGRESS = 36, 37, 45, 46, 47
XDP_PASS, XDP_GENERIC = 2, 2  # XDP_FLAGS_SKB_MODE: no driver is needed
SO_ATTACH_REUSEPORT_EBPF = 52
LOOPBACK = 1  # the index of its interface


def bpf(command, attributes):
    data = ctypes.create_string_buffer(attributes, len(attributes))
    return ctypes.CDLL(None, use_errno=True).syscall(321, command, data, len(attributes))


def load(test, kind, name, hook, verdict):
    """Loads a program that only returns its verdict; returns its descriptor."""
    test.require(os.uname().machine == "x86_64", "this kernel has other system call numbers")
    code = struct.pack("<BBhi", 0xb7, 0, 0, verdict) + struct.pack("<BBhi", 0x95, 0, 0, 0)
    instructions = ctypes.create_string_buffer(code, len(code))
    licence = ctypes.create_string_buffer(b"GPL")
    program = bpf(PROG_LOAD, struct.pack(
        "<IIQQIIQII16sII", kind, 2, ctypes.addressof(instructions), ctypes.addressof(licence),
        0, 0, 0, 0, 0, name, 0, hook))
    test.require(program >= 0, "this kernel loads no such program")
    return program


def attach(test, kind, hook, target, verdict, flags=0):
    """Attaches a program named `steer`, which returns its verdict, to the target; returns the link."""
    program = load(test, kind, b"steer", hook, verdict)
    link = bpf(LINK_CREATE, struct.pack("<IIII", program, target, hook, flags) + bytes(48))
    os.close(program)
    test.require(link >= 0, f"this kernel attaches none: {os.strerror(ctypes.get_errno())}")
    return link


def attach_sk_lookup(test):
    netns = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        return attach(test, SK_LOOKUP, SK_LOOKUP_HOOK, netns, verdict=1)
    finally:
        os.close(netns)


def attach_to_loopback(test, hook=TCX_INGRESS):
    return attach(test, SCHED_CLS, hook, LOOPBACK, verdict=0)


def attach_xdp_to_loopback(test):
    return attach(test, XDP, XDP_HOOK, LOOPBACK, XDP_PASS, XDP_GENERIC)


def attach_netfilter(test, priority):
    """Attaches a program named `steer` to what arrives in the namespace over IPv4; returns the link."""
    program = load(test, NETFILTER, b"steer", NETFILTER_HOOK, 1)
    link = bpf(LINK_CREATE, struct.pack("<IIIIIIiI", program, 0, NETFILTER_HOOK, 0, 2, 1, priority, 0)
               + bytes(32))
    os.close(program)
    test.require(link >= 0, f"this kernel attaches none: {os.strerror(ctypes.get_errno())}")
    return link


def replace(test, link, kind, hook, verdict):
    """Replaces the program of a link by another one, named `other`."""
    program = load(test, kind, b"other", hook, verdict)
    done = bpf(LINK_UPDATE, struct.pack("<IIII", link, program, 0, 0))
    os.close(program)
    test.require(done == 0, f"this kernel replaces none: {os.strerror(ctypes.get_errno())}")


def pin_classifier(test, path, verdict):
    """Pins a program for traffic control, named `steer`, at a path on a BPF file system."""
    program = load(test, SCHED_CLS, b"steer", 0, verdict)
    name = ctypes.create_string_buffer(str(path).encode())
    done = bpf(OBJ_PIN, struct.pack("<QII", ctypes.addressof(name), program, 0))
    os.close(program)
    test.require(done == 0, f"this kernel pins none: {os.strerror(ctypes.get_errno())}")


def attach_reuseport(test, listener, verdict=1):
    """Attaches a program named `choose` to the socket's group, instead of the one that it had."""
    program = load(test, SK_REUSEPORT, b"choose", 0, verdict)
    listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, program)
    os.close(program)
