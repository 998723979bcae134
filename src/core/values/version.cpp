#include "netmon/core/values/version.h"

namespace netmon {

std::string_view version() { return NETMON_VERSION; }

}  // namespace netmon
