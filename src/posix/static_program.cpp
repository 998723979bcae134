#include "netmon/posix/static_program.h"

// Defined only where the static program is linked, in packaging/static/libraries.cpp.
extern "C" [[gnu::weak]] const char netmon_is_static;

namespace netmon {

bool is_static_program() { return &netmon_is_static != nullptr; }

}  // namespace netmon
