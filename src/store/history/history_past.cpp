#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netmon/core/places/identity.h"
#include "store/history/history_index.h"
#include "store/history/history_query.h"
#include "store/history/history_runs.h"
#include "store/sqlite/bind.h"

namespace netmon {
namespace {

// The identities of changes that a snapshot outside the index has.
class Unindexed {
 public:
  Unindexed(const Snapshot& snapshot, const std::vector<Change>& changes) {
    std::vector<Identity> asked;
    asked.reserve(changes.size());
    for (const Change& change : changes) asked.push_back(change.identity);
    texts_ = texts_of(identities_of(snapshot, asked));
  }

  // Whether it has `place` with its program, or with any program where that is "".
  [[nodiscard]] bool has(IdentityText place) const {
    auto found = std::ranges::lower_bound(texts_, place);
    if (found == texts_.end()) return false;
    if (place.program.empty()) place.program = found->program;
    return *found == place;
  }

 private:
  std::vector<IdentityText> texts_;  // sorted; the program is the last criterion
};

// Several programs may have been at one place. Sorted runs can be merged.
constexpr const char* kFind =
    "WITH place AS (SELECT identity_no, present_since FROM history_identity WHERE host_no = ?1 "
    "AND scope = ?2 AND role = ?3 AND protocol = ?4 AND port = ?5 AND device = ?6 AND "
    "remote_address = ?7 AND remote_port = ?8 AND (?9 = '' OR program = ?9)) "
    "SELECT first_number, min(last_number, ?10) FROM history_run JOIN place USING (identity_no) "
    "WHERE first_number <= ?10 "
    "UNION ALL SELECT present_since, ?10 FROM place WHERE present_since <= ?10 ORDER BY 1";

// The earlier snapshots of a host.
class EarlierSnapshots {
 public:
  EarlierSnapshots(SQLite::Database& database, const std::vector<Change>& changes,
                   const PastQuery& query)
      : times_(database), find_(database, kFind) {
    SQLite::Statement find(database,
                           "SELECT host_no, number FROM history_host "
                           "JOIN history_snapshot USING (host_no) JOIN snapshot ON id = "
                           "snapshot_id WHERE machine = ?1 AND (?2 IS NULL OR "
                           "(started_at, id) < (?3, ?2)) ORDER BY number DESC LIMIT 1");
    bind_all(find, machine_of(query.info), query.info.id, to_string(query.info.started_at));
    if (find.executeStep()) {
      host_ = find.getColumn(0).getInt64();
      last_ = find.getColumn(1).getInt64();
      since_ = times_.at(host_, 1).time;
    }
    // Another process may have updated the index meanwhile.
    if (query.newest == nullptr || history_has(database, query.newest->info.id.value_or(0))) return;
    unindexed_.emplace(*query.newest, changes);
    unindexed_time_ = query.newest->info.started_at;
    if (last_ == 0) since_ = unindexed_time_;
  }

  // The past of `place` with its program, or with any program where that is "".
  Past past_of(const IdentityText& place) {
    Past past{.of = static_cast<std::uint64_t>(last_), .since = since_};
    for (const Run& run : runs_of(place)) {
      if (!past.first_seen) past.first_seen = times_.at(host_, run.first).time;
      past.last_seen = times_.at(host_, run.last).time;
      past.snapshots += length_of(run);
    }
    if (!unindexed_) return past;
    ++past.of;
    if (!unindexed_->has(place)) return past;
    ++past.snapshots;
    if (!past.first_seen) past.first_seen = unindexed_time_;
    past.last_seen = unindexed_time_;
    return past;
  }

 private:
  // The runs in order; adjacent and overlapping ones are merged.
  std::vector<Run> runs_of(const IdentityText& place) {
    bind_all(find_, host_, place.scope, place.role, place.protocol, place.port, place.device,
             place.remote_address, place.remote_port, place.program, last_);
    std::vector<Run> runs;
    while (find_.executeStep()) {
      const Run next{find_.getColumn(0).getInt64(), find_.getColumn(1).getInt64()};
      if (runs.empty() || next.first > runs.back().last + 1) {
        runs.push_back(next);
      } else {
        runs.back().last = std::max(runs.back().last, next.last);
      }
    }
    return runs;
  }

  Times times_;
  std::int64_t host_ = 0;
  std::int64_t last_ = 0;  // the last indexed one's number; 0 where there is none
  Timestamp since_{};
  std::optional<Unindexed> unindexed_;  // the last one, after those in the index
  Timestamp unindexed_time_{};
  SQLite::Statement find_;
};

// Selects `columns` of the host's snapshots before `info`: ?1 is its machine, ?2 and ?3 are the
// number and time of `info`.
std::string select_before(std::string_view columns) {
  return fmt::format(
      "SELECT {} FROM snapshot WHERE {} = ?1 AND (?2 IS NULL OR (started_at, id) < (?3, ?2))",
      columns, kMachine);
}

// The largest number among the host's snapshots before `info` except `left_out`; 0 where there are
// none.
std::int64_t last_number_before(SQLite::Database& database, const SnapshotInfo& info,
                                std::int64_t left_out) {
  SQLite::Statement select(database, select_before("ifnull(max(id), 0)") + " AND id <> ?4");
  bind_all(select, machine_of(info), info.id, to_string(info.started_at), left_out);
  select.executeStep();
  return select.getColumn(0).getInt64();
}

// The newest of the host's snapshots before `info`; 0 where there is none.
std::int64_t newest_before(SQLite::Database& database, const SnapshotInfo& info) {
  SQLite::Statement select(database,
                           select_before("id") + " ORDER BY started_at DESC, id DESC LIMIT 1");
  bind_all(select, machine_of(info), info.id, to_string(info.started_at));
  return select.executeStep() ? select.getColumn(0).getInt64() : 0;
}

}  // namespace

PastQuery plan_past(SQLite::Database& database, const SnapshotInfo& info, const Snapshot* before) {
  const std::int64_t known = before == nullptr ? 0 : before->info.id.value_or(0);
  const std::int64_t last = last_number_before(database, info, known);
  // If the index must reach a larger number anyway, it will contain this snapshot as well.
  const bool serves =
      known > last && !history_has(database, known) && known == newest_before(database, info);
  if (serves) return {.info = info, .newest = before, .indexed = last};
  return {.info = info, .newest = nullptr, .indexed = last_number_before(database, info, 0)};
}

std::vector<Past> find_pasts(SQLite::Database& database, const std::vector<Change>& changes,
                             const PastQuery& query) {
  EarlierSnapshots earlier(database, changes, query);
  std::vector<Past> pasts;
  pasts.reserve(changes.size());
  for (const Change& change : changes) {
    // The index contains visible sockets, so an entry of the same name says nothing about a hidden
    // one.
    const bool is_indexed = change.kind != ChangeKind::hidden_socket;
    pasts.push_back(is_indexed ? earlier.past_of(encode(change.identity)) : Past{});
  }
  return pasts;
}

}  // namespace netmon
