// Writes a command's text to standard output, standard error, and the files given by -o.
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

// Writes all of `text` to standard output. Throws SystemError where that fails, as with a full disk
// or a closed pipe.
void write_stdout(std::string_view text);

// Writes all of `text` to `fd`. Throws SystemError with the subject `subject` where that fails.
void write_all(int fd, std::string_view text, const std::string& subject);

// Writes one line to standard error, with control characters made visible.
void say(std::string_view line);

// Renders `values` in this format, which is one of kRowFormats, by the functions of report.h.
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
      throw std::logic_error("no such report");  // ReportOptions::check() refuses these
  }
  no_such_enumerator();
}

// Whether the report is printed in addition to the files that -o names.
enum class Printing : std::uint8_t { on, off };

// --format, -o, --color and --no-pager, for the commands that print rows.
class ReportOptions {
 public:
  // `formats`, which must have static storage, are those that the command supports.
  explicit ReportOptions(std::span<const Format> formats = kRowFormats) : formats_(formats) {}

  // Registers the options, and returns --format and -o.
  std::vector<Option> add_to(Options& options);

  // Throws Error for a format or an extension that is not among `formats`, and for a file that is
  // the database or one of its journals. To be called before long work.
  void check(const std::filesystem::path& database) const;

  // How tables are laid out on standard output.
  [[nodiscard]] Layout layout() const;

  // Whether the report is printed or written in this format.
  [[nodiscard]] bool asks_for(Format format, Printing printing = Printing::on) const;
  // Whether what is printed is in this format.
  [[nodiscard]] bool prints(Format format, Printing printing) const;
  [[nodiscard]] bool names_files() const { return !files_.empty(); }

  // Prints in the chosen format, and writes each -o file in the format of its extension. `render`
  // gets the layout for tables: that of the terminal for standard output, an unlimited one for a
  // file.
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
