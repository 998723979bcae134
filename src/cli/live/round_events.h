// What came and went between two rounds of a watch.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "netmon/bpf/event_tap.h"
#include "netmon/core/model/executable.h"
#include "netmon/core/model/snapshot.h"

namespace netmon::cli {

// Events from its making on, where they are to be had.
class RoundEvents {
 public:
  RoundEvents();

  // Puts into a round's sample what happened since the one before, as rows like any: one that came
  // and went is there in this round, and has gone in the next. Digests that were not known are
  // added to `known`. Does nothing where there are no events.
  void add_to(Snapshot& sample, std::chrono::milliseconds interval, ExecutableDigests& known);

  // Why there are none; "" where there are.
  [[nodiscard]] const std::string& why_not() const { return why_not_; }

 private:
  std::optional<EventTap> tap_;
  std::string why_not_;
};

}  // namespace netmon::cli
