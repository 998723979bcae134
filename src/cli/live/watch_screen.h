// What `watch` shows of a round on a terminal: one frame, drawn over the one before.
#pragma once

#include <string>
#include <vector>

#include "cli/output/terminal.h"
#include "netmon/core/model/filter.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/report/report.h"

namespace netmon::cli {

struct Round {
  Snapshot snapshot;
  // What a reader must know of this round, whether or not it was so in the one before: warnings,
  // then what makes them inconclusive, then what was not seen.
  std::vector<std::string> notes;
  std::string status;  // of the CSV; "" where there is none
};

// At most `size` lines, with the escape sequences that put them in place of what was there. The
// notes take up to half of them, and those that do not fit are counted.
std::string frame_of(const Round& round, const Filter& filter, const Layout& layout,
                     const TerminalSize& size);

}  // namespace netmon::cli
