"""Which layer may include which, and which libraries stay where (docs/ARCHITECTURE.md).

  layering.py ROOT      prints each violation as FILE:LINE and ends with 1 where there is any
  layering.py --self-test

core knows nobody; report, expect, linux, bpf and store know only core; cli and main see what all of them
offer in include/netmon, but nobody's inner headers.
"""

import re
import sys
import tempfile
from pathlib import Path

LAYERS = ("core", "report", "expect", "linux", "bpf", "store", "cli")

# Public headers that are a layer's own; all others are core's.
HEADERS_OF = {"report": {"report.h"}, "expect": {"expectation_file.h"},
              "linux": {"capture.h", "packages.h", "privilege.h"}, "bpf": {"bpf.h"},
              "store": {"store.h"}}
NOT_CORE = set().union(*HEADERS_OF.values())

# Libraries by the layers that may use them; fmt may be used everywhere.
LIBRARIES = {"CLI": {"cli", "main"}, "SQLiteCpp": {"store"}, "sqlite3.h": {"store"},
             "openssl": {"store", "linux"}, "utf8proc.h": {"core"}, "nlohmann": {"report"}, "toml++": {"expect"}, "bpf": {"bpf"},
             "fmt": {*LAYERS, "main"}}

# The kernel's headers and those of its sockets. Every other system header (files, terminals,
# signals, users) is for the edges.
KERNEL = re.compile(r"(linux|asm|asm-generic|net|netinet|netpacket|rdma)/|sys/socket\.h|"
                    r"sys/syscall\.h|sys/un\.h|arpa/inet\.h|sched\.h|ifaddrs\.h")
KERNEL_LAYERS = {"linux", "bpf"}
EDGES = {"linux", "bpf", "store", "cli", "main"}
NOWHERE = {"netdb.h"}  # names are not resolved
IMPURE = {"fstream", "iostream", "thread"}  # not for core and report, which are functions on values

# inet_pton(3) and inet_ntop(3) are functions on values; fd.h is what all edges share.
EXCEPTIONS = {("src/core/ip_address.cpp", "arpa/inet.h"),
              ("src/core/ip_address.cpp", "sys/socket.h"),
              ("include/netmon/fd.h", "unistd.h")}

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
LINKED = re.compile(r"\bnetmon_(core|report|expect|linux|bpf|store|cli)\b")


def layer_of(path):
    """The layer of a file, by its path below the root."""
    parts = Path(path).parts
    if parts[0] == "include":
        owners = [layer for layer, headers in HEADERS_OF.items() if parts[-1] in headers]
        return owners[0] if owners else "core"
    return "main" if len(parts) == 2 else parts[1]


def may_include_own(layer, header):
    """Whether `layer` may include this header of the project."""
    folder, _, name = header.partition("/")
    if header == "netmon/fd.h":
        return layer in EDGES
    if folder == "netmon":
        return layer in ("cli", "main") or name not in NOT_CORE | HEADERS_OF.get(layer, set()) \
            or name in HEADERS_OF.get(layer, set())
    return folder == ("cli" if layer == "main" else layer)


def may_include_system(path, layer, header):
    """Whether a file of `layer` may include this header of a library or of the system."""
    library = header if header in LIBRARIES else header.partition("/")[0]
    if (path, header) in EXCEPTIONS:
        return True
    if header in NOWHERE:
        return False
    if path.startswith("include/"):  # what a layer offers is free of its libraries
        return not re.search(r"[./]", header)
    if KERNEL.match(header):
        return layer in KERNEL_LAYERS
    if library in LIBRARIES and ("/" in header or library == header):
        return layer in LIBRARIES[library]
    if re.search(r"[./]", header):
        return layer in EDGES
    return layer in EDGES or header not in IMPURE


def violations_of(path, text):
    layer = layer_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        header = found[2]
        allowed = may_include_own(layer, header) if found[1] == '"' else \
            may_include_system(path, layer, header)
        if not allowed:
            yield f"{path}:{number}: {layer} may not include {header}"


def link_violations_of(path, text):
    layer = layer_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        for other in LINKED.findall(line.partition("#")[0]):
            if layer != "cli" and other not in (layer, "core"):
                yield f"{path}:{number}: {layer} may not link netmon_{other}"


