#include "linux/crossview/cross_view.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

// Whether a socket belongs to no process any more, or not yet. Such sockets come and go by
// themselves and are not compared.
bool is_passing(const Socket& socket) {
  return socket.state == State::time_wait || socket.state == State::syn_recv;
}

// The table of /proc/net that must list the socket; absent where none must. A socket without a
// cookie was itself read from /proc/net, and one that is only bound is in no table.
std::optional<std::size_t> table_of(const Socket& socket) {
  if (socket.cookie == 0 || socket.state == State::bound) return std::nullopt;
  for (std::size_t i = 0; i < kViewTables.size(); ++i) {
    const ViewTable& table = kViewTables[i];
    if (table.protocol != socket.protocol) continue;
    if (table.family == Family::none || table.family == socket.local.address.family) return i;
  }
  return std::nullopt;
}

bool covers(ViewDepth depth, const Socket& socket) {
  return depth == ViewDepth::all ||
         (depth == ViewDepth::listeners && socket.state == State::listen);
}

// Whether the part of /proc/net in which this socket would stand was read.
bool is_covered(const ProcView& view, const Socket& socket) {
  const std::optional<std::size_t> table = table_of(socket);
  return table && view.failures[*table].empty() && covers(view.plan[*table], socket);
}

using Tuple = std::tuple<Protocol, Endpoint, Endpoint>;

Tuple tuple_of(const Socket& socket) { return {socket.protocol, socket.local, socket.remote}; }

std::vector<std::uint32_t> inodes_of(std::span<const Socket> sockets) {
  std::vector<std::uint32_t> inodes;
  inodes.reserve(sockets.size());
  for (const Socket& socket : sockets) inodes.push_back(socket.inode);
  return inodes;
}

// Answers whether a view has a socket. It is found by its inode, or by its addresses where it has
// no inode (orphaned, or not yet accepted).
class Rows {
 public:
  explicit Rows(std::span<const Socket> rows) : inodes_(inodes_of(rows)) {
    for (const Socket& row : rows) tuples_.push_back(tuple_of(row));
    std::sort(tuples_.begin(), tuples_.end());
  }

  [[nodiscard]] bool has(const Socket& socket) const {
    return socket.inode != 0 ? inodes_.contains(socket.inode) : has_tuple(socket);
  }

  [[nodiscard]] bool has_tuple(const Socket& socket) const {
    return std::binary_search(tuples_.begin(), tuples_.end(), tuple_of(socket));
  }

 private:
  InodeSet inodes_;
  std::vector<Tuple> tuples_;
};

// The inode of a socket, and what must not have changed for it to be the same socket.
using Known = std::pair<std::uint32_t, Tuple>;

std::set<Known> known_in(const ProcView& view) {
  std::set<Known> known;
  for (const Socket& row : view.rows) known.emplace(row.inode, tuple_of(row));
  return known;
}

std::unordered_map<std::uint64_t, const Socket*> by_cookie(std::span<const Socket> sockets) {
  std::unordered_map<std::uint64_t, const Socket*> index;
  for (const Socket& socket : sockets) index.emplace(socket.cookie, &socket);
  return index;
}

// Whether a socket that is held must be in a table. Closed and unbound sockets are in none, and
// older kernels do not list those that are only bound. A multipath (MPTCP) socket is in no table
// itself, and outlives the last of its subflows.
bool belongs_in_table(const HeldSocketFacts& held) {
  switch (held.protocol) {
    case Protocol::tcp:
      return held.bound && !held.multipath && held.state != State::close &&
             held.state != State::bound && held.state != State::syn_recv &&
             held.state != State::time_wait;
    case Protocol::udp:
    case Protocol::udplite:
    case Protocol::icmp:
    case Protocol::raw:
    case Protocol::packet:
      return held.bound;
    case Protocol::vsock:  // netmon reads no table that lists these
    case Protocol::xdp:
    case Protocol::sctp:
    case Protocol::other:
      return false;
  }
  no_such_enumerator();
}

