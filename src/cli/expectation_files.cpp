#include "cli/expectation_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "netmon/error.h"
#include "netmon/expectation_file.h"

namespace netmon::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStandingFolder = "/etc/netmon/expect.d";
constexpr std::size_t kMaxFileBytes = 1024 * 1024;

// `named`: by the user, who answers for it. `standing`: found, and so root's alone.
enum class Origin { named, standing };

class OpenFile {
 public:
  OpenFile(const std::string& path, Origin origin)
      : path_(path),
        fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK |
                                     (origin == Origin::standing ? O_NOFOLLOW : 0))) {
    if (fd_ < 0) throw SystemError(path_, errno);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(fd_); }

  [[nodiscard]] struct stat status() const {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) throw SystemError(path_, errno);
    return status;
  }

  // All of it, or Error where it is longer than `max_bytes`.
  [[nodiscard]] std::string read(std::size_t max_bytes) const {
    std::string text(max_bytes + 1, '\0');
    std::size_t used = 0;
    while (used < text.size()) {
      const ssize_t got = ::read(fd_, text.data() + used, text.size() - used);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw SystemError(path_, errno);
      if (got == 0) break;
      used += static_cast<std::size_t>(got);
    }
    if (used > max_bytes) throw Error(path_, fmt::format("is larger than {} bytes", max_bytes));
    text.resize(used);
    return text;
  }

 private:
  const std::string& path_;
  int fd_;
};

void require_roots_alone(const std::string& path, const struct stat& status) {
  if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw Error(path, "must belong to root and be writable by root alone: it approves changes");
  }
}

Expectations read_file(const std::string& path, Origin origin) {
  const OpenFile file(path, origin);
  const struct stat status = file.status();
  if (!S_ISREG(status.st_mode)) throw Error(path, "is no regular file");
  if (origin == Origin::standing) require_roots_alone(path, status);
  Expectations expectations = parse_expectations(file.read(kMaxFileBytes), path);
  const auto& rules = expectations.rules;
  if (origin == Origin::standing && !std::ranges::all_of(rules, &Rule::standing)) {
    throw Error(path, "has a ticket: give it with --expect, or it would approve for ever");
  }
  return expectations;
}

std::vector<std::string> standing_files() {
  std::error_code error;
  fs::directory_iterator entries(kStandingFolder, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) throw SystemError(kStandingFolder, error.value());
  struct stat status {};
  if (::stat(kStandingFolder, &status) != 0) throw SystemError(kStandingFolder, errno);
  require_roots_alone(kStandingFolder, status);
  std::vector<std::string> files;
  while (entries != fs::directory_iterator()) {
    const std::string name = entries->path().filename();
    if (!name.starts_with('.') && name.ends_with(".toml")) files.push_back(entries->path());
    entries.increment(error);
    if (error) throw SystemError(kStandingFolder, error.value());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Expectations read_expectations(const std::vector<std::string>& files) {
  Expectations all;
  const auto add = [&](const std::string& path, Origin origin) {
    Expectations more = read_file(path, origin);
    std::ranges::move(more.rules, std::back_inserter(all.rules));
  };
  for (const std::string& path : files) add(path, Origin::named);
  for (const std::string& path : standing_files()) add(path, Origin::standing);
  return all;
}

}  // namespace netmon::cli
