// Holding the kernel's views of its sockets against one another. Pure.
//
// A rootkit that hides a socket does so in one view: it filters /proc/net, or what sock_diag
// answers. A socket that one view has and another lacks is a suspect at first: it may have come or
// gone between the two readings. confirm_…() keeps it only where a later reading of the one without
// lies between two of the other with it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "linux/owners/inode_set.h"
#include "netmon/core/model/descriptor_walk.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// A table of /proc/net that sock_diag has too.
struct ViewTable {
  const char* file = nullptr;
  Protocol protocol = Protocol::tcp;
  Family family = Family::none;  // none: packet sockets
};
inline constexpr std::array<ViewTable, 9> kViewTables = {{
    {"tcp", Protocol::tcp, Family::ipv4},
    {"tcp6", Protocol::tcp, Family::ipv6},
    {"udp", Protocol::udp, Family::ipv4},
    {"udp6", Protocol::udp, Family::ipv6},
    {"udplite", Protocol::udplite, Family::ipv4},
    {"udplite6", Protocol::udplite, Family::ipv6},
    {"raw", Protocol::raw, Family::ipv4},
    {"raw6", Protocol::raw, Family::ipv6},
    {"packet", Protocol::packet, Family::none},
}};

// How much of a table is read.
enum class ViewDepth : std::uint8_t { none, listeners, all };
using ViewPlan = std::array<ViewDepth, kViewTables.size()>;

// A row costs 1 us, and a look at either TCP table 2 ms for the walk of the kernel's hash table,
// empty or not. So a table of more than this many rows is read as far as its listeners go, which
// come first (TCP), or not at all; and one in which sock_diag has nothing is read only where no
// walk over BPF says what is held.
inline constexpr std::size_t kWholeTableRows = 4096;
inline constexpr std::size_t kWholeUdpTableRows = 1024;  // each page is sought from the beginning
std::vector<ViewPlan> plan_view(std::span<const Socket> sock_diag, std::size_t namespaces,
                                bool has_walk);

// What /proc/net has of one namespace.
struct ProcView {
  ViewPlan plan{};
  std::vector<Socket> rows;
  std::array<std::string, kViewTables.size()>
      failures;  // why a table was not read; "" where it was
};

struct Suspect {
  std::uint32_t netns = 0;  // as Socket::netns of what was compared
  Socket row;
  View seen_in = View::netlink;
  View missing_from = View::proc;
};

// `sockets`: both passes over sock_diag, merged; Socket::netns is an index into `views`.
std::vector<Suspect> compare_with_proc(std::span<const Socket> sockets,
                                       std::span<const ProcView> views);

// Sockets that are held, in a namespace whose tables were read, and in none of its tables.
// `netns_ids` are the inodes of the namespaces by index, 0 for one that was not read.
std::vector<Suspect> compare_with_walk(std::span<const Socket> sockets, const DescriptorWalk& walk,
                                       std::span<const std::uint64_t> netns_ids);

// /proc/net, sock_diag and /proc/net of one namespace again, in this order.
struct ViewsAgain {
  bool answered = false;  // sock_diag gave all its tables: what it lacks is not there
  ProcView before;
  std::vector<Socket> sock_diag;
  ProcView after;
};

// Keeps the suspects of `netns` that these readings do not clear.
std::vector<Suspect> confirm_with_proc(std::vector<Suspect> suspects, std::uint32_t netns,
                                       const ViewsAgain& again);

// `walk` is later than `again`, the reading of each namespace by index.
std::vector<Suspect> confirm_with_walk(std::vector<Suspect> suspects,
                                       std::span<const ViewsAgain> again,
                                       const DescriptorWalk& walk);

// Sockets that no second view was asked for, counted by the reason.
std::vector<Gap> not_cross_checked(std::span<const Socket> sockets, std::span<const ProcView> views,
                                   const DescriptorWalk* walk);

}  // namespace netmon
