// Reads /proc/net as an ordinary tool does, for a comparison with sock_diag.
#pragma once

#include <string>

#include "linux/crossview/cross_view.h"

namespace netmon {

// `folder` is a /proc/…/net. Where the plan asks only for TCP's listeners, which come first,
// reading ends after them.
ProcView read_proc_view(const std::string& folder, const ViewPlan& plan);

}  // namespace netmon
