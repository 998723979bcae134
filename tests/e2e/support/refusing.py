"""Makes the kernel refuse sockets to a process, like a kernel without a feature, or a sandbox."""

import ctypes
import os
import socket


class Instruction(ctypes.Structure):
    """struct sock_filter of linux/filter.h."""
    _fields_ = [("code", ctypes.c_ushort), ("jump_true", ctypes.c_ubyte),
                ("jump_false", ctypes.c_ubyte), ("value", ctypes.c_uint)]


class Program(ctypes.Structure):
    """struct sock_fprog."""
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(Instruction))]


def refuse_netlink(error, protocol=None):
    """Makes socket(AF_NETLINK, …, protocol) fail with this errno in this process from now on
    (seccomp(2)); without a protocol, all of them fail."""
    load, jump_if_equal, answer = 0x20, 0x15, 0x06
    number = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
    wanted = [(0, number), (16, socket.AF_NETLINK)]  # the system call, and its first argument
    if protocol is not None:
        wanted.append((32, protocol))  # its third argument
    instructions = []
    for i, (offset, value) in enumerate(wanted):
        to_the_end = 2 * (len(wanted) - i) - 1
        instructions += [(load, 0, 0, offset), (jump_if_equal, 0, to_the_end, value)]
    instructions += [(answer, 0, 0, 0x00050000 | error), (answer, 0, 0, 0x7FFF0000)]  # any other call is allowed
    program = Program(len(instructions), (Instruction * len(instructions))(*instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(program)):
        raise OSError(ctypes.get_errno(), "prctl")
