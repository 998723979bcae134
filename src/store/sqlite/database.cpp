#include "store/sqlite/database.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>

#include "netmon/core/values/error.h"
#include "store/sqlite/database_file.h"
#include "store/sqlite/sqlite_error.h"

namespace netmon {
namespace {

namespace fs = std::filesystem;

int integer_pragma(SQLite::Database& database, const std::string& name) {
  return database.execAndGet("PRAGMA " + name).getInt();
}

void set_up(SQLite::Database& database, Access access) {
  database.setBusyTimeout(static_cast<int>(std::chrono::milliseconds(kBusyTimeout).count()));
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Otherwise SQLite may recompile a statement whenever other values are bound to it, which took a
  // quarter of the time of writing the history index.
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
  if (access == Access::write) {
    // Rows are checked before they are written (inconsistency_of()), and a second check of every
    // reference by SQLite would take an eighth of the time of a capture.
    database.exec("PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL");
  }
}

// Turns off SQLite's count of the memory that it uses. Nothing reads the count, and its lock slows
// down two threads that load at the same time. This can only be set before SQLite is first used.
void stop_counting_memory() {
  [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// The first bytes of the file, or zeros. Read through SQLite's own descriptor, because closing
// another one would drop this process's locks.
std::array<unsigned char, 72> read_header(SQLite::Database& database) {
  std::array<unsigned char, 72> header{};
  sqlite3_file* file = nullptr;
  sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (file == nullptr || file->pMethods == nullptr) return header;
  const int size = static_cast<int>(header.size());
  if (file->pMethods->xRead(file, header.data(), size, 0) != SQLITE_OK) header.fill(0);
  return header;
}

// Refuses databases whose write-ahead log makes them unsafe to open. netmon keeps no such log, but
// another program may have turned one on. Opening the database then writes files next to it, so a
// database of another program is refused first. A copy without the log is refused too: it reads
// well but lacks the newest data.
void check_log(const fs::path& path, const fs::path& resolved, SQLite::Database& database,
               Access access) {
  const auto header = read_header(database);  // fileformat2.html, "The Database Header"
  constexpr unsigned char kWithLog = 2;
  if (header[19] != kWithLog) return;
  std::uint32_t application_id = 0;
  for (std::size_t i = 68; i < 72; ++i) application_id = application_id * 256 + header[i];
  if (application_id != std::uint32_t{kApplicationId}) {
    throw Error(path.string(), "is not a netmon database");
  }
  if (access == Access::write) return;
  const auto is_there = [&](const char* suffix) {
    struct stat status {};
    return ::lstat((resolved.string() + suffix).c_str(), &status) == 0;
  };
  const std::string cause = "another program turned on its write-ahead log, ";
  if (!is_there("-wal")) {
    throw Error(
        path.string(),
        fmt::format("{}and {}-wal is not next to it: a copy without it may lack the newest "
                    "snapshots (if the database is complete: sqlite3 {} 'PRAGMA journal_mode = "
                    "DELETE')",
                    cause, resolved.filename().string(), path.string()));
  }
  if (!is_there("-shm") && ::access(resolved.parent_path().c_str(), W_OK) != 0) {
    throw Error(path.string(), cause + "so it can be read only in a writable folder");
  }
}

SQLite::Database open_file(const fs::path& path, Access access) {
  const fs::path resolved = access == Access::read ? existing_file(path) : writable_file(path);
  stop_counting_memory();
  const int mode = access == Access::read ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE;
  try {
    SQLite::Database database(resolved.string(),
                              mode | SQLite::OPEN_NOMUTEX | SQLite::OPEN_NOFOLLOW);
    check_log(path, resolved, database, access);
    set_up(database, access);
    return database;
  } catch (const SQLite::Exception& exception) {
    throw to_error(path, exception, 0);
  }
}

// The number of migrations that the database has had. Throws Error where it is no netmon database,
// or that of a newer program.
std::size_t schema_version(const fs::path& path, SQLite::Database& database, std::size_t newest) {
  if (integer_pragma(database, "page_count") == 0) return 0;
  if (integer_pragma(database, "application_id") != kApplicationId) {
    throw Error(path.string(), "is not a netmon database");
  }
  const int version = integer_pragma(database, "user_version");
  if (version < 1) throw Error(path.string(), "is not a netmon database");
  if (static_cast<std::size_t>(version) > newest) {
    throw Error(path.string(),
                fmt::format("was made by a newer netmon (schema {}; this netmon knows {})", version,
                            newest));
  }
  return static_cast<std::size_t>(version);
}

SQLite::Database open_writer(const fs::path& path, std::span<const Migration> migrations) {
  SQLite::Database database = open_file(path, Access::write);
  translating_errors(path, database, [&] {
    schema_version(path, database, migrations.size());  // before anything is changed
    migrate(database, migrations);
    // With a rollback journal the evidence is one file that can be read from read-only media.
    database.exec("PRAGMA journal_mode = DELETE");
  });
  return database;
}

// Whether a writer was killed: then only another writer can undo what it left.
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
    // Another process may have applied it meanwhile.
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
