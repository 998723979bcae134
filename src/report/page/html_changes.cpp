#include "report/page/html_changes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "report/page/html_table.h"
#include "report/text/markup.h"
#include "report/words/change_kinds.h"
#include "report/words/change_text.h"
#include "report/words/review_groups.h"
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
  std::string out = R"(<ul class="facts" role="list">)";
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
  std::string out = R"(<ul class="facts" role="list">)";
  for (const Note& note : notes_of(review, reviewed)) out += item(html_text(note.label), note.text);
  return out + "</ul>";
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
  no_such_enumerator();
}

HtmlRow row_of(const Review& review, const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  const std::string kind =
      fmt::format("{}<br><span class=\"muted\">{}</span>", to_string(change.kind),
                  html_text(text_of(change.kind).what));
  return {{std::string(to_string(change.severity)), kind, place_html(change), who_html(change),
           what_html(review, reviewed)},
          css_of(reviewed.status)};
}

// The first `count` changes of the group. Where changes that need no decision are cut off, those
// that every report names come first.
std::string group_html(const Review& review, StatusGroup group, std::size_t count) {
  const bool gates = group.status != Status::approved && group.status != Status::notice;
  if (!gates && count < group.changes.size()) {
    std::stable_partition(
        group.changes.begin(), group.changes.end(),
        [](const ReviewedChange* reviewed) { return is_always_named(reviewed->change); });
  }
  std::vector<HtmlRow> rows;
  for (std::size_t i = 0; i < count; ++i) rows.push_back(row_of(review, *group.changes[i]));
  std::string out = fmt::format("<h3>{} ({})</h3>\n<p class=\"muted\">{}</p>\n", group.title,
                                group.changes.size(), group.meaning);
  out += html_table(TableStyle::changes, group.title,
                    {"Severity", "Change", "Where", "Who", "What to know"}, rows);
  if (const std::size_t left = group.changes.size() - count; left > 0) {
    out += fmt::format(
        "<p><b>{} more of these {} not on this page</b>, which lists the first {}. "
        "All of them are in the files that -o review.csv and -o review.json write for the same "
        "diff.</p>\n",
        left, left == 1 ? "is" : "are", count);
  }
  return out;
}

}  // namespace

std::string place_html(const Change& change) {
  const Identity& identity = change.identity;
  const std::string_view protocol = protocol_word(identity);
  std::string out =
      fmt::format("{}{}{}", protocol, protocol.empty() ? "" : " ", html_code(place_text(change)));
  if (identity.scope.kind != ScopeKind::host) out += " in " + html_code(to_string(identity.scope));
  return out;
}

std::string changes_html(const Review& review) {
  std::string out = "<h2>What changed</h2>\n";
  if (review.changes.empty()) out += "<p>Nothing.</p>\n";
  std::size_t left = kMaxPageRows;
  for (const StatusGroup& group : groups_of(review)) {
    const std::size_t count = std::min(group.changes.size(), std::max(left, kMinPageRows));
    out += group_html(review, group, count);
    left -= std::min(left, count);
  }
  return out;
}

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
  return "<h2>Appendix: what these changes mean</h2>\n" +
         html_table(TableStyle::cards, "What these changes mean",
                    {"Change", "What happened", "What it may mean"}, rows);
}

}  // namespace netmon
