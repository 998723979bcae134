#include "store/rows/executable_cache.h"

#include <algorithm>
#include <string_view>

#include "store/sqlite/bind.h"

namespace netmon {
namespace {

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// An unsigned number of 64 bits is stored as the signed number with the same bits.
std::int64_t stored(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t unstored(std::int64_t value) { return static_cast<std::uint64_t>(value); }

}  // namespace

ExecutableDigests read_executables(SQLite::Database& database) {
  ExecutableDigests executables;
  SQLite::Statement select(
      database,
      "SELECT device, inode, size_bytes, changed_ns, born_ns, sha256, interpreter "
      "FROM executable_digest");
  while (select.executeStep()) {
    const FileVersion version{.device = unstored(select.getColumn(0).getInt64()),
                              .inode = unstored(select.getColumn(1).getInt64()),
                              .size_bytes = unstored(select.getColumn(2).getInt64()),
                              .changed_ns = select.getColumn(3).getInt64(),
                              .born_ns = select.getColumn(4).getInt64()};
    FileContent known{.sha256 = select.getColumn(5).getString(),
                      .interpreter = select.getColumn(6).getString()};
    if (is_sha256(known.sha256)) executables.emplace(version, std::move(known));
  }
  return executables;
}

void remember_executables(SQLite::Database& database, const ExecutableDigests& executables) {
  if (executables.empty()) return;
  SQLite::Statement insert(
      database,
      "INSERT INTO executable_digest "
      "(device, inode, size_bytes, changed_ns, born_ns, sha256, interpreter) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device, inode, size_bytes, changed_ns, born_ns) "
      "DO UPDATE SET sha256 = excluded.sha256, interpreter = excluded.interpreter "
      "WHERE sha256 <> excluded.sha256 OR interpreter <> excluded.interpreter");
  for (const auto& [version, known] : executables) {
    bind_all(insert, stored(version.device), stored(version.inode), stored(version.size_bytes),
             version.changed_ns, version.born_ns, known.sha256, known.interpreter);
    insert.exec();
  }
  execute(database,
          "DELETE FROM executable_digest WHERE entry_no <= "
          "(SELECT max(entry_no) FROM executable_digest) - ?",
          kMaxExecutables);
}

}  // namespace netmon
