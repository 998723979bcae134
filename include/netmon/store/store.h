// The store: snapshots in one SQLite file, append-only. schema/README.md describes the file.
//
// Not thread-safe. Several processes may use one file at once: a writer waits up to 10 s for
// another. All errors are Error with the database's path as subject; no SQLite exception reaches
// the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/model/executable.h"
#include "netmon/core/model/history.h"
#include "netmon/core/model/revision.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/review/evidence.h"

namespace netmon {

class Store {
 public:
  // Creates the file (0600) and its folder (0700) where they are missing, and upgrades a file of an
  // older schema. root refuses another user's database, and a path that others could redirect.
  static Store open_for_writing(const std::filesystem::path& path);

  // Never creates anything; a file of an older schema is read as it is. Throws where the file is
  // missing, is no netmon database, is newer than this program, or is damaged.
  static Store open_for_reading(const std::filesystem::path& path);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  // Stores a snapshot in one transaction. Returns its info with its number and digest, which is
  // that of its link in the chain. The digests of `executables` are remembered for later captures.
  SnapshotInfo append(const Snapshot& snapshot, const ExecutableDigests& executables = {});

  // All digests that append() has been given: a cache, not evidence.
  [[nodiscard]] ExecutableDigests executables() const;

  // The whole snapshot. Throws Error with ExitCode::integrity where its rows do not match its
  // digest.
  [[nodiscard]] Snapshot load(std::int64_t id) const;

  // All snapshots, oldest first.
  [[nodiscard]] std::vector<SnapshotSummary> list() const;

  // Reads every row and link again. Throws Error for a file that cannot be read as a database; what
  // does not match is returned, not thrown.
  [[nodiscard]] Verification verify(const VerifyQuery& query, const Progress& progress = {}) const;

  // The snapshots `ids`, the links of their chains, and `documents`, as the bytes of a new database
  // in which they are imported. Command lines with secrets (netmon/core/values/secrets.h) are
  // masked there. Throws Error with ExitCode::integrity where any of this does not verify.
  [[nodiscard]] std::vector<std::byte> export_image(const std::vector<std::int64_t>& ids,
                                                    const std::vector<Document>& documents,
                                                    const Actor& actor) const;

  // Imports all snapshots of the file, the links of their chains and its documents in one
  // transaction; everything is checked before anything is stored. What is there already is left
  // alone. Throws Error with the file as subject, with ExitCode::integrity where any of it does not
  // verify or one of its chains differs from the one here.
  std::vector<ImportedSnapshot> import_from(const std::filesystem::path& file, const Actor& actor,
                                            const Progress& progress = {});

  // What prune() would remove, oldest first.
  [[nodiscard]] std::vector<SnapshotSummary> prunable(const PruneRule& rule, Timestamp now) const;

  // Removes what the rule selects, leaves a tombstone of each snapshot and records the removal as
  // an entry of the chain; then gives the space back. Throws Error with ExitCode::integrity, and
  // removes nothing, where the chain or one of these snapshots does not verify. Writes nothing
  // where there is nothing to remove.
  std::vector<SnapshotSummary> prune(const PruneRule& rule, const Actor& actor);

  // The documents, in the order in which they were stored.
  [[nodiscard]] std::vector<Document> documents() const;

  // The entry, of any chain in the file, that has this digest.
  [[nodiscard]] std::optional<DigestMatch> entry_of(const std::string& digest) const;

  // The number of the snapshot that a LabelRevision, NumberRevision or TimeRevision names. Throws
  // Error with the revision as subject where there is none, and says which there are.
  //
  // A revision without a host means the machine id `this_machine`; where that is "", the snapshots
  // that were first stored here. Where there are none of those and all others are of one host, as
  // in an exported file, it means that host.
  [[nodiscard]] std::int64_t resolve(const Revision& revision,
                                     const std::string& this_machine) const;

  // What matches `query` in all snapshots, the first seen first. Reads an index that append() does
  // not write: snapshots that it lacks are read and added first, also by a store that is open for
  // reading. Where this user may not write to the file, that happens in memory, anew each time.
  [[nodiscard]] std::vector<Appearance> history(const HistoryQuery& query) const;

  // For each change, by index: the past of its listener or peer in the snapshots of the same host
  // (machine id, or name where there is none) before `info`, which need not be stored. A change
  // whose program is not known has the past of every program at its place. Snapshots that the index
  // lacks are read as in history(); `before` is a snapshot of this store that is in memory already,
  // so it is not read again, or null.
  [[nodiscard]] std::vector<Past> past_of(const std::vector<Change>& changes,
                                          const SnapshotInfo& info,
                                          const Snapshot* before = nullptr) const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// "sha256:…" of the document's text.
std::string digest_of(const Document& document);

}  // namespace netmon
