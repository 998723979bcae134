#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "netmon/core/values/endpoint_text.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "netmon/report/socket_columns.h"
#include "report/stored/snapshot_rows.h"
#include "report/text/table.h"
#include "report/words/info_text.h"

namespace netmon {
namespace {

std::vector<Column> table_columns() {
  const auto all = socket_columns();
  return {all.begin(), all.end()};
}

Row table_row(const Snapshot& snapshot, const SnapshotRow& row) {
  Row shown;
  shown.cells.reserve(socket_columns().size() + 1);  // a time may precede them
  for (std::string& text : socket_cells(snapshot, *row.socket, row.role, row.accepting)) {
    shown.cells.push_back({std::move(text)});
  }
  return shown;
}

std::string heading(const Snapshot& snapshot, std::size_t width) {
  const SnapshotInfo& info = snapshot.info;
  std::string text = snapshot_name(info);
  if (was_taken(info)) text += fmt::format(", {}", to_display(info.started_at));
  if (info.span) text += ", " + span_text(info.span);
  if (!info.host_name.empty()) text += fmt::format(", {}", info.host_name);
  if (!info.user.name.empty()) {
    text += fmt::format(", by {} with {} privilege", captured_by(info), to_string(info.privilege));
  }
  if (info.origin) text += fmt::format(", imported from {}", origin_text(info));
  if (!info.ticket.empty()) text += fmt::format(", ticket {}", info.ticket);
  std::string out = paragraph("", text, width);
  if (!info.note.empty()) out += paragraph("  ", info.note, width);
  return out;
}

std::string summary(const Snapshot& snapshot, std::size_t shown) {
  const std::size_t all = snapshot.sockets.size();
  std::string text = shown == all
                         ? counted(all, "socket", "sockets")
                         : fmt::format("{} of {}", shown, counted(all, "socket", "sockets"));
  text += ", " + counted(snapshot.namespaces.size(), "namespace", "namespaces");
  return text + ", " + counted(snapshot.gaps.size(), "gap", "gaps");
}

std::string in_scope(const Scope& scope) {
  return scope.kind == ScopeKind::host ? "" : " in " + to_string(scope);
}

// Forwards and the facts about reach; rules are only counted.
std::string reach_text(const Snapshot& snapshot, std::size_t width) {
  std::string out;
  for (const Forward& forward : snapshot.forwards) {
    const Scope& scope = snapshot.namespaces[forward.netns].scope;
    std::string address = to_string(forward.address);
    if (!forward.device.empty()) address += "%" + forward.device;
    out += paragraph(
        "  forward: ",
        fmt::format("{} {} → {}{}", to_string(forward.protocol),
                    endpoint_text(address.empty() ? "*" : address, to_string(forward.ports)),
                    forward.target, in_scope(scope)),
        width);
  }
  std::size_t rules = 0;
  for (const ReachFact& fact : snapshot.reach) {
    if (fact.kind == ReachKind::rule || fact.kind == ReachKind::ban) {
      ++rules;
      continue;
    }
    const Scope& scope = snapshot.namespaces[fact.netns].scope;
    const std::string text = fmt::format("{}{}{}{}", fact.name, fact.value.empty() ? "" : " ",
                                         fact.value, in_scope(scope));
    out += paragraph(fmt::format("  {}: ", to_string(fact.kind)), text, width);
  }
  if (rules > 0) out += paragraph("  filter: ", counted(rules, "rule", "rules"), width);
  return out;
}

std::vector<SnapshotRow> most_important_first(const Snapshot& snapshot, const Filter& filter) {
  std::vector<SnapshotRow> rows = rows_of(snapshot, filter);
  std::stable_sort(rows.begin(), rows.end(), [](const SnapshotRow& a, const SnapshotRow& b) {
    return rank_of(a.role) < rank_of(b.role);
  });
  return rows;
}

}  // namespace

std::string render_table(const Snapshot& snapshot, const Filter& filter, const Layout& layout) {
  const std::vector<SnapshotRow> rows = most_important_first(snapshot, filter);
  Table table{table_columns(), {}};
  for (const auto& row : rows) table.rows.push_back(table_row(snapshot, row));

  const std::size_t width = line_width(layout);
  std::string out = heading(snapshot, width) + "\n";
  if (!rows.empty()) out += render(std::move(table), layout) + "\n";
  out += paragraph("", summary(snapshot, rows.size()), width);
  const std::string account = account_text(snapshot.event_counts, snapshot.event_proofs);
  if (!account.empty()) out += paragraph("  ", account, width);
  for (const Gap& gap : snapshot.gaps) out += paragraph("  not seen: ", describe(gap), width);
  for (const HiddenSocket& hidden : snapshot.hidden) {
    out += paragraph("  hidden socket: ", describe(snapshot, hidden), width);
  }
  out += reach_text(snapshot, width);
  return out;
}

std::string render_rows(const Snapshot& snapshot, const Filter& filter, const Layout& layout) {
  const std::string time = to_display(snapshot.info.started_at);
  Table table{table_columns(), {}};
  table.columns.insert(table.columns.begin(), {"TIMESTAMP", Importance::high, time.size()});
  for (const auto& row : most_important_first(snapshot, filter)) {
    table.rows.push_back(table_row(snapshot, row));
    std::vector<Cell>& cells = table.rows.back().cells;
    cells.insert(cells.begin(), {time});
  }
  return render(std::move(table), layout);
}

}  // namespace netmon
