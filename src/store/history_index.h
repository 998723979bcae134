// The index that history is asked of: which identity was there in which snapshots of its host.
// Derived from the snapshots, and no evidence; what of it is missing is made again.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netmon/identity.h"
#include "netmon/ip_address.h"
#include "netmon/model.h"

namespace netmon {

// What tells one host from another: its machine id, or its name where it has none.
const std::string& machine_of(const SnapshotInfo& info);

// False where snapshots are not in the index yet, or the database is of a schema that has none.
bool history_is_complete(SQLite::Database& database);

// Adds the snapshots that are not in the index, and puts all in the order of their time. One that
// cannot be read counts as a snapshot without sockets. Call it within a transaction. Throws
// SQLite::Exception.
void complete_history(SQLite::Database& database);

// Numbers the snapshots of each host in the order of started_at, then id, and forgets those that
// are gone, and what only they had. Reads the index alone, no snapshot's rows. Call it within a
// transaction, on a complete index. Throws SQLite::Exception.
void order_history(SQLite::Database& database);

// Adds the newest snapshot, of number `info.id`. Call it within a transaction, on a complete index.
// Throws SQLite::Exception.
void add_to_history(SQLite::Database& database, const SnapshotInfo& info,
                    const std::vector<Identity>& identities);

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

// As reports show a peer: with "%eth0" behind a link-local one, "" for none.
std::string remote_text(const Identity& identity);

}  // namespace netmon
