#include "linux/interfaces/traffic_control.h"

#include <fmt/format.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <string_view>

#include "linux/reach/bpf_programs.h"
#include "linux/reach/dump.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/sha256.h"

namespace netmon {
namespace {

// "tc ingress" or "tc egress", for the class that stands for one direction of an interface.
std::string direction_of(std::uint32_t parent) {
  if (parent == TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)) return "tc egress";
  return "tc ingress";
}

std::string raw(Bytes value) { return {reinterpret_cast<const char*>(value.data()), value.size()}; }

// The part of an action's attribute that stays the same while packets pass. An attribute that has
// only times of use (tcf_t) is left out. The others begin with tc_gen, whose index and reference
// counts are cleared.
std::string lasting_part(Bytes value) {
  if (value.size() == sizeof(tcf_t)) return {};
  std::string bytes = raw(value);
  struct {
    tc_gen;
  } head{};
  if (bytes.size() < sizeof head) return bytes;
  std::memcpy(&head, bytes.data(), sizeof head);
  head.index = 0;
  head.refcnt = head.bindcnt = 0;
  std::memcpy(bytes.data(), &head, sizeof head);
  return bytes;
}

// The kinds of a filter's actions, such as " mirred nat". Adds the options of each to `digest`.
std::string action_words(Bytes list, Sha256& digest) {
  std::string words;
  for_each_attribute(Reader(list), [&](std::uint16_t, Bytes action) {
    for_each_attribute(Reader(action), [&](std::uint16_t type, Bytes value) {
      if (type == TCA_ACT_KIND) words += " " + text_in(value);
      if (type != TCA_ACT_OPTIONS) return;
      for_each_attribute(Reader(value), [&](std::uint16_t option, Bytes part) {
        digest.add(fmt::format("{} ", option) + lasting_part(part));
      });
    });
  });
  return words;
}

// The attribute in which a kind of filter has its actions, and the attributes that change with each
// packet or each start.
struct FilterKind {
  std::string_view name;
  std::uint16_t actions;
  std::array<std::uint16_t, 2> passing;
};
constexpr std::array kFilterKinds{
    FilterKind{"u32", TCA_U32_ACT, {TCA_U32_HASH, TCA_U32_PCNT}},
    FilterKind{"flower", TCA_FLOWER_ACT, {TCA_FLOWER_FLAGS, TCA_FLOWER_IN_HW_COUNT}},
    FilterKind{"matchall", TCA_MATCHALL_ACT, {TCA_MATCHALL_FLAGS, TCA_MATCHALL_PCNT}}};

// A text such as "u32 0123456789abcdef mirred": the kind, a digest of what the filter matches and
// does, and its actions. For a kind that is not known here the text is the kind alone. It is "" for
// a message that describes only a part of a filter.
std::string options_text(const std::string& kind, Bytes options) {
  const auto* const known = std::ranges::find(kFilterKinds, kind, &FilterKind::name);
  if (known == kFilterKinds.end()) return kind;
  Sha256 digest;
  std::string actions;
  bool selects = kind != "u32";
  for_each_attribute(Reader(options), [&](std::uint16_t type, Bytes value) {
    if (type == known->actions) {
      actions = action_words(value, digest);
    } else if (std::ranges::find(known->passing, type) == known->passing.end()) {
      digest.add(fmt::format("{} {}", type, raw(value)));
      selects = selects || type == TCA_U32_SEL;
    }
  });
  if (!selects) return "";
  return fmt::format("{} {}{}", kind, digest.finish().substr(0, 16), actions);
}

// The text of a filter with its preference. A BPF program is described by name and tag.
std::string filter_text(const tcmsg& info, Reader attributes) {
  std::string kind;
  std::string text;
  for_each_attribute(attributes, [&](std::uint16_t type, Bytes value) {
    if (type == TCA_KIND) kind = text_in(value);
    if (type != TCA_OPTIONS) return;
    text = options_text(kind, value);
    for_each_attribute(Reader(value), [&](std::uint16_t option, Bytes part) {
      if (kind != "bpf" || option != TCA_BPF_ID) return;
      text = describe_program(Reader(part).take<std::uint32_t>().value_or(0));
    });
  });
  const std::uint32_t preference = TC_H_MAJ(info.tcm_info) >> 16U;
  return text.empty() ? "" : fmt::format("pref {} {}", preference, text);
}

// Lists the interfaces that can have filters on what arrives or leaves, by a qdisc of the kind
// ingress or clsact, tc(8). Returns 0 or an errno.
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
  std::set<std::string> filters;  // a set, because a filter comes once for each of its parts
  const int error = netlink.dump({RTM_GETTFILTER, body_of(body)}, [&](const nlmsghdr& message) {
    Reader payload(payload_of(message));
    const auto info = payload.take<tcmsg>();
    if (info) filters.insert(filter_text(*info, payload));
  });
  filters.erase("");
  for (const std::string& filter : filters) {
    reach.facts.push_back({0, ReachKind::program, direction_of(parent) + " " + interface, filter});
  }
  return error == EINVAL ? 0 : error;  // EINVAL: a qdisc "ingress" has no egress side
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
