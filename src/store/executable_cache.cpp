#include "store/executable_cache.h"

#include <algorithm>
#include <string_view>

#include "store/statement.h"

namespace netmon {
namespace {

constexpr int kSchemaWithCache = 2;

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// 64 unsigned bits are stored as the signed number with the same bits.
std::int64_t stored(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t unstored(std::int64_t value) { return static_cast<std::uint64_t>(value); }

}  // namespace

ExecutableDigests read_executables(SQLite::Database& database) {
  ExecutableDigests executables;
  if (schema_version(database.getHandle()) < kSchemaWithCache) return executables;
  SQLite::Statement select(
      database, "SELECT device, inode, size_bytes, changed_ns, sha256 FROM executable_digest");
  while (select.executeStep()) {
    const FileVersion version{.device = unstored(select.getColumn(0).getInt64()),
                              .inode = unstored(select.getColumn(1).getInt64()),
                              .size_bytes = unstored(select.getColumn(2).getInt64()),
                              .changed_ns = select.getColumn(3).getInt64()};
    std::string sha256 = select.getColumn(4).getString();
    if (is_sha256(sha256)) executables.emplace(version, std::move(sha256));
  }
  return executables;
}

void remember_executables(SQLite::Database& database, const ExecutableDigests& executables) {
  if (executables.empty()) return;
  SQLite::Statement insert(
      database,
      "INSERT INTO executable_digest (device, inode, size_bytes, changed_ns, sha256) "
      "VALUES (?, ?, ?, ?, ?) ON CONFLICT (device, inode, size_bytes, changed_ns) "
      "DO UPDATE SET sha256 = excluded.sha256 WHERE sha256 <> excluded.sha256");
  for (const auto& [version, sha256] : executables) {
    insert.reset();
    insert.bind(1, stored(version.device));
    insert.bind(2, stored(version.inode));
    insert.bind(3, stored(version.size_bytes));
    insert.bind(4, version.changed_ns);
    insert.bind(5, sha256);
    insert.exec();
  }
  SQLite::Statement forget(database,
                           "DELETE FROM executable_digest WHERE entry_no <= "
                           "(SELECT max(entry_no) FROM executable_digest) - ?");
  forget.bind(1, kMaxExecutables);
  forget.exec();
}

}  // namespace netmon
