#include "store/history/history_index.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "store/rows/row_reader.h"
#include "store/rows/snapshot_rows.h"
#include "store/sqlite/bind.h"

namespace netmon {
namespace {

// What the index stores about a snapshot.
struct HistoryEntry {
  std::int64_t snapshot_id = 0;
  SnapshotInfo info;
  std::vector<IdentityText> texts;
};

// The identities that one host's newest indexed snapshot has. From one snapshot to the next only
// additions and removals are written; identities that stay cost a comparison in memory.
class HostWriter {
 public:
  HostWriter(SQLite::Database& database, std::int64_t host) : database_(database), host_(host) {
    SQLite::Statement newest(
        database, "SELECT ifnull(max(number), 0) FROM history_snapshot WHERE host_no = ?");
    bind_all(newest, host);
    newest.executeStep();
    number_ = newest.getColumn(0).getInt64();
    read_present();
  }

  void add(std::int64_t snapshot_id, std::vector<IdentityText>&& seen) {
    ++number_;
    execute(database_, "INSERT INTO history_snapshot VALUES (?, ?, ?)", snapshot_id, host_,
            number_);
    std::vector<Present> now;
    now.reserve(seen.size());
    auto before = present_.begin();
    for (IdentityText& text : seen) {
      for (; before != present_.end() && before->text < text; ++before) end(*before);
      if (before != present_.end() && before->text == text) {
        now.push_back(std::move(*before++));
      } else {
        begin(text);
        now.push_back({std::move(text), number_});
      }
    }
    for (; before != present_.end(); ++before) end(*before);
    present_ = std::move(now);
  }

 private:
  struct Present {
    IdentityText text;
    std::int64_t since = 0;
  };

  void read_present() {
    SQLite::Statement select(
        database_,
        "SELECT scope, role, protocol, port, device, remote_address, remote_port, program, "
        "present_since FROM history_identity WHERE host_no = ? AND present_since IS NOT NULL");
    bind_all(select, host_);
    while (select.executeStep()) {
      const auto text = [&](int column) { return select.getColumn(column).getString(); };
      present_.push_back({{.scope = text(0),
                           .role = text(1),
                           .protocol = text(2),
                           .port = text(3),
                           .device = text(4),
                           .remote_address = text(5),
                           .remote_port = text(6),
                           .program = text(7)},
                          select.getColumn(8).getInt64()});
    }
    std::ranges::sort(present_, {}, &Present::text);
  }

  // Binds ?1 to ?9. The texts must outlive the use of the statement.
  void bind_key(SQLite::Statement& statement, const IdentityText& text) const {
    statement.reset();
    statement.bind(1, host_);
    int position = 1;
    for (const std::string* part :
         {&text.scope, &text.role, &text.protocol, &text.port, &text.device, &text.remote_address,
          &text.remote_port, &text.program}) {
      statement.bindNoCopy(++position, *part);
    }
  }

  void begin(const IdentityText& text) {
    bind_key(begin_, text);
    begin_.bind(10, number_);
    const auto key = key_of_peer(text.remote_address);
    if (key) {
      begin_.bind(11, key->bytes().data(), static_cast<int>(key->bytes().size()));
    } else {
      begin_.bind(11);
    }
    begin_.exec();
  }

  void end(const Present& gone) {
    bind_key(add_run_, gone.text);
    add_run_.bind(10, gone.since);
    add_run_.bind(11, number_ - 1);
    add_run_.exec();
    bind_key(end_, gone.text);
    end_.exec();
  }

