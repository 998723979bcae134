#include "linux/netlink/tables.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <set>

#include "linux/netlink/diag_wire.h"
#include "linux/netlink/modules.h"
#include "linux/netlink/netlink_socket.h"
#include "linux/procfs/files.h"
#include "linux/procfs/proc_tables.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr int kAttempts = 3;  // for a dump that the kernel says was disturbed
constexpr std::size_t kProcTableBytes = 16 * kMebibyte;
constexpr std::uint32_t kSequence = 1;  // each dump has a netlink socket of its own

constexpr auto kProcNet = "/proc/thread-self/net/";  // /proc/net is the main thread's

struct TableRead {
  int error = 0;
  std::string reason;  // empty: all was read
};

// One protocol's table: one part for each request that it takes.
struct ProtocolRead {
  TableSource source = TableSource::diag;
  std::vector<TableRead> parts;
};

struct DumpRead {
  TableRead table;
  bool interrupted = false;
};

DumpRead dump_once(Bytes request, Protocol protocol, std::span<std::byte> buffer,
                   const RowSink& sink) {
  DumpRead read;
  TableRead& table = read.table;
  const OpenResult netlink = open_netlink(NETLINK_SOCK_DIAG);
  table.error = netlink.fd ? send_netlink(netlink.fd.get(), request) : netlink.error;
  std::uint64_t unknown_states = 0;
  for (DumpStatus status = DumpStatus::more; status == DumpStatus::more && table.error == 0;) {
    const Datagram datagram = receive_netlink(netlink.fd.get(), buffer);
    table.error = datagram.error;
    if (table.error != 0) break;
    const DumpPart part = parse_dump(datagram.bytes, protocol, kSequence);
    sink(part.sockets);
    status = part.status;
    table.error = status == DumpStatus::malformed ? EBADMSG : part.error;
    read.interrupted |= part.interrupted;
    unknown_states += part.unknown_states;
  }
  if (table.error != 0) {
    table.reason = errno_text(table.error);
  } else if (unknown_states > 0) {
    table.reason = fmt::format("{} sockets in a state that netmon does not know", unknown_states);
  }
  return read;
}

TableRead dump_table(Bytes request, Protocol protocol, const RowSink& sink) {
  std::array<std::byte, kNetlinkBytes> buffer;  // not cleared: the kernel fills what is read
  DumpRead read;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    read = dump_once(request, protocol, buffer, sink);
    if (!read.interrupted || read.table.error != 0) return std::move(read.table);
  }
  read.table.reason = "the table kept changing while it was read";
  return std::move(read.table);
}

bool exists(const std::string& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), F_OK, AT_EACCESS) == 0;
}

// Whether the kernel has no such sockets and so no file for them. A missing file means that only
// where the folder is the kernel's own, which always has "dev".
bool has_no_table(const std::string& name) {
  return !exists(kProcNet + name) && exists(kProcNet + std::string("dev"));
}

TableRead read_proc_table(const std::string& name, Protocol protocol, const RowSink& sink) {
  if (has_no_table(name)) return {};
  const ReadResult file = read_file(AT_FDCWD, (kProcNet + name).c_str(), kProcTableBytes);
  if (file.error != 0) return {file.error, errno_text(file.error)};
  const ProcTable table = protocol == Protocol::packet ? parse_packet_table(file.text)
                                                       : parse_inet_table(file.text, protocol);
  sink(table.sockets);
  TableRead read;
  if (file.text.size() == kProcTableBytes) {
    read.reason = fmt::format("{}{} is too long", kProcNet, name);
  } else if (table.malformed_lines > 0) {
    read.reason =
        fmt::format("{} lines of {}{} not understood", table.malformed_lines, kProcNet, name);
  }
  return read;
}

ProtocolRead dump_both_families(Protocol protocol, const RowSink& sink) {
  ProtocolRead read;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    read.parts.push_back(dump_table(inet_request(protocol, family, kSequence), protocol, sink));
  }
  return read;
}

ProtocolRead dump_one(Bytes request, Protocol protocol, const RowSink& sink) {
  ProtocolRead read;
  read.parts.push_back(dump_table(request, protocol, sink));
  return read;
}

ProtocolRead read_proc_tables(Protocol protocol, std::initializer_list<const char*> names,
                              const RowSink& sink) {
  ProtocolRead read{TableSource::proc, {}};
  for (const char* name : names) read.parts.push_back(read_proc_table(name, protocol, sink));
  return read;
}

bool answered(const ProtocolRead& read) {
  return std::all_of(read.parts.begin(), read.parts.end(),
                     [](const TableRead& part) { return part.error == 0; });
}

ProtocolRead read_raw(TableSource source, const RowSink& sink) {
  if (source == TableSource::diag) {
    ProtocolRead read = dump_both_families(Protocol::raw, sink);
    if (answered(read)) return read;
  }
  return read_proc_tables(Protocol::raw, {"raw", "raw6"}, sink);
}

