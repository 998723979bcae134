#include "report/text/style.h"

#include <fmt/format.h>

#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

std::string_view sgr(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::strong:
      return "1";
    case Style::good:
      return "1;32";
    case Style::bad:
      return "1;31";
    case Style::warning:
      return "33";
    case Style::mild:
      return "36";
    case Style::faint:
      return "2";
  }
  no_such_enumerator();
}

}  // namespace

std::string styled(std::string_view text, Style style, Color color) {
  if (color == Color::off || style == Style::plain || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", sgr(style), text);
}

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::high:
      return Style::bad;
    case Severity::medium:
      return Style::warning;
    case Severity::low:
      return Style::mild;
    case Severity::notice:
      return Style::faint;
  }
  no_such_enumerator();
}

}  // namespace netmon
