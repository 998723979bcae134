#include "netmon/store/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "netmon/core/values/error.h"
#include "store/chain/chain.h"
#include "store/chain/documents.h"
#include "store/chain/verify.h"
#include "store/history/history_index.h"
#include "store/history/history_query.h"
#include "store/lookup.h"
#include "store/prune.h"
#include "store/rows/executable_cache.h"
#include "store/rows/row_reader.h"
#include "store/rows/snapshot_rows.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_error.h"
#include "store/transfer.h"

namespace netmon {

namespace {

// Adds the signatures. A document that cannot be read is a flaw, even though no digest covers it.
void add_signatures(SQLite::Database& database, Verification& found) {
  try {
    for (Document& document : read_documents(database)) {
      if (document.kind == DocumentKind::signature) found.signatures.push_back(std::move(document));
    }
  } catch (const BadRow& bad_row) {
    found.rows.push_back({"a document", std::string("cannot be read: ") + bad_row.what()});
  }
}

}  // namespace

struct Store::Impl {
  std::filesystem::path path;
  SQLite::Database database;

  bool has_own_history = false;  // in memory, by detach_history()

  Impl(std::filesystem::path given, Access access)
      : path(std::move(given)), database(open_database(path, access, migrations())) {
    // A hostile file may have a view in place of a table, and the view may compute forever.
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  }

  // `subject` names the part of the database in errors about rows that cannot be read.
  template <typename Work>
  auto run(const std::string& subject, Work work) {
    try {
      return translating_errors(path, database, std::move(work));
    } catch (const BadRow& bad_row) {
      throw Error(subject, bad_row.what(), ExitCode::integrity);
    } catch (const std::overflow_error& no_number) {
      throw Error(subject, no_number.what());
    }
  }

  // Completes the history index up to snapshot number `last`: the index in the file, or one in
  // memory where this user may not write to the file.
  void complete_history_to(std::int64_t last) {
    if (history_has(database, last)) return;
    if (!has_own_history) {
      try {
        Impl writer(path, Access::write);
        writer.run(path.string(), [&] { complete_history(writer.database, last); });
        return;
      } catch (const Error&) {
        // Read-only, locked for long, or of another user: none of this may prevent a result.
        detach_history(database);
        has_own_history = true;
      }
    }
    complete_history(database, last, SQLite::TransactionBehavior::DEFERRED);
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Store Store::open_for_writing(const std::filesystem::path& path) {
  return Store(std::make_unique<Impl>(path, Access::write));
}

Store Store::open_for_reading(const std::filesystem::path& path) {
  return Store(std::make_unique<Impl>(path, Access::read));
}

SnapshotInfo Store::append(const Snapshot& snapshot, const ExecutableDigests& executables) {
  return impl_->run(impl_->path.string(), [&] {
    SQLite::Transaction transaction(impl_->database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Database& database = impl_->database;
    const auto newest = newest_link(database, kOwnChain);
    SnapshotInfo info = snapshot.info;
    info.id = next_number(database);
    info.origin.reset();
    const std::string content_digest = write_snapshot(
        database, snapshot, *info.id, newest ? std::optional(newest->digest) : std::nullopt);
    info.digest = append_link(database, LinkKind::capture, content_digest).digest;
    remember_executables(database, executables);
    transaction.commit();
    return info;
  });
}

ExecutableDigests Store::executables() const {
  return impl_->run(impl_->path.string(), [&] { return read_executables(impl_->database); });
}

Snapshot Store::load(std::int64_t id) const {
  const std::string subject = fmt::format("{}: snapshot #{}", impl_->path.string(), id);
  return impl_->run(subject, [&] {
    const SQLite::Transaction one_state(impl_->database);
    auto snapshot = read_snapshot(impl_->database, id);
    if (!snapshot) throw Error(subject, "no such snapshot");
    return *std::move(snapshot);
  });
}

std::vector<SnapshotSummary> Store::list() const {
  return impl_->run(impl_->path.string(), [&] { return read_summaries(impl_->database); });
}

Verification Store::verify(const VerifyQuery& query, const Progress& progress) const {
  return impl_->run(impl_->path.string(), [&] {
    Verification found = verify_database(impl_->database, query, progress);
    const bool tables_are_sound = !found.chains.empty();
    if (tables_are_sound) add_signatures(impl_->database, found);
    return found;
  });
}

std::int64_t Store::resolve(const Revision& revision, const std::string& this_machine) const {
  return impl_->run(impl_->path.string(), [&] {
    const SQLite::Transaction one_state(impl_->database);
    return find_snapshot(impl_->database, revision, this_machine);
  });
}

std::vector<Appearance> Store::history(const HistoryQuery& query) const {
  return impl_->run(impl_->path.string(), [&] {
    impl_->complete_history_to(kAllSnapshots);
    const SQLite::Transaction one_state(impl_->database);
    return find_appearances(impl_->database, query);
  });
}

std::vector<Past> Store::past_of(const std::vector<Change>& changes, const SnapshotInfo& info,
                                 const Snapshot* before) const {
  if (changes.empty()) return {};
  return impl_->run(impl_->path.string(), [&] {
    const PastQuery query = plan_past(impl_->database, info, before);
    impl_->complete_history_to(query.indexed);
    const SQLite::Transaction one_state(impl_->database);
    return find_pasts(impl_->database, changes, query);
  });
}

std::vector<std::byte> Store::export_image(const std::vector<std::int64_t>& ids,
                                           const std::vector<Document>& documents,
                                           const Actor& actor) const {
  return impl_->run(impl_->path.string(), [&] {
    const SQLite::Transaction one_state(impl_->database);
    return export_snapshots({impl_->database, impl_->path}, ids, documents, actor);
  });
}

std::vector<ImportedSnapshot> Store::import_from(const std::filesystem::path& file,
                                                 const Actor& actor, const Progress& progress) {
  return impl_->run(impl_->path.string(), [&] {
    return import_snapshots(impl_->database, impl_->path, file, actor, progress);
  });
}

std::vector<SnapshotSummary> Store::prunable(const PruneRule& rule, Timestamp now) const {
  return impl_->run(impl_->path.string(),
                    [&] { return find_prunable(impl_->database, rule, now); });
}

std::vector<SnapshotSummary> Store::prune(const PruneRule& rule, const Actor& actor) {
  return impl_->run(impl_->path.string(),
                    [&] { return prune_snapshots(impl_->database, impl_->path, rule, actor); });
}

std::vector<Document> Store::documents() const {
  return impl_->run(impl_->path.string(), [&] { return read_documents(impl_->database); });
}

std::optional<DigestMatch> Store::entry_of(const std::string& digest) const {
  return impl_->run(impl_->path.string(),
                    [&] { return verify_chains(impl_->database, digest).match; });
}

}  // namespace netmon
