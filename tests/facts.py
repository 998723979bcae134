"""Checks that every test that tests/README.md names exists, and that each fact names one."""

import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
ROW = re.compile(r"^\| (.+) \| (`(?:unit|e2e)\..+`) \|$", re.MULTILINE)
NAME = re.compile(r"`((?:unit|e2e)\.[a-z_]+: [^`]+)`")


def unit_tests():
    for source in TESTS.glob("unit/*/*.cpp"):
        for name in re.findall(r'^TEST_CASE\("(.*)"\) {', source.read_text("utf-8"), re.MULTILINE):
            yield f"unit.{source.parent.name}: {name}"


def e2e_tests():
    for script in TESTS.glob("e2e/test_*.py"):
        listed = subprocess.run([sys.executable, "-B", script, "--list"], check=True, text=True,
                                capture_output=True).stdout
        for line in listed.splitlines():
            yield f"e2e.{script.stem.removeprefix('test_')}: {line.partition(chr(9))[2]}"


def main():
    text = (TESTS / "README.md").read_text("utf-8")
    rows = ROW.findall(text.partition("\n| fact |")[2])
    known = {*unit_tests(), *e2e_tests()}
    wrong = [f"no test of this name: {name}" for _, tests in rows for name in NAME.findall(tests)
             if name not in known]
    wrong += [f"not understood: {tests}" for _, tests in rows
              if tests != ", ".join(f"`{name}`" for name in NAME.findall(tests))]
    if not rows or len(rows) != text.partition("\n| fact |")[2].count("\n| "):
        wrong.append("a row of the table names no test")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
