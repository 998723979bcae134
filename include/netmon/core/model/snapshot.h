// The model: what a capture sees, as plain values. A Snapshot is self-contained: its parts refer to
// one another by index, so it can be copied, stored, compared and generated.
//
// All text in a snapshot is valid UTF-8 (see text.h), but otherwise as untrusted as its source.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/events/event_count.h"
#include "netmon/core/model/gap.h"
#include "netmon/core/model/netns.h"
#include "netmon/core/model/process.h"
#include "netmon/core/model/socket.h"
#include "netmon/core/reach/reach.h"
#include "netmon/core/values/time.h"

namespace netmon {

// The views of the kernel's sockets that are compared with one another: sock_diag(7), /proc/net,
// and the open files that a BPF iterator lists.
enum class View : std::uint8_t { netlink, proc, bpf };

// A socket that one view showed in two passes and another view, which must show it too, in neither.
struct HiddenSocket {
  std::uint32_t netns = 0;  // index into Snapshot::namespaces
  Protocol protocol = Protocol::tcp;
  State state = State::close;
  Endpoint local;
  Endpoint remote;
  std::uint32_t inode = 0;               // 0 where the view has none
  std::optional<std::uint32_t> process;  // index into Snapshot::processes, where known
  View seen_in = View::netlink;
  View missing_from = View::proc;

  bool operator==(const HiddenSocket&) const = default;
};

// A snapshot that is the union of samples, one taken every `every`.
struct Span {
  std::chrono::milliseconds every{};
  std::uint32_t samples = 0;  // that were taken

  bool operator==(const Span&) const = default;
};

// When a socket of a span was seen, in how many samples, and how many events there were of it or of
// others at the same place by the same process. A socket that lived between two samples is in none.
struct Sighting {
  Timestamp first_seen{};
  Timestamp last_seen{};
  std::uint32_t samples = 0;
  std::uint64_t events = 0;

  bool operator==(const Sighting&) const = default;
};

// How owners were found: by a walk over BPF, or over the descriptor tables in /proc.
enum class OwnerMethod : std::uint8_t { bpf, proc };

enum class Privilege : std::uint8_t { root, capabilities, user };
enum class NetnsSelection : std::uint8_t { all, current };

struct User {
  std::uint32_t uid = 0;
  std::string name;

  bool operator==(const User&) const = default;
};

// Where an imported snapshot comes from.
struct Origin {
  std::string chain;        // the chain of the database that stored it first: 32 hexadecimal digits
  std::int64_t number = 0;  // its number in that database

  bool operator==(const Origin&) const = default;
};

struct SnapshotInfo {
  std::optional<std::int64_t> id;  // the number in the database; absent for @now and @empty
  std::optional<Origin> origin;    // of an imported snapshot
  std::string digest;              // "sha256:…", set by the store
  std::string label;               // "" for @now and @empty
  std::string ticket;
  std::string note;
  std::string host_name;
  std::string machine_id;
  std::string boot_id;
  std::string kernel;  // uname -r
  std::string netmon_version;
  User user;                       // effective uid
  std::optional<User> sudo_user;   // SUDO_UID, SUDO_USER: as the environment claims
  std::optional<User> login_user;  // /proc/self/loginuid
  Privilege privilege = Privilege::user;
  NetnsSelection netns = NetnsSelection::all;
  OwnerMethod owner_method = OwnerMethod::proc;
  std::optional<Span> span;  // absent for a single capture
  Timestamp started_at{};
  Timestamp finished_at{};

  bool operator==(const SnapshotInfo&) const = default;
};

struct Snapshot {
  SnapshotInfo info;
  std::vector<NetNamespace> namespaces;
  std::vector<Process> processes;
  std::vector<Owner> owners;  // grouped by socket, oldest process first
  std::vector<Socket> sockets;
  std::vector<Sighting> sightings;  // only of a span: one for each socket, by index
  std::vector<HiddenSocket> hidden;
  std::vector<Forward> forwards;
  std::vector<ReachFact> reach;
  std::vector<Gap> gaps;
  std::vector<EventCount> event_counts;  // only of a span with events; by kind and processor
  std::vector<EventProof> event_proofs;  // likewise: canaries in their order, then counters

  bool operator==(const Snapshot&) const = default;

  [[nodiscard]] std::span<const Owner> owners_of(const Socket& socket) const {
    return std::span(owners).subspan(socket.first_owner, socket.owner_count);
  }
  // The owner that is shown: the oldest. Null where there is none.
  [[nodiscard]] const Process* shown_process(const Socket& socket) const {
    return socket.owner_count == 0 ? nullptr : &processes[owners[socket.first_owner].process];
  }
};

// The invariants of a snapshot, in one place: references between its parts, and their order.
//
// Returns what is wrong with the indexes, in words for developers; nothing where all are valid.
std::optional<std::string> inconsistency_of(const Snapshot& snapshot);

// Sorts namespaces by scope and id, processes by pid, start and what they run, the owners of each
// socket by the age of their process, sockets by namespace, protocol, state, addresses, ports and
// cookie, forwards and facts about reach by namespace, and gaps by code; then updates all indexes.
// The snapshot must be consistent.
void put_in_order(Snapshot& snapshot);

// The ancestors of the process, nearest first; at most 64, because a damaged chain may be a ring.
std::vector<const Process*> ancestors_of(const Snapshot& snapshot, const Process& process);

// A stored snapshot without its rows: what `list` shows.
struct SnapshotSummary {
  SnapshotInfo info;
  std::uint64_t sockets = 0;
  std::uint64_t listeners = 0;  // TCP in LISTEN and unconnected UDP
  std::uint64_t processes = 0;  // those that own a socket
  std::uint64_t namespaces = 0;
  std::uint64_t gaps = 0;

  bool operator==(const SnapshotSummary&) const = default;
};

// The stable words that are stored and printed. Each parse_ function is the inverse.
std::string_view to_string(View view);
std::string_view to_string(OwnerMethod method);
std::string_view to_string(Privilege privilege);
std::string_view to_string(NetnsSelection selection);
std::optional<View> parse_view(std::string_view text);
std::optional<OwnerMethod> parse_owner_method(std::string_view text);
std::optional<Privilege> parse_privilege(std::string_view text);
std::optional<NetnsSelection> parse_netns_selection(std::string_view text);

// One line for people: "tcp 0.0.0.0:31337, seen in netlink, missing from proc".
std::string describe(const Snapshot& snapshot, const HiddenSocket& hidden);

// The name of the interface that the socket is bound to; "" for none, "if7" where the name is not
// known, "cid:7" for a vsock socket.
std::string device_name(const Snapshot& snapshot, const Socket& socket);

// An address as it is shown: with "%eth0" after a link-local one, "*" for none.
std::string display_address(const Snapshot& snapshot, const Socket& socket,
                            const IpAddress& address);

// "10.0.0.5:5432", "[::1]:22", "*:*" where there is no remote end; a packet socket is
// "eth0:0x0800", its interface and EtherType.
std::string display_local(const Snapshot& snapshot, const Socket& socket);
std::string display_remote(const Snapshot& snapshot, const Socket& socket);

}  // namespace netmon
