// Runs of snapshots in the history index, and the times of those snapshots.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "netmon/core/values/time.h"
#include "store/rows/row_reader.h"
#include "store/sqlite/bind.h"

namespace netmon {

[[noreturn]] inline void reject_index(const char* column) {
  throw BadRow(fmt::format("the history index is damaged: its column {} cannot be read", column));
}

template <typename T>
T required(std::optional<T> value, const char* column) {
  if (!value) reject_index(column);
  return *std::move(value);
}

// A run of snapshots of one host, by their numbers there; both ends are included.
struct Run {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

inline std::uint64_t length_of(const Run& run) {
  return static_cast<std::uint64_t>(run.last - run.first + 1);
}

struct Moment {
  std::int64_t snapshot_id = 0;
  Timestamp time{};
};

// Looks up the snapshots of a host by number.
class Times {
 public:
  explicit Times(SQLite::Database& database)
      : select_(database,
                "SELECT id, started_at FROM history_snapshot JOIN snapshot ON id = snapshot_id "
                "WHERE host_no = ? AND number = ?") {}

  // Throws BadRow where there is no such snapshot.
  Moment at(std::int64_t host, std::int64_t number) {
    bind_all(select_, host, number);
    if (!select_.executeStep()) reject_index("number");
    const auto time = parse_timestamp(select_.getColumn(1).getString());
    return {select_.getColumn(0).getInt64(), required(time, "started_at")};
  }

 private:
  SQLite::Statement select_;
};

}  // namespace netmon
