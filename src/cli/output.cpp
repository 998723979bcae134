#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "cli/terminal.h"
#include "netmon/error.h"
#include "netmon/text.h"

namespace netmon::cli {
namespace {

// A file that is removed again unless it was moved to its place.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& target) : target_(target), path_(target + ".XXXXXX") {
    fd_ = ::mkostemp(path_.data(), O_CLOEXEC);
    if (fd_ < 0) throw SystemError(target_, errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void write(std::string_view text) const { write_all(fd_, text, target_); }

  void move_to_place() {
    // mkostemp makes 0600; a report gets the mode that the user's umask gives any new file.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(fd_, 0666 & ~mask) != 0 || ::fsync(fd_) != 0) throw SystemError(target_, errno);
    const int fd = std::exchange(fd_, -1);
    if (::close(fd) != 0) throw SystemError(target_, errno);
    if (::rename(path_.c_str(), target_.c_str()) != 0) throw SystemError(target_, errno);
    path_.clear();
  }

 private:
  std::string target_;
  std::string path_;
  int fd_ = -1;
};

Format known_format(const std::string& text) {
  const auto format = parse_format(text);
  if (!format) throw Error(fmt::format("--format '{}'", text), "there are: table, csv, json");
  return *format;
}

Format known_format_of_file(const std::string& path) {
  const auto format = format_of_file(path);
  if (!format) {
    throw Error(fmt::format("-o '{}'", path),
                "the file's extension gives its format: .txt, .csv or .json");
  }
  return *format;
}

}  // namespace

void write_all(int fd, std::string_view text, const std::string& subject) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw SystemError(subject, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void write_stdout(std::string_view text) { write_all(STDOUT_FILENO, text, "standard output"); }

void say(std::string_view line) {
  const std::string text = escape_controls(line) + "\n";
  std::fputs(text.c_str(), stderr);
}

void write_file(const std::string& path, std::string_view text) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) throw SystemError(path, errno);
    try {
      write_all(fd, text, path);
    } catch (...) {
      ::close(fd);
      throw;
    }
    if (::close(fd) != 0) throw SystemError(path, errno);
    return;
  }
  TemporaryFile file(path);
  file.write(text);
  file.move_to_place();
}

void ReportOptions::add_to(CLI::App& app) {
  app.add_option("--format", format_, "What is printed: table, csv or json")
      ->type_name("FORMAT")
      ->capture_default_str();
  app.add_option("-o,--output", files_,
                 "Also write FILE; its extension gives the format (.txt, .csv, .json); may be "
                 "given several times")
      ->type_name("FILE")
      ->take_all();
}

void ReportOptions::check() const {
  known_format(format_);
  for (const std::string& file : files_) known_format_of_file(file);
}

void ReportOptions::write(const Render& render) const {
  for (const std::string& file : files_) {
    write_file(file, render(known_format_of_file(file), Layout{}));
  }
  write_stdout(render(known_format(format_), stdout_layout()));
}

}  // namespace netmon::cli
