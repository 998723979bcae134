// A statement's parameters in one go.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace netmon {

// Resets the statement and gives it its parameters, from ?1 on; nullptr is NULL. Texts are copied.
void bind_all(SQLite::Statement& statement, const auto&... values) {
  statement.reset();
  int position = 0;
  (statement.bind(++position, values), ...);
}

// Runs a statement that gives no rows.
void execute(SQLite::Database& database, const char* sql, const auto&... values) {
  SQLite::Statement statement(database, sql);
  bind_all(statement, values...);
  statement.exec();
}

}  // namespace netmon
