// Reads the rows of one table of one snapshot, column by column, and adds each value to a digest as
// it reads it, so nothing that is read escapes the check.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "store/chain/digest.h"
#include "store/rows/columns.h"
#include "store/rows/tables.h"
#include "store/sqlite/statement.h"

namespace netmon {

// A stored row cannot be what netmon wrote. The text names table, row and column.
class BadRow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class RowReader {
 public:
  template <typename Row>
  static RowReader child_rows(sqlite3* database, std::int64_t snapshot_id, RowDigest& digest) {
    return {database, Row::kTable,
            select_children(Row::kTable, column_names<Row>(), Row::kOrder, snapshot_id), digest};
  }

  // `condition` is "WHERE …" or "". Returns the oldest first.
  static RowReader snapshot_rows(sqlite3* database, std::string_view condition, RowDigest& digest);

  // The row of snapshot `id`, digested under the number in the database that stored it first.
  static RowReader snapshot_row(sqlite3* database, std::int64_t id, std::int64_t first_id,
                                RowDigest& digest);

  // `source` is the text after FROM.
  template <typename Row>
  static RowReader rows_of(sqlite3* database, const std::string& source, RowDigest& digest) {
    return {database, Row::kTable, select(column_names<Row>(), source), digest};
  }

  bool next();

  template <typename Row>
  Row row() {
    Row row;
    digest_.begin_row(Row::kTable);
    Row::columns(*this, row);
    digest_.end_row();
    if constexpr (HasUndigestedColumns<Row>) {
      digested_ = false;
      Row::undigested_columns(*this, row);
      digested_ = true;
    }
    return row;
  }

  // The column after those of a snapshot's row: its digest, which does not cover itself.
  std::string stored_digest() { return std::string(text()); }

  // Throws BadRow that names the last row read.
  [[noreturn]] void reject(std::string_view what) const;

  // The visitor interface, called once per column.
  template <typename T>
  void operator()(std::string_view name, T& value) {
    name_ = name;
    read(value);
  }
  void hexadecimal(std::string_view name, std::uint64_t& value);

  // Throws BadRow where only some of the columns are NULL.
  template <typename T>
  void all_or_none(std::optional<T>& value, auto columns) {
    value.reset();
    if (is_null()) {
      NullReader visit(*this);
      T any{};
      columns(visit, any);
    } else {
      columns(*this, value.emplace());
    }
  }

 private:
  // The visitor for columns that must all be NULL.
  class NullReader {
   public:
    explicit NullReader(RowReader& reader) : reader_(reader) {}

    void operator()(std::string_view name, auto& /*value*/) { reader_.require_null(name); }
    void hexadecimal(std::string_view name, std::uint64_t& /*value*/) {
      reader_.require_null(name);
    }

   private:
    RowReader& reader_;
  };

  RowReader(sqlite3* database, std::string_view table, const std::string& sql, RowDigest& digest);
  static std::string select(const std::vector<std::string_view>& columns,
                            const std::string& source);
  static std::string select_children(std::string_view table,
                                     const std::vector<std::string_view>& columns,
                                     std::string_view order, std::int64_t snapshot_id);

  [[noreturn]] void reject_column(std::string_view what) const;
  [[nodiscard]] bool is_null() const;
  bool skip_null();
  void require_null(std::string_view name);
  std::int64_t integer();
  std::string_view text();  // not digested; valid until the next row
  std::string_view digested_text();

  void read(std::string& value) { value = digested_text(); }
  void read(bool& value);
  void read(Timestamp& value) { value = parsed(parse_timestamp(digested_text())); }
  void read(std::chrono::milliseconds& value) { value = std::chrono::milliseconds{integer()}; }
  void read(IpAddress& value);
  void read(Protocol& value) { value = parsed(parse_protocol(digested_text())); }
  void read(State& value) { value = parsed(parse_state(digested_text())); }
  void read(OwnerState& value) { value = parsed(parse_owner_state(digested_text())); }
  void read(PortChoice& value) { value = parsed(parse_port_choice(digested_text())); }
  void read(ScriptKind& value) { value = parsed(parse_script_kind(digested_text())); }
  void read(Presence& value) { value = parsed(parse_presence(digested_text())); }
  void read(GapCode& value) { value = parsed(parse_gap_code(digested_text())); }
  void read(ReachKind& value) { value = parsed(parse_reach_kind(digested_text())); }
  void read(Privilege& value) { value = parsed(parse_privilege(digested_text())); }
  void read(OwnerMethod& value) { value = parsed(parse_owner_method(digested_text())); }
  void read(NetnsSelection& value) { value = parsed(parse_netns_selection(digested_text())); }
  void read(EventKind& value) { value = parsed(parse_event_kind(digested_text())); }
  void read(EventWitness& value) { value = parsed(parse_event_witness(digested_text())); }
  void read(View& value) { value = parsed(parse_view(digested_text())); }
  void read(std::vector<std::uint32_t>& value);
  void read(Scope& value) { value = parsed(parse_scope(digested_text())); }

  template <std::integral T>
  void read(T& value) {
    const std::int64_t stored = integer();
    if constexpr (sizeof(T) < sizeof stored) {
      if (!std::in_range<T>(stored)) reject_column("is out of range");
    }
    value = static_cast<T>(stored);
  }

  template <typename T>
  void read(std::optional<T>& value) {
    if (skip_null()) {
      value.reset();
    } else {
      read(value.emplace());
    }
  }

  template <typename T>
  [[nodiscard]] T parsed(std::optional<T> value) const {
    if (!value) reject_column("cannot be read");
    return *std::move(value);
  }

  std::string_view table_;
  RowDigest& digest_;
  StatementHandle statement_;
  std::int64_t row_number_ = -1;
  std::string_view name_;  // of the column that is being read
  int column_ = 0;
  bool digested_ = true;  // whether the current column is digested
};

}  // namespace netmon
