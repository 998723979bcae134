#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "store/history/history_index.h"
#include "store/sqlite/database.h"

namespace netmon {
namespace {

struct Definition {
  std::string name;
  std::string sql;
};

// The definitions of the index's tables according to the migrations. The definitions in the file
// are not trusted and not run.
std::vector<Definition> history_tables() {
  SQLite::Database sound(":memory:", SQLite::OPEN_READWRITE);
  migrate(sound, migrations());
  std::vector<Definition> tables;
  SQLite::Statement select(sound,
                           "SELECT name, sql FROM sqlite_schema "
                           "WHERE type = 'table' AND name LIKE 'history\\_%' ESCAPE '\\'");
  while (select.executeStep()) {
    tables.push_back({select.getColumn(0).getString(), select.getColumn(1).getString()});
  }
  return tables;
}

}  // namespace

void detach_history(SQLite::Database& database) {
  database.exec("PRAGMA temp_store = MEMORY");
  SQLite::Transaction transaction(database);
  for (const Definition& table : history_tables()) {
    constexpr std::string_view kCreate = "CREATE TABLE ";
    // A table of `temp` hides the table of the same name in the file (lang_naming.html).
    database.exec("CREATE TABLE temp." + table.sql.substr(kCreate.size()));
    database.exec(fmt::format("INSERT INTO temp.{0} SELECT * FROM main.{0}", table.name));
  }
  transaction.commit();
}

}  // namespace netmon
