// Many captures as one snapshot of everything that was there during a span. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// The union of samples. Two samples show the same socket if namespace and cookie are equal; without
// a cookie, if everything that identifies it is. What remains of a connection after its process has
// closed it (TIME_WAIT, orphan) is merged into that connection, and the reading that has an owner
// is kept. Memory grows with the number of distinct sockets, not of samples.
class SpanUnion {
 public:
  SpanUnion();
  SpanUnion(SpanUnion&&) noexcept;
  SpanUnion& operator=(SpanUnion&&) noexcept;
  ~SpanUnion();

  void add(Snapshot sample);
  [[nodiscard]] std::uint32_t samples() const;
  [[nodiscard]] std::size_t sockets() const;  // distinct ones so far

  // The snapshot with its sightings. Its info is that of the first sample, up to the end of the
  // last one. Throws std::logic_error where no sample was added.
  [[nodiscard]] Snapshot finish(std::chrono::milliseconds every) &&;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netmon
