#include "store/sqlite/schema_check.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "netmon/core/values/text.h"
#include "store/chain/flaws.h"
#include "store/sqlite/database.h"

namespace netmon {
namespace {

struct Object {
  std::string type;
  std::string name;

  auto operator<=>(const Object&) const = default;
};

struct Definition {
  std::string table;
  std::string sql;  // "" for an index that SQLite creates by itself

  bool operator==(const Definition&) const = default;
};

// Calls visit(Object, Definition) for each object of the schema.
void for_each_object(SQLite::Database& database, auto visit) {
  SQLite::Statement select(database, "SELECT type, name, tbl_name, sql FROM sqlite_schema");
  while (select.executeStep()) {
    visit(Object{select.getColumn(0).getString(), select.getColumn(1).getString()},
          Definition{select.getColumn(2).getString(), select.getColumn(3).getString()});
  }
}

std::map<Object, Definition> schema_of_version(int version) {
  SQLite::Database sound(":memory:", SQLite::OPEN_READWRITE);
  const auto steps = migrations();
  migrate(sound, steps.first(std::min(steps.size(), static_cast<std::size_t>(version))));
  std::map<Object, Definition> objects;
  for_each_object(sound, [&](Object object, Definition definition) {
    objects.emplace(std::move(object), std::move(definition));
  });
  return objects;
}

std::string subject_of(const Object& object) {
  constexpr std::size_t kMaxNameBytes = 128;
  return escape_controls(sanitize(object.type, kMaxNameBytes)) + " " +
         escape_controls(sanitize(object.name, kMaxNameBytes));
}

}  // namespace

SchemaVerdict verify_schema(SQLite::Database& database) {
  auto missing = schema_of_version(database.execAndGet("PRAGMA user_version").getInt());
  std::set<std::string> tables;
  for (const auto& [object, definition] : missing) {
    if (object.type == "table") tables.insert(object.name);
  }
  std::size_t sound_tables = 0;
  bool has_double = false;
  FlawList flaws;
  for_each_object(database, [&](const Object& object, const Definition& definition) {
    const auto expected = missing.find(object);
    if (expected == missing.end()) {
      flaws.add(subject_of(object), "was not made by netmon");
      has_double |= tables.contains(object.name);
      return;
    }
    if (definition == expected->second) {
      if (object.type == "table") ++sound_tables;
    } else {
      flaws.add(subject_of(object), "is not as netmon made it");
    }
    missing.erase(expected);
  });
  for (const auto& [object, definition] : missing) flaws.add(subject_of(object), "is missing");
  return {flaws.take(), sound_tables == tables.size() && !has_double};
}

}  // namespace netmon