Socket row_of(const Descriptor& held) {
  Socket row;
  row.inode = static_cast<std::uint32_t>(held.inode);
  row.protocol = held.socket.protocol;
  row.state = held.socket.state;
  row.local = held.socket.local;
  row.remote = held.socket.remote;
  return row;
}

std::size_t max_whole_rows(Protocol protocol) {
  return is_datagram(protocol) ? kMaxWholeUdpTableRows : kMaxWholeTableRows;
}

ViewDepth depth_of(Protocol protocol, std::size_t rows, bool has_walk) {
  if (rows == 0 && has_walk) return ViewDepth::none;
  if (rows <= max_whole_rows(protocol)) return ViewDepth::all;
  return protocol == Protocol::tcp ? ViewDepth::listeners : ViewDepth::none;
}

// The view in which a socket of this protocol is missing. ICMP sockets are read from /proc/net
// alone; raw and packet sockets may be too, but count as sock_diag's.
View source_of(Protocol protocol) {
  return protocol == Protocol::icmp ? View::proc : View::netlink;
}

std::string why_not_compared(const Socket& socket, const ProcView& view) {
  if (socket.cookie == 0) return "read from /proc/net, which has no second view without BPF";
  const std::optional<std::size_t> table = table_of(socket);
  if (!table) return "/proc/net does not list sockets that are only bound";
  if (!view.failures[*table].empty()) return view.failures[*table];
  const std::string limit = std::to_string(max_whole_rows(socket.protocol));
  if (view.plan[*table] == ViewDepth::listeners) {
    return "only the listeners in /proc/net are read where it has more than " + limit + " rows";
  }
  return "/proc/net is not read where it has more than " + limit +
         " rows, or where there are too many namespaces";
}

}  // namespace

std::vector<ViewPlan> plan_view(std::span<const Socket> sock_diag, std::size_t namespaces,
                                bool has_walk) {
  std::vector<std::array<std::size_t, kViewTables.size()>> counts(namespaces);
  for (const Socket& socket : sock_diag) {
    if (const std::optional<std::size_t> table = table_of(socket)) ++counts[socket.netns][*table];
  }
  std::vector<ViewPlan> plans(namespaces);
  for (std::size_t netns = 0; netns < namespaces; ++netns) {
    for (std::size_t i = 0; i < kViewTables.size(); ++i) {
      plans[netns][i] = depth_of(kViewTables[i].protocol, counts[netns][i], has_walk);
    }
  }
  return plans;
}

std::vector<Suspect> compare_with_proc(std::span<const Socket> sockets,
                                       std::span<const ProcView> views) {
  std::vector<Suspect> suspects;
  std::vector<Rows> rows;
  rows.reserve(views.size());
  for (const ProcView& view : views) rows.emplace_back(view.rows);
  for (const Socket& socket : sockets) {
    if (socket.presence != Presence::both || is_passing(socket)) continue;
    if (!is_covered(views[socket.netns], socket) || rows[socket.netns].has(socket)) continue;
    suspects.push_back({socket.netns, socket, View::netlink, View::proc});
  }
  const InodeSet known(inodes_of(sockets));
  for (std::uint32_t netns = 0; netns < views.size(); ++netns) {
    for (const Socket& row : views[netns].rows) {
      if (row.inode == 0 || is_passing(row) || known.contains(row.inode)) continue;
      suspects.push_back({netns, row, View::proc, View::netlink});
    }
  }
  return suspects;
}

std::vector<Suspect> compare_with_walk(std::span<const Socket> sockets, const DescriptorWalk& walk,
                                       std::span<const std::uint64_t> netns_ids) {
  const InodeSet known(inodes_of(sockets));
  std::unordered_map<std::uint64_t, std::uint32_t> index_of;  // of namespaces, by id
  for (std::uint32_t i = 0; i < netns_ids.size(); ++i) {
    if (netns_ids[i] != 0) index_of.emplace(netns_ids[i], i);
  }
  std::map<std::uint32_t, Suspect> suspects;  // by inode: one for each socket, whoever holds it
  for (const Descriptor& held : walk.descriptors) {
    if (held.kind != DescriptorKind::socket || held.inode == 0 || held.inode > UINT32_MAX) continue;
    const auto inode = static_cast<std::uint32_t>(held.inode);
    if (known.contains(inode) || !belongs_in_table(held.socket)) continue;
    const auto netns = index_of.find(held.socket.netns);
    if (netns == index_of.end()) continue;
    suspects.emplace(
        inode, Suspect{netns->second, row_of(held), View::bpf, source_of(held.socket.protocol)});
  }
  std::vector<Suspect> found;
  for (auto& [inode, suspect] : suspects) found.push_back(suspect);
  return found;
}

