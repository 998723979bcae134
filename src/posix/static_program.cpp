#include "netmon/posix/static_program.h"

// Defined where the static program is linked, packaging/static/libraries.cpp, and nowhere else.
extern "C" [[gnu::weak]] const char netmon_is_static;

namespace netmon {

bool is_static_program() { return &netmon_is_static != nullptr; }

}  // namespace netmon
