#include <fmt/format.h>

#include "netmon/report.h"
#include "netmon/secrets.h"
#include "report/change_text.h"
#include "report/csv.h"
#include "report/snapshot_rows.h"

namespace netmon {
namespace {

std::string v6only_text(const Socket& socket) {
  if (!socket.v6only) return "";
  return *socket.v6only ? "yes" : "no";
}

std::string number_or_empty(std::uint64_t number) {
  return number == 0 ? "" : fmt::to_string(number);
}

// Those of all processes as they are shown: a process may hold thousands of sockets.
std::vector<std::string> masked_command_lines(const Snapshot& snapshot) {
  std::vector<std::string> lines;
  lines.reserve(snapshot.processes.size());
  for (const Process& process : snapshot.processes) {
    lines.push_back(mask_secrets(process.cmdline.value_or("")));
  }
  return lines;
}

std::string csv_row(const Snapshot& snapshot, const SnapshotRow& row, const std::string& timestamp,
                    const std::vector<std::string>& command_lines) {
  static const Process kNobody;
  const Socket& socket = *row.socket;
  const Process* shown = snapshot.shown_process(socket);
  const Process& process = shown == nullptr ? kNobody : *shown;
  const std::string command_line =
      shown == nullptr ? ""
                       : command_lines[static_cast<std::size_t>(shown - snapshot.processes.data())];
  return csv_line({timestamp,
                   to_string(socket.protocol),
                   display_local(snapshot, socket),
                   display_remote(snapshot, socket),
                   number_or_empty(process.pid),
                   process.name,
                   to_string(socket.state),
                   row.role ? to_string(*row.role) : "",
                   to_string(scope_of(snapshot, socket)),
                   process.user,
                   socket.uid ? fmt::to_string(*socket.uid) : "",
                   process.exe.value_or(""),
                   executable_state(process.exe, process.exe_deleted),
                   command_line,
                   process.unit,
                   process.container,
                   process.started_at == Timestamp{} ? "" : to_string(process.started_at),
                   fmt::to_string(socket.owner_count),
                   to_string(socket.owner_state),
                   device_name(snapshot, socket),
                   v6only_text(socket),
                   number_or_empty(socket.inode),
                   number_or_empty(snapshot.namespaces[socket.netns].id)});
}

}  // namespace

std::string csv_header() {
  return csv_line({"Timestamp",  "Proto",           "Local addr", "Remote addr",  "PID",
                   "Process",    "State",           "Role",       "Scope",        "User",
                   "Socket UID", "Executable",      "Exe state",  "Command line", "Unit",
                   "Container",  "Process started", "Owners",     "Owner state",  "Device",
                   "V6only",     "Inode",           "Netns"});
}

std::string csv_rows(const Snapshot& snapshot, const Filter& filter) {
  const std::string timestamp = to_string(snapshot.info.started_at);
  const auto command_lines = masked_command_lines(snapshot);
  std::string out;
  for (const auto& row : rows_of(snapshot, filter)) {
    out += csv_row(snapshot, row, timestamp, command_lines);
  }
  return out;
}

std::string render_csv(const Snapshot& snapshot, const Filter& filter) {
  return csv_header() + csv_rows(snapshot, filter);
}

}  // namespace netmon
