#include "report/words/rule_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"

namespace netmon {

std::string_view word_of(RuleKind kind) {
  switch (kind) {
    case RuleKind::expect:
      return "expect";
    case RuleKind::forbid:
      return "forbid";
    case RuleKind::accept_gap:
      return "accept-gap";
  }
  no_such_enumerator();
}

std::string rule_place(const Rule& rule) { return fmt::format("{}:{}", rule.file, rule.line); }

std::string rule_text(const Rule& rule) {
  std::vector<std::string> facts;
  if (rule.gap) facts.push_back(fmt::format("for {}", to_string(*rule.gap)));
  if (!rule.approved_by.empty()) facts.push_back("approved by " + rule.approved_by);
  if (rule.starts) facts.push_back("from " + to_display(*rule.starts));
  if (rule.expires) facts.push_back("until " + to_display(*rule.expires));
  if (!rule.hosts.empty()) facts.push_back("on " + join_some(rule.hosts));
  facts.push_back(rule_place(rule));
  return fmt::format("{}: {} ({})", rule.standing() ? "standing rule" : rule.ticket, rule.reason,
                     fmt::join(facts, "; "));
}

}  // namespace netmon
