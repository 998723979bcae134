// Reading /proc/net as an ordinary tool does, to hold it against sock_diag.
#pragma once

#include <string>

#include "linux/crossview/cross_view.h"

namespace netmon {

// `folder` is a /proc/…/net. Of TCP's listeners alone, reading ends where they do.
ProcView read_proc_view(const std::string& folder, const ViewPlan& plan);

}  // namespace netmon
