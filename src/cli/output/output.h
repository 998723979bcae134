// Where a command's text goes: standard output, standard error, and files given by -o.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/report/report.h"

namespace netmon::cli {

// Writes all of `text` and flushes it. Throws SystemError when not all of it could be written: a
// full disk or a closed pipe is no success.
void write_stdout(std::string_view text);

// Throws SystemError, its subject `subject`, when not all of `text` could be written to `fd`.
void write_all(int fd, std::string_view text, const std::string& subject);

// One line to standard error; control characters in it are made visible.
void say(std::string_view line);

// `values` in this format, one of kRowFormats, as report.h renders them.
template <typename... Values>
std::string render(Format format, const Layout& layout, const Values&... values) {
  switch (format) {
    case Format::table:
      return render_table(values..., layout);
    case Format::csv:
      return render_csv(values...);
    case Format::json:
      return render_json(values...);
    case Format::markdown:
    case Format::html:
    case Format::sarif:
    case Format::ocsf:
    case Format::prom:
      throw std::logic_error("no such report");  // ReportOptions::check() lets none of these pass
  }
  no_such_enumerator();
}

// Whether the report is printed in addition to the files that -o names.
enum class Printing : std::uint8_t { on, off };

// --format, -o, --color and --no-pager, for the commands that print rows.
class ReportOptions {
 public:
  // `formats`, of static storage, are those that the command can give.
  explicit ReportOptions(std::span<const Format> formats = kRowFormats) : formats_(formats) {}

  // Registers them, and returns the first two.
  std::vector<Option> add_to(Options& options);

  // Throws Error for a format or an extension that is not among `formats`, and for a file that is
  // the database or lies beside it as its journal. Called before any long work.
  void check(const std::filesystem::path& database) const;

  // How tables are laid out on standard output.
  [[nodiscard]] Layout layout() const;

  // Whether it is printed or written in this format.
  [[nodiscard]] bool asks_for(Format format, Printing printing = Printing::on) const;
  // Whether what is printed is in this format.
  [[nodiscard]] bool prints(Format format, Printing printing) const;
  [[nodiscard]] bool names_files() const { return !files_.empty(); }

  // Prints in the format asked for, and writes each -o file in the format of its extension.
  // `render` gets the layout for tables: the terminal's on standard output, unlimited in a file.
  using Render = std::function<std::string(Format, const Layout&)>;
  void write(const Render& render, Printing printing = Printing::on) const;

 private:
  [[nodiscard]] Format known_format(const std::string& text) const;
  [[nodiscard]] Format known_format_of_file(const std::string& path) const;

  std::span<const Format> formats_;
  std::string format_ = "table";
  std::string color_ = "auto";
  bool no_pager_ = false;
  std::vector<std::string> files_;
};

}  // namespace netmon::cli
