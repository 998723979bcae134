#include "linux/interfaces/links.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "linux/interfaces/address_in.h"
#include "linux/interfaces/routes.h"
#include "linux/interfaces/traffic_control.h"
#include "linux/procfs/files.h"
#include "linux/reach/bpf_programs.h"
#include "linux/reach/dump.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

// The kinds of ip-link(8) that bring another network into the namespace. The fallback devices that
// their modules make in each namespace are down and so do not count.
constexpr std::array kTunnels{"tun"sv,    "vxlan"sv,  "wireguard"sv, "geneve"sv, "gre"sv,
                              "gretap"sv, "ip6gre"sv, "ip6gretap"sv, "ipip"sv,   "sit"sv,
                              "ip6tnl"sv, "vti"sv,    "vti6"sv,      "gtp"sv,    "xfrm"sv,
                              "erspan"sv, "l2tpeth"sv};

struct Link {
  std::string name;
  std::string kind;
  std::uint32_t promiscuity = 0;
  bool up = false;
  bool has_master = false;
  bool forwards_ipv4 = false;
  bool routes_localnet = false;
  std::uint32_t vrf_table = 0;
  std::vector<AttachedProgram> programs;
};

// Whether an entry of an interface's array of settings is on. `number` is that of an enumerator
// such as IPV4_DEVCONF_FORWARDING, which count from 1.
bool is_on(Bytes settings, std::size_t number) {
  const std::size_t offset = (number - 1) * sizeof(std::int32_t);
  if (offset + sizeof(std::int32_t) > settings.size()) return false;
  return Reader(settings.subspan(offset)).take<std::int32_t>().value_or(0) > 0;
}

void read_family_settings(Link& link, Bytes value) {
  for_each_attribute(Reader(value), [&](std::uint16_t family, Bytes of_family) {
    if (family != AF_INET) return;
    for_each_attribute(Reader(of_family), [&](std::uint16_t type, Bytes settings) {
      if (type != IFLA_INET_CONF) return;
      link.forwards_ipv4 = is_on(settings, IPV4_DEVCONF_FORWARDING);
      link.routes_localnet = is_on(settings, IPV4_DEVCONF_ROUTE_LOCALNET);
    });
  });
}

void read_xdp(Link& link, Bytes value) {
  std::set<std::uint32_t> ids;
  for_each_attribute(Reader(value), [&](std::uint16_t type, Bytes part) {
    const bool is_id = type == IFLA_XDP_PROG_ID || type == IFLA_XDP_DRV_PROG_ID ||
                       type == IFLA_XDP_SKB_PROG_ID || type == IFLA_XDP_HW_PROG_ID;
    const auto id = is_id ? Reader(part).take<std::uint32_t>() : std::nullopt;
    if (id.value_or(0) != 0) ids.insert(*id);
  });
  for (const std::uint32_t id : ids) link.programs.push_back({"xdp", id});
}

void read_kind(Link& link, Bytes value) {
  for_each_attribute(Reader(value), [&](std::uint16_t part, Bytes of_kind) {
    if (part == IFLA_INFO_KIND) link.kind = text_in(of_kind);
    if (part != IFLA_INFO_DATA || link.kind != "vrf") return;
    for_each_attribute(Reader(of_kind), [&](std::uint16_t type, Bytes table) {
      if (type == IFLA_VRF_TABLE) link.vrf_table = Reader(table).take<std::uint32_t>().value_or(0);
    });
  });
}

std::map<std::uint32_t, Link> list_links(NetlinkDumps& netlink, int& error) {
  std::map<std::uint32_t, Link> links;
  const ifinfomsg body{};
  error = dump_whole(netlink, {RTM_GETLINK, body_of(body)}, links, [&](const nlmsghdr& message) {
    Reader payload(payload_of(message));
    const auto info = payload.take<ifinfomsg>();
    if (!info) return;
    Link& link = links[static_cast<std::uint32_t>(info->ifi_index)];
    link.up = (info->ifi_flags & IFF_UP) != 0;
    for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
      if (type == IFLA_IFNAME) link.name = text_in(value);
      if (type == IFLA_MASTER) link.has_master = true;
      if (type == IFLA_PROMISCUITY) {
        link.promiscuity = Reader(value).take<std::uint32_t>().value_or(0);
      }
      if (type == IFLA_AF_SPEC) read_family_settings(link, value);
      if (type == IFLA_XDP) read_xdp(link, value);
      if (type == IFLA_LINKINFO) read_kind(link, value);
    });
  });
  return links;
}

