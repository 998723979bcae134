// How rows are sorted.
#pragma once

#include <vector>

#include "cli/view/live_model.h"

namespace netmon::cli {

// Sorts `rows` of `model`. Rows that are equal in the order asked for stand as they matter.
void sort_rows(std::vector<RowRef>& rows, const LiveModel& model, Order order);

}  // namespace netmon::cli
