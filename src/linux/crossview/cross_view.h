// Compares the kernel's views of its sockets with one another. Pure.
//
// A rootkit that hides a socket does so in one view: it filters /proc/net, or what sock_diag
// answers. A socket that one view has and another lacks is at first only a suspect, because it may
// have come or gone between the two readings. confirm_…() keeps it only where the view without it,
// read again, still lacks it while the other view shows that it was there before and after.
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

// A table of /proc/net whose rows sock_diag lists too.
struct ViewTable {
  const char* file = nullptr;
  Protocol protocol = Protocol::tcp;
  Family family = Family::none;  // none for packet sockets
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

// Bounds on the tables that are read whole. A row costs 1 us, and opening either TCP table costs
// 2 ms, because the kernel walks its hash table, empty or not. So of a larger TCP table only the
// listeners are read, which come first, and a larger table of another protocol is not read at all.
// A table for which sock_diag has no rows is read only where no walk over BPF says what is held.
inline constexpr std::size_t kMaxWholeTableRows = 4096;
inline constexpr std::size_t kMaxWholeUdpTableRows = 1024;  // each page costs a seek from the start
std::vector<ViewPlan> plan_view(std::span<const Socket> sock_diag, std::size_t namespaces,
                                bool has_walk);

// The rows of /proc/net in one namespace.
struct ProcView {
  ViewPlan plan{};
  std::vector<Socket> rows;
  std::array<std::string, kViewTables.size()>
      failures;  // why a table could not be read; "" where it was read or not planned
};

struct Suspect {
  std::uint32_t netns = 0;  // index, as in Socket::netns of the compared sockets
  Socket row;
  View seen_in = View::netlink;
  View missing_from = View::proc;
};

// Sockets that only one of sock_diag and /proc/net has. `sockets` are both passes over sock_diag,
// merged; Socket::netns is an index into `views`.
std::vector<Suspect> compare_with_proc(std::span<const Socket> sockets,
                                       std::span<const ProcView> views);

// Sockets that a process holds, in a namespace whose tables were read, but that none of its tables
// has. `netns_ids` are the inodes of the namespaces by index, 0 for one that was not read.
std::vector<Suspect> compare_with_walk(std::span<const Socket> sockets, const DescriptorWalk& walk,
                                       std::span<const std::uint64_t> netns_ids);

// A second reading of one namespace: /proc/net, sock_diag, and /proc/net again, in this order.
struct ViewsAgain {
  bool answered = false;  // sock_diag gave all its tables, so a missing row is really missing
  ProcView before;
  std::vector<Socket> sock_diag;
  ProcView after;
};

// Returns `suspects` without those of `netns` that these readings clear.
std::vector<Suspect> confirm_with_proc(std::vector<Suspect> suspects, std::uint32_t netns,
                                       const ViewsAgain& again);

// Returns `suspects` without those that these readings clear. `again` has the readings by index of
// the namespace; `walk` was made after them.
std::vector<Suspect> confirm_with_walk(std::vector<Suspect> suspects,
                                       std::span<const ViewsAgain> again,
                                       const DescriptorWalk& walk);

// Gaps for the sockets that no second view was read for, counted by reason.
std::vector<Gap> not_cross_checked(std::span<const Socket> sockets, std::span<const ProcView> views,
                                   const DescriptorWalk* walk);

}  // namespace netmon
