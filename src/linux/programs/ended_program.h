// Finds out what a process that has ended was running, from what was recorded at its first event.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "linux/procfs/process_reader.h"
#include "linux/programs/executables.h"
#include "linux/programs/interpreter.h"
#include "netmon/core/events/events.h"

namespace netmon {

// Whether a file is the same and unchanged, by device, inode, size and change time. The time of its
// birth does not count, because BPF cannot read it: each file system keeps it elsewhere.
bool is_same_file(const FileVersion& then, const FileVersion& now);

// Whether a process in /proc is the one that an event saw, and still runs what it ran then. That is
// told by its start, executable, name, user and arguments.
bool is_same_program(const EventProcess& then, const FoundProcess& now);

// Reads the files of ended processes by the paths that they had, in netmon's own mount namespace.
class EndedProgramReader {
 public:
  EndedProgramReader(const ProcHost& host, const ExecutableDigests& known);

  // Adds the digest of the executable, the script, code, arguments, privilege, unit and container.
  void read(EventProcess& ended);

  ExecutableDigests take_fresh() { return std::move(contents_).take_fresh(); }
  std::vector<Gap> take_gaps() { return std::move(gaps_); }

 private:
  void note(GapCode code, std::string reason);
  // Returns which interpreter the executable is; absent where it is none.
  std::optional<Interpreter> read_executable(EventProcess& ended);
  void read_script_of(EventProcess& ended, Interpreter interpreter);
  void read_code(EventProcess& ended);
  [[nodiscard]] bool has_own_root(const EventProcess& ended) const;

  const ProcHost& host_;
  OpenResult self_;  // /proc/self, so that paths are resolved from netmon's own root
  FileContents contents_;
  std::vector<Gap> gaps_;
};

}  // namespace netmon
