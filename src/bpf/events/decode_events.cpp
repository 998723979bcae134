#include "bpf/events/decode_events.h"

#include <netinet/in.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "bpf/decode.h"
#include "netmon/core/model/descriptor_walk.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr unsigned kEventFlags = NETMON_EVENT_PORT_BOUND | NETMON_EVENT_PORT_CONNECTED |
                                 NETMON_EVENT_REPLY | NETMON_EVENT_KERNEL;
constexpr std::size_t kMaxPathBytes = 4096;

using ProcessKey = std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>;

[[noreturn]] void refuse_events(const char* what) {
  throw Error("bpf", std::string("the kernel's events hold ") + what);
}

ProcessKey key_of(const netmon_process_key& key) { return {key.start_ns, key.tgid, key.exec_id}; }

bool is_none(const netmon_process_key& key) { return key_of(key) == ProcessKey(); }

Timestamp time_of(std::uint64_t since_boot, std::chrono::nanoseconds boot) {
  if (since_boot > INT64_MAX / 2) refuse_events("an impossible time");
  return Timestamp(std::chrono::floor<std::chrono::milliseconds>(
      boot + std::chrono::nanoseconds(static_cast<std::int64_t>(since_boot))));
}

// Joins the names of a path, which begin with its last one.
std::string path_of(const netmon_names& value) {
  if (value.bytes > NETMON_PATH_BYTES) refuse_events("a path without an end");
  std::string path;
  std::string_view rest(value.text, value.bytes);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) refuse_events("a name without a NUL");
    path.insert(0, "/" + std::string(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  return path;
}

std::uint64_t device_of(std::uint64_t kernel_device) {
  constexpr unsigned kMinorBits = 20;
  constexpr std::uint32_t kMinorMask = (1U << kMinorBits) - 1;
  const auto device = static_cast<std::uint32_t>(kernel_device);
  return makedev(device >> kMinorBits, device & kMinorMask);
}

FileVersion version_of(const netmon_file& file) {
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  if (file.changed_s < 0 || file.changed_s > INT64_MAX / kNanoseconds - 1 ||
      file.changed_ns >= kNanoseconds) {
    refuse_events("an impossible change time");
  }
  FileVersion version;
  version.device = device_of(file.device);
  version.inode = file.inode;
  version.size_bytes = file.bytes;
  version.changed_ns = file.changed_s * kNanoseconds + file.changed_ns;
  return version;
}

FileVersion version_of(const netmon_held& held) {
  FileVersion version;
  version.device = device_of(held.device);
  version.inode = held.inode;
  return version;
}

std::string comm_of(const netmon_process_value& value) {
  const auto comm = name_of(value.comm);
  if (!comm) refuse_events("a name without a NUL");
  return sanitize(*comm, sizeof value.comm);
}

std::optional<Credentials> credentials_of(const netmon_process_own& own) {
  if (own.group_count > NETMON_GROUPS) return std::nullopt;
  Credentials credentials;
  credentials.real_uid = own.real_uid;
  credentials.saved_uid = own.saved_uid;
  credentials.capabilities = own.capabilities;
  std::vector<std::uint32_t>& groups = credentials.groups;
  groups.assign(std::begin(own.groups), std::next(std::begin(own.groups), own.group_count));
  groups.push_back(own.group);
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return credentials;
}

EventProcessOwn own_of(const netmon_process_own& value) {
  EventProcessOwn own;
  if (value.arguments_bytes > NETMON_ARGUMENT_BYTES) refuse_events("arguments without an end");
  if (value.loader_bytes > NETMON_LOADER_BYTES) refuse_events("an environment without an end");
  if (value.arguments_read != 0) own.arguments.emplace(value.arguments, value.arguments_bytes);
  if (value.loader_read != 0) own.loader.emplace(value.loader, value.loader_bytes);
  own.folder = path_of(value.folder);
  if (own.folder.empty()) own.folder = "/";
  own.cgroup = path_of(value.cgroup);
  own.root = version_of(value.root);
  for (const netmon_held& held : value.scripts) {
    if (held.inode != 0) own.scripts.push_back(version_of(held));
  }
  own.user_namespace = value.user_namespace;
  return own;
}

EventProcess process_of(const ProcessEntry& entry, std::chrono::nanoseconds boot) {
  const netmon_process_value& value = entry.value;
  if (value.pid == 0 || value.pid > INT32_MAX) refuse_events("a process without a valid pid");
  EventProcess found;
  Process& process = found.process;
  process.pid = value.pid;
  process.namespaced_pid = value.own_pid;
  process.start_ticks = entry.key.start_ns / kNanosecondsPerTick;
  process.started_at = time_of(process.start_ticks * kNanosecondsPerTick, boot);
  process.comm = comm_of(value);
  process.name = process.comm;
  process.uid = value.uid;
  found.mount_namespace = value.mount_namespace;
  if (value.own.known != 0) {
    found.own = own_of(value.own);
    process.credentials = credentials_of(value.own);
  }
  if (value.exe.inode == 0) return found;
  process.exe = sanitize(path_of(value.exe.path), kMaxPathBytes);
  process.exe_deleted = value.exe.deleted != 0;
  found.executable = version_of(value.exe);
  process.exe_changed_at = Timestamp(std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::nanoseconds(found.executable.changed_ns)));
  return found;
}

