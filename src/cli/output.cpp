#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

// "table, csv, json".
template <typename TextOf>
std::string joined(std::span<const Format> formats, TextOf text_of) {
  std::vector<std::string_view> words;
  for (const Format format : formats) words.push_back(text_of(format));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string names_of(std::span<const Format> formats) {
  return joined(formats, [](Format format) { return to_string(format); });
}

std::string extensions_of(std::span<const Format> formats) { return joined(formats, extension_of); }

bool is_among(std::span<const Format> formats, std::optional<Format> format) {
  return format && std::ranges::find(formats, *format) != formats.end();
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
  app.add_option("--format", format_, "What is printed: " + names_of(formats_))
      ->type_name("FORMAT")
      ->capture_default_str();
  app.add_option("-o,--output", files_,
                 fmt::format("Also write FILE; its extension gives the format ({}); may be given "
                             "several times",
                             extensions_of(formats_)))
      ->type_name("FILE")
      ->take_all();
}

Format ReportOptions::known_format(const std::string& text) const {
  const auto format = parse_format(text);
  if (!is_among(formats_, format)) {
    throw Error(fmt::format("--format '{}'", text), "there are: " + names_of(formats_));
  }
  return *format;
}

Format ReportOptions::known_format_of_file(const std::string& path) const {
  const auto format = format_of_file(path);
  if (!is_among(formats_, format)) {
    throw Error(fmt::format("-o '{}'", path),
                "the file's extension gives its format; there are: " + extensions_of(formats_));
  }
  return *format;
}

void ReportOptions::check() const {
  known_format(format_);
  for (const std::string& file : files_) known_format_of_file(file);
}

void ReportOptions::write(const Render& render, Printing printing) const {
  for (const std::string& file : files_) {
    write_file(file, render(known_format_of_file(file), Layout{}));
  }
  if (printing == Printing::on) write_stdout(render(known_format(format_), stdout_layout()));
}

}  // namespace netmon::cli
