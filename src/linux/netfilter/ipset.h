// Reads the sets of ipset(8) in the calling thread's network namespace, over nfnetlink
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

// Upper bound on the elements that are read in one namespace. More of them are a gap.
inline constexpr std::size_t kMaxIpsetElements = 200'000;

struct IpsetElement {
  std::string text;    // "192.0.2.1", "10.0.0.0/8,tcp:80", "nomatch 10.1.0.0/16"
  bool timed = false;  // it has a timeout and goes away by itself

  auto operator<=>(const IpsetElement&) const = default;
};

struct Ipset {
  std::vector<IpsetElement> elements;  // sorted
  std::set<std::string> members;       // names of the sets in a list of sets; else empty
};

using Ipsets = std::map<std::string, Ipset>;

struct IpsetRead {
  std::map<std::uint16_t, std::string> names;  // names of the sets with the given indexes
  Ipsets sets;                                 // all sets of the namespace
  int error = 0;                               // errno; EOVERFLOW where there are too many elements
};

// Reads all sets. `indexes` are the kernel's numbers of the sets that rules use. To be called only
// where a rule uses a set: then the kernel has the modules already, and nothing is loaded.
IpsetRead read_ipsets(const std::set<std::uint16_t>& indexes);

// Adds the elements in one message of an answer to IPSET_CMD_LIST, and returns their number. A
// large set comes in several messages.
std::size_t add_ipset(const nlmsghdr& message, Ipsets& sets);

}  // namespace netmon
