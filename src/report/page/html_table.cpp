#include "report/page/html_table.h"

#include <fmt/format.h>

#include "netmon/core/values/enumerator.h"
#include "report/text/markup.h"

namespace netmon {
namespace {

std::string_view class_of(TableStyle style) {
  switch (style) {
    case TableStyle::cards:
      return "cards";
    case TableStyle::changes:
      return "cards changes";
    case TableStyle::pair:
      return "pair";
  }
  no_such_enumerator();
}

std::string row_html(const HtmlRow& row, const std::vector<std::string_view>& titles) {
  std::string out = row.css.empty() ? std::string(R"(<tr role="row">)")
                                    : fmt::format(R"(<tr role="row" class="{}">)", row.css);
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const std::string_view tag =
        i == 0 ? R"(th scope="row" role="rowheader")" : R"(td role="cell")";
    out += fmt::format(R"(<{} data-label="{}"><div>{}</div></{}>)", tag, titles[i], row.cells[i],
                       i == 0 ? "th" : "td");
  }
  return out + "</tr>\n";
}

}  // namespace

// The ARIA roles repeat what the elements mean anyway. Browsers drop that meaning where the style
// displays rows as cards, and a screen reader would then read disconnected words.
std::string html_table(TableStyle style, std::string_view caption,
                       const std::vector<std::string_view>& titles,
                       const std::vector<HtmlRow>& rows) {
  std::string out = fmt::format(
      "<div class=\"scroll\"><table role=\"table\" class=\"{}\"><caption>{}</caption>\n"
      "<thead role=\"rowgroup\"><tr role=\"row\">",
      class_of(style), html_text(caption));
  for (const std::string_view title : titles)
    out += fmt::format(R"(<th scope="col" role="columnheader">{}</th>)", title);
  out += "</tr></thead>\n<tbody role=\"rowgroup\">\n";
  for (const HtmlRow& row : rows) out += row_html(row, titles);
  return out + "</tbody></table></div>\n";
}

std::string html_code(std::string_view text) {
  return text.empty() ? "–" : fmt::format("<code>{}</code>", html_text(text));
}

}  // namespace netmon
