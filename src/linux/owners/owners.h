// The owner walk: which processes hold the wanted sockets, by the descriptor tables in /proc; and
// what every way to walk ends in.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "linux/namespaces/socket_namespace.h"
#include "linux/owners/descriptors.h"
#include "linux/procfs/process_reader.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

struct HeldSocket {
  std::uint32_t inode = 0;
  Owner owner;                            // its process is an index into OwnerWalk::processes
  std::optional<PortChoice> port_choice;  // only a walk over BPF knows

  auto operator<=>(const HeldSocket&) const = default;
};

// A process that held sockets when the kernel walked its open files, and has ended since. Who holds
// them now may be found yet: whoever it handed them to.
struct EndedProcess {
  FoundProcess process;
  std::vector<HeldSocket> held;  // Owner::process says nothing here
};

// A network namespace that a process holds open.
struct HeldNamespace {
  std::uint64_t id = 0;  // inode on nsfs
  std::string path;      // below the proc root, as long as the process holds it

  bool operator==(const HeldNamespace&) const = default;
};

// See Strangers: such a socket, and the namespace that it lives in.
struct StrangerSocket {
  std::uint64_t netns = 0;
  SocketHandle handle;

  bool operator==(const StrangerSocket&) const = default;
};

struct OwnerWalk {
  std::vector<FoundProcess> processes;  // owners and their ancestors, by pid and start
  std::vector<HeldSocket> held;         // by inode, then the oldest process first; one per process
  std::vector<EndedProcess> ended;      // only a walk over BPF knows
  std::vector<HeldNamespace> namespaces;
  std::vector<StrangerSocket> strangers;
  std::uint64_t seen = 0;           // processes that were looked at
  std::uint64_t not_permitted = 0;  // of those: descriptors not, or not all, readable
  std::uint64_t vanished = 0;       // of those: gone before they were read
  int error = 0;                    // errno of the first that was not permitted
};

// Finds the owners among the processes below `host.root`. Throws SystemError where that cannot be
// listed.
OwnerWalk find_owners(const ProcHost& host, std::span<const std::uint32_t> inodes,
                      Strangers strangers = Strangers::ignore);

// Adds what a later walk found; processes found twice are one.
OwnerWalk merge_walks(OwnerWalk first, OwnerWalk second);

// A walk whose parts are all there: gives its processes their ancestors, and both lists their
// order.
OwnerWalk finish_walk(OwnerWalk walk, const ProcHost& host);

}  // namespace netmon
