// Hashes of numbers and addresses, for tables whose keys no attacker chooses.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "netmon/core/values/ip_address.h"

namespace netmon {

// The high and the low half of an address, in the host's byte order.
inline std::array<std::uint64_t, 2> halves(const IpAddress& address) {
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), address.bytes.data(), sizeof words);
  return words;
}

// Multiplicative hashing (Knuth, The Art of Computer Programming, volume 3, section 6.4).
inline std::uint64_t hash_words(std::initializer_list<std::uint64_t> words) {
  std::uint64_t hash = 0;
  for (const std::uint64_t word : words) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15U;  // 2^64 divided by the golden ratio
    hash ^= hash >> 32U;
  }
  return hash;
}

}  // namespace netmon
