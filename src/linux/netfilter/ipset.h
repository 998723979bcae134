// Sets of ipset(8) in the calling thread's network namespace, over nfnetlink
// (linux/netfilter/ipset/ip_set.h).
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace netmon {

// The most elements that are read of a namespace; what has more is a gap.
inline constexpr std::size_t kMaxIpsetElements = 200'000;

struct IpsetElement {
  std::string text;    // "192.0.2.1", "10.0.0.0/8,tcp:80", "nomatch 10.1.0.0/16"
  bool timed = false;  // it goes by itself

  auto operator<=>(const IpsetElement&) const = default;
};

struct Ipset {
  std::vector<IpsetElement> elements;  // sorted
  std::set<std::string> members;       // of a list of sets: their names
};

using Ipsets = std::map<std::string, Ipset>;

struct IpsetRead {
  std::map<std::uint16_t, std::string> names;  // of the sets that were asked for
  Ipsets sets;                                 // all of the namespace
  int error = 0;                               // errno; EOVERFLOW where there is more than is read
};

// Only where a rule asks such a set, so that the kernel has what it takes: nothing is loaded.
// `indexes` are the kernel's numbers of the sets that rules ask.
IpsetRead read_ipsets(const std::set<std::uint16_t>& indexes);

// Adds what a message of IPSET_CMD_LIST holds, and returns how many elements that is; a large set
// comes in several.
std::size_t add_ipset(const nlmsghdr& message, Ipsets& sets);

}  // namespace netmon
