// The columns of a row (tables.h, entry_tables.h) by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace netmon {

struct ColumnNames {
  std::vector<std::string_view> names;

  void operator()(std::string_view name, const auto& /*value*/) { names.push_back(name); }
  void hexadecimal(std::string_view name, std::uint64_t /*value*/) { names.push_back(name); }
  template <typename T>
  void all_or_none(const std::optional<T>& /*value*/, auto columns) {
    const T any{};
    columns(*this, any);
  }
};

template <typename Row>
concept HasUndigestedColumns = requires(ColumnNames& visit, Row& row) {
  Row::undigested_columns(visit, row);
};

// Visits all columns of the table in their order.
void visit_all_columns(auto& visit, auto& row) {
  using Row = std::remove_cvref_t<decltype(row)>;
  Row::columns(visit, row);
  if constexpr (HasUndigestedColumns<Row>) Row::undigested_columns(visit, row);
}

template <typename Row>
std::vector<std::string_view> column_names() {
  ColumnNames visit;
  const Row row;
  visit_all_columns(visit, row);
  return visit.names;
}

}  // namespace netmon
