// How far long work is, for whoever watches a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "netmon/core/review/evidence.h"

namespace netmon::cli {

// One line on standard error, written anew in place and gone at the end; nothing where standard
// error is no terminal.
class ProgressLine {
 public:
  // `what`: "verifying".
  explicit ProgressLine(std::string what);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  // Valid as long as this object.
  [[nodiscard]] Progress callback();

 private:
  void show(std::uint64_t done, std::uint64_t of);

  std::string what_;
  bool is_shown_ = false;
  std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace netmon::cli