std::vector<Suspect> confirm_with_proc(std::vector<Suspect> suspects, std::uint32_t netns,
                                       const ViewsAgain& again) {
  const Rows before(again.before.rows);
  const Rows sock_diag(again.sock_diag);
  const auto of_cookie = by_cookie(again.sock_diag);
  const std::set<Known> known_before = known_in(again.before);
  const std::set<Known> known_after = known_in(again.after);
  std::erase_if(suspects, [&](const Suspect& suspect) {
    if (suspect.netns != netns) return false;
    if (!again.answered) return true;
    if (suspect.seen_in == View::netlink) {
      // A socket that sock_diag still lists after `before` was read must have been in `before`.
      const auto found = of_cookie.find(suspect.row.cookie);
      if (found == of_cookie.end()) return true;
      const Socket& row = *found->second;
      return is_passing(row) || !is_covered(again.before, row) || before.has(row);
    }
    const Known same{suspect.row.inode, tuple_of(suspect.row)};
    return sock_diag.has(suspect.row) || sock_diag.has_tuple(suspect.row) ||
           !known_before.contains(same) || !known_after.contains(same);
  });
  return suspects;
}

std::vector<Suspect> confirm_with_walk(std::vector<Suspect> suspects,
                                       std::span<const ViewsAgain> again,
                                       const DescriptorWalk& walk) {
  std::vector<Rows> rows;
  for (const ViewsAgain& views : again) rows.emplace_back(views.sock_diag);
  std::vector<std::uint32_t> suspected;
  for (const Suspect& suspect : suspects) suspected.push_back(suspect.row.inode);
  const InodeSet wanted(suspected);
  std::set<Known> still_held;
  for (const Descriptor& held : walk.descriptors) {
    if (held.kind != DescriptorKind::socket || held.inode > UINT32_MAX) continue;
    const auto inode = static_cast<std::uint32_t>(held.inode);
    if (!wanted.contains(inode) || !belongs_in_table(held.socket)) continue;
    still_held.emplace(inode, tuple_of(row_of(held)));
  }
  std::erase_if(suspects, [&](const Suspect& suspect) {
    return !again[suspect.netns].answered || rows[suspect.netns].has(suspect.row) ||
           !still_held.contains({suspect.row.inode, tuple_of(suspect.row)});
  });
  return suspects;
}

std::vector<Gap> not_cross_checked(std::span<const Socket> sockets, std::span<const ProcView> views,
                                   const DescriptorWalk* walk) {
  std::vector<std::uint32_t> held;
  if (walk != nullptr) {
    for (const Descriptor& descriptor : walk->descriptors) {
      if (descriptor.kind != DescriptorKind::socket || descriptor.inode > UINT32_MAX) continue;
      held.push_back(static_cast<std::uint32_t>(descriptor.inode));
    }
  }
  const InodeSet in_walk(held);
  std::map<std::string, std::uint64_t> counts;
  for (const Socket& socket : sockets) {
    if (is_passing(socket) || socket.presence != Presence::both) continue;
    const ProcView& view = views[socket.netns];
    if (is_covered(view, socket) || in_walk.contains(socket.inode)) continue;
    ++counts[why_not_compared(socket, view)];
  }
  std::vector<Gap> gaps;
  for (const auto& [reason, count] : counts) {
    gaps.push_back({GapCode::not_cross_checked, std::nullopt, std::nullopt, reason, count});
  }
  return gaps;
}

}  // namespace netmon
