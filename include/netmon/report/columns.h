// Columns of text side by side, on a line of a given width: which of them stay, and how wide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netmon/report/text_fit.h"

namespace netmon {

enum class Align : std::uint8_t { left, right };

// Where all columns do not fit even at their floors, those of low importance are dropped first; an
// essential column is never dropped. What is kept is cut from low importance to high.
enum class Importance : std::uint8_t { low, medium, high, essential };

struct Column {
  std::string title;
  Importance importance = Importance::essential;
  std::size_t floor = 8;  // cut to this it still tells enough
  Cut cut = Cut::end;
  Align align = Align::left;
};

// The terminal columns between two columns of a table.
inline constexpr std::size_t kColumnGap = 2;

// A column that is shown.
struct FittedColumn {
  std::size_t index = 0;  // of the column among all
  std::size_t width = 0;
  std::size_t floor = 0;
};

// What of `columns` fits a line of `width` terminal columns (0: unlimited). `widest` is the width
// of the longest text in each column, index by index; a column in which there is none is left out.
std::vector<FittedColumn> fit_columns(std::span<const Column> columns,
                                      std::span<const std::size_t> widest, std::size_t width);

}  // namespace netmon
