#include "netmon/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "netmon/error.h"
#include "store/carry.h"
#include "store/chain.h"
#include "store/database.h"
#include "store/documents.h"
#include "store/executable_cache.h"
#include "store/history_index.h"
#include "store/history_query.h"
#include "store/lookup.h"
#include "store/prune.h"
#include "store/row_reader.h"
#include "store/schema_check.h"
#include "store/snapshot_rows.h"
#include "store/sqlite_error.h"
#include "store/verify.h"

namespace netmon {

namespace {

// A document that cannot be read is a flaw, though no digest covers it.
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

  Impl(std::filesystem::path given, Access access)
      : path(std::move(given)), database(open_database(path, access, migrations())) {
    enable_views(false);
  }

  // A hostile file may have a view, which computes for ever, in the place of a table.
  void enable_views(bool enabled) {
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_ENABLE_VIEW, enabled ? 1 : 0, nullptr);
  }

  // `subject` says what of the database is wrong where a row cannot be read.
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

  // Runs `work` on a history index that has all snapshots. Completing it needs a writer.
  template <typename Work>
  auto ask_history(Work work) {
    return run(path.string(), [&] {
      if (!history_is_complete(database)) {
        Impl writer(path, Access::write);
        writer.run(path.string(), [&] {
          SQLite::Transaction transaction(writer.database, SQLite::TransactionBehavior::IMMEDIATE);
          complete_history(writer.database);
          transaction.commit();
        });
      }
      const SQLite::Transaction one_state(database);
      if (!has_own_views_alone(database.getHandle()))
        throw BadRow("has views that are not netmon's");
      enable_views(true);
      return work();
    });
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
    complete_history(impl_->database);
    sqlite3* const database = impl_->database.getHandle();
    const auto newest = newest_link(database, kOwnChain);
    SnapshotInfo info = snapshot.info;
    info.id = next_number(database);
    info.origin.reset();
    const Written written = write_snapshot(database, snapshot, *info.id,
                                           newest ? std::optional(newest->digest) : std::nullopt);
    info.digest = append_link(database, LinkKind::capture, written.digest).digest;
    add_to_history(impl_->database, info, written.identities);
    remember_executables(impl_->database, executables);
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
    auto snapshot = read_snapshot(impl_->database.getHandle(), id);
    if (!snapshot) throw Error(subject, "no such snapshot");
    return *std::move(snapshot);
  });
}

std::vector<SnapshotSummary> Store::list() const {
  return impl_->run(impl_->path.string(),
                    [&] { return read_summaries(impl_->database.getHandle()); });
}

Verification Store::verify(const VerifyQuery& query, const Progress& progress) const {
  return impl_->run(impl_->path.string(), [&] {
    Verification found = verify_database(impl_->database.getHandle(), query, progress);
    const bool tables_are_sound = !found.chains.empty();
    if (tables_are_sound) add_signatures(impl_->database, found);
    return found;
  });
}

std::int64_t Store::resolve(const Revision& revision) const {
  return impl_->run(impl_->path.string(), [&] { return find_snapshot(impl_->database, revision); });
}

std::vector<Appearance> Store::history(const HistoryQuery& query) const {
  return impl_->ask_history([&] { return find_appearances(impl_->database, query); });
}

std::vector<Past> Store::past_of(const std::vector<Change>& changes,
                                 const SnapshotInfo& info) const {
  return impl_->ask_history([&] { return find_pasts(impl_->database, changes, info); });
}

std::vector<std::byte> Store::export_image(const std::vector<std::int64_t>& ids,
                                           const std::vector<Document>& documents,
                                           const Actor& actor) const {
  return impl_->run(impl_->path.string(), [&] {
    if (schema_version(impl_->database.getHandle()) < kSchemaWithChain) {
      const Impl migrating(impl_->path, Access::write);  // which gives it its chain
    }
    const SQLite::Transaction one_state(impl_->database);
    return export_snapshots({impl_->database, impl_->path}, ids, documents, actor);
  });
}

std::vector<Carried> Store::import_from(const std::filesystem::path& file, const Actor& actor,
                                        const Progress& progress) {
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
                    [&] { return verify_chains(impl_->database.getHandle(), digest).match; });
}

}  // namespace netmon
