#include "report/page/html_sections.h"

#include <fmt/format.h>

#include <vector>

#include "netmon/core/review/controls.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "report/page/html_table.h"
#include "report/page/picture_svg.h"
#include "report/text/markup.h"
#include "report/words/info_text.h"
#include "report/words/rule_text.h"
#include "report/words/verdict_text.h"

namespace netmon {
namespace {

// Each gap of a capture is listed as a caveat, so this only says where there are none.
std::string coverage_line(std::string_view side, const SnapshotInfo& info,
                          const std::vector<Gap>& gaps) {
  if (!was_taken(info)) return fmt::format("<p>{}: nothing was captured.</p>\n", side);
  if (!gaps.empty()) return "";
  return fmt::format("<p>{}: all that was asked for was seen.</p>\n", side);
}

std::string owners_html(std::string_view side, const SnapshotInfo& info) {
  if (!was_taken(info)) return "";
  return fmt::format(" In the snapshot {}, processes were named by {}.", side,
                     owner_method_text(info.owner_method));
}

std::string_view css_of(Weight weight) {
  switch (weight) {
    case Weight::informational:
      return "";
    case Weight::accepted:
      return "good";
    case Weight::decisive:
      return "warn";
  }
  no_such_enumerator();
}

std::string caveats_html(const Review& review) {
  std::vector<HtmlRow> rows;
  for (const Caveat& caveat : review.caveats) {
    if (rows.size() == kMaxPageCaveats) break;
    const bool weighs = caveat.weight != Weight::informational;
    rows.push_back({{std::string(weighs ? word_of(caveat.weight) : "to know"),
                     std::string(to_string(caveat.side)), html_text(caveat.message)},
                    css_of(caveat.weight)});
  }
  if (rows.empty()) return "";
  std::string out = html_table(TableStyle::cards, "Caveats", {"Weight", "Side", "What"}, rows);
  if (const std::size_t left = review.caveats.size() - rows.size(); left > 0) {
    out += fmt::format(
        "<p><b>{} more {} not on this page.</b> All of them are in the file that -o review.json "
        "writes for the same diff.</p>\n",
        left, left == 1 ? "is" : "are");
  }
  return out;
}

std::string_view verb_of(RuleKind kind) {
  switch (kind) {
    case RuleKind::expect:
      return "expects";
    case RuleKind::forbid:
      return "forbids";
    case RuleKind::accept_gap:
      return "accepts a gap";
  }
  no_such_enumerator();
}

std::string matched_text(const RuleOutcome& outcome) {
  if (outcome.matched == 0) return "nothing";
  return outcome.rule.kind == RuleKind::accept_gap ? counted(outcome.matched, "gap", "gaps")
                                                   : counted(outcome.matched, "change", "changes");
}

HtmlRow rule_row(const RuleOutcome& outcome) {
  const Rule& rule = outcome.rule;
  std::string kind(verb_of(rule.kind));
  if (rule.gap) kind += ": " + html_code(to_string(*rule.gap));
  if (!rule.hosts.empty()) kind += "<br>on " + html_code(join_some(rule.hosts));
  std::string when = rule.expires ? "until " + to_display(*rule.expires) : "";
  if (rule.starts) when = fmt::format("from {} {}", to_display(*rule.starts), when);
  return {{html_code(rule_place(rule)), kind, rule.standing() ? "standing" : html_code(rule.ticket),
           html_code(rule.reason), html_code(rule.approved_by), when.empty() ? "–" : when,
           matched_text(outcome)},
          outcome.matched == 0 && rule.kind != RuleKind::forbid ? "warn" : ""};
}

}  // namespace

std::string captures_html(const Review& review) {
  const auto digest = [](const SnapshotInfo& info) {
    return info.digest.empty() ? std::string("not stored, so it has none") : html_code(info.digest);
  };
  std::vector<HtmlRow> rows;
  std::string same;
  for (const auto& [name, before, after] : capture_lines(review)) {
    if (before == after) {
      same += fmt::format("{}{} {}", same.empty() ? "" : "; ", name, html_code(before));
    } else {
      rows.push_back({{std::string(name), html_code(before), html_code(after)}, ""});
    }
  }
  rows.push_back({{"digest", digest(review.before), digest(review.after)}, ""});
  std::string out = "<h2>The two captures</h2>\n";
  if (!same.empty()) out += fmt::format("<p>The same on both sides: {}.</p>\n", same);
  return out + html_table(TableStyle::pair, "The two captures", {"Fact", "Before", "After"}, rows) +
         "<p class=\"muted\">The digest covers all that a snapshot holds; netmon verify checks "
         "it.</p>\n";
}

std::string coverage_html(const Review& review) {
  return "<h2>All caveats</h2>\n" + caveats_html(review) +
         coverage_line("Before", review.before, review.gaps_before) +
         coverage_line("After", review.after, review.gaps_after);
}

std::string sign_off_html(const Review& review) {
  const std::string ticket = ticket_text(review);
  return fmt::format(
      "<section class=\"signing\">\n<h2>Sign-off</h2>\n<p>For {} on {}: {}, {}.</p>\n"
      "<div class=\"signoff\"><div>Name and role</div><div>Date</div>"
      "<div>Decision: ☐&nbsp;accepted ☐&nbsp;rejected ☐&nbsp;accepted&nbsp;if</div><div>Condition "
      "or reason</div>"
      "<div>Signature</div></div>\n</section>\n",
      ticket.empty() ? "a change without a ticket" : html_code(ticket),
      html_code(review.after.host_name), verdict_word(review.verdict), summary_text(review));
}

std::string picture_html(const Review& review, const Picture& picture) {
  std::string out = "<h2>Appendix: the host and its peers</h2>\n";
  if (picture.items.empty()) return out + "<p>Neither snapshot has a listener or a peer.</p>\n";
  out +=
      "<p class=\"muted\">Both snapshots in one picture: <b>+</b> in a circle is new, <b>−</b> in "
      "a square and dashed is gone, <b>~</b> in a diamond is there in both and changed, <b>?</b> "
      "was seen on one side where the other could not see. Red is not approved, green is approved, "
      "blue needs no approval, grey is unchanged.</p>\n";
  out += picture_svg(picture, review.after.host_name);
  if (picture.left_out > 0) {
    out += fmt::format("<p>{} more did not fit; what changed was drawn first.</p>\n",
                       picture.left_out);
  }
  return out;
}

std::string rules_html(const Review& review) {
  if (review.rules.empty()) return "";
  std::vector<HtmlRow> rows;
  for (const RuleOutcome& outcome : review.rules) rows.push_back(rule_row(outcome));
  return "<h2>Appendix: the rules that were applied</h2>\n" +
         html_table(TableStyle::cards, "The rules that were applied",
                    {"Rule", "Kind", "Ticket", "Reason", "Approved by", "When", "Matched"}, rows);
}

std::string method_html(const Review& review) {
  return "<h2>Appendix: the method</h2>\n<p>Each snapshot holds every socket that the kernel "
         "listed, "
         "in two passes over its tables, with all processes that hold it. The two were compared "
         "place by place (scope, protocol, port or peer), and at each place by the programs there, "
         "so that a restart, a reconnect or another process id is no change, and what one side "
         "could not see counts as unknown, never as gone." +
         owners_html("before", review.before) + owners_html("after", review.after) + "</p>\n";
}

std::string controls_html() {
  std::vector<HtmlRow> rows;
  for (const Control& control : controls()) {
    std::string clause = html_text(control.clause);
    if (!control.former_clause.empty()) {
      clause +=
          fmt::format("<br><span class=\"muted\">was {}</span>", html_text(control.former_clause));
    }
    rows.push_back({{html_text(control.framework), clause, html_text(control.obligation),
                     std::string(to_string(control.support)), html_text(control.supports),
                     html_text(control.does_not_support)},
                    ""});
  }
  return fmt::format(
             "<h2>Appendix: which controls this evidence supports</h2>\n<p class=\"muted\">As of "
             "{}. It "
             "supports these clauses; whether they are met is for the auditor to decide.</p>\n",
             controls_date()) +
         html_table(TableStyle::cards, "Controls",
                    {"Framework", "Clause", "What it asks", "Support",
                     "What this evidence supports", "What it does not"},
                    rows);
}

}  // namespace netmon