ProtocolRead read_packet(TableSource source, const RowSink& sink) {
  if (source == TableSource::diag) {
    ProtocolRead read = dump_one(packet_request(kSequence), Protocol::packet, sink);
    if (answered(read)) return read;
  }
  return read_proc_tables(Protocol::packet, {"packet"}, sink);
}

ProtocolRead read_protocol(Protocol protocol, const TableSources& sources, const RowSink& sink) {
  switch (protocol) {
    case Protocol::tcp:
      return dump_one(tcp_request(kSequence), protocol, sink);
    case Protocol::udp:
      return dump_both_families(protocol, sink);
    case Protocol::udplite:
      // A request to a kernel without UDP-Lite would make it look for a module.
      return has_no_table("udplite") ? ProtocolRead{} : dump_both_families(protocol, sink);
    case Protocol::raw:
      return read_raw(sources.raw, sink);
    case Protocol::icmp:
      return read_proc_tables(protocol, {"icmp", "icmp6"}, sink);
    case Protocol::packet:
      return read_packet(sources.packet, sink);
    case Protocol::vsock:  // these are seen over BPF alone
    case Protocol::xdp:
    case Protocol::sctp:
    case Protocol::other:
      return {};
  }
  no_such_enumerator();
}

std::vector<Device> name_devices(const std::set<std::uint32_t>& indexes) {
  std::vector<Device> devices;
  for (const std::uint32_t index : indexes) {
    std::array<char, IF_NAMESIZE> name{};
    if (index == kGoneDevice) {
      devices.push_back({index, "(gone)"});
    } else if (::if_indextoname(index, name.data()) != nullptr) {
      devices.push_back({index, sanitize(name.data())});
    } else {
      require_resources(errno);  // if_indextoname() opens a socket, which can fail
    }
  }
  return devices;
}

}  // namespace

ModuleState module_state(const std::string& root, const std::string& kernel,
                         const std::string& name) {
  const bool has_proc = exists(root + "/proc/sys/kernel/osrelease");
  if (has_proc && !exists(root + "/proc/modules")) return ModuleState::no_modules;
  if (exists(root + "/sys/module/" + name)) return ModuleState::there;
  const ReadResult builtin = read_file(
      AT_FDCWD, (root + "/lib/modules/" + kernel + "/modules.builtin").c_str(), 4 * kMebibyte);
  if (builtin.text.find("/" + name + ".ko\n") != std::string::npos) return ModuleState::there;
  const bool told = !builtin.text.empty() && exists(root + "/sys/module");
  return told ? ModuleState::not_loaded : ModuleState::not_known;
}

bool loads_no_module(const std::string& root, const std::string& kernel, const std::string& name) {
  const ModuleState state = module_state(root, kernel, name);
  return state == ModuleState::there || state == ModuleState::no_modules;
}

TableSources choose_sources(const std::string& root, const std::string& kernel) {
  const auto choose = [&](const char* module) {
    return loads_no_module(root, kernel, module) ? TableSource::diag : TableSource::proc;
  };
  return {choose("raw_diag"), choose("af_packet_diag")};
}

std::optional<std::uint64_t> max_sockets() {
  const std::string folder = kProcNet;
  const auto ipv4 = count_sockets(read_file(AT_FDCWD, (folder + "sockstat").c_str()).text);
  if (has_no_table("sockstat6")) return ipv4;  // a kernel without IPv6
  const auto ipv6 = count_sockets(read_file(AT_FDCWD, (folder + "sockstat6").c_str()).text);
  return ipv4 && ipv6 ? std::optional(*ipv4 + *ipv6) : std::nullopt;
}

NamespaceTables begin_tables() {
  NamespaceTables tables;
  const ReadResult range = read_file(AT_FDCWD, "/proc/sys/net/ipv4/ip_local_port_range");
  tables.ephemeral_ports = parse_port_range(range.text).value_or(PortRange{});
  struct stat status {};
  if (::stat("/proc/thread-self/net/tcp", &status) == 0) tables.proc_id = status.st_ino;
  tables.cookie = read_netns_cookie();
  return tables;
}

NamespaceTables read_tables(const TableSources& sources, const RowSink& sink) {
  NamespaceTables tables = begin_tables();
  std::set<std::uint32_t> devices;
  const RowSink take = [&](std::span<const Socket> rows) {
    for (const Socket& row : rows) {
      if (row.device_index != 0) devices.insert(row.device_index);
    }
    sink(rows);
  };
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp, Protocol::udplite, Protocol::raw,
                                  Protocol::icmp, Protocol::packet}) {
    for (const TableRead& read : read_protocol(protocol, sources, take).parts) {
      if (!read.reason.empty()) tables.failures.push_back({protocol, read.error, read.reason});
    }
  }
  tables.devices = name_devices(devices);
  return tables;
}

TableProbe probe_table(Protocol protocol, const TableSources& sources) {
  const ProtocolRead table = read_protocol(protocol, sources, [](std::span<const Socket>) {});
  for (const TableRead& part : table.parts) {
    if (!part.reason.empty()) {
      return {table.source, TableFailure{protocol, part.error, part.reason}};
    }
  }
  return {table.source, std::nullopt};
}

}  // namespace netmon
