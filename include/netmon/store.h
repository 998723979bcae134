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

#include "netmon/model.h"
#include "netmon/revision.h"

namespace netmon {

class Store {
 public:
  // Creates the file (0600) and its folder (0700) where they are missing, migrates an old file.
  // root refuses another user's database, and a path that others could redirect.
  static Store open_for_writing(const std::filesystem::path& path);

  // Never creates anything. Throws when the file is missing, is no netmon database, is newer than
  // this program, or is damaged.
  static Store open_for_reading(const std::filesystem::path& path);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  // One transaction; returns what was stored, with its number and digest.
  SnapshotInfo append(const Snapshot& snapshot);

  // The whole snapshot. Throws Error with ExitCode::integrity when its rows do not match its
  // digest.
  [[nodiscard]] Snapshot load(std::int64_t id) const;

  // All snapshots, oldest first.
  [[nodiscard]] std::vector<SnapshotSummary> list() const;

  // The number of the snapshot that a LabelRevision, NumberRevision or TimeRevision names. Throws
  // Error, its subject the revision, when there is none, and says what there is.
  [[nodiscard]] std::int64_t resolve(const Revision& revision) const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace netmon
