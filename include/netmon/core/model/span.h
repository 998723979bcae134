// Many captures as one snapshot: what was there at any time of a span. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// The union of samples. A socket is the same in two samples by namespace and cookie; where it has
// no cookie, by all that names it. The rest of a connection whose process has let go of it
// (TIME_WAIT, orphan) belongs to the connection, and of its readings the one with an owner stays.
// Memory grows with what is distinct, not with the number of samples.
class SpanUnion {
 public:
  SpanUnion();
  SpanUnion(SpanUnion&&) noexcept;
  SpanUnion& operator=(SpanUnion&&) noexcept;
  ~SpanUnion();

  void add(Snapshot sample);
  [[nodiscard]] std::uint32_t samples() const;
  [[nodiscard]] std::size_t sockets() const;  // distinct ones so far

  // The snapshot, with its sightings; info is the first sample's, up to the end of the last. There
  // has been a sample.
  [[nodiscard]] Snapshot finish(std::chrono::milliseconds every) &&;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netmon
