#include "linux/reach/links.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fib_rules.h>
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

#include "linux/procfs/files.h"
#include "linux/reach/bpf_programs.h"
#include "linux/reach/dump.h"
#include "linux/reach/traffic_control.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

// The kinds of ip-link(8) that lead another network into this one. The fallback devices that their
// modules make in each namespace are down.
constexpr std::array kTunnels{"tun"sv,    "vxlan"sv,  "wireguard"sv, "geneve"sv, "gre"sv,
                              "gretap"sv, "ip6gre"sv, "ip6gretap"sv, "ipip"sv,   "sit"sv,
                              "ip6tnl"sv, "vti"sv,    "vti6"sv,      "gtp"sv,    "xfrm"sv,
                              "erspan"sv, "l2tpeth"sv};

std::optional<IpAddress> address_in(Bytes value) {
  std::array<std::uint8_t, 16> bytes{};
  if (value.size() != 4 && value.size() != 16) return std::nullopt;
  std::memcpy(bytes.data(), value.data(), value.size());
  return value.size() == 4 ? IpAddress::ipv4(std::span(bytes).first<4>()) : IpAddress::ipv6(bytes);
}

struct Link {
  std::string name;
  std::string kind;
  std::uint32_t promiscuity = 0;
  bool up = false;
  bool has_master = false;
  bool forwards_ipv4 = false;
  bool routes_localnet = false;
  std::vector<AttachedProgram> programs;
};

// An entry of the array of an interface's settings, as of IPV4_DEVCONF_FORWARDING.
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

std::map<std::uint32_t, Link> list_links(NetlinkDumps& netlink, int& error) {
  std::map<std::uint32_t, Link> links;
  const ifinfomsg body{};
  error = netlink.dump({RTM_GETLINK, body_of(body)}, [&](const nlmsghdr& message) {
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
      if (type != IFLA_LINKINFO) return;
      for_each_attribute(Reader(value), [&](std::uint16_t part, Bytes kind) {
        if (part == IFLA_INFO_KIND) link.kind = text_in(kind);
      });
    });
  });
  return links;
}

std::string name_of(const std::map<std::uint32_t, Link>& links, std::uint32_t index) {
  const auto link = links.find(index);
  return link == links.end() ? fmt::format("if{}", index) : link->second.name;
}

// The first bytes of an IPv6 address, as far as its prefix goes.
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

// Link-local addresses come with each interface, and loopback ones with each namespace: neither
// lets in more. A temporary address rotates within its prefix (RFC 8981), and is known by that.
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
  return netlink.dump({RTM_GETADDR, body_of(body)}, [&](const nlmsghdr& message) {
    Reader payload(payload_of(message));
    const auto info = payload.take<ifaddrmsg>();
    if (!info) return;
    std::optional<IpAddress> address;
    std::optional<IpAddress> local;  // of a point-to-point link, where the other is the peer's
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
      reach.facts.push_back({0, ReachKind::address, name_of(links, info->ifa_index), *text});
    }
  });
}

int read_default_routes(NetlinkDumps& netlink, ReachRead& reach,
                        const std::map<std::uint32_t, Link>& links) {
  const rtmsg body{};
  return netlink.dump({RTM_GETROUTE, body_of(body)}, [&](const nlmsghdr& message) {
    Reader payload(payload_of(message));
    const auto info = payload.take<rtmsg>();
    if (!info || info->rtm_dst_len != 0 || info->rtm_type != RTN_UNICAST) return;
    std::string text = info->rtm_family == AF_INET6 ? "default (IPv6)" : "default";
    std::uint32_t table = info->rtm_table;
    std::string via;
    for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
      if (type == RTA_TABLE) table = Reader(value).take<std::uint32_t>().value_or(table);
      if (type == RTA_GATEWAY) {
        if (const auto gateway = address_in(value)) via += " via " + to_string(*gateway);
      }
      if (type == RTA_OIF) {
        via += " dev " + name_of(links, Reader(value).take<std::uint32_t>().value_or(0));
      }
    });
    if (via.empty()) return;
    if (table != RT_TABLE_MAIN) via += fmt::format(" table {}", table);
    reach.facts.push_back({0, ReachKind::route, "default", text + via});
  });
}

