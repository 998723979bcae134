// The owner walk through /proc, which finds the processes that hold the wanted sockets; and
// OwnerWalk, the result of a walk by either method.
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
  Owner owner;                            // Owner::process is an index into OwnerWalk::processes
  std::optional<PortChoice> port_choice;  // set by a walk over BPF alone

  auto operator<=>(const HeldSocket&) const = default;
};

// A process that held sockets during the walk over BPF and has ended since. It may have passed them
// on to a process that a later walk still finds.
struct EndedProcess {
  FoundProcess process;
  std::vector<HeldSocket> held;  // Owner::process has no meaning here
};

// A network namespace that a process holds open.
struct HeldNamespace {
  std::uint64_t id = 0;  // inode on nsfs
  std::string path;      // with the proc root; valid as long as the process holds it

  bool operator==(const HeldNamespace&) const = default;
};

// A stranger (see Strangers) and the inode of the namespace that it lives in.
struct StrangerSocket {
  std::uint64_t netns = 0;
  SocketHandle handle;

  bool operator==(const StrangerSocket&) const = default;
};

struct OwnerWalk {
  std::vector<FoundProcess> processes;  // owners and their ancestors, sorted by pid and start
  std::vector<HeldSocket> held;         // sorted by inode, oldest process first; one per process
  std::vector<EndedProcess> ended;      // filled by a walk over BPF alone
  std::vector<HeldNamespace> namespaces;
  std::vector<StrangerSocket> strangers;
  std::uint64_t seen = 0;           // processes that were visited
  std::uint64_t not_permitted = 0;  // of those: some descriptors, or all, could not be read
  std::uint64_t vanished = 0;       // of those: gone before they were read
  int error = 0;                    // errno of the first that was not permitted
};

// Finds the owners among the processes below `host.root`. Throws SystemError where the root cannot
// be listed.
OwnerWalk find_owners(const ProcHost& host, std::span<const std::uint32_t> inodes,
                      Strangers strangers = Strangers::ignore);

// Adds what a later walk found. A process that both found is kept once.
OwnerWalk merge_walks(OwnerWalk first, OwnerWalk second);

// Completes a walk: adds the ancestors of its processes, and sorts the processes and held sockets.
OwnerWalk finish_walk(OwnerWalk walk, const ProcHost& host);

}  // namespace netmon
