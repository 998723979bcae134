#include "store/history/history_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "netmon/core/places/identity.h"
#include "netmon/core/values/number.h"
#include "store/history/history_index.h"
#include "store/history/history_runs.h"
#include "store/sqlite/bind.h"

namespace netmon {
namespace {

std::string conditions(const HistoryQuery& query) {
  std::string sql = "1";
  if (query.port) {
    // The identity of a forward has only the lowest of its ports.
    sql +=
        " AND (role = 'listener' AND port = :port"
        " OR role = 'forward' AND CAST(port AS INTEGER) IN (SELECT port_low FROM forward"
        " WHERE CAST(:port AS INTEGER) BETWEEN port_low AND port_high)"
        " OR protocol IN ('vsock', 'sctp') AND port = :port"
        " OR role = 'outbound' AND remote_port = :port)";
  }
  if (query.peer) sql += " AND remote_key BETWEEN :first AND :last";
  if (query.process) sql += " AND program = :program";
  return sql;
}

void bind_key(SQLite::Statement& statement, const char* name, const AddressKey& key) {
  statement.bind(name, key.bytes().data(), static_cast<int>(key.bytes().size()));
}

std::optional<std::uint32_t> port_in(SQLite::Statement& row, int column) {
  const std::string text = row.getColumn(column).getString();
  if (text.empty()) return std::nullopt;
  return required(parse_number<std::uint32_t>(text), "port");
}

// The inverse of encode(), from the columns that start at `first`.
Identity identity_in(SQLite::Statement& row, int first) {
  const auto text = [&](int column) { return row.getColumn(first + column).getString(); };
  Identity identity{.scope = required(parse_scope(text(0)), "scope"),
                    .role = required(parse_role(text(1)), "role"),
                    .protocol = required(parse_protocol(text(2)), "protocol"),
                    .port = port_in(row, first + 3),
                    .device = text(4),
                    .program = text(7)};
  if (std::string address = text(5); !address.empty()) {
    identity.remote = Peer{.address = std::move(address), .port = port_in(row, first + 6)};
  }
  return identity;
}

// Turns rows of the index into results.
class AppearanceReader {
 public:
  explicit AppearanceReader(SQLite::Database& database) : database_(database), times_(database) {}

  // The columns of `row` are host_no, host_name, identity_no, present_since, and the identity.
  Appearance read(SQLite::Statement& row) {
    const std::int64_t host = row.getColumn(0).getInt64();
    const std::int64_t newest = newest_of(host);
    Appearance found{.host = row.getColumn(1).getString(),
                     .identity = identity_in(row, 4),
                     .of = static_cast<std::uint64_t>(newest)};
    std::vector<Run> runs = ended_runs(row.getColumn(2).getInt64());
    if (!row.isColumnNull(3)) runs.push_back({row.getColumn(3).getInt64(), newest});
    if (runs.empty()) reject_index("present_since");
    for (const Run& run : runs) found.snapshots += length_of(run);
    const Moment first = times_.at(host, runs.front().first);
    const Moment last = times_.at(host, runs.back().last);
    found.first_snapshot = first.snapshot_id;
    found.first_seen = first.time;
    found.last_snapshot = last.snapshot_id;
    found.last_seen = last.time;
    return found;
  }

 private:
  std::int64_t newest_of(std::int64_t host) {
    const auto [known, is_new] = newest_.try_emplace(host, 0);
    if (is_new) {
      SQLite::Statement select(database_,
                               "SELECT max(number) FROM history_snapshot WHERE host_no = ?");
      bind_all(select, host);
      select.executeStep();
      known->second = select.getColumn(0).getInt64();
    }
    return known->second;
  }

  std::vector<Run> ended_runs(std::int64_t identity_no) {
    std::vector<Run> runs;
    bind_all(runs_, identity_no);
    while (runs_.executeStep()) {
      runs.push_back({runs_.getColumn(0).getInt64(), runs_.getColumn(1).getInt64()});
    }
    return runs;
  }

  SQLite::Database& database_;
  Times times_;
  std::map<std::int64_t, std::int64_t> newest_;  // from host to number
  SQLite::Statement runs_{database_,
                          "SELECT first_number, last_number FROM history_run WHERE identity_no = ? "
                          "ORDER BY first_number"};
};

}  // namespace

std::vector<Appearance> find_appearances(SQLite::Database& database, const HistoryQuery& query) {
  SQLite::Statement select(
      database,
      "SELECT host_no, host_name, identity_no, present_since, scope, role, protocol, port, device, "
      "remote_address, remote_port, program "
      "FROM history_identity JOIN history_host USING (host_no) WHERE " +
          conditions(query) +
          " ORDER BY scope, role, protocol, CAST(port AS INTEGER), device, remote_key, "
          "remote_address, CAST(remote_port AS INTEGER), program");
  if (query.port) select.bind(":port", std::to_string(*query.port));
  if (query.peer) {
    bind_key(select, ":first", AddressKey(query.peer->address));
    bind_key(select, ":last", AddressKey::last_of(*query.peer));
  }
  if (query.process) select.bind(":program", *query.process);
  AppearanceReader reader(database);
  std::vector<Appearance> appearances;
  while (select.executeStep()) appearances.push_back(reader.read(select));
  std::ranges::stable_sort(appearances, {}, [](const Appearance& found) {
    return std::tie(found.first_seen, found.first_snapshot, found.host);
  });
  return appearances;
}

}  // namespace netmon
