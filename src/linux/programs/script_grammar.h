// Finds the script that an interpreter was told to run, by that interpreter's grammar of options.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linux/programs/interpreter.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

struct ScriptArgument {
  ScriptKind kind = ScriptKind::file;
  std::string name;  // a path as it was given, a module, or the option that gave code
  std::string code;  // the text of code; else ""

  bool operator==(const ScriptArgument&) const = default;
};

struct ScriptSearch {
  std::optional<ScriptArgument> script;
  // False where the arguments are not those of this interpreter, because the process wrote a title
  // over them: then they say nothing. True without a script means that it runs its standard input.
  bool understood = true;

  bool operator==(const ScriptSearch&) const = default;
};

// `cmdline` is /proc/PID/cmdline, which may be cut off. `program` is the base name of the
// executable, which tells Deno from Node.js. The arguments that the kernel makes of a "#!" line are
// read in the same way.
ScriptSearch find_script(Interpreter interpreter, std::string_view program,
                         std::string_view cmdline);

}  // namespace netmon
