// Decodes the records of the BPF programs (records.h) into values. Pure: no system call.
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

// Upper bound on the descriptors of a walk, which is given up beyond it: a table with a million
// copies of a descriptor, duplicated by fork, is cheap to make.
inline constexpr std::size_t kMaxDescriptors = 4'000'000;

// The address in a record: an IPv4 address is in the first four bytes.
inline IpAddress address_of(std::uint8_t family, std::span<const std::uint8_t, 16> bytes) {
  return family == AF_INET ? IpAddress::ipv4(bytes.first<4>()) : IpAddress::ipv6(bytes);
}

// The name in a record, up to its NUL; absent where there is no NUL.
inline std::optional<std::string> name_of(std::span<const char> bytes) {
  const auto end = std::ranges::find(bytes, '\0');
  if (end == bytes.end()) return std::nullopt;
  return std::string(bytes.begin(), end);
}

class WalkDecoder {
 public:
  // Adds whole records, as each read(2) returns them. Throws Error for anything that the program
  // does not write, because nothing of the walk can be trusted then.
  void add(std::span<const std::byte> records);

  // Returns what was added, with one holder for each process.
  DescriptorWalk take() &&;

 private:
  using ProcessKey = std::pair<std::uint32_t, std::uint64_t>;  // pid, start_ns

  std::uint32_t holder_of(const DescriptorHolder& holder);

  DescriptorWalk walk_;
  std::map<ProcessKey, std::uint32_t> holders_;  // indexes into walk_.holders
  std::uint32_t latest_holder_ = 0;
};

// Decodes a walk whose records came in a single read.
DescriptorWalk decode(std::span<const std::byte> records);

// Decodes what the programs of kernel_sockets.bpf.c write: whole cookies, as each read(2) returns
// them. Throws Error for anything that they do not write.
std::vector<std::uint64_t> decode_cookies(std::span<const std::byte> bytes);

}  // namespace netmon
