// The digests of stored rows: SHA-256 over a canonical text that schema/README.md defines. It has
// one line per row, exactly as SQLite's json_array('table', column, …) writes it.
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

  // Returns "sha256:" and 64 hexadecimal digits. The object must not be used afterwards.
  std::string finish();

 private:
  void put(std::string_view few_bytes);  // written without escaping
  char* reserve(std::size_t bytes);
  void flush();

  // Bytes that are not hashed yet. It is a plain buffer because a snapshot has millions of short
  // values.
  std::vector<char> pending_;
  std::size_t used_ = 0;
  Sha256 digest_;
};

// The SHA-256 of `salt` followed by `text`, as 64 hexadecimal digits.
std::string salted_digest(std::string_view salt, std::string_view text);

}  // namespace netmon
