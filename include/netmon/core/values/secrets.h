// Passwords and tokens in command lines. Snapshots store what was seen; what is shown or exported
// is masked here.
#pragma once

#include <string>
#include <string_view>

namespace netmon {

// Returns `command_line` (as in Process::cmdline) with each secret of a known pattern replaced by
// "***". The patterns are listed in docs/SECURITY.md; a secret that matches none stays. Takes
// linear time, and does not change a line that is masked already.
std::string mask_secrets(std::string_view command_line);

}  // namespace netmon
