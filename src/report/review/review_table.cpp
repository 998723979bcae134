#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/text/table.h"
#include "report/words/change_text.h"
#include "report/words/info_text.h"
#include "report/words/review_groups.h"
#include "report/words/rule_text.h"
#include "report/words/verdict_text.h"

namespace netmon {
namespace {

Style style_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::clean:
      return Style::good;
    case Verdict::unapproved:
      return Style::bad;
    case Verdict::inconclusive:
      return Style::warning;
  }
  no_such_enumerator();
}

// The verdict and what it covers, then the remarks, one per line.
std::string verdict_text(const Review& review, const Layout& layout) {
  const std::size_t width = line_width(layout);
  const std::string_view word = verdict_word(review.verdict);
  std::string out = paragraph("", std::string(word) + verdict_scope_text(review), width);
  out.replace(0, word.size(), styled(word, style_of(review.verdict), layout.color));
  std::string summary = summary_text(review);
  if (const auto remark = verdict_remark(review); !remark.empty()) summary += "; " + remark;
  out += paragraph("  ", summary, width);
  for (const Note& note : verdict_notes(review)) {
    out += paragraph(fmt::format("  {}: ", note.label), note.text, width);
  }
  return out;
}

// Facts that are equal on both sides are listed in one sentence, unless everything is shown.
std::string captures_text(const Review& review, const Layout& layout, Detail detail) {
  Table table{{{""}, {"BEFORE"}, {"AFTER"}}, {}};
  std::string same;
  for (const auto& [name, before, after] : capture_lines(review)) {
    if (before == after && detail == Detail::gating) {
      same += fmt::format("{}{} {}", same.empty() ? "" : "; ", name, before);
    } else {
      table.rows.push_back({{{std::string(name), Style::faint}, {before}, {after}}, {}});
    }
  }
  std::string out = render(std::move(table), layout);
  if (!same.empty()) out += paragraph("the same in both: ", same, line_width(layout));
  return out;
}

std::string heading(std::string_view title, std::uint64_t count, const Layout& layout) {
  return fmt::format("\n{}\n",
                     styled(fmt::format("{} ({})", title, count), Style::strong, layout.color));
}

// A layout drops columns that do not fit without saying so, so on a narrow terminal the executable
// is a note below its change.
constexpr std::size_t kWide = 120;
bool is_narrow(const Layout& layout) { return layout.width != 0 && layout.width < kWide; }

std::vector<Column> columns(const Layout& layout) {
  std::vector<Column> columns{{"SEVERITY", Importance::essential, 8},
                              {"CHANGE", Importance::essential, 18},
                              {"SCOPE", Importance::essential, 9, Cut::middle},
                              {"PROTO", Importance::high, 7},
                              {"ENDPOINT", Importance::essential, 21, Cut::middle},
                              {"PROCESS", Importance::essential, 12},
                              {"PID", Importance::essential, 7, Cut::end, Align::right},
                              {"USER", Importance::medium, 8}};
  if (!is_narrow(layout)) columns.push_back({"EXECUTABLE", Importance::low, 16, Cut::middle});
  return columns;
}

// Whether the note is about the program rather than the change: a table shows it once, with the
// first change of that program.
bool is_about_program(const Note& note) {
  constexpr std::array<std::string_view, 5> kLabels{"sha256", "script", "sha256 of the script",
                                                    "foreign code", "package at report time"};
  return std::ranges::find(kLabels, note.label) != kLabels.end();
}

// Whether the note is a mere digest. Digests are for comparison and not for a first reading, except
// where the digest has changed.
bool is_digest(const Note& note) {
  const bool changed = note.text.find("→") != std::string::npos;
  return !changed && (note.label == "sha256" || note.label == "sha256 of the script");
}

Row table_row(const Review& review, const ReviewedChange& reviewed, const Layout& layout,
              Detail detail, std::set<std::string>& said) {
  const Change& change = reviewed.change;
  const ProcessSummary process = change.process.value_or(ProcessSummary{});
  const Scope& scope = change.identity.scope;
  Row row{{{std::string(to_string(change.severity)), style_of(change.severity)},
           {std::string(to_string(change.kind))},
           {scope.kind == ScopeKind::host ? "" : to_string(scope)},
           {std::string(protocol_word(change.identity))},
           {place_text(change)},
           {process.name},
           {process.pid == 0 ? "" : fmt::to_string(process.pid)},
           {process.user}},
          {}};
  const std::string executable = executable_text(process.exe, process.exe_deleted);
  if (!is_narrow(layout)) {
    row.cells.push_back({executable});
  } else if (!executable.empty()) {
    row.notes.push_back(note_line({"executable", executable}));
  }
  for (const Note& note : notes_of(review, reviewed)) {
    if (is_digest(note) && detail == Detail::gating) continue;
    if (is_about_program(note) && !said.insert(process.exe.value_or("") + note.text).second)
      continue;
    row.notes.push_back(note_line(note));
  }
  return row;
}

