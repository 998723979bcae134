#include <fmt/format.h>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/text/csv.h"
#include "report/text/json.h"
#include "report/text/style.h"
#include "report/text/table.h"

namespace netmon {
namespace {

constexpr std::string_view kDetailIndent = "         ";

Style style_of(Visibility visibility) {
  switch (visibility) {
    case Visibility::full:
      return Style::good;
    case Visibility::partial:
      return Style::warning;
    case Visibility::none:
      return Style::bad;
  }
  no_such_enumerator();
}

// "partial  owners"; below it what is missing, and the remedy.
std::string finding_text(const Finding& finding, const Layout& layout) {
  const std::size_t width = line_width(layout);
  const std::string_view word = to_string(finding.visibility);
  std::string out = paragraph(fmt::format("{:<9}", word), finding.subject, width);
  out.replace(0, word.size(), styled(word, style_of(finding.visibility), layout.color));
  if (!finding.detail.empty()) out += paragraph(kDetailIndent, finding.detail, width);
  if (!finding.remedy.empty()) {
    out += paragraph(fmt::format("{}remedy: ", kDetailIndent), finding.remedy, width);
  }
  return out;
}

}  // namespace

std::string render_table(const std::vector<Finding>& findings, const Layout& layout) {
  std::string out;
  for (const auto& finding : findings) out += finding_text(finding, layout);
  return out;
}

std::string render_csv(const std::vector<Finding>& findings) {
  std::string out = csv_line({"Subject", "Visibility", "Detail", "Remedy"});
  for (const auto& finding : findings) {
    out +=
        csv_line({finding.subject, to_string(finding.visibility), finding.detail, finding.remedy});
  }
  return out;
}

std::string render_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const auto& finding : findings) {
    list.push_back({{"subject", finding.subject},
                    {"visibility", to_string(finding.visibility)},
                    {"detail", finding.detail},
                    {"remedy", text_or_null(finding.remedy)}});
  }
  const Json json{{"schema", "netmon-doctor/1"}, {"findings", std::move(list)}};
  return dump(json, JsonStyle::indented) + "\n";
}

}  // namespace netmon
