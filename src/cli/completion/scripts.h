// Generates scripts that complete netmon's command line in a shell. Commands and options come from
// the parser. For the names of snapshots a script runs `netmon completion revisions` or `netmon
// completion labels` while somebody types.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/completion/syntax.h"

namespace netmon::cli {

// A script for bash 4.4 and newer, with or without the package bash-completion.
std::string bash_completion(std::span<const CommandSyntax> commands);

// A script for zsh's completion system, to be the file _netmon of its function path.
std::string zsh_completion(std::span<const CommandSyntax> commands);

// A script for fish 3 and newer.
std::string fish_completion(std::span<const CommandSyntax> commands);

// "it's" as one word of bash or zsh: 'it'\''s'.
std::string shell_quoted(std::string_view text);

}  // namespace netmon::cli
