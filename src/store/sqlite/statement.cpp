#include "store/sqlite/statement.h"

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

}  // namespace netmon
