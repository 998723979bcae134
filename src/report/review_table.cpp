#include <fmt/format.h>

#include <algorithm>

#include "netmon/report.h"
#include "netmon/text.h"
#include "report/change_text.h"
#include "report/info_text.h"
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
  if (review.verdict == Verdict::inconclusive) {
    text += "; one side could not see all that the other saw";
  }
  const std::string padded = fmt::format("{}  ", word);
  std::string lines = paragraph(padded, text, line_width(layout));
  return lines.replace(0, word.size(), styled(word, style, layout.color));
}

// Both captures side by side, an attribute a row.
std::string captures_text(const Review& review, const Layout& layout) {
  Table table{{{""}, {"BEFORE"}, {"AFTER"}}, {}};
  const auto add = [&](std::string_view name, auto text_of) {
    std::string before = text_of(review.before);
    std::string after = text_of(review.after);
    if (before.empty() && after.empty()) return;
    table.rows.push_back({{{std::string(name), Style::faint}, {before}, {after}}, {}});
  };
  add("snapshot", snapshot_name);
  add("taken", [](const SnapshotInfo& info) {
    return was_taken(info) ? to_display(info.started_at) : std::string();
  });
  add("host", [](const SnapshotInfo& info) { return info.host_name; });
  add("by", captured_by);
  add("privilege", [](const SnapshotInfo& info) {
    return was_taken(info) ? std::string(to_string(info.privilege)) : std::string();
  });
  add("ticket", [](const SnapshotInfo& info) { return info.ticket; });
  add("note", [](const SnapshotInfo& info) { return info.note; });
  return render(std::move(table), layout);
}

// "0.0.0.0:22" of a listener, "→ 192.0.2.1:443" of an outbound peer, "192.0.2.9:* → *:22" of an
// inbound one; of several local endpoints the first.
std::string endpoint_text(const Change& change) {
  const auto locals = local_texts(change);
  const std::string_view local = locals.empty() ? std::string_view() : locals.front();
  if (!change.remote) return std::string(local);
  if (change.role == Role::inbound) return fmt::format("{} → {}", remote_text(change), local);
  return "→ " + remote_text(change);
}

std::vector<std::string> notes_of(const Change& change) {
  std::vector<std::string> notes;
  for (const auto& attribute : change.attributes) {
    notes.push_back(fmt::format("{}: {} → {}", attribute.name, values_text(attribute.before),
                                values_text(attribute.after)));
  }
  if (const auto local = local_texts(change); local.size() > 1) {
    notes.push_back("also on " + values_text({local.begin() + 1, local.end()}));
  }
  if (!change.shared_with.empty()) {
    notes.push_back("shares the port with " + values_text(change.shared_with));
  }
  if (change.containers > 1) notes.push_back(fmt::format("in {} containers", change.containers));
  if (change.no_process) notes.push_back(*change.no_process);
  return notes;
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

Row table_row(const Change& change) {
  const ProcessSummary process = change.process.value_or(ProcessSummary{});
  const bool on_host = change.scope.kind == ScopeKind::host;
  return {{{std::string(to_string(change.severity)), style_of(change.severity)},
           {std::string(to_string(change.kind))},
           {on_host ? "" : to_string(change.scope)},
           {std::string(to_string(change.protocol))},
           {endpoint_text(change)},
           {process.name},
           {process.pid == 0 ? "" : fmt::to_string(process.pid)},
           {process.user},
           {executable_text(process.exe, process.exe_deleted)}},
          notes_of(change)};
}

bool is_listed(const ReviewedChange& reviewed, Detail detail) {
  return detail == Detail::everything || reviewed.status != Status::notice;
}

std::string changes_text(const Review& review, const Layout& layout, Detail detail) {
  Table table{columns(), {}};
  for (const auto& reviewed : review.changes) {
    if (is_listed(reviewed, detail)) table.rows.push_back(table_row(reviewed.change));
  }
  const std::size_t hidden = review.changes.size() - table.rows.size();
  std::string out;
  if (!table.rows.empty()) out += "\n" + render(std::move(table), layout);
  if (hidden > 0) {
    out += "\n" + paragraph("", counted(hidden, "notice", "notices") + " not shown: see --all",
                            line_width(layout));
  }
  return out;
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
         changes_text(review, layout, detail) + caveats_text(review, layout);
}

}  // namespace netmon
