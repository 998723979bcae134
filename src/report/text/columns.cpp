#include "netmon/report/columns.h"

#include <algorithm>
#include <utility>

#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using Fit = std::vector<FittedColumn>;

Fit natural_fit(std::span<const Column> columns, std::span<const std::size_t> widest) {
  Fit fit;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (widest[i] == 0) continue;
    const std::size_t title = display_width(columns[i].title);
    const std::size_t width = std::max(widest[i], title);
    fit.push_back({i, width, std::min(width, std::max(columns[i].floor, title))});
  }
  return fit;
}

std::size_t sum(const Fit& fit, std::size_t FittedColumn::*width) {
  std::size_t total = fit.empty() ? 0 : kColumnGap * (fit.size() - 1);
  for (const auto& column : fit) total += column.*width;
  return total;
}

Fit drop_columns(Fit fit, std::span<const Column> columns, std::size_t width) {
  for (const auto importance : {Importance::low, Importance::medium, Importance::high}) {
    for (std::size_t i = fit.size(); i-- > 0;) {
      if (sum(fit, &FittedColumn::floor) <= width) return fit;
      if (columns[fit[i].index].importance != importance) continue;
      fit.erase(fit.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return fit;
}

// Narrows the widest column for which `may_shrink` is true, again and again until the line fits.
template <typename Predicate>
Fit shrink(Fit fit, std::size_t width, Predicate may_shrink) {
  for (std::size_t total = sum(fit, &FittedColumn::width); total > width; --total) {
    FittedColumn* widest = nullptr;
    for (auto& column : fit) {
      if (!may_shrink(column)) continue;
      if (widest == nullptr || column.width > widest->width) widest = &column;
    }
    if (widest == nullptr) break;
    --widest->width;
  }
  return fit;
}

}  // namespace

std::vector<FittedColumn> fit_columns(std::span<const Column> columns,
                                      std::span<const std::size_t> widest, std::size_t width) {
  Fit fit = natural_fit(columns, widest);
  if (width == 0) return fit;
  fit = drop_columns(std::move(fit), columns, width);
  for (const auto importance :
       {Importance::low, Importance::medium, Importance::high, Importance::essential}) {
    fit = shrink(std::move(fit), width, [&](const FittedColumn& column) {
      return columns[column.index].importance == importance && column.width > column.floor;
    });
  }
  return shrink(std::move(fit), width, [](const FittedColumn& column) { return column.width > 1; });
}

}  // namespace netmon
