// Searches for owners in one capture, by one of two methods.
#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <span>
#include <string>

#include "linux/owners/owners.h"
#include "netmon/linux/capture.h"

namespace netmon {

// Walks over BPF where that is wanted and works, otherwise through /proc. The walk over BPF needs
// no inodes: the constructor starts it on a thread of its own, concurrently with the first reading
// of the tables. Where that walk fails, an Error is thrown if the method is bpf; otherwise /proc is
// walked.
//
// Where no method is given, BPF is preferred on every host. Both methods take equally long with 60
// processes and 1,000 open files (8 ms of CPU time); with 500 processes and 130,000 open files BPF
// takes about half (190 ms compared with 330 ms). On smaller hosts it costs at most the 2 ms for
// loading its programs. It is preferred there too because only BPF knows who chose a UDP port: with
// a threshold, a host near it would know that in one capture and not in the next.
class OwnerSearch {
 public:
  OwnerSearch(const ProcHost& host, std::optional<OwnerMethod> method, const WalkDescriptors& walk);

  // Whether a walk over BPF is done or under way. One that is under way can still fail.
  [[nodiscard]] bool expects_walk() const { return first_.valid() || newest_; }

  // The newest walk over BPF; null where none succeeded. Waits for the first walk.
  const DescriptorWalk* descriptors();

  // Walks over BPF once more, unless no walk succeeded before. Returns whether there is a newer
  // walk now. Where this one failed, the earlier one stays, but find() looks in /proc instead of in
  // it.
  bool walk_again();

  // Frees the newest walk, which takes more memory than anything else that a capture reads in
  // addition to the sockets. descriptors() is null afterwards, and find() looks in /proc.
  void forget_walk() { newest_.reset(); }

  // The owners of these sockets, from the newest walk over BPF or from a walk through /proc.
  // `strangers` matters for /proc alone: a walk over BPF knows the namespace of every socket.
  OwnerWalk find(std::span<const std::uint32_t> inodes, Strangers strangers = Strangers::ignore);

 private:
  const ProcHost& host_;
  std::optional<OwnerMethod> method_;
  const WalkDescriptors& walk_;
  std::future<DescriptorWalk> first_;
  std::optional<DescriptorWalk> newest_;
  bool is_current_ = true;  // false where a walk was tried after `newest_` and failed
};

}  // namespace netmon
