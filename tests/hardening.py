#!/usr/bin/python3
"""Checks that a program was built to withstand its own bugs (cmake/harden.cmake).

  hardening.py PROGRAM [--fortified]   prints what is missing, and ends with 1 if anything is

Reads the ELF file with readelf(1). --fortified says that the build is optimised, so that library
calls must be checked against the size of their buffers.
"""

import re
import subprocess
import sys

# What readelf prints for a hardened program, by what it means.
PATTERNS = {
    "position-independent": r"^\s*Type:\s+DYN \(Position-Independent Executable",
    "read-only relocations": r"^\s*GNU_RELRO\b",
    "bound at start": r"\(FLAGS_1\).*\bNOW\b",
    "a stack that is no code": r"^\s*GNU_STACK\s+(0x\w+\s+){5}RW\s",
    "a checked stack": r"\b__stack_chk_fail\b",
}
FORTIFIED = {"checked library calls": r"\b__\w+_chk\b"}
# The first instruction of a function that indirect branches may reach: endbr64, or bti c or paciasp.
LANDING_PADS = {"X86-64": (b"\xf3\x0f\x1e\xfa",),
                "AArch64": (b"\x5f\x24\x03\xd5", b"\x3f\x23\x03\xd5")}


def readelf(program):
    return subprocess.run(["readelf", "-W", "-h", "-l", "-d", "-s", "-S", program], check=True,
                          capture_output=True, text=True, env={"LC_ALL": "C"}).stdout


def patterns_missing(listing, patterns):
    return [what for what, pattern in patterns.items()
            if not re.search(pattern, listing, re.MULTILINE)]


def first_bytes_of_main(program, listing):
    """The first four bytes of main(), or nothing if the program is stripped."""
    main = re.search(r"^\s*\d+:\s+(\w+)\s+\d+ FUNC .* main$", listing, re.MULTILINE)
    text = re.search(r"\]\s+\.text\s+PROGBITS\s+(\w+)\s+(\w+)", listing)
    if not main or not text:
        return b""
    address, offset = (int(number, 16) for number in text.groups())
    with open(program, "rb") as file:
        file.seek(int(main[1], 16) - address + offset)
        return file.read(4)


def missing(program, patterns):
    listing = readelf(program)
    lacks = patterns_missing(listing, patterns)
    machine = re.search(r"^\s*Machine:.*(X86-64|AArch64)$", listing, re.MULTILINE)
    start = first_bytes_of_main(program, listing)
    if machine and start and start not in LANDING_PADS[machine[1]]:
        lacks.append("landing pads for indirect branches")
    return lacks


def main():
    program, *options = sys.argv[1:]
    lacks = missing(program, PATTERNS | (FORTIFIED if options == ["--fortified"] else {}))
    for what in lacks:
        print(f"{program}: lacks: {what}")
    sys.exit(1 if lacks else 0)


if __name__ == "__main__":
    main()