// Approvals by standing rules and notices are counted and not listed, unless everything is shown.
bool is_listed(const Review& review, const ReviewedChange& reviewed, Detail detail) {
  if (detail == Detail::everything) return true;
  if (reviewed.status == Status::notice) return false;
  return reviewed.status != Status::approved || !reviewed.rule ||
         is_always_named(reviewed.change) || !review.rules[*reviewed.rule].rule.standing();
}

// What the group does not list as rows, in lines of its own: changes that every report names, and
// numbers.
std::string unlisted_text(const Review& review, const StatusGroup& group, const Layout& layout) {
  const std::size_t width = line_width(layout);
  std::string out;
  std::uint64_t notices = 0;
  std::map<std::size_t, std::uint64_t> approved;  // by rule
  for (const ReviewedChange* reviewed : group.changes) {
    if (is_listed(review, *reviewed, Detail::gating)) continue;
    if (reviewed->status == Status::approved) {
      ++approved[*reviewed->rule];
    } else if (is_always_named(reviewed->change)) {
      out += paragraph("", reviewed->change.message, width);
    } else {
      ++notices;
    }
  }
  for (const auto& [rule, count] : approved) {
    out += paragraph(counted(count, "change by ", "changes by "),
                     rule_text(review.rules[rule].rule), width);
  }
  if (notices == 0) return out;
  const std::string_view more = out.empty() ? "" : "more ";
  return out + paragraph("",
                         fmt::format("{} {}{} not shown: see --all", notices, more,
                                     notices == 1 ? "notice" : "notices"),
                         width);
}

std::string group_text(const Review& review, const StatusGroup& group, const Layout& layout,
                       Detail detail) {
  Table table{columns(layout), {}};
  std::set<std::string> said;
  for (const ReviewedChange* reviewed : group.changes) {
    if (!is_listed(review, *reviewed, detail)) continue;
    table.rows.push_back(table_row(review, *reviewed, layout, detail, said));
  }
  std::string out = heading(group.title, group.changes.size(), layout);
  if (!table.rows.empty()) out += render(std::move(table), layout);
  return detail == Detail::everything ? out : out + unlisted_text(review, group, layout);
}

std::string changes_text(const Review& review, const Layout& layout, Detail detail) {
  std::string out;
  for (const StatusGroup& group : groups_of(review)) {
    out += group_text(review, group, layout, detail);
  }
  return out;
}

// The full digests, to compare with a ticket: each fits on a line of 80 columns.
std::string digests_text(const Review& review, const Layout& layout) {
  std::string out;
  const auto add = [&](std::string_view side, const std::string& digest) {
    if (!digest.empty()) out += paragraph(side, digest, line_width(layout));
  };
  add("before  ", review.before.digest);
  add("after   ", review.after.digest);
  return out.empty() ? out : "\n" + out;
}

std::string caveats_text(const Review& review, const Layout& layout) {
  std::string out;
  for (const auto& caveat : review.caveats) {
    const bool weighs = caveat.weight != Weight::informational;
    const std::string weight = weighs ? fmt::format("{} ", word_of(caveat.weight)) : "";
    const std::string_view side = to_string(caveat.side);
    out +=
        paragraph(fmt::format("{}caveat ({}): ", weight, side), caveat.message, line_width(layout));
  }
  return out.empty() ? out : "\n" + out;
}

// Repeats the verdict at the end, because the first line may have scrolled away.
std::string closing_text(const Review& review, const Layout& layout) {
  const std::string_view word = verdict_word(review.verdict);
  std::string out =
      paragraph("", fmt::format("{}: {}", word, summary_text(review)), line_width(layout));
  out.replace(0, word.size(), styled(word, style_of(review.verdict), layout.color));
  return "\n" + out;
}

}  // namespace

std::string render_table(const Review& review, const Layout& layout, Detail detail) {
  std::string out = verdict_text(review, layout) + "\n" + captures_text(review, layout, detail) +
                    changes_text(review, layout, detail) + caveats_text(review, layout);
  if (detail == Detail::everything) out += digests_text(review, layout);
  return out + closing_text(review, layout);
}

}  // namespace netmon
