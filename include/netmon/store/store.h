// The store: snapshots in one SQLite file, append-only. schema/README.md describes the file.
//
// Not thread-safe; several processes may use one file at once: a writer waits up to 10 s for
// another. All errors are Error, their subject the database's path; nothing of SQLite's reaches
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
  // Creates the file (0600) and its folder (0700) where they are missing, and brings a file of an
  // older schema up to date.
  // root refuses another user's database, and a path that others could redirect.
  static Store open_for_writing(const std::filesystem::path& path);

  // Never creates anything; an old file is read as it is. Throws when the file is missing, is no
  // netmon database, is newer than this program, or is damaged.
  static Store open_for_reading(const std::filesystem::path& path);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  // One transaction; returns what was stored, with its number and digest: that of its link in the
  // chain. The digests of `executables` are remembered for later captures.
  SnapshotInfo append(const Snapshot& snapshot, const ExecutableDigests& executables = {});

  // What append() was given in all captures: a cache, not evidence.
  [[nodiscard]] ExecutableDigests executables() const;

  // The whole snapshot. Throws Error with ExitCode::integrity when its rows do not match its
  // digest.
  [[nodiscard]] Snapshot load(std::int64_t id) const;

  // All snapshots, oldest first.
  [[nodiscard]] std::vector<SnapshotSummary> list() const;

  // Reads every row and link again. Throws Error for a file that cannot be read as a database;
  // what does not fit is told, not thrown.
  [[nodiscard]] Verification verify(const VerifyQuery& query, const Progress& progress = {}) const;

  // The snapshots `ids`, the links of their chains, and `documents`, as the bytes of a database of
  // its own in which they are imported. Command lines that hold secrets
  // (netmon/core/values/secrets.h) are masked there. Throws Error with ExitCode::integrity where
  // anything of it does not verify.
  [[nodiscard]] std::vector<std::byte> export_image(const std::vector<std::int64_t>& ids,
                                                    const std::vector<Document>& documents,
                                                    const Actor& actor) const;

  // All snapshots of the file, checked before anything is stored, in one transaction; the links of
  // their chains and the documents with them. What is there already is left alone. Throws Error,
  // its subject the file, with ExitCode::integrity where anything of it does not verify, or one of
  // its chains is not the same as here.
  std::vector<ImportedSnapshot> import_from(const std::filesystem::path& file, const Actor& actor,
                                            const Progress& progress = {});

  // What prune() would take out, oldest first.
  [[nodiscard]] std::vector<SnapshotSummary> prunable(const PruneRule& rule, Timestamp now) const;

  // Takes out what the rule names, leaves a tombstone of each, and records it as an entry of the
  // chain; then gives the space back. Throws Error with ExitCode::integrity, and takes nothing out,
  // where the chain or one of these snapshots does not verify. Writes nothing where there are none.
  std::vector<SnapshotSummary> prune(const PruneRule& rule, const Actor& actor);

  // The documents, in the order in which they were stored.
  [[nodiscard]] std::vector<Document> documents() const;

  // The entry, of any chain here, that has this digest.
  [[nodiscard]] std::optional<DigestMatch> entry_of(const std::string& digest) const;

  // The number of the snapshot that a LabelRevision, NumberRevision or TimeRevision names. Throws
  // Error, its subject the revision, when there is none, and says what there is.
  //
  // A revision without a host is of the machine id `this_machine`; where that is "", of the
  // snapshots that were stored here first. Where there is none of those at all, and the others are
  // of one host, as in a file that was exported, it is of that host.
  [[nodiscard]] std::int64_t resolve(const Revision& revision,
                                     const std::string& this_machine) const;

  // What fits `query` in all snapshots, the first seen first. An index answers, which append() does
  // not write: the snapshots that it lacks are read first, and it is brought up to date, also by a
  // store that is open for reading. Where this user may not write to the file that happens in
  // memory, each time anew.
  [[nodiscard]] std::vector<Appearance> history(const HistoryQuery& query) const;

  // For each change: where its listener or peer was in the snapshots of the same host (machine id;
  // its name where it has none) before `info`, which may not be stored itself. Index by index. A
  // change of which no program is known has the past of every program at its place. As history()
  // where the index lacks snapshots; `before`, a snapshot of this store that is in memory already,
  // or null, is not read again.
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
