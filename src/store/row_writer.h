// Inserts the rows of one table of one snapshot, column by column, and feeds each value to the
// snapshot's digest as it binds it.
#pragma once

#include <sqlite3.h>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "netmon/model.h"
#include "store/digest.h"
#include "store/statement.h"
#include "store/tables.h"

namespace netmon {

class RowWriter {
 public:
  // Exactly `rows` calls of add() must follow; the last one sends what is left.
  template <typename Row>
  static RowWriter child_rows(sqlite3* database, std::int64_t snapshot_id, std::size_t rows,
                              RowDigest& digest) {
    return {database, insert_child(Row::kTable, column_names<Row>(), snapshot_id), rows, digest};
  }

  // For put(), then seal().
  static RowWriter snapshot_row(sqlite3* database, RowDigest& digest) {
    return {database, insert_snapshot(column_names<SnapshotRow>()), 1, digest};
  }

  template <typename Row>
  void add(const Row& row) {
    put(row);
    if (++rows_bound_ == rows_per_statement_) execute();
  }

  // Binds and digests the columns, and inserts nothing yet.
  template <typename Row>
  void put(const Row& row) {
    digest_.begin_row(Row::kTable);
    Row::columns(*this, row);
    digest_.end_row();
  }

  // Inserts the one row that was put, with the digest that ends it and is no part of itself.
  void seal(const std::string& digest_text);

  // The visitor: one column each.
  template <typename T>
  void operator()(std::string_view /*name*/, const T& value) {
    write(value);
  }
  void operator()(std::string_view /*uid*/, std::string_view /*name*/,
                  const std::optional<User>& user);

 private:
  struct Sql {
    std::string head;    // INSERT INTO … VALUES
    std::string values;  // (?, …): one row's
  };

  RowWriter(sqlite3* database, Sql sql, std::size_t rows, RowDigest& digest);
  static Sql insert_child(std::string_view table, const std::vector<std::string_view>& columns,
                          std::int64_t snapshot_id);
  static Sql insert_snapshot(const std::vector<std::string_view>& columns);

  void prepare_rows();
  void execute();
  void check(int result) const;

  void write_null();
  void write_integer(std::int64_t value);
  void bind_text(std::string_view value, sqlite3_destructor_type lifetime);

  void write(std::string_view value);  // copied
  void write(const std::string& value) { write(std::string_view(value)); }
  void write(bool value) { write_integer(value ? 1 : 0); }
  void write(Timestamp value) { write(to_string(value)); }
  void write(const IpAddress& value) { write(to_string(value)); }
  void write(const Scope& value) { write(to_string(value)); }

  // 64 unsigned bits are stored as the signed number with the same bits.
  template <std::integral T>
  void write(T value) {
    write_integer(static_cast<std::int64_t>(value));
  }

  template <typename T>
  requires std::is_enum_v<T>
  void write(T value) {
    const std::string_view word = to_string(value);
    bind_text(word, SQLITE_STATIC);
    digest_.add_text(word);
  }

  template <typename T>
  void write(const std::optional<T>& value) {
    if (value) {
      write(*value);
    } else {
      write_null();
    }
  }

  sqlite3* database_;
  Sql sql_;
  std::size_t rows_left_;  // not yet inserted
  RowDigest& digest_;
  std::size_t rows_per_statement_ = 0;
  std::size_t rows_bound_ = 0;
  int next_parameter_ = 1;
  StatementHandle statement_;
};

}  // namespace netmon
