"""Checks that each file includes what it needs: compiles it alone, without writing an object file. A
unity build (CMAKE_UNITY_BUILD) does not check that, because there a file sees what the files before it
include. This takes minutes, and is run by hand: python3 tests/alone.py build/dev src

  alone.py BUILD FOLDER [PATTERN]    compiles the files below FOLDER whose path matches PATTERN, with
                                     the flags of a build with clang

Prints the first errors of each file that does not compile; ends with 1 if there is such a file.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = re.compile(r"^(?:src/(?P<layer>\w+)|tests/unit/(?P<tests>\w+))/")
LEFT_OUT = re.compile(r"-o|-c|-MD|-M[TF]|-fsanitize.*|-fno-sanitize.*")


def flags_of(command):
    """The words of a compile command, without its files and without the options that make it slow."""
    words = shlex.split(command)
    words = words[1 + next(i for i, word in enumerate(words) if "clang" in Path(word).name):]
    kept, skip = [], False
    for word in words:
        if skip or LEFT_OUT.fullmatch(word):
            skip = not skip and word in ("-o", "-MT", "-MF", "-c")
        else:
            kept.append(word)
    return kept


def commands(build):
    """The flags of each target, and of each file that the build compiles alone."""
    targets, files = {}, {}
    for entry in json.loads((build / "compile_commands.json").read_text("utf-8")):
        target = re.search(r"CMakeFiles/(\w+)\.dir/", entry["command"])
        if target and entry["file"].endswith((".cpp", ".cxx")):
            targets.setdefault(target[1], entry["command"])
            files[entry["file"]] = entry["command"]
    return targets, files


def errors_in(path, command):
    done = subprocess.run(["clang++", "-fsyntax-only", *flags_of(command), str(ROOT / path)],
                          capture_output=True, text=True, check=False)
    return "\n".join(done.stderr.splitlines()[:4]) if done.returncode else ""


def main():
    build, folder, pattern = Path(sys.argv[1]), sys.argv[2], (sys.argv[3:] or [""])[0]
    targets, files = commands(build)
    wanted = {}
    for path in sorted((ROOT / folder).rglob("*.cpp")):
        name = str(path.relative_to(ROOT))
        found = TARGET.match(name)
        if not found or not re.search(pattern, name):
            continue
        target = "netmon_" + found["layer"] if found["layer"] else "test_" + found["tests"]
        if target in targets:
            wanted[name] = files.get(str(path), targets[target])
    if not wanted:
        sys.exit(f"no file below {folder} is compiled in {build}")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        errors = [text for text in pool.map(errors_in, wanted, wanted.values()) if text]
    print(*errors, sep="\n", end="\n" if errors else "")
    print(f"{len(wanted)} files, {len(errors)} that do not compile alone")
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()
