// Passwords and tokens in command lines. What is stored is what was seen; what is shown or exported
// goes through here.
#pragma once

#include <string>
#include <string_view>

namespace netmon {

// `command_line` (as Process::cmdline) with each secret of a known pattern replaced by "***". The
// patterns are listed in docs/SECURITY.md; a secret of no known pattern stays. Linear in time.
// Idempotent: what is masked already is returned as it is.
std::string mask_secrets(std::string_view command_line);

}  // namespace netmon
