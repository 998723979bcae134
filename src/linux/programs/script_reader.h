// The script that a process's interpreter runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "linux/procfs/process_reader.h"
#include "linux/programs/executables.h"
#include "linux/programs/interpreter.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// `named` with its digest, or why there is none: "" where none is to be expected, as of a module or
// of what comes over the standard input.
struct ScriptRead {
  std::optional<Script> script;
  std::string unread;
};

// `process` is an open /proc/PID. `started_at` is the process's: a file that has changed since is
// not what it runs. `maps` is its /proc/PID/maps.
ScriptRead read_script(int process, Interpreter interpreter, const NamedScript& named,
                       Timestamp started_at, std::string_view maps, FileContents& contents);

}  // namespace netmon
