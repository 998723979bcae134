#pragma once

namespace netmon::cli {

// Parses the command line, runs the command and returns the exit status. Throws Error.
int run(int argc, const char* const* argv);

}  // namespace netmon::cli
