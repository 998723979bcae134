#include "cli/view/round.h"

#include <algorithm>
#include <map>
#include <utility>

#include "netmon/core/model/accept_queue.h"
#include "netmon/core/values/ip_address.h"

namespace netmon::cli {
namespace {

// The hash FNV-1a with 64 bits (draft-eastlake-fnv).
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<std::uint8_t>(c));
    add_byte(0);
  }
  void add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
      add_byte(static_cast<std::uint8_t>(number >> shift));
  }
  // Sets the highest bit, which no cookie has, because the kernel counts cookies up from small
  // numbers (net/core/sock_diag.c).
  [[nodiscard]] SocketKey key() const { return hash_ | (SocketKey{1} << 63U); }

 private:
  void add_byte(std::uint8_t byte) {
    hash_ ^= byte;
    hash_ *= 0x100000001b3U;
  }
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

SocketKey key_of(const Snapshot& snapshot, const Socket& socket) {
  if (socket.cookie != 0) return socket.cookie;
  Hash hash;
  hash.add(snapshot.namespaces[socket.netns].id);
  for (const std::uint64_t number :
       {static_cast<std::uint64_t>(socket.protocol), std::uint64_t{socket.inode},
        std::uint64_t{socket.link_protocol}, std::uint64_t{socket.local.port},
        std::uint64_t{socket.remote.port}}) {
    hash.add(number);
  }
  hash.add(to_string(socket.local.address));
  hash.add(to_string(socket.remote.address));
  return hash.key();
}

bool is_unexpected(const ReviewedChange& reviewed) {
  return reviewed.status == Status::unapproved || reviewed.status == Status::expired;
}

bool is_addition(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::listener_added:
    case ChangeKind::outbound_added:
    case ChangeKind::raw_added:
    case ChangeKind::inbound_added:
    case ChangeKind::client_added:
    case ChangeKind::moved:
      return true;
    default:
      return false;
  }
}

bool is_removal(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::listener_removed:
    case ChangeKind::outbound_removed:
    case ChangeKind::raw_removed:
    case ChangeKind::inbound_removed:
    case ChangeKind::client_removed:
      return true;
    default:
      return false;
  }
}

// The mark of a change. Nothing is unexpected without a baseline.
Mark mark_of(const ReviewedChange& reviewed, bool has_baseline) {
  if (has_baseline && is_unexpected(reviewed)) return Mark::unexpected;
  if (is_removal(reviewed.change.kind)) return Mark::missing;
  return is_addition(reviewed.change.kind) ? Mark::added : Mark::changed;
}

// Whether a change that is about no socket of the round gets a row. Notices do not, except removed
// listeners: rows for what comes and goes all the time would hide the others.
bool has_row_of_its_own(const ReviewedChange& reviewed) {
  if (!reviewed.change.sockets.empty()) return false;
  return reviewed.change.kind == ChangeKind::listener_removed || is_unexpected(reviewed);
}

Part part_of(Snapshot snapshot) {
  Part part;
  const std::size_t count = snapshot.sockets.size();
  part.roles = roles_of(snapshot);
  part.accepting = accepting_listeners(snapshot);
  part.marks.assign(count, Mark::known);
  part.kinds.resize(count);
  part.severities.assign(count, Severity::notice);
  part.keys.reserve(count);
  for (const Socket& socket : snapshot.sockets) part.keys.push_back(key_of(snapshot, socket));
  part.first_seen.assign(count, snapshot.info.started_at);
  part.snapshot = std::move(snapshot);
  return part;
}

void mark(Part& part, const Review& review, bool has_baseline) {
  // A review has the most severe changes first, and the first one that fits best decides.
  for (const ReviewedChange& reviewed : review.changes) {
    const Mark mark = mark_of(reviewed, has_baseline);
    for (const std::uint32_t socket : reviewed.change.sockets) {
      if (part.kinds[socket] && part.marks[socket] <= mark) continue;
      part.marks[socket] = mark;
      part.kinds[socket] = reviewed.change.kind;
      part.severities[socket] = reviewed.change.severity;
    }
  }
}

IpAddress address_of(const std::vector<std::string>& addresses) {
  return addresses.empty() ? IpAddress{}
                           : parse_ip_address(addresses.front()).value_or(IpAddress{});
}

