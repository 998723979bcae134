#include "store/sqlite/sqlite_error.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <string>

#include "store/sqlite/database.h"
#include "store/sqlite/lock_holder.h"

namespace netmon {
namespace {

// The cause of SQLITE_BUSY. SQLite returns it also where the file system has no locks, such as NFS
// without its lock daemon.
std::string locked(const std::filesystem::path& path) {
  if (const int error = lock_failure(path)) {
    return fmt::format("its file system does not lock files: {}", errno_text(error));
  }
  return fmt::format("is locked by {}; waited {} s", lock_holder(path).value_or("another process"),
                     kBusyTimeout.count());
}

std::string system_cause(int system_error, const char* otherwise) {
  if (system_error == ENOSPC) return "disk is full";
  return system_error == 0 ? otherwise : errno_text(system_error);
}

}  // namespace

Error to_error(const std::filesystem::path& path, const SQLite::Exception& exception,
               int system_error) {
  const std::string subject = path.string();
  switch (exception.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {subject, locked(path)};
    case SQLITE_NOTADB:
      return {subject, "is not a netmon database"};
    case SQLITE_FULL:
      return {subject, "disk is full"};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return {subject, system_cause(system_error, exception.getErrorStr())};
    case SQLITE_READONLY:
      if (exception.getExtendedErrorCode() == SQLITE_READONLY_ROLLBACK) {
        return {subject, "was left by an interrupted writer, whose changes are not undone yet"};
      }
      if (exception.getExtendedErrorCode() == SQLITE_READONLY_DIRECTORY) {
        return {subject, "its folder may not be written to"};
      }
      return {subject, system_cause(system_error, "may not be written to")};
    case SQLITE_NOMEM:
      return {subject, "out of memory"};
    case SQLITE_CORRUPT:
      // Usually a truncated copy. The exit code for integrity is reserved for evidence that can be
      // read and is not what was stored.
      return {subject, fmt::format("is damaged: {}", exception.what())};
    case SQLITE_FORMAT:
    case SQLITE_ERROR:  // a table or column is missing, since netmon's own SQL is valid
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT:
      return {subject, fmt::format("is damaged: {}", exception.what()), ExitCode::integrity};
    default:
      return {subject, fmt::format("cannot be used: {}", exception.what())};
  }
}

}  // namespace netmon
