// The rows of the view as a table that fits the screen.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/view/frame.h"
#include "cli/view/live_model.h"
#include "netmon/report/columns.h"

namespace netmon::cli {

class TablePage {
 public:
  // Decides which columns fit, before the lines around the table are made.
  void fit(const LiveModel& model, std::size_t columns);

  // The line of titles, then a line for each row on the screen.
  [[nodiscard]] std::vector<Line> lines(const LiveModel& model, std::size_t columns) const;

  // Columns that hold something and are not shown for want of width.
  [[nodiscard]] std::size_t hidden_columns() const { return hidden_; }

 private:
  void measure(const LiveModel& model);

  // The widest text seen in each column. It never shrinks: columns that hop with every round cannot
  // be read.
  std::vector<std::size_t> widest_;
  std::vector<FittedColumn> fit_;
  std::size_t hidden_ = 0;
};

// The two letters before a row: "! ", "+ ", "~ ", "- ", "!-".
std::string sign_of(const LiveModel& model, const RowRef& row);

}  // namespace netmon::cli
