// The tables with the content of chain entries other than captures, in the form of tables.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// The content of an entry of kind import.
struct ImportRow {
  static constexpr std::string_view kTable = "import";

  std::int64_t number = 0;  // of the entry, and of the snapshot in this database
  std::string origin;       // of the chain that it comes from; the table has its chain_no instead
  std::int64_t origin_number = 0;
  std::string digest;  // of its link in that chain
  Timestamp imported_at{};
  User user;
  std::string netmon_version;

  static void columns(auto& visit, auto& row) {
    visit("number", row.number);
    visit("origin", row.origin);
    visit("origin_number", row.origin_number);
    visit("digest", row.digest);
    visit("imported_at", row.imported_at);
    visit("uid", row.user.uid);
    visit("user_name", row.user.name);
    visit("netmon_version", row.netmon_version);
  }
};

// The content of an entry of kind prune, followed by its tombstones.
struct PruneRow {
  static constexpr std::string_view kTable = "prune";

  std::int64_t number = 0;
  Timestamp pruned_at{};
  User user;
  std::string netmon_version;
  std::chrono::milliseconds older_than{};
  std::string keep_labels;  // patterns, joined by ","
  std::uint64_t snapshots = 0;

  static void columns(auto& visit, auto& row) {
    visit("number", row.number);
    visit("pruned_at", row.pruned_at);
    visit("uid", row.user.uid);
    visit("user_name", row.user.name);
    visit("netmon_version", row.netmon_version);
    visit("older_than_ms", row.older_than);
    visit("keep_labels", row.keep_labels);
    visit("snapshots", row.snapshots);
  }
};

struct TombstoneRow {
  static constexpr std::string_view kTable = "tombstone";
  static constexpr std::string_view kOrder = "snapshot_id";

  std::int64_t snapshot_id = 0;
  std::string label;
  std::string host_name;
  Timestamp started_at{};
  std::string digest;             // of its link in the chain of the database that stored it first
  std::int64_t prune_number = 0;  // the number of the entry that removed it

  static void columns(auto& visit, auto& row) {
    visit("snapshot_id", row.snapshot_id);
    visit("label", row.label);
    visit("host_name", row.host_name);
    visit("started_at", row.started_at);
    visit("digest", row.digest);
  }
  static void undigested_columns(auto& visit, auto& row) {
    visit("prune_number", row.prune_number);
  }
};

}  // namespace netmon