  SQLite::Database& database_;
  std::int64_t host_;
  std::int64_t number_ = 0;       // the newest snapshot's number among those of the host
  std::vector<Present> present_;  // sorted
  SQLite::Statement begin_{
      database_,
      "INSERT INTO history_identity (host_no, scope, role, protocol, port, device, "
      "remote_address, remote_port, program, present_since, remote_key) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (host_no, scope, role, "
      "protocol, port, device, remote_address, remote_port, program) "
      "DO UPDATE SET present_since = excluded.present_since"};
  SQLite::Statement add_run_{
      database_,
      "INSERT INTO history_run SELECT identity_no, ?10, ?11 FROM history_identity "
      "WHERE host_no = ?1 AND scope = ?2 AND role = ?3 AND protocol = ?4 AND port = ?5 AND "
      "device = ?6 AND remote_address = ?7 AND remote_port = ?8 AND program = ?9"};
  SQLite::Statement end_{
      database_,
      "UPDATE history_identity SET present_since = NULL "
      "WHERE host_no = ?1 AND scope = ?2 AND role = ?3 AND protocol = ?4 AND port = ?5 AND "
      "device = ?6 AND remote_address = ?7 AND remote_port = ?8 AND program = ?9"};
};

std::optional<std::int64_t> first_behind(SQLite::Database& database, std::int64_t id) {
  SQLite::Statement next(database, "SELECT min(id) FROM snapshot WHERE id > ?");
  bind_all(next, id);
  next.executeStep();
  if (next.isColumnNull(0)) return std::nullopt;
  return next.getColumn(0).getInt64();
}

// The first snapshot after those in the index.
std::optional<std::int64_t> next_missing(SQLite::Database& database) {
  return first_behind(
      database,
      database.execAndGet("SELECT ifnull(max(snapshot_id), 0) FROM history_snapshot").getInt64());
}

// Returns the snapshot, or only its host where its rows cannot be read.
Snapshot readable_part(SQLite::Database& database, std::int64_t id) {
  try {
    if (auto snapshot = read_snapshot(database, id)) return *std::move(snapshot);
  } catch (const BadRow&) {
    // The damage is reported when the snapshot itself is read; it must not block the index.
  }
  Snapshot damaged;
  SQLite::Statement host(database, "SELECT machine_id, host_name FROM snapshot WHERE id = ?");
  bind_all(host, id);
  host.executeStep();
  damaged.info.machine_id = host.getColumn(0).getString();
  damaged.info.host_name = host.getColumn(1).getString();
  return damaged;
}

// The number of the host. The host gets the name that its newest snapshot has.
std::int64_t host_number(SQLite::Database& database, const SnapshotInfo& info) {
  execute(database,
          "INSERT INTO history_host (machine, host_name) VALUES (?1, ?2) ON CONFLICT (machine) "
          "DO UPDATE SET host_name = excluded.host_name WHERE host_name <> excluded.host_name",
          machine_of(info), info.host_name);
  SQLite::Statement find(database, "SELECT host_no FROM history_host WHERE machine = ?");
  bind_all(find, machine_of(info));
  find.executeStep();
  return find.getColumn(0).getInt64();
}

// Reads the next snapshots up to `last` that the index lacks, as many as can be read in a moment.
// No lock is held between snapshots: reading takes most of the time, and captures must not wait for
// it.
std::vector<HistoryEntry> read_missing(SQLite::Database& database, std::int64_t last) {
  constexpr std::chrono::milliseconds kMoment{500};
  const auto begin = std::chrono::steady_clock::now();
  std::vector<HistoryEntry> entries;
  do {
    const SQLite::Transaction one_state(database);
    const auto id = entries.empty() ? next_missing(database)
                                    : first_behind(database, entries.back().snapshot_id);
    if (!id || *id > last) break;
    const Snapshot snapshot = readable_part(database, *id);
    entries.push_back({*id, snapshot.info, texts_of(identities_of(snapshot))});
  } while (std::chrono::steady_clock::now() - begin < kMoment);
  return entries;
}

// Writes the entries that no other process has written meanwhile.
void write_entries(SQLite::Database& database, std::vector<HistoryEntry>& entries) {
  const auto missing = next_missing(database);
  auto entry =
      std::ranges::find(entries, missing.value_or(kAllSnapshots), &HistoryEntry::snapshot_id);
  std::map<std::int64_t, HostWriter> hosts;
  for (; entry != entries.end(); ++entry) {
    const std::int64_t host = host_number(database, entry->info);
    const auto writer = hosts.try_emplace(host, database, host).first;
    writer->second.add(entry->snapshot_id, std::move(entry->texts));
  }
  order_history(database);
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

std::optional<AddressKey> key_of_peer(std::string_view address) {
  const auto parsed = parse_ip_address(address.substr(0, address.find('%')));
  if (!parsed) return std::nullopt;
  return AddressKey(*parsed);
}

bool history_has(SQLite::Database& database, std::int64_t last) {
  const auto missing = next_missing(database);
  return !missing || *missing > last;
}

void complete_history(SQLite::Database& database, std::int64_t last,
                      SQLite::TransactionBehavior behavior) {
  while (true) {
    std::vector<HistoryEntry> entries = read_missing(database, last);
    if (entries.empty()) return;
    SQLite::Transaction transaction(database, behavior);
    write_entries(database, entries);
    transaction.commit();
  }
}

std::vector<IdentityText> texts_of(const std::vector<Identity>& identities) {
  std::vector<IdentityText> texts;
  texts.reserve(identities.size());
  for (const Identity& identity : identities) texts.push_back(encode(identity));
  std::ranges::sort(texts);
  return texts;
}

}  // namespace netmon
