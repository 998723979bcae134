// Reads the script that a process's interpreter runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "linux/procfs/process_reader.h"
#include "linux/programs/executables.h"
#include "linux/programs/interpreter.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// A script with its digest, or the reason why it has none. The reason is "" where no digest is to
// be expected: for a module, and for a script from the standard input.
struct ScriptRead {
  std::optional<Script> script;
  std::string unread;
};

// Reads the script that `named` says. `process` is an open /proc/PID. A file that changed after
// `started_at`, the start of the process, is not what the process runs. `maps` is the text of its
// /proc/PID/maps.
ScriptRead read_script(int process, Interpreter interpreter, const NamedScript& named,
                       Timestamp started_at, std::string_view maps, FileContents& contents);

}  // namespace netmon
