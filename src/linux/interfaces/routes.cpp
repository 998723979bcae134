#include "linux/interfaces/routes.h"

#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "linux/interfaces/address_in.h"
#include "netmon/core/values/error.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxTables = 64;         // tables whose default routes are read
constexpr std::size_t kMaxSmallTable = 2'000;  // routes of all tables that are read in one dump
constexpr std::size_t kMaxRoutes = 2'000'000;  // routes of one table
constexpr std::array<std::uint8_t, 2> kFamilies{AF_INET, AF_INET6};
constexpr std::uint32_t kAllTables = 0;  // stands for a dump that names no table

class Routes {
 public:
  Routes(NetlinkDumps& netlink, std::set<std::uint32_t> tables,
         const std::function<std::string(std::uint32_t)>& name_of)
      : netlink_(netlink), tables_(std::move(tables)), name_of_(name_of) {}

  // Each returns 0 or an errno.
  int read_rules() {
    const fib_rule_hdr body{};
    return dump_whole(netlink_, {RTM_GETRULE, body_of(body)}, facts_,
                      [&](const nlmsghdr& message) { take_rule(message); });
  }

  int read_routes() {
    const std::vector<ReachFact> rules = facts_;
    const int error = read_table(AF_UNSPEC, kAllTables, kMaxSmallTable);
    if (error != ETOOMANYREFS) return error;
    facts_ = rules;
    return read_table_by_table();
  }

  std::vector<ReachFact> take() && { return std::move(facts_); }

 private:
  // Asks for one table at a time, because a router can have a million routes. The IPv4 routes of
  // one table come in the order of their addresses, default routes first, so the dump can end after
  // them.
  int read_table_by_table() {
    if (const int error = netlink_.set_strict(true); error != 0) return error;
    int error = tables_.size() > kMaxTables ? EOVERFLOW : 0;
    for (const std::uint8_t family : kFamilies) {
      for (const std::uint32_t table : tables_) {
        const int failed = error == 0 ? read_table(family, table, kMaxRoutes) : error;
        // No such table, or a kernel without the family.
        if (failed != ENOENT && failed != EOPNOTSUPP) error = failed;
      }
    }
    netlink_.set_strict(false);
    return error;
  }

  // Returns ETOOMANYREFS where there are more routes than `most`.
  int read_table(std::uint8_t family, std::uint32_t table, std::size_t most) {
    struct {
      rtmsg head{};
      nlattr attribute{sizeof(nlattr) + sizeof(std::uint32_t), RTA_TABLE};
      std::uint32_t table = 0;
    } body;
    body.head.rtm_family = family;
    body.table = table;
    const Bytes all = body_of(body);
    const Bytes asked = table == kAllTables ? all.first(sizeof(rtmsg)) : all;
    const bool in_order = table != kAllTables && table != RT_TABLE_LOCAL && family == AF_INET;
    std::size_t count = 0;
    const int error =
        dump_whole(netlink_, {RTM_GETROUTE, asked}, facts_, [&](const nlmsghdr& message) {
          const bool more = take_route(message);
          if (++count > most || (in_order && !more)) netlink_.stop();
        });
    return error == 0 && count > most ? ETOOMANYREFS : error;
  }

