#include "store/prune.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"
#include "store/chain/chain.h"
#include "store/chain/entries.h"
#include "store/history/history_index.h"
#include "store/rows/child_rows.h"
#include "store/rows/snapshot_rows.h"
#include "store/sqlite/bind.h"
#include "store/sqlite/soundness.h"

namespace netmon {
namespace {

bool is_kept(const std::string& label, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), label.c_str(), 0) == 0;
  });
}

std::vector<TombstoneRow> tombstones_of(const Source& source,
                                        const std::vector<SnapshotSummary>& snapshots,
                                        std::int64_t prune_number) {
  std::vector<TombstoneRow> tombstones;
  for (const SnapshotSummary& summary : snapshots) {
    const SnapshotInfo& info = summary.info;
    const std::int64_t id = info.id.value();
    require_sound_rows(source, id);
    tombstones.push_back({.snapshot_id = id,
                          .label = info.label,
                          .host_name = info.host_name,
                          .started_at = info.started_at,
                          .digest = provenance_of(source.database, id).link.digest,
                          .prune_number = prune_number});
  }
  return tombstones;
}

// Must come before the removal, because the triggers delete nothing without a tombstone.
void record(SQLite::Database& database, const PruneRow& row,
            const std::vector<TombstoneRow>& tombstones) {
  execute(database, "INSERT INTO prune VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row.number,
          to_string(row.pruned_at), row.user.uid, row.user.name, row.netmon_version,
          static_cast<std::int64_t>(row.older_than.count()), row.keep_labels,
          static_cast<std::int64_t>(row.snapshots));
  for (const TombstoneRow& tombstone : tombstones) {
    execute(database, "INSERT INTO tombstone VALUES (?, ?, ?, ?, ?, ?)", tombstone.snapshot_id,
            tombstone.prune_number, tombstone.label, tombstone.host_name,
            to_string(tombstone.started_at), tombstone.digest);
  }
}

void delete_rows(SQLite::Database& database, std::int64_t id) {
  ChildRows::for_each([&]<typename Row>() {
    execute(database, fmt::format("DELETE FROM {} WHERE snapshot_id = ?", Row::kTable).c_str(), id);
  });
  execute(database, "DELETE FROM snapshot WHERE id = ?", id);
}

// Shrinks the file. The rows are already gone.
void shrink_file(SQLite::Database& database, const std::filesystem::path& path,
                 std::size_t snapshots) {
  try {
    translating_errors(path, database, [&] { database.exec("VACUUM"); });
  } catch (const Error& error) {
    std::string_view cause = error.what();
    cause.remove_prefix(path.string().size() + 2);  // the same subject
    throw Error(path.string(),
                fmt::format("{} pruned, but the file could not be made smaller: {}",
                            counted(snapshots, "snapshot was", "snapshots were"), cause));
  }
}

}  // namespace

std::vector<SnapshotSummary> find_prunable(SQLite::Database& database, const PruneRule& rule,
                                           Timestamp now) {
  std::vector<SnapshotSummary> found = read_summaries(database);
  std::erase_if(found, [&](const SnapshotSummary& summary) {
    return summary.info.started_at >= now - rule.older_than ||
           is_kept(summary.info.label, rule.keep_labels);
  });
  return found;
}

std::vector<SnapshotSummary> prune_snapshots(SQLite::Database& database,
                                             const std::filesystem::path& path,
                                             const PruneRule& rule, const Actor& actor) {
  // Overwrites removed data in the file, so it does not stay in free pages.
  database.exec("PRAGMA secure_delete = ON");
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const Source source{database, path};
  require_sound_chains(source);
  auto pruned = find_prunable(database, rule, actor.at);
  if (pruned.empty()) return pruned;

  const PruneRow row{.number = next_number(database),
                     .pruned_at = actor.at,
                     .user = actor.user,
                     .netmon_version = actor.netmon_version,
                     .older_than = rule.older_than,
                     .keep_labels = fmt::format("{}", fmt::join(rule.keep_labels, ",")),
                     .snapshots = pruned.size()};
  const auto tombstones = tombstones_of(source, pruned, row.number);
  record(database, row, tombstones);
  for (const TombstoneRow& tombstone : tombstones) delete_rows(database, tombstone.snapshot_id);
  append_link(database, LinkKind::prune, compute_digest(row, tombstones));
  order_history(database);
  transaction.commit();
  shrink_file(database, path, pruned.size());
  return pruned;
}

}  // namespace netmon
