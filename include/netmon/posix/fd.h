// Owns a file descriptor.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "netmon/core/values/error.h"

namespace netmon {

// A negative number means that there is no descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  // Closes a file that was written: close(2) may be the first call to report that the data could
  // not be. Throws SystemError with the subject `path`.
  void close(const std::string& path) {
    if (::close(std::exchange(fd_, -1)) != 0) throw SystemError(path, errno);
  }

 private:
  int fd_ = -1;
};

}  // namespace netmon
