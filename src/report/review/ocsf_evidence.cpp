#include "report/review/ocsf_evidence.h"

#include <optional>
#include <string_view>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/ip_address.h"

namespace netmon {
namespace {

Json milliseconds_json(Timestamp time) { return time.time_since_epoch().count(); }

// The object "file", where name and type are required.
Json file_json(const std::string& path, const std::optional<std::string>& sha256) {
  const std::string name = path.substr(path.rfind('/') + 1);
  Json json{{"name", name.empty() ? path : name}, {"path", path}};
  if (is_memory_file(path)) {
    json["type_id"] = 99;
    json["type"] = "Memory";
  } else {
    json["type_id"] = 1;
    json["type"] = "Regular File";
  }
  if (sha256) {
    json["hashes"] =
        Json::array({Json{{"algorithm", "SHA-256"}, {"algorithm_id", 3}, {"value", *sha256}}});
  }
  return json;
}

Json user_json(const ProcessSummary& process) {
  Json json{{"name", process.user}};
  if (process.uid) json["uid"] = std::to_string(*process.uid);
  return json;
}

// The names of all ancestors, oldest first, as OCSF orders them.
Json lineage_json(const ProcessSummary& process) {
  return Json::array_t(process.parents.rbegin(), process.parents.rend());
}

Json ocsf_process(const ProcessSummary& process) {
  Json json{{"name", process.name}, {"pid", process.pid}};
  if (process.cmdline) json["cmd_line"] = *process.cmdline;
  if (process.started_at != Timestamp{}) {
    json["created_time"] = milliseconds_json(process.started_at);
  }
  if (process.exe) json["file"] = file_json(*process.exe, process.exe_sha256);
  if (!process.user.empty()) json["user"] = user_json(process);
  if (process.parent_pid) {
    json["parent_process"] = {{"name", process.parents.front()}, {"pid", *process.parent_pid}};
  }
  if (!process.parents.empty()) json["lineage"] = lineage_json(process);
  return json;
}

// Facts about the process for which OCSF has no attribute.
Json unmapped_json(const ProcessSummary& process) {
  return {{"exe_deleted", process.exe_deleted},
          {"exe_elsewhere", process.exe_elsewhere},
          {"script", script_json(process.script)},
          {"foreign_code", process.foreign_code},
          {"unit", text_or_null(process.unit)}};
}

bool has_ports(Protocol protocol) { return protocol == Protocol::tcp || is_datagram(protocol); }

// The object "network_endpoint", where an address or a name is required. "fe80::1%eth0" is an
// address and an interface; text that is no address is the name of a scope.
Json endpoint_json(std::string_view address, std::optional<std::uint32_t> port) {
  const std::size_t zone = address.find('%');
  Json json;
  if (parse_ip_address(address.substr(0, zone))) {
    json["ip"] = address.substr(0, zone);
    if (zone != std::string_view::npos) json["interface_name"] = address.substr(zone + 1);
  } else {
    json["name"] = address;
  }
  if (port) json["port"] = *port;
  return json;
}

// The number of a raw or packet socket is not a port.
Json local_json(const Change& change, std::string_view address) {
  const Identity& identity = change.identity;
  Json json = endpoint_json(address.empty() ? "*" : address,
                            has_ports(identity.protocol) ? change.port : std::nullopt);
  if (!identity.device.empty()) json["interface_name"] = identity.device;
  return json;
}

struct Direction {
  int id = 0;
  std::string_view caption;
};

Direction direction_of(Role role) {
  switch (role) {
    case Role::listener:
    case Role::inbound:
    case Role::forward:
      return {1, "Inbound"};
    case Role::outbound:
    case Role::client:
      return {2, "Outbound"};
    case Role::raw:
    case Role::network:
      return {0, "Unknown"};
  }
  no_such_enumerator();
}

// The protocol number assigned by IANA; absent where there is none or it is not known.
std::optional<std::uint16_t> protocol_number(const Change& change) {
  switch (change.identity.protocol) {
    case Protocol::tcp:
      return 6;
    case Protocol::udp:
      return 17;
    case Protocol::udplite:
      return 136;
    case Protocol::sctp:
      return 132;
    case Protocol::raw:
      return change.port;
    case Protocol::icmp:  // either of IPv4 or of IPv6
    case Protocol::packet:
    case Protocol::vsock:
    case Protocol::xdp:
    case Protocol::other:
      return std::nullopt;
  }
  no_such_enumerator();
}

// The object "network_connection_info".
Json connection_json(const Change& change) {
  const Direction direction = direction_of(change.identity.role);
  Json json{{"direction", direction.caption}, {"direction_id", direction.id}};
  const std::string_view protocol = protocol_word(change.identity);
  if (!protocol.empty()) json["protocol_name"] = protocol;
  if (const auto number = protocol_number(change)) json["protocol_num"] = *number;
  return json;
}

// The endpoints. The local side is the destination, except for connections that leave the host.
Json place_json(const Change& change, std::string_view address) {
  const Identity& identity = change.identity;
  const bool leaves = identity.role == Role::outbound || identity.role == Role::client;
  Json json{{"connection_info", connection_json(change)}};
  if (!address.empty() || change.port || !identity.device.empty()) {
    json[leaves ? "src_endpoint" : "dst_endpoint"] = local_json(change, address);
  }
  if (identity.remote) {
    json[leaves ? "dst_endpoint" : "src_endpoint"] =
        endpoint_json(identity.remote->address, identity.remote->port);
  }
  return json;
}

Json holder_json(const Change& change, std::string_view address, const ProcessSummary& process) {
  Json json = place_json(change, address);
  json["process"] = ocsf_process(process);
  if (process.script && process.script->kind == ScriptKind::file) {
    json["file"] = file_json(process.script->name, process.script->sha256);
  }
  if (!process.container.empty()) json["container"] = {{"uid", process.container}};
  json["data"] = unmapped_json(process);
  return json;
}

}  // namespace

Json evidences_json(const Change& change) {
  const std::string_view first =
      change.addresses.empty() ? std::string_view() : std::string_view(change.addresses.front());
  Json list = Json::array();
  for (const ProcessSummary& process : change.holders) {
    list.push_back(holder_json(change, first, process));
  }
  if (list.empty()) list.push_back(place_json(change, first));
  for (std::size_t i = 1; i < change.addresses.size(); ++i) {
    list.push_back(place_json(change, change.addresses[i]));
  }
  return list;
}

}  // namespace netmon
