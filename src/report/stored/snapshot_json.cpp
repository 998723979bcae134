#include <fmt/format.h>

#include "netmon/core/values/secrets.h"
#include "netmon/report/report.h"
#include "report/stored/snapshot_rows.h"
#include "report/text/json.h"

// A snapshot may hold 100,000 sockets. Each is written in turn, and a process, which may hold
// thousands of them, is rendered once and its text reused.

namespace netmon {
namespace {

// Written as text, because a JSON reader may lose bits of a 64-bit number.
Json hexadecimal_or_null(std::uint64_t value) {
  return value == 0 ? Json(nullptr) : Json(fmt::format("{:x}", value));
}

Json code_json(const std::optional<Code>& code) {
  if (!code) return nullptr;
  Json foreign = Json::array();
  for (const ForeignCode& file : code->foreign) {
    foreign.push_back(
        {{"path", file.path}, {"deleted", file.deleted}, {"sha256", or_null(file.sha256)}});
  }
  Json loader = Json::array();
  for (const LoaderVariable& variable : code->loader) {
    loader.push_back({{"name", variable.name}, {"value", variable.value}});
  }
  return {{"exe_mapped", code->exe_mapped},
          {"anonymous", code->anonymous},
          {"foreign", std::move(foreign)},
          {"loader", std::move(loader)}};
}

Json credentials_json(const std::optional<Credentials>& credentials) {
  if (!credentials) return nullptr;
  return {{"real_uid", credentials->real_uid},
          {"saved_uid", credentials->saved_uid},
          {"groups", credentials->groups},
          {"capabilities", fmt::format("{:x}", credentials->capabilities)},
          {"own_user_namespace", credentials->own_user_namespace}};
}

Json stored_process_json(const Snapshot& snapshot, const Process& process) {
  Json parents = Json::array();
  for (const Process* parent : ancestors_of(snapshot, process)) {
    parents.push_back({{"name", parent->name}, {"pid", parent->pid}});
  }
  return {{"name", process.name},
          {"pid", process.pid},
          {"namespaced_pid",
           process.namespaced_pid == 0 ? Json(nullptr) : Json(process.namespaced_pid)},
          {"comm", process.comm},
          {"user", text_or_null(process.user)},
          {"uid", or_null(process.uid)},
          {"exe", or_null(process.exe)},
          {"exe_deleted", process.exe_deleted},
          {"exe_sha256", or_null(process.exe_sha256)},
          {"exe_elsewhere", process.exe_elsewhere},
          {"exe_protected", process.exe_protected},
          {"exe_changed_at",
           process.exe_changed_at ? Json(to_string(*process.exe_changed_at)) : Json(nullptr)},
          {"interpreter", process.interpreter},
          {"script", script_json(process.script)},
          {"code", code_json(process.code)},
          {"credentials", credentials_json(process.credentials)},
          {"cmdline", process.cmdline ? Json(mask_secrets(*process.cmdline)) : Json(nullptr)},
          {"unit", text_or_null(process.unit)},
          {"container", text_or_null(process.container)},
          {"started_at", time_or_null(process.started_at)},
          {"start_ticks", process.start_ticks},
          {"ancestors", std::move(parents)}};
}

Json endpoint_json(const Snapshot& snapshot, const Socket& socket, const Endpoint& endpoint) {
  if (endpoint.address.family == Family::none && endpoint.port == 0) return nullptr;
  const bool has_address = endpoint.address.family != Family::none;
  return {{"address",
           has_address ? Json(display_address(snapshot, socket, endpoint.address)) : Json(nullptr)},
          {"port", endpoint.port}};
}

std::string_view source_of(const Sighting& sighting) {
  if (sighting.events == 0) return "sample";
  return sighting.samples == 0 ? "event" : "both";
}

// When a socket of a span was seen; null for a single capture.
Json sighting_json(const Snapshot& snapshot, const Socket& socket) {
  if (snapshot.sightings.empty()) return nullptr;
  const auto index = static_cast<std::size_t>(&socket - snapshot.sockets.data());
  const Sighting& sighting = snapshot.sightings[index];
  return {{"first_seen", to_string(sighting.first_seen)},
          {"last_seen", to_string(sighting.last_seen)},
          {"samples", sighting.samples},
          {"events", sighting.events},
          {"source", source_of(sighting)}};
}

// The process that will accept the connection; null for a socket that is in no accept queue.
Json listener_json(const SnapshotRow& row) {
  if (row.accepting == nullptr) return nullptr;
  return {{"name", row.accepting->name}, {"pid", row.accepting->pid}};
}

Json socket_json(const Snapshot& snapshot, const SnapshotRow& row) {
  const Socket& socket = *row.socket;
  return {
      {"protocol", to_string(socket.protocol)},
      {"state", to_string(socket.state)},
      {"role", row.role ? Json(to_string(*row.role)) : Json(nullptr)},
      {"scope", to_string(scope_of(snapshot, socket))},
      {"namespace", socket.netns},
      {"local", endpoint_json(snapshot, socket, socket.local)},
      {"remote", endpoint_json(snapshot, socket, socket.remote)},
      {"device", text_or_null(device_name(snapshot, socket))},
      {"v6only", or_null(socket.v6only)},
      {"port_choice", socket.port_choice ? Json(to_string(*socket.port_choice)) : Json(nullptr)},
      {"link_protocol", socket.link_protocol == 0 ? Json(nullptr) : Json(socket.link_protocol)},
      {"uid", or_null(socket.uid)},
      {"inode", socket.inode == 0 ? Json(nullptr) : Json(socket.inode)},
      {"cookie", hexadecimal_or_null(socket.cookie)},
      {"presence", to_string(socket.presence)},
      {"owner_state", to_string(socket.owner_state)},
      {"listener", listener_json(row)},
      {"sighting", sighting_json(snapshot, socket)}};
}

// The texts of processes, each made on first use.
class ProcessTexts {
 public:
  explicit ProcessTexts(const Snapshot& snapshot)
      : snapshot_(snapshot), texts_(snapshot.processes.size()) {}

