// What the program of a process was that has ended, by what it was at its first event.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "linux/procfs/process_reader.h"
#include "linux/programs/executables.h"
#include "linux/programs/interpreter.h"
#include "netmon/core/events/events.h"

namespace netmon {

// Whether a file is the one that was there. Its birth is in no inode of the kernel's that is alike
// for all file systems, and does not count.
bool is_same_file(const FileVersion& then, const FileVersion& now);

// Whether a process that was found in /proc is the one that an event saw, and still runs what it
// ran then: by its start, executable, name, user and arguments.
bool is_as_it_was(const EventProcess& then, const FoundProcess& now);

// Reads files by the paths that they had, in netmon's own mount namespace.
class EndedProgramReader {
 public:
  EndedProgramReader(const ProcHost& host, const ExecutableDigests& known);

  // Completes it by executable, script, code, arguments, rights, unit and container.
  void read(EventProcess& ended);

  ExecutableDigests take_fresh() { return std::move(contents_).take_fresh(); }
  std::vector<Gap> take_gaps() { return std::move(gaps_); }

 private:
  void note(GapCode code, std::string reason);
  // What the executable is, where it is an interpreter.
  std::optional<Interpreter> read_executable(EventProcess& ended);
  void read_script_of(EventProcess& ended, Interpreter interpreter);
  void read_code(EventProcess& ended);
  [[nodiscard]] bool has_own_root(const EventProcess& ended) const;

  const ProcHost& host_;
  OpenResult self_;  // /proc/self: paths are looked up from netmon's own root
  FileContents contents_;
  std::vector<Gap> gaps_;
};

}  // namespace netmon
