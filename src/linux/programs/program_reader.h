// What programs are: for the processes of which a diff compares it, all that tells one program from
// another beyond what read_owner() gives.
#pragma once

#include <span>
#include <vector>

#include "linux/procfs/process_reader.h"
#include "linux/programs/executables.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

struct ProgramReading {
  std::vector<Process> processes;  // index by index
  ExecutableDigests fresh;         // of files that were not known
  std::vector<Gap> gaps;           // executables, scripts and code that were not read
};

// Reads, for each of the processes that is `wanted`: the digest of its executable and whether that
// is an interpreter, the script, who could write to the executable, and the code that it has
// mapped. The others are returned as they are. Reads over two threads.
ProgramReading read_programs(const ProcHost& host, std::span<const FoundProcess> found,
                             const std::vector<bool>& wanted, const ExecutableDigests& known);

}  // namespace netmon
