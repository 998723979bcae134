// Identifies the programs of short-lived processes.
#pragma once

#include <vector>

#include "netmon/core/events/events.h"
#include "netmon/core/model/executable.h"

namespace netmon {

// Completes the processes of a window that did something; ancestors are left alone. A process that
// still lives is read as in a capture; one that has ended is completed from its state at its first
// event. The file at its path counts only if it is the one that ran (same device, inode, size and
// change time), and a script only if it has not changed since. The rest stays absent and is a gap.
struct EventPrograms {
  ExecutableDigests fresh;  // of files that were not known
  std::vector<Gap> gaps;
};
EventPrograms complete_processes(EventWindow& window, const ExecutableDigests& known);

}  // namespace netmon
