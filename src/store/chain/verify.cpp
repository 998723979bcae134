#include "store/chain/verify.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <exception>
#include <utility>

#include "store/chain/chain.h"
#include "store/chain/entries.h"
#include "store/chain/flaws.h"
#include "store/rows/row_reader.h"
#include "store/rows/snapshot_rows.h"
#include "store/sqlite/schema_check.h"

namespace netmon {
namespace {

// Keeps one state of the database in view, even where the caller has no transaction.
class ReadState {
 public:
  explicit ReadState(SQLite::Database& database) : database_(database) {
    database_.exec("SAVEPOINT netmon_verify");
  }
  ~ReadState() { database_.tryExec("RELEASE netmon_verify"); }
  ReadState(const ReadState&) = delete;
  ReadState& operator=(const ReadState&) = delete;

 private:
  SQLite::Database& database_;
};

// In a hostile file, a few pages that refer to one another can form a table of unlimited length.
// The limit, in steps of SQLite's virtual machine, is more than any sound file needs; work beyond
// it is interrupted.
class WorkLimit {
 public:
  explicit WorkLimit(SQLite::Database& database) : database_(database.getHandle()) {
    constexpr std::int64_t kStepsOfAny = 10'000'000;
    constexpr std::int64_t kStepsOfPage = 30'000;
    const std::int64_t pages = database.execAndGet("PRAGMA page_count").getInt64();
    left_ = (kStepsOfAny + pages * kStepsOfPage) / kInterval;
    sqlite3_progress_handler(database_, kInterval, is_used_up, &left_);
  }
  ~WorkLimit() { sqlite3_progress_handler(database_, 0, nullptr, nullptr); }
  WorkLimit(const WorkLimit&) = delete;
  WorkLimit& operator=(const WorkLimit&) = delete;

 private:
  static constexpr int kInterval = 10'000;

  static int is_used_up(void* left) {
    auto& intervals = *static_cast<std::int64_t*>(left);
    if (intervals > 0) --intervals;
    return intervals == 0 ? 1 : 0;
  }

  sqlite3* database_;
  std::int64_t left_ = 0;
};

bool is_damage(const SQLite::Exception& exception) {
  return exception.getErrorCode() == SQLITE_CORRUPT || exception.getErrorCode() == SQLITE_INTERRUPT;
}

std::vector<std::int64_t> snapshot_ids(SQLite::Database& database) {
  std::vector<std::int64_t> ids;
  SQLite::Statement select(database, "SELECT id FROM snapshot ORDER BY id");
  while (select.executeStep()) {
    const std::int64_t id = select.getColumn(0).getInt64();
    if (!ids.empty() && id <= ids.back()) break;  // reported by the check of the chain
    ids.push_back(id);
  }
  return ids;
}

class DatabaseCheck {
 public:
  DatabaseCheck(SQLite::Database& database, const VerifyQuery& query, const Progress& progress)
      : database_(database), query_(query), progress_(progress) {}

  Verification run() {
    const std::vector<std::int64_t> ids = check_structure();
    for (std::uint64_t done = 0; const std::int64_t id : ids) {
      check_rows(id);
      if (progress_) progress_(++done, ids.size());
    }
    if (damage_ && result_.snapshots == 0) std::rethrow_exception(damage_);
    result_.rows = rows_.take();
    return std::move(result_);
  }

 private:
  // Checks everything but the rows. Returns the snapshots whose rows must be read.
  std::vector<std::int64_t> check_structure() {
    const ReadState one_state(database_);
    SchemaVerdict schema = verify_schema(database_);
    result_.schema = std::move(schema.flaws);
    if (!schema.tables_sound) {
      const Flaw unread{"the tables", "are not as netmon made them, so they were not read"};
      rows_.add(unread.subject, unread.what);
      result_.chain.push_back(unread);
      return {};
    }
    attempt("the chain", [&] {
      ChainVerdict chains = verify_chains(database_, query_.digest);
      result_.chain = std::move(chains.flaws);
      result_.chains = std::move(chains.chains);
      result_.match = std::move(chains.match);
    });
    if (damage_) result_.chain.push_back({"the chain", "cannot be read to its end"});
    if (query_.id) return {*query_.id};
    return snapshot_ids(database_);
  }

  void check_rows(std::int64_t id) {
    const std::string subject = fmt::format("#{}", id);
    attempt(subject, [&] {
      const ReadState one_state(database_);
      try {
        const auto content = read_content(database_, id);
        if (!content) {
          // It may have been pruned meanwhile.
          if (query_.id || !read_tombstone(database_, id)) rows_.add(subject, "is not there");
          return;
        }
        result_.masked += content->masked;
      } catch (const BadRow& bad_row) {
        rows_.add(subject, bad_row.what());
      }
      ++result_.snapshots;
    });
  }

  // Where one part of the file cannot be read, another part may still be.
  void attempt(const std::string& subject, auto work) {
    try {
      work();
    } catch (const SQLite::Exception& exception) {
      if (!is_damage(exception)) throw;
      damage_ = std::current_exception();
      rows_.add(subject, fmt::format("cannot be read: {}", exception.what()));
    }
  }

  SQLite::Database& database_;
  const VerifyQuery& query_;
  const Progress& progress_;
  Verification result_;
  FlawList rows_;
  std::exception_ptr damage_;
};

}  // namespace

std::optional<Flaw> verify_rows(SQLite::Database& database, std::int64_t id) {
  const std::string subject = fmt::format("#{}", id);
  try {
    if (!read_content(database, id)) return Flaw{subject, "is not there"};
  } catch (const BadRow& bad_row) {
    return Flaw{subject, bad_row.what()};
  }
  return std::nullopt;
}

Verification verify_database(SQLite::Database& database, const VerifyQuery& query,
                             const Progress& progress) {
  const WorkLimit limit(database);
  return DatabaseCheck(database, query, progress).run();
}

}  // namespace netmon
