"""Runs tests of one file, each method in a throw-away world (support/world.py).

  run.py FILE --list        prints METHOD<tab>BEHAVIOUR for each test, one on each line
  run.py FILE [METHOD...]   runs these tests, or all tests if none is named

FILE is a path, or the name of a scenario: `owners` is capture/test_owners.py.
"""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def script_of(name):
    found = [Path(name).resolve()] if name.endswith(".py") else [*HERE.glob(f"*/test_{name}.py")]
    if len(found) != 1 or not found[0].is_file():
        sys.exit(f"no file of tests is named {name}")
    return found[0]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    script = script_of(sys.argv[1])
    # Adds the modules of the folder itself, and those that all folders share. PYTHONPATH would be
    # inherited by the programs under test, and netmon would report it.
    sys.path[0:1] = [str(script.parent), str(HERE / "support")]
    sys.argv[0:2] = [str(script)]
    runpy.run_path(str(script), run_name="__main__")


main()
