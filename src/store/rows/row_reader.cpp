#include "store/rows/row_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "netmon/core/values/number.h"

namespace netmon {

std::string RowReader::select(const std::vector<std::string_view>& columns,
                              const std::string& source) {
  return fmt::format("SELECT {} FROM {}", fmt::join(columns, ","), source);
}

std::string RowReader::select_children(std::string_view table,
                                       const std::vector<std::string_view>& columns,
                                       std::string_view order, std::int64_t snapshot_id) {
  return select(columns,
                fmt::format("{} WHERE snapshot_id = {} ORDER BY {}", table, snapshot_id, order));
}

RowReader RowReader::snapshot_rows(sqlite3* database, std::string_view condition,
                                   RowDigest& digest) {
  return {database, SnapshotRow::kTable,
          fmt::format("SELECT {},digest FROM snapshot {} ORDER BY id",
                      fmt::join(column_names<SnapshotRow>(), ","), condition),
          digest};
}

RowReader RowReader::snapshot_row(sqlite3* database, std::int64_t id, std::int64_t first_id,
                                  RowDigest& digest) {
  std::vector<std::string_view> columns = column_names<SnapshotRow>();
  columns.emplace_back("digest");
  const std::string number = std::to_string(first_id);
  std::ranges::replace(columns, std::string_view("id"), std::string_view(number));
  return {database, SnapshotRow::kTable, select(columns, fmt::format("snapshot WHERE id = {}", id)),
          digest};
}

RowReader::RowReader(sqlite3* database, std::string_view table, const std::string& sql,
                     RowDigest& digest)
    : table_(table), digest_(digest), statement_(prepare(database, sql)) {}

bool RowReader::next() {
  ++row_number_;
  column_ = 0;
  return step(statement_.get());
}

void RowReader::reject(std::string_view what) const {
  throw BadRow(fmt::format("row {} of table {} {}", row_number_, table_, what));
}

void RowReader::reject_column(std::string_view what) const {
  reject(fmt::format("is damaged: its column {} {}", name_, what));
}

bool RowReader::is_null() const {
  return sqlite3_column_type(statement_.get(), column_) == SQLITE_NULL;
}

bool RowReader::skip_null() {
  if (!is_null()) return false;
  ++column_;
  if (digested_) digest_.add_null();
  return true;
}

void RowReader::require_null(std::string_view name) {
  name_ = name;
  if (!skip_null()) reject_column("has a value, and what goes with it has none");
}

std::int64_t RowReader::integer() {
  const std::int64_t value = sqlite3_column_int64(statement_.get(), column_);
  if (value == 0 && is_null()) reject_column("is NULL");
  ++column_;
  if (digested_) digest_.add_integer(value);
  return value;
}

std::string_view RowReader::text() {
  const auto* const bytes = sqlite3_column_text(statement_.get(), column_);
  if (bytes == nullptr) reject_column("is NULL");
  const int size = sqlite3_column_bytes(statement_.get(), column_++);
  // SQLite returns unsigned bytes, which may be accessed as char.
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::string_view RowReader::digested_text() {
  const std::string_view value = text();
  if (digested_) digest_.add_text(value);
  return value;
}

void RowReader::read(bool& value) {
  const std::int64_t stored = integer();
  if (stored != 0 && stored != 1) reject_column("is neither 0 nor 1");
  value = stored == 1;
}

void RowReader::read(IpAddress& value) {
  const std::string_view stored = digested_text();
  value = stored.empty() ? IpAddress{} : parsed(parse_ip_address(stored));
}

void RowReader::read(std::vector<std::uint32_t>& value) {
  std::string_view left = digested_text();
  value.clear();
  while (!left.empty()) {
    const auto comma = left.find(',');
    value.push_back(parsed(parse_number<std::uint32_t>(left.substr(0, comma))));
    if (comma == std::string_view::npos) return;
    left.remove_prefix(comma + 1);
    if (left.empty()) reject_column("cannot be read");
  }
}

void RowReader::hexadecimal(std::string_view name, std::uint64_t& value) {
  name_ = name;
  value = parsed(parse_number<std::uint64_t>(digested_text(), 16));
}

}  // namespace netmon
