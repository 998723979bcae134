// Reads small files, links and folders by plain system calls, because the owner walk makes hundreds
// of thousands of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "netmon/core/model/executable.h"
#include "netmon/core/values/time.h"
#include "netmon/posix/fd.h"

namespace netmon {

inline constexpr std::size_t kKibibyte = 1024;
inline constexpr std::size_t kMebibyte = 1024 * kKibibyte;

// Throws SystemError where `error` says that this process can open no more files (EMFILE, ENFILE,
// ENOMEM). It would miss whatever comes next, such as a file that names a namespace, and no gap
// could say what it missed.
void require_resources(int error);

// Whether `error` means that the process or file has gone, and not that access is refused.
bool is_gone(int error);

// The text that was read, or the errno with which reading failed; `text` is then empty.
struct ReadResult {
  std::string text;
  int error = 0;
};

// The functions below that open a file throw as require_resources() does.

// Reads at most `max_bytes` of the file. `dir` is a directory descriptor or AT_FDCWD.
ReadResult read_file(int dir, const char* path, std::size_t max_bytes = 64 * kKibibyte);

// The target of a symbolic link, cut off at 4096 bytes.
ReadResult read_link(int dir, const char* path);

struct OpenResult {
  Fd fd;
  int error = 0;
};

// Opens with O_RDONLY | O_CLOEXEC | O_NONBLOCK, so that no file (such as a FIFO) can make it wait.
OpenResult open_file(int dir, const char* path);
OpenResult open_directory(int dir, const char* path);

// The result of statx(2).
struct FileStatus {
  FileVersion version;
  std::uint32_t mode = 0;  // st_mode
  std::uint32_t uid = 0;
  std::uint32_t links = 0;

  [[nodiscard]] bool is_regular() const;
  // Whether its owner is root and nobody else may write to it.
  [[nodiscard]] bool is_roots_alone() const;
};
Timestamp change_time(const FileStatus& status);

struct StatusResult {
  FileStatus status;
  int error = 0;
};
StatusResult read_status(int dir, const char* path, int flags = 0);
StatusResult read_status(int fd);

enum class Walk { go_on, stop };

// Calls `visit` with each entry but "." and ".."; `name` is NUL-terminated. Returns 0 or errno.
int for_each_entry(int dir, const std::function<Walk(std::string_view name)>& visit);

}  // namespace netmon
