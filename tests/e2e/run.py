"""Runs tests of one file, each method in a throw-away world (support/world.py).

  run.py --list [FILE...]   prints SCENARIO<tab>METHOD<tab>BEHAVIOUR for each test, one on each line, and
                            another <tab>alone if the test has an entry of its own in ctest;
                            without a file, for the tests of all files
  run.py FILE [METHOD...]   runs these tests, or all tests if none is named

FILE is a path, or the name of a scenario: `owners` is capture/test_owners.py.
"""

import ast
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def script_of(name):
    found = [Path(name).resolve()] if name.endswith(".py") else [*HERE.glob(f"*/test_{name}.py")]
    if len(found) != 1 or not found[0].is_file():
        sys.exit(f"no file of tests is named {name}")
    return found[0]


def tests_of(script):
    """The fields that --list prints of each test of a file, without running a line of it."""
    classes = [node for node in ast.parse(script.read_text("utf-8")).body
               if isinstance(node, ast.ClassDef)]
    methods = {node.name: [ast.unparse(decorator) for decorator in node.decorator_list]
               for each in classes for node in each.body
               if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}
    for method, decorators in sorted(methods.items()):
        alone = ["alone"] if "world.alone" in decorators else []
        yield (script.stem.removeprefix("test_"), method,
               method.removeprefix("test_").replace("_", " "), *alone)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--list":
        for script in [*map(script_of, sys.argv[2:])] or sorted(HERE.glob("*/test_*.py")):
            for test in tests_of(script):
                print(*test, sep="\t")
        return
    script = script_of(sys.argv[1])
    # Adds the modules of the folder itself, and those that all folders share. PYTHONPATH would be
    # inherited by the programs under test, and netmon would report it.
    sys.path[0:1] = [str(script.parent), str(HERE / "support")]
    sys.argv[0:2] = [str(script)]
    runpy.run_path(str(script), run_name="__main__")


main()
