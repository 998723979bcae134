// Columns of text side by side on a line of a given width: which of them stay, and how wide they
// are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netmon/report/text_fit.h"

namespace netmon {

enum class Align : std::uint8_t { left, right };

// Where the columns do not all fit even at their floors, those of low importance are dropped first;
// an essential column is never dropped. Remaining columns are narrowed from low importance to high.
enum class Importance : std::uint8_t { low, medium, high, essential };

struct Column {
  std::string title;
  Importance importance = Importance::essential;
  std::size_t floor = 8;  // the narrowest useful width
  Cut cut = Cut::end;
  Align align = Align::left;
};

// The terminal columns between two columns of a table.
inline constexpr std::size_t kColumnGap = 2;

// A column that is shown.
struct FittedColumn {
  std::size_t index = 0;  // into all columns
  std::size_t width = 0;
  std::size_t floor = 0;
};

// The columns that fit on a line of `width` terminal columns (0: unlimited). `widest` is the width
// of the longest text in each column, by index; a column without any text is left out.
std::vector<FittedColumn> fit_columns(std::span<const Column> columns,
                                      std::span<const std::size_t> widest, std::size_t width);

}  // namespace netmon
