#include "cli/output/progress.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "cli/output/terminal.h"

namespace netmon::cli {
namespace {

constexpr std::chrono::milliseconds kPause{100};  // a line that changes faster cannot be read

}  // namespace

ProgressLine::ProgressLine(std::string what) : what_(std::move(what)) {}

ProgressLine::~ProgressLine() {
  if (is_shown_) std::fputs("\r\x1b[K", stderr);
}

Progress ProgressLine::callback() {
  if (!stderr_is_terminal()) return {};
  return [this](std::uint64_t done, std::uint64_t of) { show(done, of); };
}

void ProgressLine::show(std::uint64_t done, std::uint64_t of) {
  const auto now = std::chrono::steady_clock::now();
  if (last_ && now - *last_ < kPause) return;
  last_ = now;
  is_shown_ = true;
  std::fputs(fmt::format("\r{}: {} of {}\x1b[K", what_, done, of).c_str(), stderr);
}

}  // namespace netmon::cli
