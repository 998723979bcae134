#include "cli/live/round_events.h"

#include <iterator>
#include <ranges>
#include <utility>

#include "netmon/core/events/events.h"
#include "netmon/core/events/span_events.h"
#include "netmon/core/model/span.h"
#include "netmon/core/values/error.h"
#include "netmon/linux/event_processes.h"

namespace netmon::cli {

RoundEvents::RoundEvents() {
  try {
    tap_.emplace();
  } catch (const Error& error) {
    why_not_ = error.what();
  }
}

void RoundEvents::add_to(Snapshot& sample, std::chrono::milliseconds interval,
                         ExecutableDigests& known) {
  if (!tap_) return;
  EventWindow window = tap_->take();
  if (window.events.empty()) return;
  EventPrograms programs = complete_processes(window, known);
  known.merge(programs.fresh);
  SpanUnion span;
  span.add(std::move(sample));
  sample = std::move(span).finish(interval);
  std::ranges::move(programs.gaps, std::back_inserter(sample.gaps));
  add_events(sample, window);
}

}  // namespace netmon::cli
