// The records of the BPF program (records.h) as values. Pure: no system call.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netmon/core/model/descriptor_walk.h"
#include "netmon/core/values/ip_address.h"

namespace netmon {

// Beyond this a walk is given up: one table of a million copies of a descriptor, shared by fork, is
// cheap to make.
inline constexpr std::size_t kMaxDescriptors = 4'000'000;

// The address in a record of BPF: an IPv4 one stands in the first four bytes.
inline IpAddress address_of(std::uint8_t family, std::span<const std::uint8_t, 16> bytes) {
  return family == AF_INET ? IpAddress::ipv4(bytes.first<4>()) : IpAddress::ipv6(bytes);
}

// The name in a record of BPF, up to its NUL; absent where it has none.
inline std::optional<std::string> name_of(std::span<const char> bytes) {
  const auto end = std::ranges::find(bytes, '\0');
  if (end == bytes.end()) return std::nullopt;
  return std::string(bytes.begin(), end);
}

class WalkDecoder {
 public:
  // Whole records only, as each read of the kernel's gives. Throws Error for anything that the
  // program does not write: nothing of the walk can be trusted then.
  void add(std::span<const std::byte> records);

  // What was added so far, a holder for each process that holds something.
  DescriptorWalk take() &&;

 private:
  using ProcessKey = std::pair<std::uint32_t, std::uint64_t>;  // pid, start_ns

  std::uint32_t holder_of(const DescriptorHolder& holder);

  DescriptorWalk walk_;
  std::map<ProcessKey, std::uint32_t> holders_;  // index into walk_.holders
  std::uint32_t latest_holder_ = 0;
};

// decode(bytes) is the walk of a single read.
DescriptorWalk decode(std::span<const std::byte> records);

// What the programs of kernel_sockets.bpf.c write: whole cookies, as each read of the kernel's
// gives. Throws Error for anything that they do not write.
std::vector<std::uint64_t> decode_cookies(std::span<const std::byte> bytes);

}  // namespace netmon
