#include "cli/output/csv_appender.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "cli/output/output.h"
#include "netmon/core/values/error.h"
#include "netmon/posix/fd.h"
#include "netmon/posix/output_folder.h"

namespace netmon::cli {
namespace {

// Opens the file or creates it. Where another watch creates it in between, the loop tries again.
Fd open_to_append(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC;
  constexpr int kAttempts = 100;
  const OutputFolder folder(path);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (const auto found = folder.existing()) return folder.open(kFlags, *found);
    Fd fd(::openat(folder.descriptor(), folder.name().c_str(), kFlags | O_CREAT | O_EXCL, 0666));
    if (fd) return fd;
    if (errno != EEXIST) break;
  }
  throw SystemError(path, errno);
}

off_t size_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw SystemError(path, errno);
  if (!S_ISREG(status.st_mode)) throw Error(path, "is not a regular file");
  return status.st_size;
}

void require_header(int fd, const std::string& path, std::string_view header) {
  std::string start(header.size(), '\0');
  const ssize_t length = ::pread(fd, start.data(), start.size(), 0);
  if (length < 0) throw SystemError(path, errno);
  if (std::string_view(start.data(), static_cast<std::size_t>(length)) != header) {
    throw Error(path, "starts with another header than netmon's: rows are not appended to it");
  }
}

// Whether the last line is complete. Where it is not, the next row must begin on a new line.
bool ends_with_newline(int fd, const std::string& path, off_t size) {
  char last = 0;
  if (::pread(fd, &last, 1, size - 1) != 1) throw SystemError(path, errno);
  return last == '\n';
}

}  // namespace

CsvAppender::CsvAppender(std::string path, std::string header)
    : path_(std::move(path)), header_(std::move(header)) {}

void CsvAppender::append(std::string_view rows) const {
  const Fd file = open_to_append(path_);
  // Two watches may share the file, so it is locked from the check of the header to the last row.
  if (::flock(file.get(), LOCK_EX) != 0) throw SystemError(path_, errno);
  const off_t former_size = size_of(file.get(), path_);
  std::string text;
  if (former_size == 0) {
    text = header_;
  } else {
    require_header(file.get(), path_, header_);
    if (!ends_with_newline(file.get(), path_, former_size)) text = "\n";
  }
  text += rows;
  try {
    write_all(file.get(), text, path_);
  } catch (const Error&) {
    if (::ftruncate(file.get(), former_size) != 0) {
      throw Error(
          path_,
          "not all rows could be written, and those that were written could not be removed: " +
              errno_text(errno));
    }
    throw;
  }
}

}  // namespace netmon::cli
