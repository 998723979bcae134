// Sorts the rows of the live view.
#pragma once

#include <vector>

#include "cli/view/live_model.h"

namespace netmon::cli {

// Sorts `rows` of `model`. Rows that are equal in `order` are sorted by Order::matters.
void sort_rows(std::vector<RowRef>& rows, const LiveModel& model, Order order);

}  // namespace netmon::cli
