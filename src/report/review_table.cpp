#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "netmon/report.h"
#include "netmon/text.h"
#include "report/change_text.h"
#include "report/info_text.h"
#include "report/review_groups.h"
#include "report/table.h"

namespace netmon {
namespace {

struct VerdictWord {
  std::string_view word;
  Style style;
};

VerdictWord word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::clean:
      return {"CLEAN", Style::good};
    case Verdict::unapproved:
      return {"UNAPPROVED", Style::bad};
    case Verdict::inconclusive:
      return {"INCONCLUSIVE", Style::warning};
  }
  return {"", Style::plain};
}

std::string verdict_text(const Review& review, const Layout& layout) {
  const auto [word, style] = word_of(review.verdict);
  std::string text = summary_text(review);
  if (const auto remark = verdict_remark(review); !remark.empty()) text += "; " + remark;
  const std::string padded = fmt::format("{}  ", word);
  std::string lines = paragraph(padded, text, line_width(layout));
  return lines.replace(0, word.size(), styled(word, style, layout.color));
}

std::string captures_text(const Review& review, const Layout& layout) {
  Table table{{{""}, {"BEFORE"}, {"AFTER"}}, {}};
  for (const auto& [name, before, after] : capture_lines(review)) {
    table.rows.push_back({{{std::string(name), Style::faint}, {before}, {after}}, {}});
  }
  return render(std::move(table), layout);
}

std::string heading(std::string_view title, std::uint64_t count, const Layout& layout) {
  return fmt::format("\n{}\n",
                     styled(fmt::format("{} ({})", title, count), Style::strong, layout.color));
}

std::vector<Column> columns() {
  return {{"SEVERITY", Importance::essential, 8},
          {"CHANGE", Importance::essential, 14},
          {"SCOPE", Importance::essential, 9, Cut::middle},
          {"PROTO", Importance::high, 7},
          {"ENDPOINT", Importance::essential, 23, Cut::middle},
          {"PROCESS", Importance::essential, 12},
          {"PID", Importance::essential, 7, Cut::end, Align::right},
          {"USER", Importance::medium, 8},
          {"EXECUTABLE", Importance::low, 16, Cut::middle}};
}

// What is true of the program and not of the change: said once in a table, with its first change.
bool is_about_program(const Note& note) {
  return note.label == "sha256" || note.label == "package at report time";
}

Row table_row(const Review& review, const ReviewedChange& reviewed, std::set<std::string>& said) {
  const Change& change = reviewed.change;
  const ProcessSummary process = change.process.value_or(ProcessSummary{});
  const bool on_host = change.scope.kind == ScopeKind::host;
  Row row{{{std::string(to_string(change.severity)), style_of(change.severity)},
           {std::string(to_string(change.kind))},
           {on_host ? "" : to_string(change.scope)},
           {std::string(to_string(change.protocol))},
           {place_text(change)},
           {process.name},
           {process.pid == 0 ? "" : fmt::to_string(process.pid)},
           {process.user},
           {executable_text(process.exe, process.exe_deleted)}},
          {}};
  for (const Note& note : notes_of(review, reviewed)) {
    if (is_about_program(note) && !said.insert(process.exe.value_or("") + note.text).second)
      continue;
    row.notes.push_back(note_line(note));
  }
  return row;
}

// What always comes and goes is counted, not listed, unless everything is asked for.
bool is_listed(const Review& review, const ReviewedChange& reviewed, Detail detail) {
  if (detail == Detail::everything) return true;
  if (reviewed.status == Status::notice) return false;
  return reviewed.status != Status::approved || !reviewed.rule ||
         !review.rules[*reviewed.rule].rule.standing();
}

std::string changes_text(const Review& review, const Layout& layout, Detail detail) {
  std::string out;
  std::uint64_t hidden_notices = 0;
  std::map<std::size_t, std::uint64_t> hidden_approved;  // by rule
  for (const StatusGroup& group : groups_of(review)) {
    Table table{columns(), {}};
    std::set<std::string> said;
    for (const ReviewedChange* reviewed : group.changes) {
      if (is_listed(review, *reviewed, detail)) {
        table.rows.push_back(table_row(review, *reviewed, said));
      } else if (reviewed->status == Status::notice) {
        ++hidden_notices;
      } else {
        ++hidden_approved[*reviewed->rule];
      }
    }
    if (table.rows.empty() && hidden_approved.empty()) continue;
    out += heading(group.title, group.changes.size(), layout);
    if (!table.rows.empty()) out += render(std::move(table), layout);
    for (const auto& [rule, count] : std::exchange(hidden_approved, {})) {
      out += paragraph(counted(count, "change by ", "changes by "),
                       rule_text(review.rules[rule].rule), line_width(layout));
    }
  }
  if (hidden_notices > 0) {
    out +=
        "\n" + paragraph("", counted(hidden_notices, "notice", "notices") + " not shown: see --all",
                         line_width(layout));
  }
  return out;
}

// Whole, for whoever holds them against the ticket: a line fits 80 columns.
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
    const std::string_view weight =
        caveat.weight == Weight::decisive ? "decisive caveat" : "caveat";
    const std::string_view side = to_string(caveat.side);
    out += paragraph(fmt::format("{} ({}): ", weight, side), caveat.message, line_width(layout));
  }
  return out.empty() ? out : "\n" + out;
}

}  // namespace

std::string render_table(const Review& review, const Layout& layout, Detail detail) {
  return verdict_text(review, layout) + "\n" + captures_text(review, layout) +
         changes_text(review, layout, detail) + caveats_text(review, layout) +
         digests_text(review, layout);
}

}  // namespace netmon
