"""Checks which layer uses which (docs/ARCHITECTURE.md).

  layering.py libraries ROOT      finds what the compiler cannot: headers of libraries and of the system
                                  that a layer may not include, and links that CMakeLists.txt may not
                                  have; prints each as FILE:LINE
  layering.py libraries --self-test
  layering.py headers BUILD       checks with the compiler and the flags of the build which headers each
                                  layer finds, and compiles a few files that must fail

Ends with 1 if anything is wrong.
"""

import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The layers, each with the layers that it may link.
MAY_LINK = {"core": set(), "posix": {"core"}, "report": {"core"}, "expect": {"core"},
            "linux": {"core", "posix"}, "bpf": {"core", "posix"}, "store": {"core", "posix"},
            "cli": {"core", "posix", "report", "expect", "linux", "bpf", "store"}}
EDGES = {"posix", "linux", "bpf", "store", "cli", "main"}

# Libraries, with the layers that may use them; fmt may be used everywhere.
LIBRARIES = {"CLI": {"cli"}, "SQLiteCpp": {"store"}, "sqlite3.h": {"store"},
             "nettle": {"core"}, "utf8proc.h": {"core"}, "nlohmann": {"report"},
             "toml++": {"expect"}, "curses.h": {"cli"}, "term.h": {"cli"}, "bpf": {"bpf"},
             "systemd": {"cli"}, "fmt": {*MAY_LINK, "main"}}

# Headers of the kernel and of its sockets. Only the layers at the edge may use any other system
# header (files, terminals, signals, users).
KERNEL = re.compile(r"(linux|asm|asm-generic|net|netinet|netpacket|rdma)/|sys/socket\.h|"
                    r"sys/syscall\.h|sys/un\.h|arpa/inet\.h|sched\.h|ifaddrs\.h")
KERNEL_LAYERS = {"linux", "bpf"}
NOWHERE = {"netdb.h"}  # netmon does not resolve names
IMPURE = {"fstream", "iostream", "thread"}  # not in core and report, which are functions on values

# inet_pton(3) and inet_ntop(3) are functions on values; posix uses the system's own types.
EXCEPTIONS = {("src/core/values/ip_address.cpp", "arpa/inet.h"),
              ("src/core/values/ip_address.cpp", "sys/socket.h"),
              ("include/netmon/posix/fd.h", "unistd.h"),
              ("include/netmon/posix/output_folder.h", "sys/stat.h")}

INCLUDE = re.compile(r"\s*#\s*include\s*<([^>]+)>")
LINKED = re.compile(r"\bnetmon_(" + "|".join(MAY_LINK) + r")\b")


def layer_of(path):
    """The layer of a file, from its path below the root."""
    parts = Path(path).parts
    if parts[0] == "include":
        return parts[2]
    return "main" if len(parts) == 2 else parts[1]


def may_include(path, layer, header):
    """Whether a file of `layer` may include this header of a library or of the system."""
    library = header if header in LIBRARIES else header.partition("/")[0]
    if (path, header) in EXCEPTIONS:
        return True
    if header in NOWHERE:
        return False
    if path.startswith("include/"):  # what a layer offers does not depend on its libraries
        return not re.search(r"[./]", header)
    if KERNEL.match(header):
        return layer in KERNEL_LAYERS
    if library in LIBRARIES and ("/" in header or library == header):
        return layer in LIBRARIES[library]
    if re.search(r"[./]", header):
        return layer in EDGES
    return layer in EDGES or header not in IMPURE


def include_violations(path, text):
    layer = layer_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if found and not may_include(path, layer, found[1]):
            yield f"{path}:{number}: {layer} may not include {found[1]}"


def link_violations(path, text):
    layer = layer_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        for other in LINKED.findall(line.partition("#")[0]):
            if other != layer and other not in MAY_LINK[layer]:
                yield f"{path}:{number}: {layer} may not link netmon_{other}"


def violations(root):
    files = [path for folder in ("include", "src") for path in sorted((root / folder).rglob("*"))]
    if not files:
        yield f"{root}: no sources"
    for path in files:
        name = str(path.relative_to(root))
        if path.suffix in (".h", ".cpp"):
            if layer_of(name) not in (*MAY_LINK, "main"):
                yield f"{name}: in no layer"
            yield from include_violations(name, path.read_text("utf-8"))
        elif path.name == "CMakeLists.txt" and path.parent != root / "src":
            yield from link_violations(name, path.read_text("utf-8"))


