// The history index: which identity was in which snapshots of its host. It is derived from the
// snapshots, is no evidence, and can be rebuilt.
//
// It contains all snapshots up to some number and none after it. Queries and prune write it;
// captures do not.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"
#include "netmon/core/values/ip_address.h"

namespace netmon {

constexpr std::int64_t kAllSnapshots = std::numeric_limits<std::int64_t>::max();

// What identifies a host: its machine id, or its name where it has none.
const std::string& machine_of(const SnapshotInfo& info);

// The same as SQL over the columns of table snapshot.
constexpr std::string_view kMachine = "iif(machine_id = '', host_name, machine_id)";

// Whether all snapshots up to number `last` are in the index.
bool history_has(SQLite::Database& database, std::int64_t last);

// Adds the snapshots up to number `last` that the index lacks, and orders all by time. A snapshot
// that cannot be read counts as one without sockets. Uses short transactions of its own, so
// captures can be stored in between. Throws SQLite::Exception.
void complete_history(
    SQLite::Database& database, std::int64_t last = kAllSnapshots,
    SQLite::TransactionBehavior behavior = SQLite::TransactionBehavior::IMMEDIATE);

// Identities as texts of the index; sorted.
std::vector<IdentityText> texts_of(const std::vector<Identity>& identities);

// Numbers the indexed snapshots of each host in the order of started_at, then id, and removes those
// that are gone, with the identities that only they had. Reads only the index, not the rows of
// snapshots. Call it within a transaction. Throws SQLite::Exception.
void order_history(SQLite::Database& database);

// Gives the connection its own index in memory: a copy of the one in the file, which it hides from
// all functions above. For users who may not write to the file. Throws SQLite::Exception.
void detach_history(SQLite::Database& database);

// An address as bytes in sort order: the addresses of a prefix are adjacent.
class AddressKey {
 public:
  explicit AddressKey(const IpAddress& address);
  static AddressKey last_of(const IpPrefix& prefix);

  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return std::span(bytes_).first(size_);
  }

 private:
  std::array<std::uint8_t, 17> bytes_{};  // the family (4 or 6), then the address
  std::size_t size_ = 0;
};

// The key of a peer's address, with or without "%eth0"; absent for a scope or an empty text.
std::optional<AddressKey> key_of_peer(std::string_view address);

}  // namespace netmon
