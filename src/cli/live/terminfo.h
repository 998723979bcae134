// The terminals that this host knows (terminfo(5)).
#pragma once

namespace netmon::cli {

// Whether TERM names one of them.
bool terminal_is_known();

}  // namespace netmon::cli
