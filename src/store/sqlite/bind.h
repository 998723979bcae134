// A statement's parameters in one go.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>

namespace netmon {

inline void bind_one(SQLite::Statement& statement, int position, const auto& value) {
  statement.bind(position, value);
}
template <typename T>
void bind_one(SQLite::Statement& statement, int position, const std::optional<T>& value) {
  if (value) {
    statement.bind(position, *value);
  } else {
    statement.bind(position);
  }
}

// Resets the statement and gives it its parameters, from ?1 on; nothing is NULL. Texts are copied.
void bind_all(SQLite::Statement& statement, const auto&... values) {
  statement.reset();
  int position = 0;
  (bind_one(statement, ++position, values), ...);
}

// Nothing for NULL.
inline std::optional<std::string> optional_text(SQLite::Statement& row, int column) {
  if (row.isColumnNull(column)) return std::nullopt;
  return row.getColumn(column).getString();
}

// Runs a statement that gives no rows.
void execute(SQLite::Database& database, const char* sql, const auto&... values) {
  SQLite::Statement statement(database, sql);
  bind_all(statement, values...);
  statement.exec();
}

}  // namespace netmon
