#include <fmt/format.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_TPROXY.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_set.h>
#include <linux/netfilter/xt_tcpudp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "linux/nftables/rule_reader.h"

namespace netmon {

// Reads a match extension of iptables.
void RuleReader::read_match(const nftnl_expr* e) {
  const std::string name = expression_text(e, NFTNL_EXPR_MT_NAME);
  const std::string info = expression_bytes(e, NFTNL_EXPR_MT_INFO);
  if (name == "comment") return;
  if ((name == "tcp" || name == "udp") && read_ports_match(name, info)) return;
  if (name == "multiport" && read_multiport(e, info)) return;
  if (name == "conntrack" && read_connection_state(e, info)) return;
  if (name == "addrtype" && read_address_type(e, info)) return;
  if (name == "set" && read_set_match(nftnl_expr_get_u32(e, NFTNL_EXPR_MT_REV), info)) return;
  put_protocol();
  const std::string text = fmt::format("xt match {} {}", name, short_digest(info));
  // "statistic" picks one of several targets at random or in turn. It is no condition on a packet.
  return name == "statistic" ? put(text) : put_other(text);
}

// Reads a match of xt_conntrack for states that nft has too. Returns false where it asks for more.
bool RuleReader::read_connection_state(const nftnl_expr* e, const std::string& info) {
  constexpr std::uint32_t kAlike = 0x0f;  // invalid, established, related, new
  xt_conntrack_mtinfo3 asked{};
  if (nftnl_expr_get_u32(e, NFTNL_EXPR_MT_REV) != 3 || info.size() < sizeof asked) return false;
  std::memcpy(&asked, info.data(), sizeof asked);
  const std::uint32_t states = asked.state_mask;
  const bool alike = (asked.match_flags & ~XT_CONNTRACK_STATE_ALIAS) == XT_CONNTRACK_STATE &&
                     asked.invert_flags == 0 && (states & ~kAlike) == 0;
  if (!alike) return false;
  const std::string bytes(reinterpret_cast<const char*>(&states), sizeof states);
  put_other("ct state " + value_text(bytes, ValueType::ct_state));
  return true;
}

// Reads "addrtype --dst-type LOCAL", which nft writes as "fib daddr type local". Returns false for
// other forms.
bool RuleReader::read_address_type(const nftnl_expr* e, const std::string& info) {
  xt_addrtype_info_v1 asked{};
  if (nftnl_expr_get_u32(e, NFTNL_EXPR_MT_REV) != 1 || info.size() < sizeof asked) return false;
  std::memcpy(&asked, info.data(), sizeof asked);
  if (asked.source != 0 || asked.flags != 0 || !std::has_single_bit(asked.dest)) return false;
  const auto type = static_cast<std::uint32_t>(std::countr_zero(asked.dest));
  const std::string bytes(reinterpret_cast<const char*>(&type), sizeof type);
  put_other("fib daddr type " + value_text(bytes, ValueType::address_type));
  return true;
}

// The name of a set. Its number is not shown where the name is known, because a set that is made
// anew gets another number.
std::string RuleReader::ipset_name(std::uint16_t index) const {
  const auto name = ruleset_.ipset_names.find(index);
  return name == ruleset_.ipset_names.end() ? fmt::format("(set {})", index) : name->second;
}

// Reads "-m set". All revisions but the first begin with the same structure. The conditions on
// counters of later revisions are shown as a digest.
bool RuleReader::read_set_match(std::uint32_t revision, const std::string& info) {
  xt_set_info asked{};
  if (revision == 0 || info.size() < sizeof asked) return false;
  std::memcpy(&asked, info.data(), sizeof asked);
  view_.ipsets.push_back({asked.index, true});
  const bool inverted = (asked.flags & IPSET_INV_MATCH) != 0;
  std::string of;
  for (unsigned i = 1; i <= std::min<unsigned>(asked.dim, IPSET_DIM_MAX); ++i) {
    const bool source = (static_cast<unsigned>(asked.flags) >> i & 1U) != 0;
    of += fmt::format("{}{}", of.empty() ? "" : ",", source ? "src" : "dst");
    if (source && !inverted) view_.source_set = true;
  }
  put_protocol();
  std::string text =
      fmt::format("match-set {}{} {}", inverted ? "! " : "", ipset_name(asked.index), of);
  const std::string rest = info.substr(sizeof asked);
  if (std::ranges::any_of(rest, [](char c) { return c != 0; })) text += " " + short_digest(rest);
  put_other(text);
  return true;
}

// Reads "-j SET", which adds to sets, deletes from them, and maps.
void RuleReader::read_set_target(std::uint32_t revision, const std::string& info) {
  constexpr std::array kVerbs{"add-set", "del-set", "map-set"};
  const std::size_t count = revision >= 3 ? 3 : 2;
  if (revision == 0 || info.size() < count * sizeof(xt_set_info)) {
    return put("xt target SET " + short_digest(info));
  }
  for (std::size_t i = 0; i < count; ++i) {
    xt_set_info into{};
    std::memcpy(&into, info.data() + i * sizeof into, sizeof into);
    if (into.index == IPSET_INVALID_ID) continue;
    view_.ipsets.push_back({into.index, false});
    put(fmt::format("{} {} 0x{:x}", kVerbs.at(i), ipset_name(into.index), into.flags));
  }
  const std::string rest = info.substr(count * sizeof(xt_set_info));
  if (std::ranges::any_of(rest, [](char c) { return c != 0; })) put(short_digest(rest));
}

// Reads the one form of xt_multiport_v1 that nft has too: destination ports, not inverted. Returns
// false for others.
bool RuleReader::read_multiport(const nftnl_expr* e, const std::string& info) {
  xt_multiport_v1 ports{};
  if (nftnl_expr_get_u32(e, NFTNL_EXPR_MT_REV) != 1 || info.size() < sizeof ports) return false;
  std::memcpy(&ports, info.data(), sizeof ports);
  if (ports.flags != XT_MULTIPORT_DESTINATION || ports.invert != 0) return false;
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(ports.count, XT_MULTI_PORTS); ++i) {
    const bool is_range = ports.pflags[i] != 0 && i + 1 < XT_MULTI_PORTS;
    port_choices_.push_back({ports.ports[i], ports.ports[is_range ? i + 1 : i]});
    text += (text.empty() ? "" : ", ") + to_string(port_choices_.back());
    if (is_range) ++i;
  }
  pending_protocol_.reset();
  put(fmt::format("{} dport {{ {} }}", said_protocol_.empty() ? "th" : said_protocol_, text));
  return true;
}

