// Which process holds which socket, according to the kernel's own list of open files. The BPF layer
// produces these values, and the capture joins them with the socket tables.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// USER_HZ, the unit of times in proc_pid_stat(5), is 100 on every architecture but Alpha.
inline constexpr std::uint64_t kNanosecondsPerTick = 1'000'000'000 / 100;

// A process as the kernel describes it at the moment of the walk.
struct DescriptorHolder {
  std::uint32_t pid = 0;       // in netmon's pid namespace
  std::uint64_t start_ns = 0;  // since boot
  std::string comm;  // of the thread-group leader, as the kernel has it: not yet sanitised

  // The start in clock ticks, as in field 22 of proc_pid_stat(5). Two processes can have the same
  // pid and start in the same tick, one after the other.
  [[nodiscard]] std::uint64_t start_ticks() const { return start_ns / kNanosecondsPerTick; }

  bool operator==(const DescriptorHolder&) const = default;
};

enum class DescriptorKind : std::uint8_t {
  socket,
  net_namespace,  // a file on nsfs that holds a network namespace
  io_uring,       // a ring: only its fdinfo shows the files that are registered with it
};

// What the kernel knows about an Internet, packet or raw socket that is held.
struct HeldSocketFacts {
  std::uint64_t netns = 0;  // inode of the namespace on nsfs
  Protocol protocol = Protocol::tcp;
  State state = State::close;
  Endpoint local;
  Endpoint remote;
  bool bound = false;  // has a local port; a raw or packet socket: is in its table
  // TCP and UDP sockets with a port have it. It is absent for MPTCP, where only the subflows know.
  std::optional<PortChoice> port_choice;
  // TCP and UDP: the id of the BPF program that selects among the sockets of a SO_REUSEPORT group,
  // 0 for none. vsock: the context id of the peer, or the one that a listener is bound to, 0 for
  // any.
  std::uint32_t program_or_cid = 0;
  // vsock: the port of the service; SCTP: the port that is listened on; other families: the number
  // of the family.
  std::uint32_t number = 0;
  bool multipath = false;  // MPTCP: the tables show its subflows, and it can outlive them

  bool operator==(const HeldSocketFacts&) const = default;
};

struct Descriptor {
  DescriptorKind kind = DescriptorKind::socket;
  std::uint32_t holder = 0;  // index into DescriptorWalk::holders
  std::uint32_t thread = 0;  // thread id, for a thread with a descriptor table of its own; else 0
  std::int32_t fd = -1;
  std::uint64_t inode = 0;  // sockfs or nsfs; 0 for a ring
  HeldSocketFacts socket;   // only where kind is socket

  bool operator==(const Descriptor&) const = default;
};

struct DescriptorWalk {
  std::vector<DescriptorHolder> holders;
  std::vector<Descriptor> descriptors;  // sockets of other families (unix, netlink) are left out
};

// Walks the open files of every task in netmon's pid namespace. Throws Error on failure, and the
// caller then falls back to /proc.
using WalkDescriptors = std::function<DescriptorWalk()>;

// The cookies of the kernel's own sockets in the calling thread's network namespace. Throws Error
// where they cannot be told.
using ListKernelSockets = std::function<std::vector<std::uint64_t>()>;

}  // namespace netmon