// The foreign files that each process had mapped. A process is absent where its mappings were not
// read completely, or where some did not fit, or where its own executable was not among them: what
// that means cannot be found out once the process has ended.
std::map<ProcessKey, std::vector<EventCodeFile>> codes_of(const EventMaps& maps) {
  std::map<ProcessKey, std::vector<EventCodeFile>> files;
  for (const ForeignEntry& entry : maps.foreign) {
    files[key_of(entry.key.process)].push_back({sanitize(path_of(entry.value.path), kMaxPathBytes),
                                                entry.value.deleted != 0, version_of(entry.value)});
  }
  std::map<ProcessKey, std::vector<EventCodeFile>> codes;
  for (const ProcessEntry& entry : maps.processes) {
    const netmon_process_code& code = entry.value.code;
    std::vector<EventCodeFile> of_one = std::move(files[key_of(entry.key)]);
    const bool all = code.whole != 0 && code.cut == 0 && of_one.size() == code.foreign;
    if (all && code.exe_mapped != 0) codes.emplace(key_of(entry.key), std::move(of_one));
  }
  return codes;
}

Protocol protocol_of(const netmon_event_key& key) {
  if (key.kind == NETMON_EVENT_RAW) return Protocol::raw;
  if (key.kind <= NETMON_EVENT_ACCEPT) return Protocol::tcp;
  if (key.protocol == IPPROTO_UDP) return Protocol::udp;
  if (key.protocol == IPPROTO_UDPLITE) return Protocol::udplite;
  if (key.protocol == IPPROTO_ICMP || key.protocol == IPPROTO_ICMPV6) return Protocol::icmp;
  refuse_events("a socket of an unknown protocol");
}

PortChoice port_choice_of(unsigned flags) {
  if ((flags & NETMON_EVENT_PORT_BOUND) != 0) return PortChoice::program;
  return (flags & NETMON_EVENT_PORT_CONNECTED) != 0 ? PortChoice::connect : PortChoice::kernel;
}

SocketEvent event_of(const EventEntry& entry, std::chrono::nanoseconds boot) {
  const netmon_event_key& key = entry.key;
  if (key.kind >= NETMON_EVENT_KINDS) refuse_events("an event of an unknown kind");
  if ((key.flags & ~kEventFlags) != 0) refuse_events("an unknown flag");
  if (key.family != AF_INET && key.family != AF_INET6) refuse_events("a socket of no IP family");
  SocketEvent event;
  event.kind = static_cast<EventKind>(key.kind);
  event.netns_cookie = key.netns;
  event.netns_id = entry.value.netns_inode;
  event.protocol = protocol_of(key);
  event.local = {address_of(key.family, key.local_address), entry.value.local_port};
  const bool has_remote = key.kind != NETMON_EVENT_LISTEN && key.kind != NETMON_EVENT_BIND &&
                          key.kind != NETMON_EVENT_RAW;
  if (has_remote) event.remote = {address_of(key.family, key.remote_address), key.remote_port};
  if (event.protocol == Protocol::raw) {
    event.local.port = 0;
    event.link_protocol = key.protocol;
  }
  const bool port_known = event.protocol == Protocol::tcp || event.kind == EventKind::bind;
  if (port_known) event.port_choice = port_choice_of(key.flags);
  event.reply = (key.flags & NETMON_EVENT_REPLY) != 0;
  event.by_kernel = (key.flags & NETMON_EVENT_KERNEL) != 0;
  event.cookie = entry.value.cookie;
  event.first_seen = time_of(entry.value.first_ns, boot);
  event.last_seen = time_of(std::max(entry.value.first_ns, entry.value.last_ns), boot);
  event.count = entry.value.count;
  return event;
}

std::vector<EventCount> counts_of(const std::vector<netmon_event_count>& counts) {
  std::vector<EventCount> decoded;
  const std::size_t processors = counts.size() / NETMON_EVENT_KINDS;
  if (counts.size() != processors * NETMON_EVENT_KINDS)
    refuse_events("an account with a part missing");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const netmon_event_count& count = counts[i];
    if (count.seen == 0 && count.stored == 0) continue;
    decoded.push_back({.kind = static_cast<EventKind>(i / processors),
                       .processor = static_cast<std::uint32_t>(i % processors),
                       .seen = count.seen,
                       .stored = count.stored,
                       .outside = count.outside,
                       .dropped_program = count.dropped_program,
                       .dropped_all = count.dropped_all});
  }
  return decoded;
}

}  // namespace

EventWindow decode_events(const EventMaps& maps, std::chrono::nanoseconds boot) {
  EventWindow window;
  std::map<ProcessKey, std::uint32_t> index;
  std::map<ProcessKey, std::vector<EventCodeFile>> codes = codes_of(maps);
  for (const ProcessEntry& entry : maps.processes) {
    if (entry.value.pid == 0) continue;  // it was not described, because its event did not fit
    index.emplace(key_of(entry.key), static_cast<std::uint32_t>(window.processes.size()));
    window.processes.push_back(process_of(entry, boot));
    const auto code = codes.find(key_of(entry.key));
    if (code != codes.end()) window.processes.back().code_files = std::move(code->second);
  }
  const auto find = [&](const netmon_process_key& key) -> std::optional<std::uint32_t> {
    const auto found = is_none(key) ? index.end() : index.find(key_of(key));
    return found == index.end() ? std::nullopt : std::optional(found->second);
  };
  for (const ProcessEntry& entry : maps.processes) {
    const auto child = find(entry.key);
    const auto parent = find(entry.value.parent);
    if (child && parent != child) window.processes[*child].process.parent = parent;
  }
  for (const EventEntry& entry : maps.events) {
    window.events.push_back(event_of(entry, boot));
    window.events.back().process = find(entry.key.process);
  }
  window.counts = counts_of(maps.counts);
  return window;
}

}  // namespace netmon