std::string name_of(const std::map<std::uint32_t, Link>& links, std::uint32_t index) {
  const auto link = links.find(index);
  return link == links.end() ? fmt::format("if{}", index) : link->second.name;
}

// An IPv6 address with all bits after its prefix cleared.
IpAddress network_of(IpAddress address, unsigned length) {
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    const unsigned bits = static_cast<unsigned>(i) * 8;
    if (bits >= length) {
      address.bytes[i] = 0;
    } else if (length - bits < 8) {
      address.bytes[i] &= static_cast<std::uint8_t>(0xffU << (8 - (length - bits)));
    }
  }
  return address;
}

// The text of an address; absent for link-local addresses, which come with each interface, and for
// 127.0.0.1 and ::1, which come with each namespace: neither lets in more. A temporary address
// rotates within its prefix (RFC 8981), so the prefix stands for it.
std::optional<std::string> address_text(const IpAddress& address, unsigned length, bool temporary) {
  if (is_link_local(address)) return std::nullopt;
  const bool plain_loopback = to_string(address) == "127.0.0.1" || to_string(address) == "::1";
  if (plain_loopback) return std::nullopt;
  if (temporary && address.family == Family::ipv6) {
    return fmt::format("{}/{} temporary", to_string(network_of(address, length)), length);
  }
  return fmt::format("{}/{}", to_string(address), length);
}

int read_addresses(NetlinkDumps& netlink, ReachRead& reach,
                   const std::map<std::uint32_t, Link>& links) {
  const ifaddrmsg body{};
  std::vector<ReachFact> facts;
  const auto take = [&](const nlmsghdr& message) {
    Reader payload(payload_of(message));
    const auto info = payload.take<ifaddrmsg>();
    if (!info) return;
    std::optional<IpAddress> address;
    std::optional<IpAddress> local;  // on a point-to-point link `address` is that of the peer
    std::uint32_t flags = info->ifa_flags;
    for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
      if (type == IFA_ADDRESS) address = address_in(value);
      if (type == IFA_LOCAL) local = address_in(value);
      if (type == IFA_FLAGS) flags = Reader(value).take<std::uint32_t>().value_or(flags);
    });
    if (local) address = local;
    if (!address || (flags & IFA_F_DADFAILED) != 0) return;
    const bool temporary = (flags & IFA_F_TEMPORARY) != 0;
    if (const auto text = address_text(*address, info->ifa_prefixlen, temporary)) {
      facts.push_back({0, ReachKind::address, name_of(links, info->ifa_index), *text});
    }
  };
  const int error = dump_whole(netlink, {RTM_GETADDR, body_of(body)}, facts, take);
  std::ranges::move(facts, std::back_inserter(reach.facts));
  return error;
}

bool is_set(const char* path) {
  const ReadResult file = read_file(AT_FDCWD, path);
  return file.text.find_first_of("123456789") == 0;
}

// br_netfilter passes bridged packets to the rules of iptables unless these settings are 0. Where
// it is not loaded, no rule relies on it.
void read_bridge_settings(ReachRead& reach, const std::map<std::uint32_t, Link>& links) {
  const auto is_bridge = [](const auto& entry) { return entry.second.kind == "bridge"; };
  if (std::ranges::none_of(links, is_bridge)) return;
  for (const char* const name : {"bridge-nf-call-iptables", "bridge-nf-call-ip6tables"}) {
    const ReadResult file =
        read_file(AT_FDCWD, fmt::format("/proc/sys/net/bridge/{}", name).c_str());
    if (!file.text.starts_with('0')) continue;
    reach.facts.push_back({0, ReachKind::setting, fmt::format("net.bridge.{}", name), "0"});
  }
}

