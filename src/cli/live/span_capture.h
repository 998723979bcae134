// Implements `capture --for`: a span of samples, taken at a steady pace.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/signals.h"
#include "netmon/bpf/event_tap.h"
#include "netmon/core/events/events.h"
#include "netmon/linux/capture.h"

namespace netmon::cli {

// Whether a span records what happens between two samples. `automatic` means where that is
// possible.
enum class Events : std::uint8_t { automatic, on, off };
std::optional<Events> parse_events(std::string_view text);  // "auto", "on", "off"

struct SpanPlan {
  std::chrono::milliseconds length;
  std::chrono::milliseconds every;
  Events events = Events::automatic;
  EventBounds bounds;
};

// Collects events from its construction to the end of the span. It must be made before the first
// sample, so that the events cover the whole span.
class EventWatch {
 public:
  // Throws Error where events are required and not available.
  EventWatch(Events events, const EventBounds& bounds);

  [[nodiscard]] bool is_watching() const { return tap_.has_value(); }

  // Makes a canary: uses the network in a namespace of its own, which the events must then show.
  // The constructor and finish() call it; the span must call it in its middle too.
  void run_canary();

  // Adds the events to the span, or a gap where there are none. Returns the digests that were not
  // known.
  ExecutableDigests finish(Snapshot& span, const ExecutableDigests& known, bool command_lines);

 private:
  std::optional<EventTap> tap_;
  std::vector<EventCanary> canaries_;
  std::string no_canary_;
  CounterReadings readings_;
  std::string reason_;  // why there are no events
};

struct SpanCapture {
  CaptureResult result;
  std::optional<int> signal;  // the signal that ended it early
};

// Takes the samples of a span. `first` is the sample that was just taken. Further samples follow
// until the plan is over or a signal comes; a sample under way is then finished, and those not
// taken are a gap. Progress is shown on standard error where that is a terminal. `signals` must
// live until the span is stored, so that a signal after the last sample does not lose it.
SpanCapture capture_span(CaptureOptions options, CaptureResult first, const SpanPlan& plan,
                         EventWatch& events, const Signals& signals);

}  // namespace netmon::cli
