// `capture --for`: a span of samples, taken at a steady pace.
#pragma once

#include <chrono>
#include <optional>

#include "cli/output/signals.h"
#include "netmon/linux/capture.h"

namespace netmon::cli {

struct SpanPlan {
  std::chrono::milliseconds length;
  std::chrono::milliseconds every;
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
                         const Signals& signals);

}  // namespace netmon::cli
