#include "store/statement.h"

#include <SQLiteCpp/SQLiteCpp.h>

namespace netmon {

StatementHandle prepare(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int result =
      sqlite3_prepare_v2(database, sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr);
  if (result != SQLITE_OK) throw SQLite::Exception(database, result);
  return StatementHandle(statement);
}

bool step(sqlite3_stmt* statement) {
  const int result = sqlite3_step(statement);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  throw SQLite::Exception(sqlite3_db_handle(statement), result);
}

std::string text_column(sqlite3_stmt* statement, int column) {
  const auto* const bytes = sqlite3_column_text(statement, column);
  if (bytes == nullptr) return "";
  // SQLite's text is bytes; char may alias them.
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

int schema_version(sqlite3* database) {
  const auto statement = prepare(database, "PRAGMA user_version");
  return step(statement.get()) ? sqlite3_column_int(statement.get(), 0) : 0;
}

}  // namespace netmon
