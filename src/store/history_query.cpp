#include "store/history_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "netmon/error.h"
#include "store/history_index.h"
#include "store/row_reader.h"

namespace netmon {
namespace {

[[noreturn]] void reject(const char* column) {
  throw BadRow(fmt::format("the history index is damaged: its column {} cannot be read", column));
}

template <typename T>
T required(std::optional<T> value, const char* column) {
  if (!value) reject(column);
  return *std::move(value);
}

std::uint16_t port_in(SQLite::Statement& row, int column) {
  const std::int64_t stored = row.getColumn(column).getInt64();
  if (!std::in_range<std::uint16_t>(stored)) reject("port");
  return static_cast<std::uint16_t>(stored);
}

constexpr const char* kSelect =
    "SELECT host, scope, role, proto, port, remote_address, remote_port, process, first_snapshot, "
    "last_snapshot, first_seen, last_seen, snapshots, host_snapshots FROM v_history WHERE ";
constexpr const char* kOrder =
    " ORDER BY first_seen, first_snapshot, host, scope, role, proto, port, remote_key, "
    "remote_port, process";

std::string conditions(const HistoryQuery& query) {
  std::string sql = "1";
  if (query.port) {
    sql += " AND (role = 'listener' AND port = :port OR role = 'outbound' AND remote_port = :port)";
  }
  if (query.peer) sql += " AND remote_key BETWEEN :first AND :last";
  if (query.process) sql += " AND process = :process";
  return sql;
}

void bind_key(SQLite::Statement& statement, const char* name, const AddressKey& key) {
  statement.bind(name, key.bytes().data(), static_cast<int>(key.bytes().size()));
}

Appearance appearance_in(SQLite::Statement& row) {
  Appearance found;
  found.host = row.getColumn(0).getString();
  found.scope = required(parse_scope(row.getColumn(1).getString()), "scope");
  found.role = required(parse_role(row.getColumn(2).getString()), "role");
  found.protocol = required(parse_protocol(row.getColumn(3).getString()), "protocol");
  if (found.role != Role::client && found.role != Role::outbound) found.port = port_in(row, 4);
  if (found.role == Role::inbound || found.role == Role::outbound) {
    found.remote = Peer{.address = row.getColumn(5).getString(), .port = std::nullopt};
    if (found.role == Role::outbound) found.remote->port = port_in(row, 6);
  }
  found.process = row.getColumn(7).getString();
  found.first_snapshot = row.getColumn(8).getInt64();
  found.last_snapshot = row.getColumn(9).getInt64();
  found.first_seen = required(parse_timestamp(row.getColumn(10).getString()), "first_seen");
  found.last_seen = required(parse_timestamp(row.getColumn(11).getString()), "last_seen");
  found.snapshots = static_cast<std::uint64_t>(row.getColumn(12).getInt64());
  found.of = static_cast<std::uint64_t>(row.getColumn(13).getInt64());
  return found;
}

// A run of snapshots of one host, by their numbers there; both ends are part of it.
struct Run {
  std::int64_t first;
  std::int64_t last;
};

// The snapshots of a host before one of them.
class EarlierSnapshots {
 public:
  EarlierSnapshots(SQLite::Database& database, const SnapshotInfo& info) : database_(database) {
    SQLite::Statement find(database,
                           "SELECT host_no, max(number) FROM history_host JOIN history_snapshot "
                           "USING (host_no) WHERE machine = ?1 AND (?2 IS NULL OR number < "
                           "(SELECT number FROM history_snapshot WHERE snapshot_id = ?2)) "
                           "GROUP BY host_no");
    find.bind(1, machine_of(info));
    if (info.id) find.bind(2, *info.id);
    if (!find.executeStep()) return;  // the host's first
    host_ = find.getColumn(0).getInt64();
    last_ = find.getColumn(1).getInt64();
    since_ = time_of(1);
  }

  Past past_of(const Change& change) {
    Past past{.of = static_cast<std::uint64_t>(last_), .since = since_};
    for (const Run& run : runs_of(change)) {
      if (!past.first_seen) past.first_seen = time_of(run.first);
      past.last_seen = time_of(run.last);
      past.snapshots += static_cast<std::uint64_t>(run.last - run.first + 1);
    }
    return past;
  }

 private:
  // In order, none touching another.
  std::vector<Run> runs_of(const Change& change) {
    find_.reset();
    find_.bind(1, std::string(to_string(change.role)));
    find_.bind(2, change.port.value_or(0));
    find_.bind(3, change.remote ? change.remote->address : "");
    find_.bind(4, change.remote ? change.remote->port.value_or(0) : 0);
    find_.bind(5, std::string(to_string(change.protocol)));
    find_.bind(6, to_string(change.scope));
    find_.bind(7, host_);
    find_.bind(8);  // any process
    if (change.process) {
      find_.bind(
          8, change.process->name.empty() ? std::string(kUnnamedProcess) : change.process->name);
    }
    find_.bind(9, last_);
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

  Timestamp time_of(std::int64_t number) {
    time_.reset();
    time_.bind(1, host_);
    time_.bind(2, number);
    if (!time_.executeStep()) reject("number");
    return required(parse_timestamp(time_.getColumn(0).getString()), "started_at");
  }

  SQLite::Database& database_;
  std::int64_t host_ = 0;
  std::int64_t last_ = 0;  // the number of the last of them
  Timestamp since_{};
  SQLite::Statement time_{database_,
                          "SELECT started_at FROM history_snapshot JOIN snapshot ON id = "
                          "snapshot_id WHERE host_no = ? AND number = ?"};
  // Several processes may have been at one place: ordered, their runs can be joined.
  SQLite::Statement find_{
      database_,
      "WITH place AS (SELECT identity_no, present_since FROM history_identity WHERE role = ?1 AND "
      "port = ?2 AND remote_address = ?3 AND remote_port = ?4 AND protocol = ?5 AND scope = ?6 AND "
      "host_no = ?7 AND (?8 IS NULL OR process = ?8)) "
      "SELECT first_number, min(last_number, ?9) FROM history_run JOIN place USING (identity_no) "
      "WHERE first_number <= ?9 "
      "UNION ALL SELECT present_since, ?9 FROM place WHERE present_since <= ?9 ORDER BY 1"};
};

}  // namespace

std::vector<Appearance> find_appearances(SQLite::Database& database, const HistoryQuery& query) {
  SQLite::Statement select(database, kSelect + conditions(query) + kOrder);
  if (query.port) select.bind(":port", *query.port);
  if (query.peer) {
    bind_key(select, ":first", AddressKey(query.peer->address));
    bind_key(select, ":last", AddressKey::last_of(*query.peer));
  }
  if (query.process) select.bind(":process", *query.process);
  std::vector<Appearance> appearances;
  while (select.executeStep()) appearances.push_back(appearance_in(select));
  return appearances;
}

std::vector<Past> find_pasts(SQLite::Database& database, const std::vector<Change>& changes,
                             const SnapshotInfo& info) {
  EarlierSnapshots earlier(database, info);
  std::vector<Past> pasts;
  pasts.reserve(changes.size());
  for (const Change& change : changes) {
    // The index is of sockets in sight: one of the same name says nothing of the one that hides.
    const bool is_indexed = change.kind != ChangeKind::hidden_socket;
    pasts.push_back(is_indexed ? earlier.past_of(change) : Past{});
  }
  return pasts;
}

}  // namespace netmon
