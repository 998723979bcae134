// Runs `netmon watch` on a terminal: handles keys, signals and rounds in one loop.
#pragma once

#include <functional>
#include <string>

#include "cli/live/round_thread.h"
#include "netmon/core/model/filter.h"
#include "netmon/core/values/error.h"
#include "netmon/report/report.h"

namespace netmon::cli {

struct FullScreen {
  RoundThread::Take take_round;  // called on a separate thread
  RoundThread::LookUp look_up;   // called on that same thread
  std::chrono::milliseconds interval{};
  std::string filter_text;
  Filter filter;
  Color color = Color::off;
  // Writes a rule to a new file. Throws Error where that fails, as where the file exists already.
  std::function<void(const std::string& path, const std::string& text)> write_rule;
};

// Runs until the user quits (success) or a signal ends it (128 plus its number). The terminal is
// restored at the end, also where something is thrown.
ExitCode watch_full_screen(const FullScreen& watch);

}  // namespace netmon::cli