FORBIDDEN = [
    ("src/core/diff/diff.cpp", "#include <unistd.h>"),
    ("src/core/diff/diff.cpp", "#include <sys/stat.h>"),
    ("src/core/diff/diff.cpp", "#include <arpa/inet.h>"),
    ("src/core/diff/diff.cpp", "#include <fstream>"),
    ("include/netmon/store/store.h", "#include <SQLiteCpp/Database.h>"),
    ("src/report/text/csv.cpp", "#include <iostream>"),
    ("src/report/text/csv.cpp", "  #  include <linux/tcp.h>"),
    ("src/linux/capture.cpp", "#include <sqlite3.h>"),
    ("src/linux/capture.cpp", "#include <netdb.h>"),
    ("src/store/store.cpp", "#include <sys/socket.h>"),
    ("src/store/store.cpp", "#include <nlohmann/json.hpp>"),
    ("src/cli/commands/list_command.cpp", "#include <netinet/in.h>"),
    ("src/cli/commands/list_command.cpp", "#include <nettle/sha2.h>"),
    ("src/store/store.cpp", "#include <systemd/sd-journal.h>"),
    ("src/fleet/agent.cpp", "#include <string>"),
    ("src/report/CMakeLists.txt", "target_link_libraries(netmon_report PUBLIC netmon_store)"),
    ("src/core/CMakeLists.txt", "target_link_libraries(netmon_core PRIVATE netmon_posix)"),
]
ALLOWED = [
    ("src/core/values/ip_address.cpp", "#include <arpa/inet.h>\n#include <fmt/format.h>"),
    ("src/report/text/csv.cpp", "#include <vector>\n#include <nlohmann/json.hpp>"),
    ("src/linux/capture.cpp",
     "#include <linux/tcp.h>\n#include <sys/socket.h>\n#include <fstream>\n#include <unistd.h>"),
    ("src/store/store.cpp", "#include <sqlite3.h>\n#include <fcntl.h>"),
    ("src/cli/options.cpp", "#include <CLI/CLI.hpp>\n#include <pwd.h>"),
    ("src/store/CMakeLists.txt", "target_link_libraries(netmon_store PUBLIC netmon_core)"),
    ("src/cli/CMakeLists.txt", "target_link_libraries(netmon_cli PUBLIC netmon_linux)"),
]


def found_in_planted(path, text):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / path
        file.parent.mkdir(parents=True)
        file.write_text(text + "\n", "utf-8")
        return list(violations(Path(folder)))


def self_test():
    for path, text in FORBIDDEN:
        if len(found_in_planted(path, text)) != 1:
            yield f"not found: {path}: {text}"
    for path, text in ALLOWED:
        yield from (f"false alarm: {found}" for found in found_in_planted(path, text))


# Headers that a file of each layer must not find. All headers of the tree are searched for as well;
# these are compiled, to show that it is an error.
TRIES = [
    ("core", ["netmon/store/store.h", "netmon/posix/fd.h", "report/text/table.h"]),
    ("posix", ["netmon/linux/capture.h", "netmon/cli/program.h", "store/lookup.h"]),
    ("report", ["netmon/store/store.h", "core/diff/differ.h", "netmon/linux/capture.h"]),
    ("expect", ["netmon/report/report.h", "core/diff/differ.h", "store/lookup.h"]),
    ("linux", ["netmon/report/report.h", "netmon/bpf/bpf.h", "store/chain/digest.h"]),
    ("bpf", ["netmon/linux/capture.h", "netmon/store/store.h", "linux/gaps.h"]),
    ("store", ["netmon/linux/capture.h", "netmon/report/report.h", "core/diff/differ.h"]),
    ("cli", ["store/lookup.h", "linux/gaps.h", "core/diff/differ.h"]),
]


def compiles(command, source, header):
    source.write_text(f'#include "{header}"\n', "utf-8")
    return subprocess.run([*command, "-fsyntax-only", source], capture_output=True).returncode == 0


def reached(command, source, headers):
    """The headers that a file could include which is compiled by the command."""
    source.write_text("".join(f'#if __has_include("{header}")\n"{header}"\n#endif\n'
                              for header in headers), "utf-8")
    found = subprocess.run([*command, "-E", "-P", source], check=True, capture_output=True,
                           text=True)
    return set(re.findall(r'^"(.+)"$', found.stdout, re.MULTILINE))


def headers_by_layer():
    """The headers that each layer offers, and those that it keeps to itself."""
    offered, own = {}, {}
    for layer in MAY_LINK:
        for folder, kept in (("include/netmon", offered), ("src", own)):
            root = ROOT / folder
            kept[layer] = {str(path.relative_to(ROOT / "include" if kept is offered else root))
                           for path in (root / layer).rglob("*.h")}
    return offered, own


def flags_by_layer(build):
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text("utf-8")):
        layer = re.search(r"\bsrc/(\w+)/CMakeFiles/netmon_\1\.dir/", entry["command"])
        if layer and entry["file"].endswith((".cpp", ".cxx")):  # a single file, or several as one
            words = shlex.split(entry["command"])
            flags[layer[1]] = [word for word in words[:words.index("-o")]
                               if word not in ("-c", "-MD")
                               and not re.match(r"-M[TF]|.*\.d$|.*\.o$", word)]
    return flags


def header_violations(build):
    flags = flags_by_layer(build)
    offered, own = headers_by_layer()
    every = sorted(set().union(*offered.values(), *own.values()))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "try.cpp"
        for layer, forbidden in TRIES:
            found = reached(flags[layer], source, every)
            may = own[layer].union(*(offered[other] for other in (layer, *MAY_LINK[layer])))
            # Without these, "not found" would not prove anything.
            must = own[layer] | offered[layer] | offered["core"]
            yield from (f"{layer} finds {header}" for header in sorted(found - may))
            yield from (f"{layer} does not find {header}" for header in sorted(must - found))
            yield from (f"{layer} compiles {header}" for header in forbidden
                        if compiles(flags[layer], source, header))


def main():
    kind, subject = sys.argv[1:]
    if kind == "headers":
        found = list(header_violations(Path(subject)))
    elif subject == "--self-test":
        found = list(self_test())
    else:
        found = list(violations(Path(subject)))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
