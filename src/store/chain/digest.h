// The digests of what is stored: SHA-256 over a canonical text, which schema/README.md defines. One
// line per row, exactly what SQLite's json_array('table', column, …) gives for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/values/sha256.h"

namespace netmon {

class RowDigest {
 public:
  RowDigest();

  void begin_row(std::string_view table);
  void add_null();
  void add_integer(std::int64_t value);
  void add_text(std::string_view value);
  void add_word(std::string_view value) { add_text(value); }
  void end_row();

  // "sha256:" and 64 hex digits. Ends the use of this object.
  std::string finish();

 private:
  void put(std::string_view few_bytes);  // as they are
  char* room_for(std::size_t bytes);
  void flush();

  // What is not hashed yet. A plain buffer: a snapshot has millions of short values.
  std::vector<char> pending_;
  std::size_t used_ = 0;
  Sha256 digest_;
};

// 64 hexadecimal digits, of `salt` followed by `text`.
std::string salted_digest(std::string_view salt, std::string_view text);

}  // namespace netmon
