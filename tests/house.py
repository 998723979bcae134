"""Counts what makes it hard to find one's way in a source tree.

  house.py [ROOT]     prints the figures
  house.py --check    fails if one of them is over its bound

It counts the files of each folder, the source files over 300 lines, the functions over 50 lines, the
comments that begin with a fragment instead of a sentence, and the switches that handle every
enumerator and are still followed by an answer for an unknown one.
"""

import re
import sys
from collections import Counter
from pathlib import Path

FOLDERS = ("src", "include")
TEST_FOLDERS = ("tests", "bench")  # their files are counted by folder, and checked for their length
MAX_FILES_IN_FOLDER = 16  # a source file and its header count as one
MAX_FILE_LINES = 420
LONG_FUNCTION_LINES = 50
MAX_FUNCTION_LINES = 70  # as long as a switch that names each enumerator

FRAGMENT = re.compile(r"^\s*// (Of|Those|One that|Ones that|That of|But for|And|Whose|Than|As of|"
                      r"Nor|Also|With the same)\b")
NO_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|if|for|while|switch|else|do|try|"
                         r"extern|return|case|default|constexpr .*=|const .*=|static const)\b")


def sources(root, folders, suffixes=(".cpp", ".h", ".c")):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes:
                yield path


def functions(lines):
    """(first line number, length) of each function whose body ends at the indent where it began."""
    for number, line in enumerate(lines):
        if not line.rstrip().endswith("{") or NO_FUNCTION.match(line) or " = [" in line:
            continue
        start = number
        while start > 0 and (lines[start].count(")") > lines[start].count("(")
                             or re.match(r"\s+(: )?\w+[({]", lines[start])):
            start -= 1  # the signature begins above
        if "(" not in "".join(lines[start:number + 1]):
            continue
        indent = len(lines[start]) - len(lines[start].lstrip())
        end = next((i for i in range(number + 1, len(lines))
                    if re.match(rf"^ {{{indent}}}}}", lines[i])), None)
        if end is not None:
            yield start + 1, end - start + 1


def fragments(lines):
    """The numbers of the lines where a comment begins that is no sentence."""
    for number, line in enumerate(lines):
        if FRAGMENT.match(line) and not (number and lines[number - 1].lstrip().startswith("//")):
            yield number + 1


def plausible_ends(lines):
    """The numbers of the lines after a switch without `default` and `break` that return a value,
    where no_such_enumerator() belongs: include/netmon/core/values/enumerator.h."""
    for number, line in enumerate(lines):
        if not line.lstrip().startswith("switch ("):
            continue
        indent = len(line) - len(line.lstrip())
        end = next(i for i in range(number, len(lines)) if lines[i].startswith(" " * indent + "}"))
        inner = [text.strip() for text in lines[number:end]]
        if "break;" not in inner and not any(text.startswith("default:") for text in inner):
            if re.match(r"\s*(return|assert)\b", lines[end + 1]):
                yield end + 2


def measure(root):
    files = Counter()
    long_files, long_tests, long_functions, opened, plausible = [], [], [], [], []
    for path in sources(root, TEST_FOLDERS, (".cpp", ".h", ".c", ".py")):
        name = path.relative_to(root)
        files[str(name.parent), name.stem] += 1
        long_tests += [(str(name), count) for count in [len(path.read_text("utf-8").splitlines())]
                       if count > MAX_FILE_LINES]
    for path in sources(root, FOLDERS):
        lines = path.read_text("utf-8").splitlines()
        name = path.relative_to(root)
        files[str(name.parent), name.stem] += 1
        if len(lines) > 300:
            long_files.append((str(name), len(lines)))
        long_functions += [(f"{name}:{start}", length) for start, length in functions(lines)
                           if length > LONG_FUNCTION_LINES]
        opened += [f"{name}:{number}" for number in fragments(lines)]
        if name.parts[:2] != ("src", "bpf"):  # most of which is C
            plausible += [f"{name}:{number}" for number in plausible_ends(lines)]
    folders = Counter(folder for folder, _ in files)
    return folders, long_files, long_tests, long_functions, opened, plausible


def main():
    check = sys.argv[1:2] == ["--check"]
    arguments = sys.argv[2:] if check else sys.argv[1:]
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    folders, long_files, long_tests, long_functions, opened, plausible = measure(root)
    crowded = [(folder, count) for folder, count in folders.items() if count > MAX_FILES_IN_FOLDER]
    print(f"{len(folders)} folders, the fullest with {max(folders.values())} modules")
    print(f"{len(long_files)} files over 300 lines")
    print(f"{len(long_tests)} files of tests over {MAX_FILE_LINES} lines")
    print(f"{len(long_functions)} functions over {LONG_FUNCTION_LINES} lines")
    print(f"{len(opened)} comments that open as a fragment")
    print(f"{len(plausible)} complete switches that end in a plausible value")
    too_long = [(name, count) for name, count in long_files if count > MAX_FILE_LINES]
    too_long += [(name, count) for name, count in long_functions if count > MAX_FUNCTION_LINES]
    for name, count in crowded + long_files + long_tests + long_functions:
        print(f"  {name}: {count}")
    for name in opened + plausible:
        print(f"  {name}")
    if check and (crowded or too_long or long_tests or opened or plausible):
        sys.exit("more than tests/house.py allows")


if __name__ == "__main__":
    main()
