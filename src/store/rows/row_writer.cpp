#include "store/rows/row_writer.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace netmon {
namespace {

// Several rows per statement take about half the time of one statement each, and more than this
// number gains little. But such a statement takes long to prepare, which does not pay for few rows.
constexpr std::size_t kRowsPerStatement = 32;
constexpr std::size_t kFewRows = 1000;

std::string parameters(std::size_t count) {
  return fmt::format("{}", fmt::join(std::vector<std::string_view>(count, "?"), ","));
}

}  // namespace

std::string comma_separated(const std::vector<std::uint32_t>& numbers) {
  return fmt::format("{}", fmt::join(numbers, ","));
}

RowWriter::Sql RowWriter::insert_child(std::string_view table,
                                       const std::vector<std::string_view>& columns,
                                       std::int64_t snapshot_id) {
  return {fmt::format("INSERT INTO {} (snapshot_id,{}) VALUES ", table, fmt::join(columns, ",")),
          fmt::format("({},{})", snapshot_id, parameters(columns.size()))};
}

RowWriter::Sql RowWriter::insert_snapshot(const std::vector<std::string_view>& columns) {
  return {fmt::format("INSERT INTO snapshot ({},digest) VALUES ", fmt::join(columns, ",")),
          fmt::format("({},?)", parameters(columns.size()))};
}

RowWriter::RowWriter(sqlite3* database, Sql sql, std::size_t rows)
    : database_(database),
      sql_(std::move(sql)),
      rows_left_(rows),
      batch_(rows < kFewRows ? 1 : kRowsPerStatement) {
  prepare_rows();
}

void RowWriter::prepare_rows() {
  const std::size_t rows = rows_left_ < batch_ ? 1 : batch_;
  if (rows_left_ == 0 || rows == rows_per_statement_) return;
  rows_per_statement_ = rows;
  const std::vector<std::string_view> values(rows, sql_.values);
  statement_ = prepare(database_, fmt::format("{}{}", sql_.head, fmt::join(values, ",")));
}

void RowWriter::execute() {
  step(statement_.get());
  check(sqlite3_reset(statement_.get()));
  rows_left_ -= rows_per_statement_;
  rows_bound_ = 0;
  next_parameter_ = 1;
  prepare_rows();
}

void RowWriter::add_sealed(const SnapshotRow& row, const std::string& digest) {
  put(row);
  add_text(digest);
  execute();
}

void RowWriter::check(int result) const {
  if (result != SQLITE_OK) throw SQLite::Exception(database_, result);
}

void RowWriter::add_null() { check(sqlite3_bind_null(statement_.get(), next_parameter_++)); }

void RowWriter::add_integer(std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), next_parameter_++, value));
}

void RowWriter::bind_text(std::string_view value, sqlite3_destructor_type lifetime) {
  const char* const text = value.empty() ? "" : value.data();  // a null pointer would bind NULL
  check(sqlite3_bind_text64(statement_.get(), next_parameter_++, text, value.size(), lifetime,
                            SQLITE_UTF8));
}

}  // namespace netmon
