// Binds all parameters of a statement at once.
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

// Resets the statement and binds its parameters, starting at ?1; an absent value is NULL. Texts are
// copied.
void bind_all(SQLite::Statement& statement, const auto&... values) {
  statement.reset();
  int position = 0;
  (bind_one(statement, ++position, values), ...);
}

// Returns nothing for NULL.
inline std::optional<std::string> optional_text(SQLite::Statement& row, int column) {
  if (row.isColumnNull(column)) return std::nullopt;
  return row.getColumn(column).getString();
}

// Runs a statement that returns no rows.
void execute(SQLite::Database& database, const char* sql, const auto&... values) {
  SQLite::Statement statement(database, sql);
  bind_all(statement, values...);
  statement.exec();
}

}  // namespace netmon
