#include <fmt/format.h>

#include "netmon/core/values/enumerator.h"
#include "netmon/report/report.h"
#include "report/text/csv.h"
#include "report/text/json.h"
#include "report/text/style.h"
#include "report/text/table.h"

namespace netmon {
namespace {

constexpr std::string_view kClauseIndent = "  ";

Style style_of(Support support) {
  switch (support) {
    case Support::direct:
      return Style::good;
    case Support::partial:
      return Style::mild;
    case Support::complement:
      return Style::faint;
  }
  no_such_enumerator();
}

std::string clause_text(const Control& control) {
  if (control.former_clause.empty()) return std::string(control.clause);
  return fmt::format("{} (was {})", control.clause, control.former_clause);
}

std::string control_text(const Control& control, const Layout& layout) {
  const std::size_t width = line_width(layout);
  const std::string_view word = to_string(control.support);
  std::string out =
      paragraph(fmt::format("{}{:<11} ", kClauseIndent, word), clause_text(control), width);
  out.replace(kClauseIndent.size(), word.size(),
              styled(word, style_of(control.support), layout.color));
  const auto add = [&](std::string_view label, std::string_view text) {
    out += paragraph(fmt::format("{0}{0}{1:<9} ", kClauseIndent, label), text, width);
  };
  add("asks", control.obligation);
  add("supported", control.supports);
  add("not", control.does_not_support);
  return out;
}

}  // namespace

std::string render_table(const std::vector<Control>& controls, const Layout& layout) {
  std::string out = render_line(
      fmt::format("What a reviewed diff supports as evidence, as of {}. It supports these clauses; "
                  "whether they are met is for the auditor to decide.",
                  controls_date()),
      layout);
  std::string_view framework;
  for (const Control& control : controls) {
    if (control.framework != framework) {
      framework = control.framework;
      out += fmt::format("\n{}\n", styled(framework, Style::strong, layout.color));
    }
    out += control_text(control, layout);
  }
  return out;
}

std::string render_csv(const std::vector<Control>& controls) {
  std::string out = csv_line({"Framework", "Clause", "Former clause", "Obligation", "Support",
                              "Supports", "Does not support", "As of"});
  for (const Control& control : controls) {
    out += csv_line({control.framework, control.clause, control.former_clause, control.obligation,
                     to_string(control.support), control.supports, control.does_not_support,
                     controls_date()});
  }
  return out;
}

std::string render_json(const std::vector<Control>& controls) {
  Json list = Json::array();
  for (const Control& control : controls) {
    list.push_back({{"framework", control.framework},
                    {"clause", control.clause},
                    {"former_clause", text_or_null(std::string(control.former_clause))},
                    {"obligation", control.obligation},
                    {"support", to_string(control.support)},
                    {"supports", control.supports},
                    {"does_not_support", control.does_not_support}});
  }
  const Json json{
      {"schema", "netmon-controls/1"}, {"as_of", controls_date()}, {"controls", std::move(list)}};
  return dump(json, JsonStyle::indented) + "\n";
}

}  // namespace netmon