// The families whose packets the namespace forwards. A netlink dump tells the same as
// /proc/sys/net/ipv4/ip_forward and /proc/sys/net/ipv6/conf/all/forwarding, and each of these files
// costs as much to open as three dumps. A kernel without a family does not list it.
std::set<unsigned> forwarded_families(NetlinkDumps& netlink) {
  const netconfmsg body{AF_UNSPEC};
  std::set<unsigned> families;
  netlink.dump({RTM_GETNETCONF, body_of(body)}, [&](const nlmsghdr& message) {
    Reader payload(payload_of(message));
    // The header is followed by padding.
    const auto head = payload.take<std::uint32_t>();
    if (!head) return;
    std::optional<std::int32_t> index;
    std::int32_t forwarding = 0;
    for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
      if (type == NETCONFA_IFINDEX) index = Reader(value).take<std::int32_t>();
      if (type == NETCONFA_FORWARDING) {
        forwarding = Reader(value).take<std::int32_t>().value_or(0);
      }
    });
    if (index == NETCONFA_IFINDEX_ALL && forwarding > 0) families.insert(*head & 0xffU);
  });
  return families;
}

// Adds the settings that are on. An interface's own setting is added where the one for all
// interfaces is off.
void read_settings(NetlinkDumps& netlink, ReachRead& reach,
                   const std::map<std::uint32_t, Link>& links) {
  const auto add = [&](std::string name) {
    reach.facts.push_back({0, ReachKind::setting, std::move(name), "1"});
  };
  const std::set<unsigned> families = forwarded_families(netlink);
  const bool ipv4 = families.contains(AF_INET);
  const bool localnet = is_set("/proc/sys/net/ipv4/conf/all/route_localnet");
  if (ipv4) add("net.ipv4.ip_forward");
  if (localnet) add("net.ipv4.conf.all.route_localnet");
  if (families.contains(AF_INET6)) add("net.ipv6.conf.all.forwarding");
  for (const auto& [index, link] : links) {
    if (!ipv4 && link.forwards_ipv4) add(fmt::format("net.ipv4.conf.{}.forwarding", link.name));
    if (!localnet && link.routes_localnet) {
      add(fmt::format("net.ipv4.conf.{}.route_localnet", link.name));
    }
  }
}

void add_devices(ReachRead& reach, const std::map<std::uint32_t, Link>& links) {
  for (const auto& [index, link] : links) {
    if (link.up && std::ranges::find(kTunnels, link.kind) != kTunnels.end()) {
      reach.facts.push_back({0, ReachKind::device, link.name, link.kind});
    }
    // A port of a bridge or bond is promiscuous once on behalf of its master.
    if (link.promiscuity > (link.has_master ? 1U : 0U)) {
      reach.facts.push_back({0, ReachKind::promiscuous, link.name, ""});
    }
    auto programs = link.programs;
    std::ranges::move(interface_programs(index, link.kind == "netkit"),
                      std::back_inserter(programs));
    for (const AttachedProgram& program : programs) {
      reach.facts.push_back(
          {0, ReachKind::program, program.hook + " " + link.name, describe_program(program.id)});
    }
  }
}

}  // namespace

void read_links(ReachRead& reach) {
  const auto note = [&](std::string_view what, int error) {
    if (error != 0)
      reach.failures.push_back(
          {GapCode::addresses_not_read, fmt::format("{}: {}", what, errno_text(error))});
  };
  NetlinkDumps netlink(NETLINK_ROUTE);
  int error = 0;
  const std::map<std::uint32_t, Link> links = list_links(netlink, error);
  note("interfaces", error);
  note("addresses", read_addresses(netlink, reach, links));
  std::set<std::uint32_t> tables;
  for (const auto& [index, link] : links) {
    if (link.vrf_table != 0) tables.insert(link.vrf_table);
  }
  const auto name = [&](std::uint32_t index) { return name_of(links, index); };
  read_routes(netlink, reach, std::move(tables), name);
  read_traffic_control(netlink, reach, name);
  read_settings(netlink, reach, links);
  read_bridge_settings(reach, links);
  add_devices(reach, links);
}

}  // namespace netmon
