#include "netmon/report/report.h"

namespace netmon {
namespace {

struct FormatName {
  Format format;
  std::string_view name;
  std::string_view extension;
};

constexpr std::array kFormats{
    FormatName{Format::table, "table", ".txt"},
    FormatName{Format::csv, "csv", ".csv"},
    FormatName{Format::json, "json", ".json"},
    FormatName{Format::markdown, "markdown", ".md"},
    FormatName{Format::html, "html", ".html"},
    FormatName{Format::sarif, "sarif", ".sarif"},
    FormatName{Format::ocsf, "ocsf", ".ocsf.jsonl"},
    FormatName{Format::prom, "prom", ".prom"},
};

const FormatName& entry_of(Format format) { return kFormats.at(static_cast<std::size_t>(format)); }

}  // namespace

std::string_view to_string(Format format) { return entry_of(format).name; }

std::string_view extension_of(Format format) { return entry_of(format).extension; }

std::optional<Format> parse_format(std::string_view text) {
  for (const auto& known : kFormats) {
    if (text == known.name) return known.format;
  }
  return std::nullopt;
}

std::optional<Format> format_of_file(std::string_view path) {
  const std::string_view file = path.substr(path.rfind('/') + 1);
  for (const auto& known : kFormats) {
    // A bare ".csv" is a hidden file without an extension.
    if (file.size() > known.extension.size() && file.ends_with(known.extension)) {
      return known.format;
    }
  }
  return std::nullopt;
}

}  // namespace netmon