  // Returns whether default routes can still follow, where routes come in the order of addresses.
  bool take_route(const nlmsghdr& message) {
    Reader payload(payload_of(message));
    const auto info = payload.take<rtmsg>();
    if (!info || (info->rtm_type != RTN_UNICAST && info->rtm_type != RTN_LOCAL)) return true;
    std::uint32_t table = info->rtm_table;
    std::optional<IpAddress> destination;
    std::string via;
    std::uint32_t device = 0;
    for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
      if (type == RTA_OIF) device = Reader(value).take<std::uint32_t>().value_or(0);
      if (type == RTA_TABLE) table = Reader(value).take<std::uint32_t>().value_or(table);
      if (type == RTA_DST) destination = address_in(value);
      if (type == RTA_MULTIPATH) return add_paths(via, value);
      add_hop(via, type, value);
    });
    if (info->rtm_type == RTN_LOCAL) {
      // The kernel makes one for each address. Any other such route gives the host more addresses.
      if (info->rtm_protocol != RTPROT_KERNEL) add_local(*info, destination, device);
      return true;
    }
    if (info->rtm_dst_len != 0) return !destination || is_unspecified(*destination);
    if (via.empty()) return true;
    if (table != RT_TABLE_MAIN) via += fmt::format(" table {}", table);
    const char* const text = info->rtm_family == AF_INET6 ? "default (IPv6)" : "default";
    facts_.push_back({0, ReachKind::route, "default", text + via});
    return true;
  }

  void add_local(const rtmsg& info, const std::optional<IpAddress>& destination,
                 std::uint32_t device) {
    const char* const any = info.rtm_family == AF_INET6 ? "::" : "0.0.0.0";
    facts_.push_back(
        {0, ReachKind::address, name_of_(device),
         fmt::format("{}/{}", destination ? to_string(*destination) : any, info.rtm_dst_len)});
  }

  void add_hop(std::string& via, std::uint16_t type, Bytes value) {
    if (type == RTA_VIA) value = value.subspan(std::min(sizeof(rtvia), value.size()));
    if (type == RTA_GATEWAY || type == RTA_VIA) {
      if (const auto gateway = address_in(value)) via += " via " + to_string(*gateway);
    }
    if (type == RTA_OIF) {
      via += " dev " + name_of_(Reader(value).take<std::uint32_t>().value_or(0));
    }
  }

  // A route can have several gateways, each with attributes of its own.
  void add_paths(std::string& via, Bytes paths) {
    while (paths.size() >= sizeof(rtnexthop)) {
      rtnexthop hop{};
      std::memcpy(&hop, paths.data(), sizeof hop);
      if (hop.rtnh_len < sizeof hop || hop.rtnh_len > paths.size()) return;
      for_each_attribute(Reader(paths.first(hop.rtnh_len).subspan(sizeof hop)),
                         [&](std::uint16_t type, Bytes value) { add_hop(via, type, value); });
      via += " dev " + name_of_(static_cast<std::uint32_t>(hop.rtnh_ifindex));
      paths = paths.subspan(std::min<std::size_t>(NLMSG_ALIGN(hop.rtnh_len), paths.size()));
    }
  }

  void take_rule(const nlmsghdr& message) {
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
    if (table != 0 && table != RT_TABLE_LOCAL) tables_.insert(table);
    const bool standard =
        from == "all" && rest.empty() &&
        (table == RT_TABLE_LOCAL || table == RT_TABLE_MAIN || table == RT_TABLE_DEFAULT);
    if (standard) return;
    facts_.push_back({0, ReachKind::route, "rule",
                      fmt::format("{}: from {}{} lookup {}", priority, from, rest, table)});
  }

  NetlinkDumps& netlink_;
  std::set<std::uint32_t> tables_;
  const std::function<std::string(std::uint32_t)>& name_of_;
  std::vector<ReachFact> facts_;
};

}  // namespace

void read_routes(NetlinkDumps& netlink, ReachRead& reach, std::set<std::uint32_t> vrf_tables,
                 const std::function<std::string(std::uint32_t)>& name_of) {
  vrf_tables.insert({RT_TABLE_MAIN, RT_TABLE_LOCAL});
  Routes routes(netlink, std::move(vrf_tables), name_of);
  const auto note = [&](std::string_view what, int error) {
    if (error == 0) return;
    reach.failures.push_back(
        {GapCode::addresses_not_read, fmt::format("{}: {}", what, errno_text(error))});
  };
  const int rules = routes.read_rules();
  if (rules != EOPNOTSUPP) note("policy rules", rules);  // EOPNOTSUPP: the kernel has none
  note("routes", routes.read_routes());
  for (ReachFact& fact : std::move(routes).take()) reach.facts.push_back(std::move(fact));
}

}  // namespace netmon
