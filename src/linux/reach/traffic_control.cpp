#include "linux/reach/traffic_control.h"

#include <fmt/format.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <set>

#include "linux/reach/bpf_programs.h"
#include "linux/reach/dump.h"
#include "netmon/core/values/error.h"

namespace netmon {
namespace {

// "tc ingress", "tc egress": of the classes that stand for an interface's two directions.
std::string direction_of(std::uint32_t parent) {
  if (parent == TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)) return "tc egress";
  return "tc ingress";
}

// A filter of traffic control: a BPF program by name and tag, another by its kind.
std::string filter_text(Reader attributes) {
  std::string kind;
  std::string program;
  for_each_attribute(attributes, [&](std::uint16_t type, Bytes value) {
    if (type == TCA_KIND) kind = text_in(value);
    if (type != TCA_OPTIONS) return;
    for_each_attribute(Reader(value), [&](std::uint16_t option, Bytes part) {
      if (option != TCA_BPF_ID) return;
      program = describe_program(Reader(part).take<std::uint32_t>().value_or(0));
    });
  });
  return kind == "bpf" && !program.empty() ? program : kind;
}

// Interfaces with a place for filters on what arrives and leaves: ingress and clsact, tc(8).
int list_filtered(NetlinkDumps& netlink, std::set<std::uint32_t>& interfaces) {
  const tcmsg body{};
  return netlink.dump({RTM_GETQDISC, body_of(body)}, [&](const nlmsghdr& message) {
    Reader payload(payload_of(message));
    const auto info = payload.take<tcmsg>();
    if (info && info->tcm_parent == TC_H_INGRESS) {
      interfaces.insert(static_cast<std::uint32_t>(info->tcm_ifindex));
    }
  });
}

// Returns 0 or an errno.
int read_direction(NetlinkDumps& netlink, ReachRead& reach, std::uint32_t index,
                   std::uint32_t parent, const std::string& interface) {
  tcmsg body{};
  body.tcm_ifindex = static_cast<int>(index);
  body.tcm_parent = parent;
  std::set<std::string> filters;  // one is sent once for each of its parts
  const int error = netlink.dump({RTM_GETTFILTER, body_of(body)}, [&](const nlmsghdr& message) {
    Reader payload(payload_of(message));
    if (!payload.take<tcmsg>()) return;
    filters.insert(filter_text(payload));
  });
  for (const std::string& filter : filters) {
    reach.facts.push_back({0, ReachKind::program, direction_of(parent) + " " + interface, filter});
  }
  return error == EINVAL ? 0 : error;  // a qdisc "ingress" has no second direction
}

}  // namespace

void read_traffic_control(NetlinkDumps& netlink, ReachRead& reach, const InterfaceName& name_of) {
  std::set<std::uint32_t> interfaces;
  int error = list_filtered(netlink, interfaces);
  for (const std::uint32_t index : interfaces) {
    for (const std::uint32_t parent :
         {TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)}) {
      if (error == 0) error = read_direction(netlink, reach, index, parent, name_of(index));
    }
  }
  if (error == 0) return;
  reach.failures.push_back(
      {GapCode::programs_not_read, fmt::format("traffic control: {}", errno_text(error))});
}

}  // namespace netmon