  const std::string& of(std::uint32_t index) {
    std::string& text = texts_[index];
    if (text.empty()) {
      text = dump(stored_process_json(snapshot_, snapshot_.processes[index]), JsonStyle::compact);
    }
    return text;
  }

 private:
  const Snapshot& snapshot_;
  std::vector<std::string> texts_;
};

std::string owners_text(const Snapshot& snapshot, const Socket& socket, ProcessTexts& processes) {
  std::string text;
  for (const Owner& owner : snapshot.owners_of(socket)) {
    text += fmt::format(R"({}{{"fd":{},"thread":{},"process":{}}})", text.empty() ? "" : ",",
                        owner.fd, owner.thread == 0 ? "null" : fmt::to_string(owner.thread),
                        processes.of(owner.process));
  }
  return text;
}

std::string sockets_text(const Snapshot& snapshot, const std::vector<SnapshotRow>& rows) {
  ProcessTexts processes(snapshot);
  std::string text;
  for (const auto& row : rows) {
    text += text.empty() ? "\n" : ",\n";
    text += dump(socket_json(snapshot, row), JsonStyle::compact);
    text.pop_back();  // the closing brace of the object: the owners come last
    text += fmt::format(R"(,"owners":[{}]}})", owners_text(snapshot, *row.socket, processes));
  }
  return text;
}

Json namespaces_json(const Snapshot& snapshot) {
  Json namespaces = Json::array();
  for (const NetNamespace& netns : snapshot.namespaces) {
    Json devices = Json::array();
    for (const auto& device : netns.devices) {
      devices.push_back({{"index", device.index}, {"name", device.name}});
    }
    namespaces.push_back(
        {{"id", netns.id == 0 ? Json(nullptr) : Json(netns.id)},
         {"cookie", hexadecimal_or_null(netns.cookie)},
         {"scope", to_string(netns.scope)},
         {"containers", netns.containers},
         {"ephemeral_ports",
          {{"low", netns.ephemeral_ports.low}, {"high", netns.ephemeral_ports.high}}},
         {"devices", std::move(devices)}});
  }
  return namespaces;
}

Json bare_endpoint_json(const Endpoint& endpoint) {
  return {{"address", text_or_null(to_string(endpoint.address))}, {"port", endpoint.port}};
}

Json hidden_json(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const HiddenSocket& hidden : snapshot.hidden) {
    const Process* process = hidden.process ? &snapshot.processes[*hidden.process] : nullptr;
    list.push_back(
        {{"namespace", hidden.netns},
         {"protocol", to_string(hidden.protocol)},
         {"state", to_string(hidden.state)},
         {"local", bare_endpoint_json(hidden.local)},
         {"remote", bare_endpoint_json(hidden.remote)},
         {"inode", hidden.inode == 0 ? Json(nullptr) : Json(hidden.inode)},
         {"process", process == nullptr ? Json(nullptr) : stored_process_json(snapshot, *process)},
         {"seen_in", to_string(hidden.seen_in)},
         {"missing_from", to_string(hidden.missing_from)}});
  }
  return list;
}

Json event_counts_json(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const EventCount& count : snapshot.event_counts) {
    list.push_back({{"kind", to_string(count.kind)},
                    {"processor", count.processor},
                    {"seen", count.seen},
                    {"stored", count.stored},
                    {"outside", count.outside},
                    {"dropped_program", count.dropped_program},
                    {"dropped_all", count.dropped_all}});
  }
  return list;
}

