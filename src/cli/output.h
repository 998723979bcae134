// Where a command's text goes: standard output, standard error, and files given by -o.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/report.h"

namespace netmon::cli {

// All of `text`, flushed. Throws SystemError when not all of it could be written: a full disk or a
// closed pipe is no success.
void write_stdout(std::string_view text);

// Throws SystemError, its subject `subject`, when not all of `text` could be written to `fd`.
void write_all(int fd, std::string_view text, const std::string& subject);

// One line to standard error; control characters in it are made visible.
void say(std::string_view line);

// Replaces `path` by a file with this text, whole or not at all. What is no regular file (a pipe,
// /dev/null) is written to as it is.
void write_file(const std::string& path, std::string_view text);

// `values` in this format, as report.h renders them.
template <typename... Values>
std::string render(Format format, const Layout& layout, const Values&... values) {
  switch (format) {
    case Format::table:
      return render_table(values..., layout);
    case Format::csv:
      return render_csv(values...);
    case Format::json:
      return render_json(values...);
  }
  return {};
}

// --format and -o, for the commands that print rows.
class ReportOptions {
 public:
  void add_to(CLI::App& app);

  // Throws Error for an unknown format or extension. Called before any long work.
  void check() const;

  // Prints in the format asked for, and writes each -o file in the format of its extension.
  // `render` gets the layout for tables: the terminal's on standard output, unlimited in a file.
  using Render = std::function<std::string(Format, const Layout&)>;
  void write(const Render& render) const;

 private:
  std::string format_ = "table";
  std::vector<std::string> files_;
};

}  // namespace netmon::cli
