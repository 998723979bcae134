#include "store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <optional>
#include <string>

#include "netmon/error.h"
#include "store/database_file.h"
#include "store/sqlite_error.h"

namespace netmon {
namespace {

namespace fs = std::filesystem;

int integer_pragma(SQLite::Database& database, const std::string& name) {
  return database.execAndGet("PRAGMA " + name).getInt();
}

void set_up(SQLite::Database& database, Access access) {
  database.setBusyTimeout(static_cast<int>(std::chrono::milliseconds(kBusyTimeout).count()));
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
  if (access == Access::write) {
    // What is written was checked (require_consistent() in snapshot_writer.cpp): to let SQLite look
    // up every reference again is an eighth of the cost of a capture.
    database.exec("PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL");
  }
}

// SQLite counts all memory that it takes, under a lock that two threads which load at once fight
// for. Nothing asks for the count. Only before its first use can that be set.
void stop_counting_memory() {
  [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

SQLite::Database open_file(const fs::path& path, Access access) {
  const fs::path resolved = access == Access::read ? existing_file(path) : writable_file(path);
  stop_counting_memory();
  const int mode = access == Access::read ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE;
  try {
    SQLite::Database database(resolved.string(),
                              mode | SQLite::OPEN_NOMUTEX | SQLite::OPEN_NOFOLLOW);
    set_up(database, access);
    return database;
  } catch (const SQLite::Exception& exception) {
    throw to_error(path, exception, 0);
  }
}

// How many migrations the database has had. Throws Error for what is no netmon database, or one
// of a newer program.
std::size_t schema_version(const fs::path& path, SQLite::Database& database, std::size_t newest) {
  if (integer_pragma(database, "page_count") == 0) return 0;
  if (integer_pragma(database, "application_id") != kApplicationId) {
    throw Error(path.string(), "is not a netmon database");
  }
  const int version = integer_pragma(database, "user_version");
  if (version < 1) throw Error(path.string(), "is not a netmon database");
  if (static_cast<std::size_t>(version) > newest) {
    throw Error(path.string(),
                fmt::format("was made by a newer netmon (schema {}; this is {})", version, newest));
  }
  return static_cast<std::size_t>(version);
}

SQLite::Database open_writer(const fs::path& path, std::span<const Migration> migrations) {
  SQLite::Database database = open_file(path, Access::write);
  translating_errors(path, database, [&] {
    schema_version(path, database, migrations.size());  // before anything is changed
    migrate(database, migrations);
    // A rollback journal keeps the evidence in one file, which can be read from read-only media.
    database.exec("PRAGMA journal_mode = DELETE");
  });
  return database;
}

// True where a writer was killed: only another one can undo what it left.
bool needs_writer(const fs::path& path, SQLite::Database& database,
                  std::span<const Migration> migrations) {
  try {
    if (schema_version(path, database, migrations.size()) == 0) {
      throw Error(path.string(), "is not a netmon database");
    }
    return false;
  } catch (const SQLite::Exception& exception) {
    if (exception.getExtendedErrorCode() == SQLITE_READONLY_ROLLBACK) return true;
    throw to_error(path, exception, sqlite3_system_errno(database.getHandle()));
  }
}

}  // namespace

void migrate(SQLite::Database& database, std::span<const Migration> migrations) {
  for (std::size_t version = 0; version < migrations.size(); ++version) {
    if (static_cast<std::size_t>(integer_pragma(database, "user_version")) > version) continue;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    // Another process may have done it meanwhile.
    if (static_cast<std::size_t>(integer_pragma(database, "user_version")) > version) continue;
    database.exec(std::string(migrations[version].sql));
    database.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                              kApplicationId, version + 1));
    transaction.commit();
  }
}

SQLite::Database open_database(const fs::path& path, Access access,
                               std::span<const Migration> migrations) {
  if (access == Access::write) return open_writer(path, migrations);
  {
    SQLite::Database database = open_file(path, Access::read);
    if (!needs_writer(path, database, migrations)) return database;
  }
  try {
    open_writer(path, migrations);
  } catch (const Error& error) {
    throw Error(path.string(),
                fmt::format("must be repaired before it can be read: {}", error.what()),
                error.exit_code());
  }
  return open_file(path, Access::read);
}

}  // namespace netmon
