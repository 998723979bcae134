"""Checks that every test that the tables of tests/README.md and docs/EVIDENCE.md name exists, and that
each of their rows names at least one."""

import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
# Each file with the title of its table's first column; the table is the last one of the file.
TABLES = ((TESTS / "README.md", "fact"), (TESTS.parent / "docs" / "EVIDENCE.md", "what was done"))
ROW = re.compile(r"^\| (.+) \| (`(?:unit|e2e)\..+`) \|$", re.MULTILINE)
NAME = re.compile(r"`((?:unit|e2e)\.[a-z_]+: [^`]+)`")


def unit_tests():
    for source in TESTS.glob("unit/*/**/*.cpp"):
        for name in re.findall(r'^TEST_CASE\("(.*)"\) {', source.read_text("utf-8"), re.MULTILINE):
            yield f"unit.{source.relative_to(TESTS).parts[1]}: {name}"


def e2e_tests():
    listed = subprocess.run([sys.executable, "-B", TESTS / "e2e" / "run.py", "--list"], check=True,
                            text=True, capture_output=True).stdout
    for line in listed.splitlines():
        scenario, _, behaviour, *_ = line.split("\t")
        yield f"e2e.{scenario}: {behaviour}"


def wrong_in(path, title, known):
    table = path.read_text("utf-8").partition(f"\n| {title} |")[2]
    rows = ROW.findall(table)
    wrong = [f"no test of this name: {name}" for _, tests in rows for name in NAME.findall(tests)
             if name not in known]
    wrong += [f"not understood: {tests}" for _, tests in rows
              if tests != ", ".join(f"`{name}`" for name in NAME.findall(tests))]
    if not rows or len(rows) != table.count("\n| "):
        wrong.append(f"{path.name}: a row of the table names no test")
    return wrong


def main():
    known = {*unit_tests(), *e2e_tests()}
    wrong = [line for path, title in TABLES for line in wrong_in(path, title, known)]
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
