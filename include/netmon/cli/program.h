#pragma once

namespace netmon::cli {

// Parses the command line and runs what it asks for; returns the exit status. Throws Error.
int run(int argc, const char* const* argv);

}  // namespace netmon::cli