// Policy rules beside those that every namespace has.
int read_policy_rules(NetlinkDumps& netlink, ReachRead& reach) {
  const fib_rule_hdr body{};
  return netlink.dump({RTM_GETRULE, body_of(body)}, [&](const nlmsghdr& message) {
    Reader payload(payload_of(message));
    const auto info = payload.take<fib_rule_hdr>();
    if (!info) return;
    std::uint32_t table = info->table;
    std::uint32_t priority = 0;
    std::string from = "all";
    std::string rest;
    for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
      if (type == FRA_TABLE) table = Reader(value).take<std::uint32_t>().value_or(table);
      if (type == FRA_PRIORITY) priority = Reader(value).take<std::uint32_t>().value_or(0);
      const auto address = type == FRA_SRC || type == FRA_DST ? address_in(value) : std::nullopt;
      if (type == FRA_SRC && address) {
        from = fmt::format("{}/{}", to_string(*address), info->src_len);
      }
      if (type == FRA_DST && address) {
        rest += fmt::format(" to {}/{}", to_string(*address), info->dst_len);
      }
      if (type == FRA_FWMARK) {
        rest += fmt::format(" fwmark 0x{:x}", Reader(value).take<std::uint32_t>().value_or(0));
      }
      if (type == FRA_IIFNAME) rest += " iif " + text_in(value);
      if (type == FRA_OIFNAME) rest += " oif " + text_in(value);
    });
    const bool standard =
        from == "all" && rest.empty() &&
        (table == RT_TABLE_LOCAL || table == RT_TABLE_MAIN || table == RT_TABLE_DEFAULT);
    if (standard) return;
    reach.facts.push_back({0, ReachKind::route, "rule",
                           fmt::format("{}: from {}{} lookup {}", priority, from, rest, table)});
  });
}

bool is_set(const char* path) {
  const ReadResult file = read_file(AT_FDCWD, path);
  return file.text.find_first_of("123456789") == 0;
}

// Whether the namespace forwards packets of this family: /proc/sys/net/ipv4/ip_forward and
// /proc/sys/net/ipv6/conf/all/forwarding, each of which costs as much to open as three dumps. A
// kernel without the family forwards nothing of it.
bool forwards_all(NetlinkDumps& netlink, std::uint8_t family) {
  const netconfmsg body{family};
  bool on = false;
  netlink.dump({RTM_GETNETCONF, body_of(body)}, [&](const nlmsghdr& message) {
    Reader payload(payload_of(message));
    // The header is followed by padding.
    const auto head = payload.take<std::uint32_t>();
    if (!head || (*head & 0xffU) != family) return;
    std::optional<std::int32_t> index;
    std::int32_t forwarding = 0;
    for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
      if (type == NETCONFA_IFINDEX) index = Reader(value).take<std::int32_t>();
      if (type == NETCONFA_FORWARDING) {
        forwarding = Reader(value).take<std::int32_t>().value_or(0);
      }
    });
    if (index == NETCONFA_IFINDEX_ALL && forwarding > 0) on = true;
  });
  return on;
}

// An interface's own setting counts where it is not on for all.
void read_settings(NetlinkDumps& netlink, ReachRead& reach,
                   const std::map<std::uint32_t, Link>& links) {
  const auto add = [&](std::string name) {
    reach.facts.push_back({0, ReachKind::setting, std::move(name), "1"});
  };
  const bool ipv4 = forwards_all(netlink, AF_INET);
  const bool localnet = is_set("/proc/sys/net/ipv4/conf/all/route_localnet");
  if (ipv4) add("net.ipv4.ip_forward");
  if (localnet) add("net.ipv4.conf.all.route_localnet");
  if (forwards_all(netlink, AF_INET6)) add("net.ipv6.conf.all.forwarding");
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
    // A port of a bridge or bond is promiscuous for it.
    if (link.promiscuity > (link.has_master ? 1U : 0U)) {
      reach.facts.push_back({0, ReachKind::promiscuous, link.name, ""});
    }
    auto programs = link.programs;
    std::ranges::move(interface_programs(index), std::back_inserter(programs));
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
  note("routes", read_default_routes(netlink, reach, links));
  const int rules = read_policy_rules(netlink, reach);
  if (rules != EOPNOTSUPP) note("policy rules", rules);  // a kernel without them
  read_traffic_control(netlink, reach, [&](std::uint32_t index) { return name_of(links, index); });
  read_settings(netlink, reach, links);
  add_devices(reach, links);
}

}  // namespace netmon
