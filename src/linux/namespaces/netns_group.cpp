#include <algorithm>
#include <map>
#include <unordered_map>

#include "linux/namespaces/namespaces.h"
#include "linux/procfs/proc_parse.h"
#include "linux/procfs/scan.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxNamespaceName = 255;

// Whether the text has the form "8-4-4-4-12", in hexadecimal digits.
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    constexpr std::string_view kHex = "0123456789abcdefABCDEF";
    if (dash ? text[i] != '-' : kHex.find(text[i]) == std::string_view::npos) return false;
  }
  return true;
}

std::string_view remainder(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) ? path.substr(prefix.size()) : std::string_view();
}

// The name by which ip-netns(8) knows the file; empty where it is not one of its files.
std::string_view netns_name(std::string_view path) {
  const std::string_view name = remainder(path, "/run/netns/");
  return name.empty() ? remainder(path, "/var/run/netns/") : name;
}

// Whether a container runtime makes such a file: Docker, a CNI plugin, or Podman with netavark.
bool is_container_file(std::string_view path) {
  if (path.starts_with("/run/docker/netns/") || path.starts_with("/var/run/docker/netns/")) {
    return true;
  }
  const std::string_view name = netns_name(path);
  return is_uuid(remainder(name, "cni-")) || is_uuid(remainder(name, "netns-"));
}

Scope scope_of(const Netns& netns, bool is_host) {
  if (is_host) return {ScopeKind::host, {}};
  const auto& paths = netns.paths;
  if (!netns.containers.empty() || std::any_of(paths.begin(), paths.end(), is_container_file)) {
    return {ScopeKind::container, netns.workload};
  }
  std::string name;
  for (const std::string& path : paths) {
    const std::string candidate = sanitize(netns_name(path), kMaxNamespaceName);
    if (!candidate.empty() && (name.empty() || candidate < name)) name = candidate;
  }
  if (!name.empty()) return {ScopeKind::named, name};
  return {ScopeKind::anonymous, netns.workload};
}

bool has_name(const Netns& netns) {
  return std::any_of(netns.paths.begin(), netns.paths.end(),
                     [](const std::string& path) { return !netns_name(path).empty(); });
}

// Decodes a path of mountinfo, where space, tab, newline and backslash are written as "\040".
std::string unescape_mount(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = text[i] == '\\' && text.size() - i >= 4
                          ? parse_number<std::uint8_t>(text.substr(i + 1, 3), 8)
                          : std::nullopt;
    plain += code ? static_cast<char>(*code) : text[i];
    if (code) i += 3;
  }
  return plain;
}

}  // namespace

std::vector<Netns> group_namespaces(const NetnsObservations& seen) {
  std::unordered_map<std::uint64_t, std::uint64_t> id_of;  // by proc_id
  const auto learn = [&](const ProcessNetns& process) {
    if (process.id != 0 && process.proc_id != 0) id_of[process.proc_id] = process.id;
  };
  learn(seen.own);
  for (const ProcessNetns& process : seen.processes) learn(process);

  std::vector<Netns> namespaces;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> index_of;
  const auto entry = [&](std::uint64_t id, std::uint64_t proc_id) -> Netns& {
    if (const auto known = id_of.find(proc_id); id == 0 && known != id_of.end()) id = known->second;
    const auto key = id != 0 ? std::pair(id, std::uint64_t{0}) : std::pair(id, proc_id);
    const auto [at, added] = index_of.emplace(key, namespaces.size());
    if (added) namespaces.emplace_back();
    Netns& netns = namespaces[at->second];
    netns.id = id;
    if (proc_id != 0) netns.proc_id = proc_id;
    return netns;
  };
  entry(seen.own.id, seen.own.proc_id).own = true;
  for (const ProcessNetns& process : seen.processes) {
    if (process.id == 0 && process.proc_id == 0) continue;
    entry(process.id, process.proc_id).pids.push_back(process.pid);
  }
  for (const NetnsFile& file : seen.files) {
    std::vector<std::string>& paths = entry(file.id, 0).paths;
    if (std::find(paths.begin(), paths.end(), file.path) == paths.end()) paths.push_back(file.path);
  }
  return namespaces;
}

void assign_scopes(std::vector<Netns>& namespaces) {
  const auto has_init = [](const Netns& netns) {
    return std::find(netns.pids.begin(), netns.pids.end(), 1U) != netns.pids.end();
  };
  const bool init_seen = std::any_of(namespaces.begin(), namespaces.end(), has_init);
  for (Netns& netns : namespaces) {
    const bool is_host = init_seen ? has_init(netns) : netns.own && !has_name(netns);
    netns.scope = scope_of(netns, is_host);
  }
}

void unify_namespaces(std::vector<Netns>& namespaces) {
  std::unordered_map<std::uint64_t, std::size_t> entered;  // by proc_id
  for (std::size_t i = 0; i < namespaces.size(); ++i) {
    if (namespaces[i].id != 0 && namespaces[i].proc_id != 0) entered[namespaces[i].proc_id] = i;
  }
  for (Netns& netns : namespaces) {
    const auto same = entered.find(netns.proc_id);
    if (netns.id != 0 || same == entered.end()) continue;
    Netns& known = namespaces[same->second];
    known.pids.insert(known.pids.end(), netns.pids.begin(), netns.pids.end());
    known.containers.insert(known.containers.end(), netns.containers.begin(),
                            netns.containers.end());
    std::sort(known.containers.begin(), known.containers.end());
    if (known.workload.empty()) known.workload = netns.workload;
    netns.pids.clear();
  }
}

std::vector<NetnsFile> parse_netns_mounts(std::string_view mountinfo) {
  std::vector<NetnsFile> files;
  while (!mountinfo.empty()) {
    std::string_view line = take_until(mountinfo, '\n');
    for (int field = 1; field <= 3; ++field) take_word(line);  // mount id, parent, device
    const std::string_view root = take_word(line);
    const std::string_view mount_point = take_word(line);
    const std::size_t separator = line.find(" - ");
    if (separator == std::string_view::npos || !line.substr(separator).starts_with(" - nsfs ")) {
      continue;
    }
    if (const auto id = bracketed_number(root, "net:")) {
      files.push_back({unescape_mount(mount_point), *id});
    }
  }
  return files;
}

}  // namespace netmon
