// Lists network namespaces that the kernel says exist: each to which a link (such as a veth) of
// netmon's own namespace leads has an id in it (RTM_GETNSID in rtnetlink(7)). Where no process and
// no mount leads to one, it is kept by a socket that is in flight or registered with an io_uring,
// or by a mount that netmon cannot see.
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

// The content of one datagram of an answer. Pure.
struct NsidPart {
  std::vector<std::int32_t> ids;  // -1: none
  bool done = false;              // the dump has ended, or an error came instead of its end
};
NsidPart parse_nsids(Bytes datagram);

std::vector<std::byte> nsid_dump_request();
// A request for the id of the namespace that an open file stands for. The answer holds one id.
std::vector<std::byte> nsid_request(std::int32_t netns_file);

// The ids that other namespaces have in netmon's own; empty where the kernel does not answer. This
// and the functions below must be called on a thread that is in netmon's own namespace.
std::set<std::int32_t> list_nsids();

// A network interface whose other end is in another namespace.
struct LinkedInterface {
  std::string name;
  std::int32_t nsid = -1;  // the id of that namespace

  bool operator==(const LinkedInterface&) const = default;
};
// The interfaces that one datagram of an answer to a dump of links holds. Pure.
struct LinkPart {
  std::vector<LinkedInterface> interfaces;
  bool done = false;
};
LinkPart parse_links(Bytes datagram);

// The names of the interfaces that default routes use, from the text of /proc/net/route and
// /proc/net/ipv6_route. Pure.
std::set<std::string> default_route_interfaces(std::string_view ipv4, std::string_view ipv6);

// The ids of the namespaces that default routes lead to. Inside a container this is the namespace
// that surrounds it, of which nothing more can be seen from inside.
std::set<std::int32_t> list_uplink_nsids(const std::string& proc_root);

// Counts the namespaces with the ids `before` that still exist and are not in `found`. `before` was
// listed before `found` was discovered. A namespace in `found` that could not be entered may be any
// of them, so each reduces the count by one. Waits a moment for namespaces that the kernel is about
// to take down.
std::uint64_t count_lost_namespaces(const std::set<std::int32_t>& before,
                                    const std::string& proc_root, std::span<const Netns> found);

}  // namespace netmon
