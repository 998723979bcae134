#include "report/page/html_sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "netmon/core/review/controls.h"
#include "netmon/core/values/text.h"
#include "report/page/html_table.h"
#include "report/page/picture_svg.h"
#include "report/text/markup.h"
#include "report/words/change_kinds.h"
#include "report/words/change_text.h"
#include "report/words/info_text.h"
#include "report/words/review_groups.h"
#include "report/words/rule_text.h"
#include "report/words/verdict_text.h"

namespace netmon {
namespace {

// "user <code>root</code>", as an item of a list; "" for an absent value.
std::string item(std::string_view label, std::string_view value) {
  if (value.empty()) return "";
  return fmt::format("<li><span>{}</span> {}</li>", label, html_code(value));
}

std::string who_html(const Change& change) {
  if (!change.process) return html_text(change.no_process.value_or("–"));
  const ProcessSummary& process = *change.process;
  std::string out = "<ul class=\"facts\">";
  out += fmt::format("<li><strong>{}</strong> <span>pid</span> {}</li>", html_code(process.name),
                     process.pid);
  out += item("user", process.user);
  out += item("program", executable_text(process.exe, process.exe_deleted));
  out += item("command", process.cmdline.value_or(""));
  out += item("unit", process.unit);
  out += item("container", process.container);
  out += item("started by", fmt::format("{}", fmt::join(process.parents, " ← ")));
  if (process.started_at != Timestamp{}) out += item("since", to_display(process.started_at));
  return out + "</ul>";
}

std::string what_html(const Review& review, const ReviewedChange& reviewed) {
  std::string out = "<ul class=\"facts\">";
  for (const Note& note : notes_of(review, reviewed)) out += item(html_text(note.label), note.text);
  return out + "</ul>";
}

std::string where_html(const Change& change) {
  const Identity& identity = change.identity;
  std::string out =
      fmt::format("{} {}", to_string(identity.protocol), html_code(place_text(change)));
  if (identity.scope.kind != ScopeKind::host)
    out += "<br>in " + html_code(to_string(identity.scope));
  return out;
}

std::string_view css_of(Status status) {
  switch (status) {
    case Status::unapproved:
    case Status::expired:
      return "bad";
    case Status::expected_missing:
      return "warn";
    case Status::approved:
      return "good";
    case Status::notice:
      return "";
  }
  return "";
}

std::string_view meaning_of(Status status) {
  switch (status) {
    case Status::unapproved:
      return "No rule covers these, or one forbids them. They need a decision.";
    case Status::expired:
      return "A rule covers these, but its time was over when the second snapshot was taken.";
    case Status::expected_missing:
      return "A rule promised these as part of the change, and they did not happen.";
    case Status::approved:
      return "Each of these is covered by a rule in force, which is named.";
    case Status::notice:
      return "For information: these need no approval.";
  }
  return "";
}

std::string group_html(const Review& review, const StatusGroup& group) {
  std::vector<HtmlRow> rows;
  for (const ReviewedChange* reviewed : group.changes) {
    const Change& change = reviewed->change;
    rows.push_back({{std::string(to_string(change.severity)), std::string(to_string(change.kind)),
                     where_html(change), who_html(change), what_html(review, *reviewed)},
                    css_of(group.status)});
  }
  return fmt::format("<h3>{} ({})</h3>\n<p class=\"muted\">{}</p>\n", group.title,
                     group.changes.size(), meaning_of(group.status)) +
         html_table(TableStyle::changes, group.title,
                    {"Severity", "Change", "Where", "Who", "What to know"}, rows);
}

// Each gap of a capture is a caveat of the comparison, so only their absence is left to say.
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
  return "";
}

std::string caveats_html(const Review& review) {
  std::vector<HtmlRow> rows;
  for (const Caveat& caveat : review.caveats) {
    const bool weighs = caveat.weight != Weight::informational;
    rows.push_back({{std::string(weighs ? word_of(caveat.weight) : "to know"),
                     std::string(to_string(caveat.side)), html_text(caveat.message)},
                    css_of(caveat.weight)});
  }
  return rows.empty() ? ""
                      : html_table(TableStyle::cards, "Caveats", {"Weight", "Side", "What"}, rows);
}

// What the kinds of change mean that this page lists.
std::string legend_html(const Review& review) {
  std::vector<HtmlRow> rows;
  for (const ChangeKind kind : all_change_kinds()) {
    const auto is_it = [&](const ReviewedChange& reviewed) { return reviewed.change.kind == kind; };
    if (std::ranges::none_of(review.changes, is_it)) continue;
    const KindText& text = text_of(kind);
    rows.push_back(
        {{std::string(to_string(kind)), std::string(text.what), std::string(text.meaning)}, ""});
  }
  if (rows.empty()) return "";
  return "<h3>What these changes mean</h3>\n" +
         html_table(TableStyle::cards, "What these changes mean",
                    {"Change", "What happened", "What it may mean"}, rows);
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
  return "";
}

std::string matched_text(const RuleOutcome& outcome) {
  if (outcome.matched == 0) return "nothing";
  return outcome.rule.kind == RuleKind::accept_gap ? counted(outcome.matched, "gap", "gaps")
                                                   : counted(outcome.matched, "change", "changes");
}

HtmlRow rule_row(const RuleOutcome& outcome) {
  const Rule& rule = outcome.rule;
  std::string kind(verb_of(rule.kind));
  if (!rule.gap.empty()) kind += ": " + html_code(rule.gap);
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
  std::vector<HtmlRow> rows;
  for (const auto& [name, before, after] : capture_lines(review)) {
    const bool may_differ = name == "snapshot" || name == "taken" || name == "imported from";
    rows.push_back({{std::string(name), html_code(before), html_code(after)},
                    before == after || may_differ ? "" : "differs"});
  }
  return "<h2>The two captures</h2>\n" +
         html_table(TableStyle::pair, "The two captures", {"Fact", "Before", "After"}, rows);
}

std::string changes_html(const Review& review) {
  std::string out = "<h2>What changed</h2>\n";
  const auto groups = groups_of(review);
  if (groups.empty()) out += "<p>Nothing.</p>\n";
  for (const StatusGroup& group : groups) out += group_html(review, group);
  return out + legend_html(review);
}

std::string picture_html(const Review& review, const Picture& picture) {
  std::string out = "<h2>The host and its peers</h2>\n";
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
  return "<h2>The rules that were applied</h2>\n" +
         html_table(TableStyle::cards, "The rules that were applied",
                    {"Rule", "Kind", "Ticket", "Reason", "Approved by", "When", "Matched"}, rows);
}

std::string coverage_html(const Review& review) {
  std::string out = "<h2>What could not be seen, and other caveats</h2>\n" + caveats_html(review);
  out += coverage_line("Before", review.before, review.gaps_before) +
         coverage_line("After", review.after, review.gaps_after);
  out +=
      "<h3>Method</h3>\n<p>Each snapshot holds every socket that the kernel listed, in two passes "
      "over its tables, with all processes that hold it. The two were compared place by place "
      "(scope, protocol, port or peer), and at each place by the programs there, so that a "
      "restart, a reconnect or another process id is no change, and what one side could not see "
      "counts as unknown, never as gone.";
  return out + owners_html("before", review.before) + owners_html("after", review.after) + "</p>\n";
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
             "<h2>Which controls this evidence supports</h2>\n<p class=\"muted\">As of {}. It "
             "supports these clauses; whether they are met is the auditor's to say.</p>\n",
             controls_date()) +
         html_table(TableStyle::cards, "Controls",
                    {"Framework", "Clause", "What it asks", "Support",
                     "What this evidence supports", "What it does not"},
                    rows);
}

std::string evidence_html(const Review& review) {
  const auto digest = [](const SnapshotInfo& info) {
    return info.digest.empty() ? std::string("not stored, so it has none") : html_code(info.digest);
  };
  const std::vector<HtmlRow> rows{
      {{"Before", html_code(snapshot_name(review.before)), digest(review.before)}, ""},
      {{"After", html_code(snapshot_name(review.after)), digest(review.after)}, ""}};
  return "<h2>Evidence and decision</h2>\n<p class=\"muted\">The digest covers all that a snapshot "
         "holds; netmon verify checks it.</p>\n" +
         html_table(TableStyle::cards, "Digests", {"Side", "Snapshot", "Digest"}, rows) +
         "<h3>Sign-off</h3>\n<div class=\"signoff\"><div>Name</div><div>Date</div>"
         "<div>Decision: ☐ accepted ☐ rejected ☐ accepted if</div><div>Signature</div></div>\n";
}

}  // namespace netmon
