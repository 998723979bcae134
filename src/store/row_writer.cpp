#include "store/row_writer.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace netmon {
namespace {

// Many rows in one statement take about half the time of one statement each; beyond this number
// little is gained.
constexpr std::size_t kRowsPerStatement = 32;

std::string parameters(std::size_t count) {
  return fmt::format("{}", fmt::join(std::vector<std::string_view>(count, "?"), ","));
}

}  // namespace

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

RowWriter::RowWriter(sqlite3* database, Sql sql, std::size_t rows, RowDigest& digest)
    : database_(database), sql_(std::move(sql)), rows_left_(rows), digest_(digest) {
  prepare_rows();
}

void RowWriter::prepare_rows() {
  const std::size_t rows = std::min(rows_left_, kRowsPerStatement);
  if (rows == rows_per_statement_) return;
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
  if (rows_left_ > 0) prepare_rows();
}

void RowWriter::seal(const std::string& digest_text) {
  bind_text(digest_text, SQLITE_TRANSIENT);
  execute();
}

void RowWriter::check(int result) const {
  if (result != SQLITE_OK) throw SQLite::Exception(database_, result);
}

void RowWriter::operator()(std::string_view /*uid*/, std::string_view /*name*/,
                           const std::optional<User>& user) {
  if (user) {
    write(user->uid);
    write(user->name);
  } else {
    write_null();
    write_null();
  }
}

void RowWriter::write_null() {
  check(sqlite3_bind_null(statement_.get(), next_parameter_++));
  digest_.add_null();
}

void RowWriter::write_integer(std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), next_parameter_++, value));
  digest_.add_integer(value);
}

void RowWriter::bind_text(std::string_view value, sqlite3_destructor_type lifetime) {
  const char* const text = value.empty() ? "" : value.data();  // a null pointer would bind NULL
  check(sqlite3_bind_text64(statement_.get(), next_parameter_++, text, value.size(), lifetime,
                            SQLITE_UTF8));
}

void RowWriter::write(std::string_view value) {
  bind_text(value, SQLITE_TRANSIENT);
  digest_.add_text(value);
}

}  // namespace netmon
