#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "store/history/history_index.h"
#include "store/sqlite/bind.h"

namespace netmon {
namespace {

// Renumbers the snapshots of one host, and computes the runs of each identity from that.
class HostOrder {
 public:
  HostOrder(SQLite::Database& database, std::int64_t host) : database_(database), host_(host) {
    SQLite::Statement select(database,
                             "SELECT snapshot_id, number, id IS NOT NULL FROM history_snapshot "
                             "LEFT JOIN snapshot ON id = snapshot_id WHERE host_no = ? "
                             "ORDER BY started_at, snapshot_id");
    bind_all(select, host);
    while (select.executeStep()) {
      std::optional<std::int64_t> number;  // absent where the snapshot is gone
      if (select.getColumn(2).getInt() != 0) number = ++newest_;
      renumbered_.push_back(
          {select.getColumn(0).getInt64(), select.getColumn(1).getInt64(), number});
    }
    std::ranges::sort(renumbered_, {}, &Renumbered::old_number);
  }

  void apply() {
    if (std::ranges::all_of(renumbered_,
                            [](const Renumbered& p) { return p.number == p.old_number; })) {
      return;
    }
    for (const std::int64_t identity : identities()) set_runs(identity, new_runs(identity));
    number_snapshots();
    name_host();
  }

 private:
  struct Renumbered {
    std::int64_t snapshot_id;
    std::int64_t old_number;
    std::optional<std::int64_t> number;
  };
  struct Run {
    std::int64_t first;
    std::int64_t last;
  };

  std::vector<std::int64_t> identities() {
    std::vector<std::int64_t> found;
    SQLite::Statement select(database_,
                             "SELECT identity_no FROM history_identity WHERE host_no = ?");
    bind_all(select, host_);
    while (select.executeStep()) found.push_back(select.getColumn(0).getInt64());
    return found;
  }

  // The runs, sorted; none of them is adjacent to another.
  std::vector<Run> new_runs(std::int64_t identity) {
    std::vector<std::int64_t> numbers;
    bind_all(old_runs_, identity);
    while (old_runs_.executeStep()) {
      const std::int64_t last = old_runs_.isColumnNull(1) ? std::numeric_limits<std::int64_t>::max()
                                                          : old_runs_.getColumn(1).getInt64();
      auto entry = std::ranges::lower_bound(renumbered_, old_runs_.getColumn(0).getInt64(), {},
                                            &Renumbered::old_number);
      for (; entry != renumbered_.end() && entry->old_number <= last; ++entry) {
        if (entry->number) numbers.push_back(*entry->number);
      }
    }
    std::ranges::sort(numbers);
    std::vector<Run> runs;
    for (const std::int64_t number : numbers) {
      if (runs.empty() || number > runs.back().last + 1) {
        runs.push_back({number, number});
      } else {
        runs.back().last = number;
      }
    }
    return runs;
  }

  void set_runs(std::int64_t identity, std::vector<Run> runs) {
    execute(database_, "DELETE FROM history_run WHERE identity_no = ?", identity);
    if (runs.empty()) {
      execute(database_, "DELETE FROM history_identity WHERE identity_no = ?", identity);
      return;
    }
    bind_all(begin_, nullptr, identity);
    if (runs.back().last == newest_) {
      bind_all(begin_, runs.back().first, identity);
      runs.pop_back();
    }
    begin_.exec();
    for (const Run& run : runs) {
      bind_all(end_, identity, run.first, run.last);
      end_.exec();
    }
  }

  void number_snapshots() {
    execute(database_, "DELETE FROM history_snapshot WHERE host_no = ?", host_);
    SQLite::Statement insert(database_, "INSERT INTO history_snapshot VALUES (?, ?, ?)");
    for (const Renumbered& entry : renumbered_) {
      if (!entry.number) continue;
      bind_all(insert, entry.snapshot_id, host_, *entry.number);
      insert.exec();
    }
  }

  // Gives the host the name that its newest snapshot has; a host without snapshots is deleted.
  void name_host() {
    if (newest_ == 0) {
      execute(database_, "DELETE FROM history_host WHERE host_no = ?", host_);
      return;
    }
    execute(database_,
            "UPDATE history_host SET host_name = (SELECT snapshot.host_name FROM snapshot "
            "JOIN history_snapshot ON id = snapshot_id WHERE host_no = ?1 AND number = ?2) "
            "WHERE host_no = ?1",
            host_, newest_);
  }

  SQLite::Database& database_;
  std::int64_t host_;
  std::int64_t newest_ = 0;
  std::vector<Renumbered> renumbered_;  // sorted by old number
  SQLite::Statement old_runs_{
      database_,
      "SELECT first_number, last_number FROM history_run WHERE identity_no = ?1 UNION ALL "
      "SELECT present_since, NULL FROM history_identity "
      "WHERE identity_no = ?1 AND present_since IS NOT NULL"};
  SQLite::Statement end_{database_, "INSERT INTO history_run VALUES (?, ?, ?)"};
  SQLite::Statement begin_{database_,
                           "UPDATE history_identity SET present_since = ? WHERE identity_no = ?"};
};

}  // namespace

void order_history(SQLite::Database& database) {
  std::vector<std::int64_t> hosts;
  SQLite::Statement select(database, "SELECT host_no FROM history_host");
  while (select.executeStep()) hosts.push_back(select.getColumn(0).getInt64());
  for (const std::int64_t host : hosts) HostOrder(database, host).apply();
}

}  // namespace netmon