def violations(root):
    files = [path for folder in ("include", "src") for path in sorted((root / folder).rglob("*"))]
    if not files:
        yield f"{root}: no sources"
    for path in files:
        name = str(path.relative_to(root))
        if path.suffix in (".h", ".cpp"):
            if layer_of(name) not in (*LAYERS, "main"):
                yield f"{name}: in no layer"
            yield from violations_of(name, path.read_text("utf-8"))
        elif path.name == "CMakeLists.txt" and path.parent != root / "src":
            yield from link_violations_of(name, path.read_text("utf-8"))


FORBIDDEN = [
    ("src/core/diff.cpp", '#include "netmon/store.h"'),
    ("src/core/diff.cpp", '#include "report/table.h"'),
    ("src/core/diff.cpp", '#include "netmon/fd.h"'),
    ("src/core/diff.cpp", "#include <unistd.h>"),
    ("src/core/diff.cpp", "#include <sys/stat.h>"),
    ("src/core/diff.cpp", "#include <arpa/inet.h>"),
    ("src/core/diff.cpp", "#include <fstream>"),
    ("include/netmon/model.h", '#include "netmon/capture.h"'),
    ("include/netmon/report.h", '#include "netmon/store.h"'),
    ("include/netmon/store.h", "#include <SQLiteCpp/Database.h>"),
    ("src/report/csv.cpp", '#include "netmon/store.h"'),
    ("src/report/csv.cpp", '#include "core/groups.h"'),
    ("src/report/csv.cpp", "#include <iostream>"),
    ("src/report/csv.cpp", "  #  include <linux/tcp.h>"),
    ("src/linux/capture.cpp", '#include "netmon/report.h"'),
    ("src/linux/capture.cpp", '#include "store/digest.h"'),
    ("src/linux/capture.cpp", "#include <sqlite3.h>"),
    ("src/linux/capture.cpp", "#include <netdb.h>"),
    ("src/bpf/owners.cpp", '#include "netmon/store.h"'),
    ("src/store/store.cpp", '#include "netmon/capture.h"'),
    ("src/store/store.cpp", "#include <sys/socket.h>"),
    ("src/store/store.cpp", "#include <nlohmann/json.hpp>"),
    ("src/cli/list.cpp", '#include "store/digest.h"'),
    ("src/cli/list.cpp", "#include <netinet/in.h>"),
    ("src/cli/list.cpp", "#include <openssl/sha.h>"),
    ("src/main.cpp", '#include "core/groups.h"'),
    ("src/fleet/agent.cpp", "#include <string>"),
    ("src/report/CMakeLists.txt", "target_link_libraries(netmon_report PUBLIC netmon_store)"),
]
ALLOWED = [
    ("src/core/diff.cpp", '#include "netmon/diff.h"\n#include "core/groups.h"\n#include <vector>'),
    ("src/core/ip_address.cpp", "#include <arpa/inet.h>\n#include <fmt/format.h>"),
    ("src/report/csv.cpp", '#include "netmon/report.h"\n#include <nlohmann/json.hpp>'),
    ("src/linux/capture.cpp", '#include "netmon/capture.h"\n#include <linux/tcp.h>\n'
                              "#include <sys/socket.h>\n#include <fstream>\n#include <unistd.h>"),
    ("src/store/store.cpp", '#include "netmon/store.h"\n#include <sqlite3.h>\n#include <fcntl.h>'),
    ("src/cli/list.cpp", '#include "cli/list.h"\n#include "netmon/store.h"\n'
                         '#include "netmon/report.h"\n#include <CLI/CLI.hpp>\n#include <pwd.h>'),
    ("src/main.cpp", '#include "cli/commands.h"\n#include <CLI/CLI.hpp>'),
    ("src/store/CMakeLists.txt", "target_link_libraries(netmon_store PUBLIC netmon_core)"),
    ("src/cli/CMakeLists.txt", "target_link_libraries(netmon_cli PUBLIC netmon_linux)"),
]


def found_in_planted(path, text):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / path
        file.parent.mkdir(parents=True)
        file.write_text(text + "\n", "utf-8")
        (Path(folder) / "src" / "core").mkdir(parents=True, exist_ok=True)
        return list(violations(Path(folder)))


def self_test():
    missed = [case for case in FORBIDDEN if len(found_in_planted(*case)) != 1]
    false_alarms = [found for case in ALLOWED for found in found_in_planted(*case)]
    for path, text in missed:
        print(f"not found: {path}: {text}")
    for found in false_alarms:
        print(f"false alarm: {found}")
    return 1 if missed or false_alarms else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(self_test())
    found = list(violations(Path(sys.argv[1])))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
