#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <optional>

#include "cli/fd.h"
#include "cli/output_folder.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "netmon/error.h"
#include "netmon/text.h"

namespace netmon::cli {
namespace {

// A file that is removed again unless it was moved to its place.
class TemporaryFile {
 public:
  TemporaryFile(const OutputFolder& folder, const std::string& path)
      : folder_(folder), path_(path) {
    for (int attempt = 0; !fd_ && attempt < kAttempts; ++attempt) {
      name_ = fmt::format("{}.{:012x}", folder.name(), random_number() & 0xffff'ffff'ffffU);
      fd_ = Fd(::openat(folder.descriptor(), name_.c_str(),
                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
      if (!fd_ && errno != EEXIST) break;
    }
    if (!fd_) throw SystemError(path_, errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!name_.empty()) ::unlinkat(folder_.descriptor(), name_.c_str(), 0);
  }

  void write(std::string_view text) const { write_all(fd_.get(), text, path_); }

  void move_to_place() {
    // Made 0600; a report gets the mode that the user's umask gives any new file.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(fd_.get(), 0666 & ~mask) != 0 || ::fsync(fd_.get()) != 0) {
      throw SystemError(path_, errno);
    }
    fd_.close(path_);
    const int folder = folder_.descriptor();
    if (::renameat(folder, name_.c_str(), folder, folder_.name().c_str()) != 0) {
      throw SystemError(path_, errno);
    }
    name_.clear();
  }

 private:
  static constexpr int kAttempts = 100;

  [[nodiscard]] std::uint64_t random_number() const {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number) throw SystemError(path_, errno);
    return number;
  }

  const OutputFolder& folder_;
  const std::string& path_;
  std::string name_;
  Fd fd_{-1};
};

// A pipe or a device, or a link to one.
bool is_special(const OutputFolder& folder, const struct stat& found) {
  if (!S_ISLNK(found.st_mode)) return !S_ISREG(found.st_mode);
  struct stat target {};
  return ::fstatat(folder.descriptor(), folder.name().c_str(), &target, 0) == 0 &&
         !S_ISREG(target.st_mode);
}

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
  const OutputFolder folder(path);
  const auto found = folder.existing();
  if (found && is_special(folder, *found)) {
    Fd file = folder.open(O_WRONLY, *found);
    write_all(file.get(), text, path);
    file.close(path);
    return;
  }
  const Signals signals;  // which would leave the temporary file behind
  TemporaryFile file(folder, path);
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
