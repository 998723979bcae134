// What the programs of short-lived processes are.
#pragma once

#include <vector>

#include "netmon/core/events/events.h"
#include "netmon/core/model/executable.h"

namespace netmon {

// Completes the processes of a window that did something, not their ancestors: of one that lives,
// by all that a capture reads; of one that has ended, by what it was at its first event. The file
// at a path counts where it is the one that ran (device, inode, size and change time), and a script
// where it has not changed since. The rest stays absent, and is a gap.
struct EventPrograms {
  ExecutableDigests fresh;  // of files that were not known
  std::vector<Gap> gaps;
};
EventPrograms complete_processes(EventWindow& window, const ExecutableDigests& known);

}  // namespace netmon
