// Files that somebody has written into.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "snapshots.h"

namespace netmon::fuzz {

// A snapshot with a row in every table, made from bytes that are the same in every run.
inline Snapshot sample(unsigned seed) {
  std::string bytes;
  for (unsigned i = 0; i < 4000; ++i) {
    seed = seed * 1103515245U + 12345U;
    bytes += static_cast<char>(seed >> 16U);
  }
  FuzzedDataProvider input(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return arbitrary_snapshot(input);
}

// `file` with patches. Each patch has an offset (3 bytes), a length (1 byte) and the bytes to
// write.
inline std::string patched(std::string file, FuzzedDataProvider& input) {
  while (input.remaining_bytes() > 4) {
    const auto offset = input.ConsumeIntegralInRange<std::size_t>(0, file.size() - 1);
    const auto bytes = input.ConsumeBytesAsString(1 + input.ConsumeIntegral<std::uint8_t>() % 16U);
    const std::size_t size = std::min(bytes.size(), file.size() - offset);
    file.replace(offset, size, bytes, 0, size);
  }
  return file;
}

}  // namespace netmon::fuzz
