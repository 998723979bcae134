// The index that history is asked of: which identity was there in which snapshots of its host.
// Derived from the snapshots, and no evidence; what of it is missing is made again.
//
// It has all snapshots up to some number, and none behind it. Nobody writes it but who asks it.
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

// What tells one host from another: its machine id, or its name where it has none.
const std::string& machine_of(const SnapshotInfo& info);

// The same in SQL, of the columns of table snapshot.
constexpr std::string_view kMachine = "iif(machine_id = '', host_name, machine_id)";

// False where one of the snapshots up to number `last` is not in the index yet.
bool history_has(SQLite::Database& database, std::int64_t last);

// Adds the snapshots up to number `last` that are not in the index, and puts all in the order of
// their time. One that cannot be read counts as a snapshot without sockets. In transactions of its
// own, each short, so that a capture can be stored between them. Throws SQLite::Exception.
void complete_history(
    SQLite::Database& database, std::int64_t last = kAllSnapshots,
    SQLite::TransactionBehavior behavior = SQLite::TransactionBehavior::IMMEDIATE);

// Identities as the index has them; sorted.
std::vector<IdentityText> texts_of(const std::vector<Identity>& identities);

// Numbers the snapshots of each host that are in the index in the order of started_at, then id, and
// forgets those that are gone, and what only they had. Reads the index alone, no snapshot's rows.
// Call it within a transaction. Throws SQLite::Exception.
void order_history(SQLite::Database& database);

// Gives the connection an index of its own, in memory: a copy of that in the file, which it hides
// from every function above. For who may not write to the file. Throws SQLite::Exception.
void detach_history(SQLite::Database& database);

// An address as bytes that sort: those of a prefix are next to one another.
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

// The key of the address of a peer, with or without "%eth0"; absent where a scope or nothing stands
// there.
std::optional<AddressKey> key_of_peer(std::string_view address);

}  // namespace netmon
