// Reads files that a command is given: regular files of a bounded size.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "netmon/posix/fd.h"

namespace netmon::cli {

constexpr std::size_t kMaxInputBytes = 1024UL * 1024;

// Whether the last part of a path may be a symbolic link.
enum class LastLink : std::uint8_t { followed, refused };

class InputFile {
 public:
  // Throws SystemError naming `path` where it cannot be opened, Error where it is no regular file.
  explicit InputFile(const std::string& path, LastLink last_link = LastLink::followed);

  [[nodiscard]] const struct stat& status() const { return status_; }

  // The whole content. Throws Error where it is longer than kMaxInputBytes.
  [[nodiscard]] std::string read() const;

 private:
  std::string path_;
  Fd fd_;
  struct stat status_ {};
};

// The last part of a path, as valid UTF-8.
std::string base_name(const std::string& path);

}  // namespace netmon::cli
