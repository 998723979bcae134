#include "cli/csv_appender.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "cli/output.h"
#include "netmon/error.h"

namespace netmon::cli {
namespace {

class File {
 public:
  explicit File(const std::string& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
    if (fd_ < 0) throw SystemError(path, errno);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(fd_); }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

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

// A last line that was cut short must not swallow the next row.
bool ends_with_newline(int fd, const std::string& path, off_t size) {
  char last = 0;
  if (::pread(fd, &last, 1, size - 1) != 1) throw SystemError(path, errno);
  return last == '\n';
}

}  // namespace

CsvAppender::CsvAppender(std::string path, std::string header)
    : path_(std::move(path)), header_(std::move(header)) {}

void CsvAppender::append(std::string_view rows) const {
  const File file(path_);
  // Two watches may share the file: the check of the header and the rows belong together.
  if (::flock(file.fd(), LOCK_EX) != 0) throw SystemError(path_, errno);
  const off_t former_size = size_of(file.fd(), path_);
  std::string text;
  if (former_size == 0) {
    text = header_;
  } else {
    require_header(file.fd(), path_, header_);
    if (!ends_with_newline(file.fd(), path_, former_size)) text = "\n";
  }
  text += rows;
  try {
    write_all(file.fd(), text, path_);
  } catch (const Error&) {
    if (::ftruncate(file.fd(), former_size) != 0) {
      throw Error(path_, "not all rows could be written, and the part that was stays: " +
                             errno_text(errno));
    }
    throw;
  }
}

}  // namespace netmon::cli