bool RuleReader::read_ports_match(const std::string& name, const std::string& info) {
  // xt_tcp and xt_udp begin with the same fields: source ports, then destination ports.
  xt_udp ports{};
  if (info.size() < sizeof(std::uint16_t) * 4) return false;
  std::memcpy(ports.spts, info.data(), sizeof ports.spts);
  std::memcpy(ports.dpts, info.data() + sizeof ports.spts, sizeof ports.dpts);
  const bool plain = std::ranges::all_of(info.substr(8), [](char c) { return c == 0; }) &&
                     ports.spts[0] == 0 && ports.spts[1] == 0xffff;
  if (!plain) return false;
  when_.ports = {ports.dpts[0], ports.dpts[1]};
  pending_protocol_.reset();
  put(fmt::format("{} dport {}", name, to_string(when_.ports)));
  return true;
}

void RuleReader::read_target(const nftnl_expr* e) {
  const std::string name = expression_text(e, NFTNL_EXPR_TG_NAME);
  const std::string info = expression_bytes(e, NFTNL_EXPR_TG_INFO);
  const std::uint32_t revision = nftnl_expr_get_u32(e, NFTNL_EXPR_TG_REV);
  if (name == "MASQUERADE") return read_masquerade();
  if (name == "REJECT") return read_reject();
  if (name == "DNAT" || name == "REDIRECT" || name == "SNAT" || name == "NETMAP") {
    const std::string target = xt_target(revision, info);
    view_.translates = true;
    if (name == "SNAT") return put("snat to " + target);
    const std::string_view verb = name == "REDIRECT" ? "redirect" : "dnat";
    put(fmt::format("{} to {}", verb, target));
    return add_forward(target.empty() ? "this host" : target);
  }
  if (name == "SET") return read_set_target(revision, info);
  if (name == "TPROXY") return read_tproxy_target(revision, info);
  put(fmt::format("xt target {} {}", name, short_digest(info)));
}

