#include <fmt/format.h>
#include <fmt/ranges.h>

#include "netmon/core/values/endpoint_text.h"
#include "netmon/core/values/secrets.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/stored/snapshot_rows.h"
#include "report/text/csv.h"
#include "report/words/change_text.h"

namespace netmon {
namespace {

std::string number_or_empty(std::uint64_t number) {
  return number == 0 ? "" : fmt::to_string(number);
}

std::string_view yes_or_no(bool value) { return value ? "yes" : "no"; }

std::string joined(const std::vector<std::string>& values) {
  return fmt::format("{}", fmt::join(values, "; "));
}

// Cells of a process that are expensive to make. They are made once, because it may hold thousands
// of sockets.
struct ProcessCells {
  std::string command_line;  // with its secrets masked
  std::string script;
  std::string foreign_code;
  std::string loader;
  std::string groups;
  std::string holder;  // its text in a list of holders
};

ProcessCells cells_of(const Process& process) {
  ProcessCells cells{.command_line = mask_secrets(process.cmdline.value_or("")),
                     .holder = holder_text(process.name, process.pid, process.user)};
  if (process.script) cells.script = script_text(*process.script);
  if (process.code) {
    cells.foreign_code = joined(texts_of(process.code->foreign, [](const ForeignCode& file) {
      return executable_text(file.path, file.deleted);
    }));
    cells.loader = joined(texts_of(process.code->loader, [](const LoaderVariable& variable) {
      return variable.name + "=" + variable.value;
    }));
  }
  if (process.credentials) {
    cells.groups = fmt::format("{}", fmt::join(process.credentials->groups, " "));
  }
  return cells;
}

std::vector<ProcessCells> cells_of(const std::vector<Process>& processes) {
  std::vector<ProcessCells> cells;
  cells.reserve(processes.size());
  for (const Process& process : processes) cells.push_back(cells_of(process));
  return cells;
}

std::string holders_text(const Snapshot& snapshot, const Socket& socket,
                         const std::vector<ProcessCells>& processes) {
  std::string text;
  for (const Owner& owner : snapshot.owners_of(socket)) {
    if (!text.empty()) text += "; ";
    text += processes[owner.process].holder;
  }
  return text;
}

// When a socket of a span was seen, and how often.
struct SightingCells {
  std::string first_seen;
  std::string last_seen;
  std::string samples;
  std::string events;
};

SightingCells sighting_of(const Snapshot& snapshot, const Socket& socket) {
  if (snapshot.sightings.empty()) return {};
  const Sighting& sighting =
      snapshot.sightings[static_cast<std::size_t>(&socket - snapshot.sockets.data())];
  return {to_string(sighting.first_seen), to_string(sighting.last_seen),
          fmt::to_string(sighting.samples), fmt::to_string(sighting.events)};
}

std::string csv_row(const Snapshot& snapshot, const SnapshotRow& row, const std::string& timestamp,
                    const std::vector<ProcessCells>& processes) {
  static const Process kNobody;
  static const ProcessCells kNoCells;
  const Socket& socket = *row.socket;
  const Process* shown = snapshot.shown_process(socket);
  const Process& process = shown == nullptr ? kNobody : *shown;
  const ProcessCells& cells =
      shown == nullptr ? kNoCells
                       : processes[static_cast<std::size_t>(shown - snapshot.processes.data())];
  const NetNamespace& netns = snapshot.namespaces[socket.netns];
  const auto& credentials = process.credentials;
  const SightingCells sighting = sighting_of(snapshot, socket);
  return csv_line({timestamp,
                   to_string(socket.protocol),
                   display_local(snapshot, socket),
                   display_remote(snapshot, socket),
                   number_or_empty(process.pid),
                   process.name,
                   to_string(socket.state),
                   row.role ? to_string(*row.role) : "",
                   to_string(netns.scope),
                   process.user,
                   socket.uid ? fmt::to_string(*socket.uid) : "",
                   process.exe.value_or(""),
                   executable_state(process.exe, process.exe_deleted),
                   cells.command_line,
                   process.unit,
                   process.container,
                   process.started_at == Timestamp{} ? "" : to_string(process.started_at),
                   fmt::to_string(socket.owner_count),
                   to_string(socket.owner_state),
                   device_name(snapshot, socket),
                   socket.v6only ? yes_or_no(*socket.v6only) : "",
                   number_or_empty(socket.inode),
                   number_or_empty(netns.id),
                   socket.port_choice ? to_string(*socket.port_choice) : "",
                   process.exe_sha256.value_or(""),
                   process.exe ? yes_or_no(process.exe_elsewhere) : "",
                   process.exe ? yes_or_no(process.exe_protected) : "",
                   process.code ? yes_or_no(process.code->exe_mapped) : "",
                   cells.script,
                   process.script
                       ? std::string_view(process.script->sha256 ? *process.script->sha256 : "")
                       : "",
                   cells.foreign_code,
                   cells.loader,
                   credentials ? fmt::to_string(credentials->real_uid) : "",
                   credentials ? fmt::to_string(credentials->saved_uid) : "",
                   cells.groups,
                   credentials ? fmt::format("{:x}", credentials->capabilities) : "",
                   holders_text(snapshot, socket, processes),
                   netns.cookie == 0 ? "" : fmt::format("{:x}", netns.cookie),
                   sighting.first_seen,
                   sighting.last_seen,
                   sighting.samples,
                   sighting.events});
}

constexpr std::size_t kColumnsAfterDevice = 22;  // columns about a socket or its process

// A row without a socket and a process.
struct BareRow {
  std::string_view protocol;
  std::string_view local;
  std::string_view remote;
  std::string_view state;
  Role role = Role::network;
  std::uint32_t netns = 0;
  std::string_view device;
};

std::string bare_row(const Snapshot& snapshot, const BareRow& row, const std::string& timestamp) {
  const std::string scope = to_string(snapshot.namespaces[row.netns].scope);
  std::string line = csv_line(
      {timestamp, row.protocol, row.local, row.remote, "", "", row.state, to_string(row.role),
       scope,     "",           "",        "",         "", "", "",        "",
       "",        "",           "",        row.device});
  line.pop_back();
  return line + std::string(kColumnsAfterDevice, ',') + "\n";
}

// The target of a forward is in the column of a socket's remote end.
std::string forward_row(const Snapshot& snapshot, const Forward& forward,
                        const std::string& timestamp) {
  const std::string address = to_string(forward.address);
  const std::string local =
      endpoint_text(address.empty() ? "*" : address, to_string(forward.ports));
  return bare_row(snapshot,
                  {to_string(forward.protocol), local, forward.target, "", Role::forward,
                   forward.netns, forward.device},
                  timestamp);
}

// A fact about reach: its name is in the column of the local end, its value in that of the remote
// end, and its kind in that of the state.
std::string fact_row(const Snapshot& snapshot, const ReachFact& fact,
                     const std::string& timestamp) {
  return bare_row(snapshot,
                  {"", fact.name, fact.value, to_string(fact.kind), Role::network, fact.netns, ""},
                  timestamp);
}

}  // namespace

std::string csv_header() {
  return csv_line(
      {"Timestamp",     "Proto",           "Local addr",   "Remote addr",  "PID",
       "Process",       "State",           "Role",         "Scope",        "User",
       "Socket UID",    "Executable",      "Exe state",    "Command line", "Unit",
       "Container",     "Process started", "Owners",       "Owner state",  "Device",
       "V6only",        "Inode",           "Netns",        "Port choice",  "Executable SHA-256",
       "Exe elsewhere", "Exe protected",   "Exe mapped",   "Script",       "Script SHA-256",
       "Foreign code",  "Loader",          "Real UID",     "Saved UID",    "Groups",
       "Capabilities",  "Holders",         "Netns cookie", "First seen",   "Last seen",
       "Samples",       "Events"});
}

std::string csv_rows(const Snapshot& snapshot, const Filter& filter) {
  const std::string timestamp = to_string(snapshot.info.started_at);
  const auto processes = cells_of(snapshot.processes);
  std::string out;
  for (const auto& row : rows_of(snapshot, filter)) {
    out += csv_row(snapshot, row, timestamp, processes);
  }
  return out;
}

std::string render_csv(const Snapshot& snapshot, const Filter& filter) {
  std::string out = csv_header() + csv_rows(snapshot, filter);
  const std::string timestamp = to_string(snapshot.info.started_at);
  for (const Forward& forward : snapshot.forwards) out += forward_row(snapshot, forward, timestamp);
  for (const ReachFact& fact : snapshot.reach) out += fact_row(snapshot, fact, timestamp);
  return out;
}

}  // namespace netmon
