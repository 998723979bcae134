// What decides who can reach the ports of a network namespace, beyond its sockets: addresses,
// routes, kernel settings, filters, attached programs and forwards. Plain values, like those of
// snapshot.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "netmon/core/model/netns.h"
#include "netmon/core/model/socket.h"
#include "netmon/core/values/ip_address.h"

namespace netmon {

// The most that is kept per network namespace; anything beyond is reported as a gap.
inline constexpr std::size_t kMaxReachFacts = 20'000;
inline constexpr std::size_t kMaxForwards = 4'096;
// The longest text in bytes; a longer one is cut and ends with its digest.
inline constexpr std::size_t kMaxReachText = 1'024;

// What a fact is about. Each comment gives what its name and its value are.
enum class ReachKind : std::uint8_t {
  address,  // interface; "192.0.2.1/24", a temporary IPv6 address is "2001:db8::/64 temporary"
  route,    // "default" or "rule"; the route or policy rule as ip(8) writes it
  setting,  // "net.ipv4.ip_forward"; its value. Only settings that admit or forward more packets
  device,   // interface; its kind: "tun", "vxlan", "wireguard". Only tunnels that are up
  promiscuous,  // interface; "" (it takes in frames that are addressed to others)
  policy,       // base chain "ip filter INPUT"; "filter hook input priority 0 policy accept"
  rule,         // chain, set or flowtable; a rule or an element as nft(8) writes it
  ban,          // like `rule`, for rules that turn away single sources, and so come and go
  rule_set,     // "nftables"; SHA-256 of the policies and rules without bans, in their order
  program,      // where it is attached: "sk_lookup", "xdp eth0"; name and tag of a BPF program
  group,        // interface; a multicast group that a program joined: "239.1.2.3"
};

// One fact about a network namespace. Facts of one kind and name keep their order where it matters,
// as for the rules of a chain.
struct ReachFact {
  std::uint32_t netns = 0;  // index into Snapshot::namespaces
  ReachKind kind = ReachKind::address;
  std::string name;
  std::string value;

  bool operator==(const ReachFact&) const = default;
};

// A rule of the kernel that hands packets for one port to another place: DNAT, redirect and tproxy.
// It opens that port without a socket.
struct Forward {
  std::uint32_t netns = 0;  // index into Snapshot::namespaces
  Protocol protocol = Protocol::tcp;
  // The address that it matches: 0.0.0.0 or :: for all of a family, no address for both families.
  IpAddress address;
  PortRange ports{0, 65535};  // the ports that it matches
  std::string device;  // the incoming interface; "" for all, "lo" for packets of this host itself
  std::string target;  // "10.0.0.5:80"; ":8080" is a port of the namespace itself
  std::string when;    // other conditions of its rules: "ip saddr 10.0.0.0/8"
  // The chain of a cluster's proxy that chooses one of the service's targets and, after a space,
  // the chain that leads to the target: "KUBE-SVC-… KUBE-SEP-…"; "" for none.
  std::string service;

  bool operator==(const Forward&) const = default;
};

std::string_view to_string(ReachKind kind);
std::optional<ReachKind> parse_reach_kind(std::string_view text);

}  // namespace netmon
