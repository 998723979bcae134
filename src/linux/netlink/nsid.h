// Network namespaces that the kernel says are there: those to which a link of netmon's own
// namespace leads have an id in it (RTM_GETNSID in rtnetlink(7)). One that nothing else leads to
// holds a socket that is in flight or registered with an io_uring, or was mounted out of sight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "linux/namespaces/namespaces.h"
#include "linux/netlink/netlink_reader.h"

namespace netmon {

// What one datagram of an answer holds. Pure.
struct NsidPart {
  std::vector<std::int32_t> ids;  // -1: none
  bool done = false;              // the end of a dump, or an error in its place
};
NsidPart parse_nsids(Bytes datagram);

std::vector<std::byte> nsid_dump_request();
// Asks for the id of the namespace that an open file stands for; the answer holds one id.
std::vector<std::byte> nsid_request(std::int32_t netns_file);

// The ids that namespaces have in netmon's own; empty where the kernel does not answer. Must be
// called on a thread that is in it, as below.
std::set<std::int32_t> list_nsids();

// A network interface whose other end is in another namespace.
struct LinkedInterface {
  std::string name;
  std::int32_t nsid = -1;  // of that namespace

  bool operator==(const LinkedInterface&) const = default;
};
// The interfaces that one datagram of an answer to a dump of links holds. Pure.
struct LinkPart {
  std::vector<LinkedInterface> interfaces;
  bool done = false;
};
LinkPart parse_links(Bytes datagram);

// The names of the interfaces that default routes lead over, out of /proc/net/route and
// /proc/net/ipv6_route. Pure.
std::set<std::string> default_route_interfaces(std::string_view ipv4, std::string_view ipv6);

// The ids of the namespaces that default routes lead to. Inside a container that is the one around
// it, of which nobody in it sees more.
std::set<std::int32_t> list_uplink_nsids(const std::string& proc_root);

// How many of the namespaces with these ids, which were there before `found` was looked for, are
// still there and none of `found`. One that was found and could not be entered may be any of them,
// and is not counted again. Waits a moment for those that the kernel is about to take down.
std::uint64_t count_lost_namespaces(const std::set<std::int32_t>& before,
                                    const std::string& proc_root, std::span<const Netns> found);

}  // namespace netmon
