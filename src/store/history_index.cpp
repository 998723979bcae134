#include "store/history_index.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "store/bind.h"
#include "store/row_reader.h"
#include "store/snapshot_rows.h"

namespace netmon {
namespace {

constexpr int kSchemaWithHistory = 2;

std::int64_t host_number(SQLite::Database& database, const SnapshotInfo& info) {
  SQLite::Statement upsert(database,
                           "INSERT INTO history_host (machine, host_name) VALUES (?1, ?2) "
                           "ON CONFLICT (machine) DO UPDATE SET host_name = excluded.host_name "
                           "WHERE host_name <> excluded.host_name");
  bind_all(upsert, machine_of(info), info.host_name);
  upsert.exec();
  SQLite::Statement find(database, "SELECT host_no FROM history_host WHERE machine = ?");
  bind_all(find, machine_of(info));
  find.executeStep();
  return find.getColumn(0).getInt64();
}

// Gives the snapshot its number among those of its host, and returns it.
std::int64_t number_snapshot(SQLite::Database& database, std::int64_t host, std::int64_t id) {
  SQLite::Statement newest(database,
                           "SELECT ifnull(max(number), 0) FROM history_snapshot WHERE host_no = ?");
  bind_all(newest, host);
  newest.executeStep();
  const std::int64_t number = newest.getColumn(0).getInt64() + 1;
  SQLite::Statement insert(database, "INSERT INTO history_snapshot VALUES (?, ?, ?)");
  bind_all(insert, id, host, number);
  insert.exec();
  return number;
}

// Writes only what is new or gone: what stays costs a look-up.
class HistoryWriter {
 public:
  HistoryWriter(SQLite::Database& database, std::int64_t host, std::int64_t number)
      : database_(database), host_(host), number_(number) {}

  // The number of the identity, which is there from now on where it was not.
  std::int64_t see(const Identity& identity) {
    bind_identity(find_, identity);
    if (!find_.executeStep()) return insert(identity);
    const std::int64_t identity_no = find_.getColumn(0).getInt64();
    if (find_.isColumnNull(1)) {
      bind_all(begin_, number_, identity_no);
      begin_.exec();
    }
    return identity_no;
  }

  // Ends the runs of those that are not `seen`, which is sorted.
  void end_all_but(const std::vector<std::int64_t>& seen) {
    for (const Run& run : runs_that_last()) {
      if (std::ranges::binary_search(seen, run.identity)) continue;
      bind_all(end_, run.identity, run.first, number_ - 1);
      end_.exec();
      bind_all(begin_, nullptr, run.identity);
      begin_.exec();
    }
  }

 private:
  struct Run {
    std::int64_t identity;
    std::int64_t first;
  };

  std::vector<Run> runs_that_last() {
    std::vector<Run> runs;
    SQLite::Statement select(database_,
                             "SELECT identity_no, present_since FROM history_identity "
                             "WHERE host_no = ? AND present_since IS NOT NULL");
    bind_all(select, host_);
    while (select.executeStep()) {
      runs.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getInt64()});
    }
    return runs;
  }

  void bind_identity(SQLite::Statement& statement, const Identity& identity) const {
    bind_all(statement, identity.process, std::string(to_string(identity.role)), identity.port,
             remote_text(identity), identity.remote_port, std::string(to_string(identity.protocol)),
             to_string(identity.scope), host_);
  }

  std::int64_t insert(const Identity& identity) {
    bind_identity(insert_, identity);
    insert_.bind(9, number_);
    if (identity.remote.family == Family::none) {
      insert_.bind(10);
    } else {
      const AddressKey key(identity.remote);
      insert_.bind(10, key.bytes().data(), static_cast<int>(key.bytes().size()));
    }
    insert_.exec();
    return database_.getLastInsertRowid();
  }

  SQLite::Database& database_;
  std::int64_t host_;
  std::int64_t number_;
  SQLite::Statement find_{database_,
                          "SELECT identity_no, present_since FROM history_identity WHERE "
                          "process = ? AND role = ? AND port = ? AND remote_address = ? AND "
                          "remote_port = ? AND protocol = ? AND scope = ? AND host_no = ?"};
  SQLite::Statement insert_{database_,
                            "INSERT INTO history_identity (process, role, port, remote_address, "
                            "remote_port, protocol, scope, host_no, present_since, remote_key) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  SQLite::Statement end_{database_, "INSERT INTO history_run VALUES (?, ?, ?)"};
  SQLite::Statement begin_{database_,
                           "UPDATE history_identity SET present_since = ? WHERE identity_no = ?"};
};

std::optional<std::int64_t> next_missing(SQLite::Database& database) {
  SQLite::Statement next(database,
                         "SELECT min(id) FROM snapshot WHERE id > "
                         "(SELECT ifnull(max(snapshot_id), 0) FROM history_snapshot)");
  next.executeStep();
  if (next.isColumnNull(0)) return std::nullopt;
  return next.getColumn(0).getInt64();
}

// With its host alone where its rows cannot be read.
Snapshot readable_part(SQLite::Database& database, std::int64_t id) {
  try {
    if (auto snapshot = read_snapshot(database.getHandle(), id)) return *std::move(snapshot);
  } catch (const BadRow&) {
    // Said where the snapshot is asked for: here it must not keep others from being stored.
  }
  Snapshot damaged;
  SQLite::Statement host(database, "SELECT machine_id, host_name FROM snapshot WHERE id = ?");
  bind_all(host, id);
  host.executeStep();
  damaged.info.machine_id = host.getColumn(0).getString();
  damaged.info.host_name = host.getColumn(1).getString();
  return damaged;
}

}  // namespace

const std::string& machine_of(const SnapshotInfo& info) {
  return info.machine_id.empty() ? info.host_name : info.machine_id;
}

AddressKey::AddressKey(const IpAddress& address) {
  const bool ipv4 = address.family == Family::ipv4;
  size_ = ipv4 ? 5 : 17;
  bytes_[0] = ipv4 ? 4 : 6;
  std::copy_n(address.bytes.begin(), size_ - 1, bytes_.begin() + 1);
}

AddressKey AddressKey::last_of(const IpPrefix& prefix) {
  AddressKey key(prefix.address);
  for (std::size_t bit = prefix.length; bit < (key.size_ - 1) * 8; ++bit) {
    key.bytes_.at(1 + bit / 8) |= static_cast<std::uint8_t>(0x80U >> bit % 8);
  }
  return key;
}

std::string remote_text(const Identity& identity) {
  std::string text = to_string(identity.remote);
  if (!identity.remote_device.empty()) text += "%" + identity.remote_device;
  return text;
}

bool history_is_complete(SQLite::Database& database) {
  return schema_version(database.getHandle()) >= kSchemaWithHistory && !next_missing(database);
}

void complete_history(SQLite::Database& database) {
  auto id = next_missing(database);
  if (!id) return;
  for (; id; id = next_missing(database)) {
    Snapshot snapshot = readable_part(database, *id);
    snapshot.info.id = id;
    add_to_history(database, snapshot.info, identities_of(snapshot));
  }
  order_history(database);
}

void add_to_history(SQLite::Database& database, const SnapshotInfo& info,
                    const std::vector<Identity>& identities) {
  const std::int64_t host = host_number(database, info);
  HistoryWriter writer(database, host, number_snapshot(database, host, info.id.value()));
  std::vector<std::int64_t> seen;
  seen.reserve(identities.size());
  for (const Identity& identity : identities) seen.push_back(writer.see(identity));
  std::ranges::sort(seen);
  writer.end_all_but(seen);
}

}  // namespace netmon
