// Shows the progress of long work on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "netmon/core/review/evidence.h"

namespace netmon::cli {

// One line on standard error that is overwritten in place and erased at the end. Nothing is written
// where standard error is no terminal.
class ProgressLine {
 public:
  // `what` is the beginning of the line: "verifying".
  explicit ProgressLine(std::string what);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  // The function to call with each step. It is valid as long as this object.
  [[nodiscard]] Progress callback();

 private:
  void show(std::uint64_t done, std::uint64_t of);

  std::string what_;
  bool is_shown_ = false;
  std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace netmon::cli