// Adds the socket that a change is about, with its process, as far as the change describes them.
void add_described(Part& part, const Change& change) {
  Snapshot& snapshot = part.snapshot;
  const auto number = static_cast<std::uint32_t>(snapshot.sockets.size());
  NetNamespace netns;
  netns.scope = change.identity.scope;
  snapshot.namespaces.push_back(std::move(netns));
  const bool listens = change.identity.role == Role::listener;
  Socket socket{.netns = number, .protocol = change.identity.protocol};
  socket.state = is_datagram(socket.protocol) ? State::unconnected
                 : listens                    ? State::listen
                                              : State::close;
  const auto port_in = [](const std::optional<std::uint32_t>& port) {
    return static_cast<std::uint16_t>(port.value_or(0));
  };
  socket.local = {address_of(change.addresses), port_in(change.port)};
  if (is_raw(socket.protocol)) socket.link_protocol = change.port.value_or(0);
  if (const auto& remote = change.identity.remote) {
    socket.remote = {parse_ip_address(remote->address).value_or(IpAddress{}),
                     port_in(remote->port)};
  }
  if (change.process) {
    const ProcessSummary& summary = *change.process;
    socket.owner_state = OwnerState::held;
    socket.first_owner = static_cast<std::uint32_t>(snapshot.owners.size());
    socket.owner_count = 1;
    snapshot.owners.push_back({static_cast<std::uint32_t>(snapshot.processes.size())});
    Process process;
    process.pid = summary.pid;
    process.name = summary.name;
    process.exe = summary.exe;
    process.exe_deleted = summary.exe_deleted;
    process.exe_sha256 = summary.exe_sha256;
    process.script = summary.script;
    process.cmdline = summary.cmdline;
    process.uid = summary.uid;
    process.user = summary.user;
    process.unit = summary.unit;
    process.container = summary.container;
    process.started_at = summary.started_at;
    snapshot.processes.push_back(std::move(process));
  }
  snapshot.sockets.push_back(socket);
}

Part missing_of(const Review& review, bool has_baseline, const SnapshotInfo& info) {
  Part part;
  part.snapshot.info = info;
  for (const ReviewedChange& reviewed : review.changes) {
    if (!has_row_of_its_own(reviewed)) continue;
    add_described(part, reviewed.change);
    part.roles.emplace_back(reviewed.change.identity.role);
    part.marks.push_back(mark_of(reviewed, has_baseline));
    part.kinds.emplace_back(reviewed.change.kind);
    part.severities.push_back(reviewed.change.severity);
    Hash hash;
    hash.add(reviewed.change.fingerprint);
    part.keys.push_back(hash.key());
    part.first_seen.push_back(info.started_at);
  }
  return part;
}

// Copies processes with their parents, each once. copy() returns the new index.
class Processes {
 public:
  Processes(const Snapshot& from, Snapshot& to) : from_(from), to_(to) {}

  std::uint32_t copy(std::uint32_t index) {
    std::vector<std::uint32_t> chain;  // nearest first, up to one that was copied before
    std::optional<std::uint32_t> next = index;
    while (next && !copied_.contains(*next)) {
      copied_.emplace(*next, static_cast<std::uint32_t>(to_.processes.size()));
      to_.processes.push_back(from_.processes[*next]);
      chain.push_back(*next);
      next = from_.processes[*next].parent;
    }
    for (const std::uint32_t each : chain) {
      auto& parent = to_.processes[copied_.at(each)].parent;
      if (parent) parent = copied_.at(*parent);
    }
    return copied_.at(index);
  }

 private:
  const Snapshot& from_;
  Snapshot& to_;
  std::map<std::uint32_t, std::uint32_t> copied_;
};

}  // namespace

Round make_round(Snapshot snapshot, std::optional<Review> review, bool has_baseline) {
  Round round;
  round.has_baseline = has_baseline;
  round.present = part_of(std::move(snapshot));
  if (review) {
    mark(round.present, *review, has_baseline);
    round.missing = missing_of(*review, has_baseline, round.present.snapshot.info);
    round.review = std::move(review);
  }
  return round;
}

Part excerpt_of(const Part& part, std::span<const std::uint32_t> sockets) {
  Part excerpt;
  const Snapshot& from = part.snapshot;
  Snapshot& to = excerpt.snapshot;
  to.info = from.info;
  to.namespaces = from.namespaces;
  Processes processes(from, to);
  for (const std::uint32_t index : sockets) {
    Socket socket = from.sockets[index];
    const auto owners = from.owners_of(socket);
    socket.first_owner = static_cast<std::uint32_t>(to.owners.size());
    for (Owner owner : owners) {
      owner.process = processes.copy(owner.process);
      to.owners.push_back(owner);
    }
    to.sockets.push_back(socket);
    excerpt.roles.push_back(part.roles[index]);
    excerpt.marks.push_back(part.marks[index]);
    excerpt.kinds.push_back(part.kinds[index]);
    excerpt.severities.push_back(part.severities[index]);
    excerpt.keys.push_back(part.keys[index]);
    excerpt.first_seen.push_back(part.first_seen[index]);
  }
  return excerpt;
}

Review review_of(const Round& round, const Part& part, std::uint32_t socket) {
  Review found;
  if (!round.review) return found;
  found.before = round.review->before;
  found.after = round.review->after;
  found.rules = round.review->rules;
  const auto is_about = [&](const ReviewedChange& reviewed) {
    if (&part == &round.present) {
      const auto& sockets = reviewed.change.sockets;
      return std::ranges::find(sockets, socket) != sockets.end();
    }
    if (&part != &round.missing || !has_row_of_its_own(reviewed)) return false;
    Hash hash;
    hash.add(reviewed.change.fingerprint);
    return hash.key() == part.keys[socket];
  };
  for (const ReviewedChange& reviewed : round.review->changes) {
    if (is_about(reviewed)) found.changes.push_back(reviewed);
  }
  return found;
}

}  // namespace netmon::cli
