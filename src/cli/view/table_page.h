// Shows the rows of the view as a table that fits the screen.
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
  // Decides which columns fit. To be called before the lines around the table are made.
  void fit(const LiveModel& model, std::size_t columns);

  // The line of titles, followed by a line for each row on the screen.
  [[nodiscard]] std::vector<Line> lines(const LiveModel& model, std::size_t columns) const;

  // The number of columns that are not empty but do not fit the width.
  [[nodiscard]] std::size_t hidden_columns() const { return hidden_; }

 private:
  void measure(const LiveModel& model);

  // The width of the widest text so far in each column. It never shrinks, because columns that move
  // with every round are hard to read.
  std::vector<std::size_t> widest_;
  std::vector<FittedColumn> fit_;
  std::size_t hidden_ = 0;
};

// The two characters before a row: "! ", "+ ", "~ ", "- ", "!-".
std::string sign_of(const LiveModel& model, const RowRef& row);

}  // namespace netmon::cli
