// A bounded list of flaws. A hostile file could have more of them than fit in memory, or than
// anybody would read.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "netmon/core/review/evidence.h"

namespace netmon {

constexpr std::size_t kMaxFlaws = 1000;

class FlawList {
 public:
  void add(std::string subject, std::string what) {
    if (flaws_.size() < kMaxFlaws) {
      flaws_.push_back({std::move(subject), std::move(what)});
    } else {
      ++left_out_;
    }
  }

  std::vector<Flaw> take() {
    if (left_out_ > 0) flaws_.push_back({fmt::format("{} more", left_out_), "are not listed"});
    return std::move(flaws_);
  }

 private:
  std::vector<Flaw> flaws_;
  std::uint64_t left_out_ = 0;
};

}  // namespace netmon
