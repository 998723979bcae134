// Writes the columns of a row one by one to the parameters of a statement, or to a digest.
#pragma once

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "store/rows/columns.h"
#include "store/rows/tables.h"
#include "store/sqlite/statement.h"

namespace netmon {

// The visitor that writes NULL for each column.
template <typename Values>
class NullWriter {
 public:
  explicit NullWriter(Values& values) : values_(values) {}

  void operator()(std::string_view /*name*/, const auto& /*value*/) { values_.add_null(); }
  void hexadecimal(std::string_view /*name*/, std::uint64_t /*value*/) { values_.add_null(); }

 private:
  Values& values_;
};

// "4,27,33".
std::string comma_separated(const std::vector<std::uint32_t>& numbers);

// The visitor for the columns of a row. `Values` has add_null(), add_integer(), add_text(), and
// add_word() for text that lives as long as the program.
template <typename Values>
class ColumnWriter {
 public:
  explicit ColumnWriter(Values& values) : values_(values) {}

  template <typename T>
  void operator()(std::string_view /*name*/, const T& value) {
    write(value);
  }

  void hexadecimal(std::string_view /*name*/, std::uint64_t value) {
    values_.add_text(fmt::format("{:016x}", value));
  }

  template <typename T>
  void all_or_none(const std::optional<T>& value, auto columns) {
    if (value) {
      columns(*this, *value);
    } else {
      NullWriter<Values> visit(values_);
      const T any{};
      columns(visit, any);
    }
  }

 private:
  void write(const std::string& value) { values_.add_text(value); }
  void write(bool value) { values_.add_integer(value ? 1 : 0); }
  void write(Timestamp value) { values_.add_text(to_string(value)); }
  void write(std::chrono::milliseconds value) { values_.add_integer(value.count()); }
  void write(const IpAddress& value) { values_.add_text(to_string(value)); }
  void write(const Scope& value) { values_.add_text(to_string(value)); }
  void write(const std::vector<std::uint32_t>& value) { values_.add_text(comma_separated(value)); }

  // An unsigned number of 64 bits is stored as the signed number with the same bits.
  template <std::integral T>
  void write(T value) {
    values_.add_integer(static_cast<std::int64_t>(value));
  }

  template <typename T>
  requires std::is_enum_v<T>
  void write(T value) { values_.add_word(to_string(value)); }

  template <typename T>
  void write(const std::optional<T>& value) {
    if (value) {
      write(*value);
    } else {
      values_.add_null();
    }
  }

  Values& values_;
};

// Inserts the rows of one table of one snapshot.
class RowWriter {
 public:
  // add() must be called exactly `rows` times; the last call writes what is pending.
  template <typename Row>
  static RowWriter child_rows(sqlite3* database, std::int64_t snapshot_id, std::size_t rows) {
    return {database, insert_child(Row::kTable, column_names<Row>(), snapshot_id), rows};
  }

  // A writer for a single call of add_sealed().
  static RowWriter snapshot_row(sqlite3* database) {
    return {database, insert_snapshot(column_names<SnapshotRow>()), 1};
  }

  template <typename Row>
  void add(const Row& row) {
    put(row);
    if (++rows_bound_ == rows_per_statement_) execute();
  }

  // Inserts `row` with its digest, which does not cover itself.
  void add_sealed(const SnapshotRow& row, const std::string& digest);

  void add_null();
  void add_integer(std::int64_t value);
  void add_text(std::string_view value) { bind_text(value, SQLITE_TRANSIENT); }  // copied
  void add_word(std::string_view value) { bind_text(value, SQLITE_STATIC); }

 private:
  struct Sql {
    std::string head;    // INSERT INTO … VALUES
    std::string values;  // (?, …): the values of one row
  };

  RowWriter(sqlite3* database, Sql sql, std::size_t rows);
  static Sql insert_child(std::string_view table, const std::vector<std::string_view>& columns,
                          std::int64_t snapshot_id);
  static Sql insert_snapshot(const std::vector<std::string_view>& columns);

  template <typename Row>
  void put(const Row& row) {
    ColumnWriter<RowWriter> visit(*this);
    visit_all_columns(visit, row);
  }
  void prepare_rows();
  void execute();
  void check(int result) const;
  void bind_text(std::string_view value, sqlite3_destructor_type lifetime);

  sqlite3* database_;
  Sql sql_;
  std::size_t rows_left_;  // not yet inserted
  std::size_t batch_;      // rows per statement while that many are left
  std::size_t rows_per_statement_ = 0;
  std::size_t rows_bound_ = 0;
  int next_parameter_ = 1;
  StatementHandle statement_;
};

}  // namespace netmon
