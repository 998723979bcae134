// `netmon watch` on a terminal: keys, signals and rounds, one after another.
#pragma once

#include <functional>
#include <string>

#include "cli/live/round_thread.h"
#include "netmon/core/model/filter.h"
#include "netmon/core/values/error.h"
#include "netmon/report/report.h"

namespace netmon::cli {

struct FullScreen {
  RoundThread::Take take_round;  // called on a thread of its own
  RoundThread::LookUp look_up;   // on the same thread
  std::chrono::milliseconds interval{};
  std::string filter_text;
  Filter filter;
  Color color = Color::off;
  // Makes a file of a rule. Throws Error where that cannot be, as where the file is there already.
  std::function<void(const std::string& path, const std::string& text)> write_rule;
};

// Until it is quit (success), or a signal ends it (128 and its number). The terminal is as it was
// then, and also where something is thrown.
ExitCode watch_full_screen(const FullScreen& watch);

}  // namespace netmon::cli
