#include "cli/output/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>

#include "cli/output/output_file.h"
#include "cli/output/pager.h"
#include "cli/output/terminal.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon::cli {
namespace {

// The texts of the formats, as in "table, csv, json".
template <typename TextOf>
std::string joined(std::span<const Format> formats, TextOf text_of) {
  std::vector<std::string_view> words;
  for (const Format format : formats) words.push_back(text_of(format));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::vector<std::string> words_of(std::span<const Format> formats) {
  std::vector<std::string> words;
  for (const Format format : formats) words.emplace_back(to_string(format));
  return words;
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

std::vector<Option> ReportOptions::add_to(Options& options) {
  const Option format = options.value("--format", format_, "What is printed: " + names_of(formats_))
                            .type("FORMAT")
                            .offers(words_of(formats_));
  const Option files =
      options
          .values("-o,--output", files_,
                  fmt::format("Also write FILE; its extension gives the format ({}); may be given "
                              "several times",
                              extensions_of(formats_)))
          .type("FILE");
  options.value("--color", color_, "When tables are coloured").type("auto|always|never");
  options.flag("--no-pager", no_pager_, "Print a long table at once, not through $PAGER");
  return {format, files};
}

Format ReportOptions::known_format(const std::string& text) const {
  const auto format = parse_format(text);
  if (!is_among(formats_, format)) {
    throw Error(fmt::format("--format '{}'", text), "it must be one of: " + names_of(formats_));
  }
  return *format;
}

Format ReportOptions::known_format_of_file(const std::string& path) const {
  const auto format = format_of_file(path);
  if (!is_among(formats_, format)) {
    throw Error(
        fmt::format("-o '{}'", path),
        "the file's extension gives its format; it must be one of: " + extensions_of(formats_));
  }
  return *format;
}

void ReportOptions::check(const std::filesystem::path& database) const {
  (void)known_format(format_);
  parse_color_when(color_);
  for (const std::string& file : files_) {
    (void)known_format_of_file(file);
    require_other_than_database(file, database);
  }
}

Layout ReportOptions::layout() const { return stdout_layout(parse_color_when(color_)); }

bool ReportOptions::prints(Format format, Printing printing) const {
  return printing == Printing::on && known_format(format_) == format;
}

bool ReportOptions::asks_for(Format format, Printing printing) const {
  return prints(format, printing) || std::ranges::any_of(files_, [&](const std::string& file) {
           return known_format_of_file(file) == format;
         });
}

void ReportOptions::write(const Render& render, Printing printing) const {
  for (const std::string& file : files_) {
    replace_file(file, render(known_format_of_file(file), Layout{}));
  }
  if (printing == Printing::off) return;
  const Format format = known_format(format_);
  const std::string text = render(format, layout());
  if (format == Format::table && !no_pager_) {
    write_paged(text);
  } else {
    write_stdout(text);
  }
}

}  // namespace netmon::cli
