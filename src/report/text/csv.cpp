#include "report/text/csv.h"

#include <algorithm>
#include <array>

#include "netmon/core/values/text.h"

namespace netmon {
namespace {

// Characters that importers skip before they look for a formula: spaces (ASCII, no-break,
// ideographic) and quotes.
constexpr std::array<std::string_view, 5> kSkipped{" ", "\u00a0", "\u3000", "'", "\""};

// Characters that start a formula, including the full-width forms that East Asian spreadsheets
// accept. The other two, TAB and CR, have already been escaped.
constexpr std::array<std::string_view, 8> kFormulaStarts{"=",      "+",      "-",      "@",
                                                         "\uff1d", "\uff0b", "\uff0d", "\uff20"};

bool is_letter_or_digit(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9');
}

bool is_formula(std::string_view text) {
  if (text.empty() || is_letter_or_digit(text.front())) return false;  // almost every cell
  const auto begins_text = [&text](std::string_view start) { return text.starts_with(start); };
  while (true) {
    const auto* const skipped = std::find_if(kSkipped.begin(), kSkipped.end(), begins_text);
    if (skipped == kSkipped.end()) break;
    text.remove_prefix(skipped->size());
  }
  return std::any_of(kFormulaStarts.begin(), kFormulaStarts.end(), begins_text);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"') out += '"';
    out += byte;
  }
  return out += '"';
}

std::string csv_cell(std::string_view raw) {
  std::string text = escape_controls(raw);
  if (is_formula(text)) text.insert(0, 1, '\'');
  // Leading and trailing spaces belong to a field, but some readers drop them unless it is quoted.
  const bool bare = text.find_first_of(",\"") == std::string::npos && !text.starts_with(' ') &&
                    !text.ends_with(' ');
  return bare ? text : quoted(text);
}

}  // namespace

std::string csv_line(std::initializer_list<std::string_view> cells) {
  std::string line;
  for (const auto cell : cells) line.append(csv_cell(cell)).append(",");
  line.back() = '\n';
  return line;
}

}  // namespace netmon
