// Which script an interpreter was told to run, by its own grammar of options. Pure.
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
  std::string code;  // of code: its text

  bool operator==(const ScriptArgument&) const = default;
};

struct ScriptSearch {
  std::optional<ScriptArgument> script;
  // False where the arguments are none of this interpreter, as where a process wrote a title over
  // them: then they say nothing. True without a script: it reads what it runs from its input.
  bool understood = true;

  bool operator==(const ScriptSearch&) const = default;
};

// `cmdline` is /proc/PID/cmdline, whole or cut. `program` is the base name of the executable: it
// tells Deno from Node.js. What the kernel makes of a "#!" line is read in the same way.
ScriptSearch find_script(Interpreter interpreter, std::string_view program,
                         std::string_view cmdline);

}  // namespace netmon