// Reads "-j TPROXY", which leads to a port of this host, whatever the packet's destination address.
void RuleReader::read_tproxy_target(std::uint32_t revision, const std::string& info) {
  xt_tproxy_target_info ipv4{};
  xt_tproxy_target_info_v1 any{};
  std::string address;
  __be16 port = 0;
  if (revision == 0 && info.size() >= sizeof ipv4) {
    std::memcpy(&ipv4, info.data(), sizeof ipv4);
    address.assign(reinterpret_cast<const char*>(&ipv4.laddr), sizeof ipv4.laddr);
    port = ipv4.lport;
  } else if (info.size() >= sizeof any) {
    std::memcpy(&any, info.data(), sizeof any);
    address.assign(reinterpret_cast<const char*>(&any.laddr), family_ == Family::ipv6 ? 16 : 4);
    port = any.lport;
  }
  if (std::ranges::all_of(address, [](char c) { return c == 0; })) address.clear();
  const std::string port_bytes(reinterpret_cast<const char*>(&port), sizeof port);
  const std::string target = target_of(address, "", port == 0 ? "" : port_bytes, "");
  put(fmt::format("tproxy to {} {}", target, short_digest(info)));
  add_forward(target.empty() ? "this host" : target);
}

// The target of a NAT extension. `info` is a nf_nat_range2, a nf_nat_range or, in revision 0, a
// nf_nat_ipv4_multi_range_compat.
std::string RuleReader::xt_target(std::uint32_t revision, const std::string& info) const {
  const auto port_bytes = [](__be16 port) {
    return std::string(reinterpret_cast<const char*>(&port), sizeof port);
  };
  const std::size_t address_bytes = family_ == Family::ipv6 ? 16 : 4;
  const bool is_compat = revision == 0 && info.size() <= sizeof(nf_nat_ipv4_multi_range_compat) + 4;
  if (is_compat) {
    nf_nat_ipv4_multi_range_compat range{};
    std::memcpy(&range, info.data(), std::min(sizeof range, info.size()));
    const auto& first = range.range[0];
    const auto address = [](__be32 ip) {
      return std::string(reinterpret_cast<const char*>(&ip), sizeof ip);
    };
    const bool has_address = (first.flags & NF_NAT_RANGE_MAP_IPS) != 0;
    const bool has_port = (first.flags & NF_NAT_RANGE_PROTO_SPECIFIED) != 0;
    return target_of(
        has_address ? address(first.min_ip) : "", has_address ? address(first.max_ip) : "",
        has_port ? port_bytes(first.min.all) : "", has_port ? port_bytes(first.max.all) : "");
  }
  nf_nat_range2 range{};
  std::memcpy(&range, info.data(), std::min(sizeof range, info.size()));
  const auto address = [&](const nf_inet_addr& of) {
    return std::string(reinterpret_cast<const char*>(&of), address_bytes);
  };
  const bool has_address = (range.flags & NF_NAT_RANGE_MAP_IPS) != 0;
  const bool has_port = (range.flags & NF_NAT_RANGE_PROTO_SPECIFIED) != 0;
  return target_of(has_address ? address(range.min_addr) : "",
                   has_address ? address(range.max_addr) : "",
                   has_port ? port_bytes(range.min_proto.all) : "",
                   has_port ? port_bytes(range.max_proto.all) : "");
}

}  // namespace netmon
