// Reads the programs of the processes whose programs a diff compares: all that tells one program
// from another, beyond what read_owner() gives.
#pragma once

#include <span>
#include <vector>

#include "linux/procfs/process_reader.h"
#include "linux/programs/executables.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

struct ProgramReading {
  std::vector<Process> processes;  // by the index of the given processes
  ExecutableDigests fresh;         // digests of files that were not known
  std::vector<Gap> gaps;           // executables, scripts and code that were not read
};

// Reads for each process that is `wanted` the digest of its executable, whether that is an
// interpreter and whether only root can write to it, the script, and the foreign code. The other
// processes are returned as they are. Two threads read.
ProgramReading read_programs(const ProcHost& host, std::span<const FoundProcess> found,
                             const std::vector<bool>& wanted, const ExecutableDigests& known);

}  // namespace netmon
