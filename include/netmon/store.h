// The store: snapshots in one SQLite file, append-only. schema/README.md describes the file.
//
// Not thread-safe; several processes may use one file at once: a writer waits up to 10 s for
// another. All errors are Error, their subject the database's path; nothing of SQLite's reaches
// the caller.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "netmon/executable.h"
#include "netmon/history.h"
#include "netmon/model.h"
#include "netmon/revision.h"

namespace netmon {

class Store {
 public:
  // Creates the file (0600) and its folder (0700) where they are missing, migrates an old file.
  // root refuses another user's database, and a path that others could redirect.
  static Store open_for_writing(const std::filesystem::path& path);

  // Never creates anything; an old file is read as it is. Throws when the file is missing, is no
  // netmon database, is newer than this program, or is damaged.
  static Store open_for_reading(const std::filesystem::path& path);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  // One transaction; returns what was stored, with its number and digest. The digests of
  // `executables` are remembered for later captures.
  SnapshotInfo append(const Snapshot& snapshot, const ExecutableDigests& executables = {});

  // What append() was given in all captures: a cache, not evidence.
  [[nodiscard]] ExecutableDigests executables() const;

  // The whole snapshot. Throws Error with ExitCode::integrity when its rows do not match its
  // digest.
  [[nodiscard]] Snapshot load(std::int64_t id) const;

  // All snapshots, oldest first.
  [[nodiscard]] std::vector<SnapshotSummary> list() const;

  // The number of the snapshot that a LabelRevision, NumberRevision or TimeRevision names. Throws
  // Error, its subject the revision, when there is none, and says what there is.
  [[nodiscard]] std::int64_t resolve(const Revision& revision) const;

  // What fits `query` in all snapshots, the first seen first. Over an index that is written with
  // each snapshot: no snapshot's rows are read. Where the index lacks snapshots (of an old file) it
  // is completed first, also by a store that is open for reading; throws where this user may not.
  [[nodiscard]] std::vector<Appearance> history(const HistoryQuery& query) const;

  // For each change: where its listener or peer was in the snapshots of the same host (machine id;
  // its name where it has none) before `info`, which may not be stored itself. Index by index. A
  // change without a process has the past of every process at its place. As history() where the
  // index lacks snapshots.
  [[nodiscard]] std::vector<Past> past_of(const std::vector<Change>& changes,
                                          const SnapshotInfo& info) const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace netmon
