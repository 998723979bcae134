#include "cli/input/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon::cli {
namespace {

constexpr std::size_t kMaxNameBytes = 255;  // NAME_MAX

// Opens with O_NONBLOCK, so that a pipe without a writer is refused instead of waited for.
Fd open_to_read(const std::string& path, LastLink last_link) {
  const int nofollow = last_link == LastLink::refused ? O_NOFOLLOW : 0;
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | nofollow));
  if (!fd) throw SystemError(path, errno);
  return fd;
}

}  // namespace

InputFile::InputFile(const std::string& path, LastLink last_link)
    : path_(path), fd_(open_to_read(path, last_link)) {
  if (::fstat(fd_.get(), &status_) != 0) throw SystemError(path, errno);
  if (!S_ISREG(status_.st_mode)) throw Error(path, "is no regular file");
}

std::string InputFile::read() const {
  std::string text(kMaxInputBytes + 1, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const ssize_t got = ::read(fd_.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw SystemError(path_, errno);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  if (used > kMaxInputBytes) {
    throw Error(path_, fmt::format("is larger than {} bytes", kMaxInputBytes));
  }
  text.resize(used);
  return text;
}

std::string base_name(const std::string& path) {
  return sanitize(path.substr(path.rfind('/') + 1), kMaxNameBytes);
}

}  // namespace netmon::cli