Json forwards_json(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const Forward& forward : snapshot.forwards) {
    list.push_back({{"namespace", forward.netns},
                    {"scope", to_string(snapshot.namespaces[forward.netns].scope)},
                    {"protocol", to_string(forward.protocol)},
                    {"address", text_or_null(to_string(forward.address))},
                    {"ports", {{"low", forward.ports.low}, {"high", forward.ports.high}}},
                    {"device", text_or_null(forward.device)},
                    {"to", forward.target},
                    {"when", text_or_null(forward.when)},
                    {"service", text_or_null(forward.service)}});
  }
  return list;
}

Json reach_json(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const ReachFact& fact : snapshot.reach) {
    list.push_back({{"namespace", fact.netns},
                    {"scope", to_string(snapshot.namespaces[fact.netns].scope)},
                    {"kind", to_string(fact.kind)},
                    {"name", fact.name},
                    {"value", fact.value}});
  }
  return list;
}

Json event_proofs_json(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const EventProof& proof : snapshot.event_proofs) {
    list.push_back({{"witness", to_string(proof.witness)},
                    {"kind", to_string(proof.kind)},
                    {"netns_id", proof.netns_id},
                    {"at_least", proof.at_least},
                    {"at_most", proof.at_most},
                    {"seen", proof.seen}});
  }
  return list;
}

}  // namespace

std::string render_json(const Snapshot& snapshot, const Filter& filter) {
  const std::vector<SnapshotRow> rows = rows_of(snapshot, filter);
  Json head{{"schema", "netmon-snapshot/1"},
            {"snapshot", info_json(snapshot.info)},
            {"namespaces", namespaces_json(snapshot)},
            {"gaps", gaps_json(snapshot.gaps)},
            {"hidden", hidden_json(snapshot)},
            {"forwards", forwards_json(snapshot)},
            {"reach", reach_json(snapshot)},
            {"event_counts", event_counts_json(snapshot)},
            {"event_proofs", event_proofs_json(snapshot)},
            {"socket_count", snapshot.sockets.size()},
            {"shown_count", rows.size()}};
  std::string out = dump(head, JsonStyle::compact);
  out.pop_back();  // the closing brace of the object: the sockets come last, one per line
  return out + ",\"sockets\":[" + sockets_text(snapshot, rows) + "\n]}\n";
}

}  // namespace netmon
