// The migrations from an empty file to the newest schema: schema/NNNN_*.sql, embedded at build
// time.
#pragma once

#include <span>
#include <string_view>

namespace netmon {

struct Migration {
  std::string_view name;  // "0001_snapshots.sql"
  std::string_view sql;
};

// The migrations in order: number N leads to user_version N.
std::span<const Migration> migrations();

}  // namespace netmon
