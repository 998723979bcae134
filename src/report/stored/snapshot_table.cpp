#include <fmt/format.h>

#include <algorithm>

#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/stored/snapshot_rows.h"
#include "report/text/table.h"
#include "report/words/change_text.h"
#include "report/words/info_text.h"

namespace netmon {
namespace {

// What a reviewer reads first, first.
int rank_of(const std::optional<Role>& role) {
  if (!role) return 5;
  switch (*role) {
    case Role::listener:
      return 0;
    case Role::outbound:
      return 1;
    case Role::raw:
      return 2;
    case Role::inbound:
      return 3;
    case Role::client:
      return 4;
  }
  return 5;
}

std::vector<Column> columns() {
  return {{"ROLE", Importance::high, 8},
          {"PROTO", Importance::essential, 7},
          {"LOCAL", Importance::essential, 21, Cut::middle},
          {"REMOTE", Importance::essential, 21, Cut::middle},
          {"STATE", Importance::medium, 11},
          {"PROCESS", Importance::essential, 15},
          {"PID", Importance::essential, 7, Cut::end, Align::right},
          {"USER", Importance::high, 8},
          {"SCOPE", Importance::essential, 9, Cut::middle},
          {"OWNERS", Importance::medium, 6, Cut::end, Align::right},
          {"UNIT", Importance::low, 12},
          {"EXECUTABLE", Importance::low, 16, Cut::middle},
          {"SCRIPT", Importance::low, 12, Cut::middle},
          {"CODE", Importance::low, 12, Cut::middle},
          {"PORT BY", Importance::low, 7}};
}

// What a process runs beside its executable: foreign files, and what its loader was told.
std::string code_text(const Process& process) {
  if (!process.code) return "";
  std::vector<std::string> texts;
  if (!process.code->exe_mapped) texts.emplace_back("not its executable");
  for (const ForeignCode& file : process.code->foreign) texts.push_back(file.path);
  for (const LoaderVariable& variable : process.code->loader) texts.push_back(variable.name);
  return join_some(texts);
}

// Empty cells leave a column out where it would say the same of every socket: the scope where all
// is the host's, the number of owners where no socket is shared.
Row table_row(const Snapshot& snapshot, const SnapshotRow& row) {
  const Socket& socket = *row.socket;
  const Process* process = snapshot.shown_process(socket);
  const Scope& scope = scope_of(snapshot, socket);
  std::vector<Cell> cells{{row.role ? std::string(to_string(*row.role)) : ""},
                          {std::string(to_string(socket.protocol))},
                          {display_local(snapshot, socket)},
                          {display_remote(snapshot, socket)},
                          {std::string(to_string(socket.state))}};
  if (process == nullptr) {
    const std::string of = row.accepting == nullptr ? "" : " of " + row.accepting->name;
    cells.insert(cells.end(), {{fmt::format("({}{})", to_string(socket.owner_state), of)}, {}, {}});
  } else {
    cells.insert(cells.end(), {{process->name}, {fmt::to_string(process->pid)}, {process->user}});
  }
  cells.push_back({scope.kind == ScopeKind::host ? "" : to_string(scope)});
  cells.push_back({socket.owner_count < 2 ? "" : fmt::to_string(socket.owner_count)});
  cells.push_back({process == nullptr ? "" : process->unit});
  cells.push_back({process == nullptr ? "" : executable_text(process->exe, process->exe_deleted)});
  const bool has_script = process != nullptr && process->script.has_value();
  cells.push_back({has_script ? script_text(*process->script) : ""});
  cells.push_back({process == nullptr ? "" : code_text(*process)});
  const bool kernel_chose = socket.port_choice == PortChoice::kernel && row.role == Role::listener;
  cells.push_back({kernel_chose ? "kernel" : ""});
  return {std::move(cells), {}};
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
  Table table{columns(), {}};
  for (const auto& row : rows) table.rows.push_back(table_row(snapshot, row));

  const std::size_t width = line_width(layout);
  std::string out = heading(snapshot, width) + "\n";
  if (!rows.empty()) out += render(std::move(table), layout) + "\n";
  out += paragraph("", summary(snapshot, rows.size()), width);
  for (const Gap& gap : snapshot.gaps) out += paragraph("  not seen: ", describe(gap), width);
  for (const HiddenSocket& hidden : snapshot.hidden) {
    out += paragraph("  hidden socket: ", describe(snapshot, hidden), width);
  }
  return out;
}

std::string render_rows(const Snapshot& snapshot, const Filter& filter, const Layout& layout) {
  const std::string time = to_display(snapshot.info.started_at);
  Table table{columns(), {}};
  table.columns.insert(table.columns.begin(), {"TIMESTAMP", Importance::high, time.size()});
  for (const auto& row : most_important_first(snapshot, filter)) {
    table.rows.push_back(table_row(snapshot, row));
    std::vector<Cell>& cells = table.rows.back().cells;
    cells.insert(cells.begin(), {time});
  }
  return render(std::move(table), layout);
}

}  // namespace netmon
