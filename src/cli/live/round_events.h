// Adds to the rounds of a watch what came and went between them.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "netmon/bpf/event_tap.h"
#include "netmon/core/model/executable.h"
#include "netmon/core/model/snapshot.h"

namespace netmon::cli {

// Collects events from its construction on, where they are available.
class RoundEvents {
 public:
  RoundEvents();

  // Adds to the sample of a round what happened since the round before, as ordinary rows: a socket
  // that came and went is present in this round, and gone in the next. Digests that were not known
  // are added to `known`. Does nothing where events are not available.
  void add_to(Snapshot& sample, std::chrono::milliseconds interval, ExecutableDigests& known);

  // Why events are not available; "" where they are.
  [[nodiscard]] const std::string& why_not() const { return why_not_; }

 private:
  std::optional<EventTap> tap_;
  std::string why_not_;
};

}  // namespace netmon::cli
