// Looks up the terminal in terminfo(5).
#pragma once

namespace netmon::cli {

// Whether TERM names a terminal that this host knows.
bool terminal_is_known();

}  // namespace netmon::cli
