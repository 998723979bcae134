// `capture --for`: a span of samples, taken at a steady pace.
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

// Whether a span has what happened between two samples: `automatic` where it is to be had.
enum class Events : std::uint8_t { automatic, on, off };
std::optional<Events> parse_events(std::string_view text);  // "auto", "on", "off"

struct SpanPlan {
  std::chrono::milliseconds length;
  std::chrono::milliseconds every;
  Events events = Events::automatic;
  EventBounds bounds;
};

// Events from its making to the end of the span: to be made before the first sample, so that both
// edges overlap.
class EventWatch {
 public:
  // Throws Error where events are demanded and not to be had.
  EventWatch(Events events, const EventBounds& bounds);

  [[nodiscard]] bool is_watching() const { return tap_.has_value(); }

  // Does in a namespace of its own what must be seen. To be called before the first sample, in the
  // middle and after the last one.
  void run_canary();

  // Puts them into the span, or says why there are none. Returns what was not known of files.
  ExecutableDigests finish(Snapshot& span, const ExecutableDigests& known, bool command_lines);

 private:
  std::optional<EventTap> tap_;
  std::vector<EventCanary> canaries_;
  std::string no_canary_;
  CounterReadings readings_;
  std::string reason_;  // why there is none
};

struct SpanCapture {
  CaptureResult result;
  std::optional<int> signal;  // that cut it short
};

// `first` is the sample that was just taken. Further samples follow until the plan is over or a
// signal comes, which lets the sample under way come to its end; those not taken are a gap.
// Progress goes to standard error where that is a terminal. `signals` is to be kept until the span
// is stored: one that comes after the last sample must not lose it.
SpanCapture capture_span(CaptureOptions options, CaptureResult first, const SpanPlan& plan,
                         EventWatch& events, const Signals& signals);

}  // namespace netmon::cli
