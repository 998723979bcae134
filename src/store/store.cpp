#include "netmon/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <limits>
#include <utility>

#include "netmon/error.h"
#include "store/database.h"
#include "store/executable_cache.h"
#include "store/history_index.h"
#include "store/history_query.h"
#include "store/lookup.h"
#include "store/row_reader.h"
#include "store/snapshot_rows.h"
#include "store/sqlite_error.h"

namespace netmon {
namespace {

struct ChainEnd {
  std::int64_t id = 0;
  std::optional<std::string> digest;
};

ChainEnd newest_snapshot(SQLite::Database& database) {
  SQLite::Statement newest(database, "SELECT id, digest FROM snapshot ORDER BY id DESC LIMIT 1");
  if (!newest.executeStep()) return {};
  return {newest.getColumn(0).getInt64(), newest.getColumn(1).getString()};
}

}  // namespace

struct Store::Impl {
  std::filesystem::path path;
  SQLite::Database database;

  Impl(std::filesystem::path given, Access access)
      : path(std::move(given)), database(open_database(path, access, migrations())) {}

  // `subject` says what of the database is wrong where a row cannot be read.
  template <typename Work>
  auto run(const std::string& subject, Work work) {
    try {
      return translating_errors(path, database, std::move(work));
    } catch (const BadRow& bad_row) {
      throw Error(subject, bad_row.what(), ExitCode::integrity);
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
    const ChainEnd newest = newest_snapshot(impl_->database);
    if (newest.id == std::numeric_limits<std::int64_t>::max()) {
      throw Error(impl_->path.string(), "has no number left for another snapshot");
    }
    complete_history(impl_->database);
    SnapshotInfo info = snapshot.info;
    info.id = newest.id + 1;
    const Written written =
        write_snapshot(impl_->database.getHandle(), snapshot, *info.id, newest.digest);
    info.digest = written.digest;
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

}  // namespace netmon
