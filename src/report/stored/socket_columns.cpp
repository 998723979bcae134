#include "netmon/report/socket_columns.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "report/stored/snapshot_rows.h"
#include "report/words/change_text.h"

namespace netmon {
namespace {

// Code that a process runs besides its executable: foreign files and loader variables.
std::string code_text(const Process& process) {
  if (!process.code) return "";
  std::vector<std::string> texts;
  if (!process.code->exe_mapped) texts.emplace_back("not its executable");
  for (const ForeignCode& file : process.code->foreign) texts.push_back(file.path);
  for (const LoaderVariable& variable : process.code->loader) texts.push_back(variable.name);
  return join_some(texts);
}

}  // namespace

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
    case Role::forward:
    case Role::network:
      return 5;
  }
  no_such_enumerator();
}

std::span<const Column> socket_columns() {
  static const std::array kColumns{Column{"ROLE", Importance::high, 8},
                                   Column{"PROTO", Importance::essential, 7},
                                   Column{"LOCAL", Importance::essential, 21, Cut::middle},
                                   Column{"REMOTE", Importance::essential, 21, Cut::middle},
                                   Column{"STATE", Importance::medium, 11},
                                   Column{"PROCESS", Importance::essential, 15},
                                   Column{"PID", Importance::essential, 7, Cut::end, Align::right},
                                   Column{"USER", Importance::high, 8},
                                   Column{"SCOPE", Importance::essential, 9, Cut::middle},
                                   Column{"OWNERS", Importance::medium, 6, Cut::end, Align::right},
                                   Column{"UNIT", Importance::low, 12},
                                   Column{"EXECUTABLE", Importance::low, 16, Cut::middle},
                                   Column{"SCRIPT", Importance::low, 12, Cut::middle},
                                   Column{"CODE", Importance::low, 12, Cut::middle},
                                   Column{"PORT BY", Importance::low, 7}};
  return kColumns;
}

std::vector<std::string> socket_cells(const Snapshot& snapshot, const Socket& socket,
                                      const std::optional<Role>& role, const Process* accepting) {
  const Process* process = snapshot.shown_process(socket);
  const Scope& scope = scope_of(snapshot, socket);
  std::vector<std::string> cells;
  cells.reserve(socket_columns().size());
  cells.emplace_back(role ? to_string(*role) : "");
  cells.emplace_back(to_string(socket.protocol));
  cells.push_back(display_local(snapshot, socket));
  cells.push_back(display_remote(snapshot, socket));
  cells.emplace_back(to_string(socket.state));
  if (process == nullptr) {
    const std::string of = accepting == nullptr ? "" : " of " + accepting->name;
    cells.push_back(fmt::format("({}{})", to_string(socket.owner_state), of));
    cells.insert(cells.end(), 2, "");
  } else {
    cells.insert(cells.end(), {process->name, fmt::to_string(process->pid), process->user});
  }
  cells.push_back(scope.kind == ScopeKind::host ? "" : to_string(scope));
  cells.push_back(socket.owner_count < 2 ? "" : fmt::to_string(socket.owner_count));
  cells.push_back(process == nullptr ? "" : process->unit);
  cells.push_back(process == nullptr ? "" : executable_text(process->exe, process->exe_deleted));
  const bool has_script = process != nullptr && process->script.has_value();
  cells.push_back(has_script ? script_text(*process->script) : "");
  cells.push_back(process == nullptr ? "" : code_text(*process));
  const bool kernel_chose = socket.port_choice == PortChoice::kernel && role == Role::listener;
  cells.emplace_back(kernel_chose ? "kernel" : "");
  return cells;
}

}  // namespace netmon
