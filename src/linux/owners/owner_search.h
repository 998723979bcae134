// The method by which owners are looked for in one capture.
#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <span>
#include <string>

#include "linux/owners/owners.h"
#include "netmon/linux/capture.h"

namespace netmon {

// Walks over BPF where that is wanted and works, else through /proc. The walk over BPF needs no
// inodes: it runs from the construction on, on a thread of its own, beside the first reading of the
// tables. A walk over BPF that fails is an Error where BPF was asked for by name, and otherwise the
// reason to walk through /proc.
//
// Without a method of choice BPF is preferred on every host. A capture takes as long by either
// where there are 60 processes with 1,000 open files (8 ms of CPU); with 500 processes and 130,000
// open files BPF takes half (190 ms against 330). On smaller hosts it loses no more than its load,
// 2 ms, and alone knows who chose a UDP port: a host near a threshold must not know it in one
// capture and not in the next.
class OwnerSearch {
 public:
  OwnerSearch(const ProcHost& host, std::optional<OwnerMethod> method, const WalkDescriptors& walk);

  // A walk over BPF is under way, or done: it may fail yet.
  [[nodiscard]] bool expects_walk() const { return first_.valid() || newest_; }

  // The newest walk over BPF; null where owners are looked for in /proc. Waits for the first.
  const DescriptorWalk* descriptors();

  // Walks over BPF once more; does nothing where owners are looked for in /proc.
  void walk_again();

  // The owners of these sockets, by the newest walk over BPF or a walk through /proc. The former
  // says of every socket where it lives; the latter looks into strangers for that.
  OwnerWalk find(std::span<const std::uint32_t> inodes, Strangers strangers = Strangers::ignore);

 private:
  const ProcHost& host_;
  std::optional<OwnerMethod> method_;
  const WalkDescriptors& walk_;
  std::future<DescriptorWalk> first_;
  std::optional<DescriptorWalk> newest_;
};

}  // namespace netmon
