// What /proc/PID says of a process that owns a socket, and of its ancestors.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "linux/proc_parse.h"
#include "netmon/executable.h"
#include "netmon/model.h"

namespace netmon {

// A clock tick since boot as a point in time.
struct BootClock {
  std::chrono::nanoseconds boot{};  // of boot, since the Unix epoch
  std::int64_t ticks_per_second = 100;

  // To 10 ms, so that one process has one start in all captures: between two of them `boot` wanders
  // only by what the clock was corrected. A clock that was set anew moves all starts alike, which
  // is why a process is identified by its ticks.
  [[nodiscard]] Timestamp at(std::uint64_t ticks) const;
};

// Where processes are read, and what their numbers are called there.
struct ProcHost {
  std::string root = "/proc";  // or what stands for it
  UserNames users;
  BootClock clock;
};

// The file that a process runs, reached through /proc/PID/exe whatever became of its name.
struct RunningFile {
  FileVersion version;
  int error = 0;  // errno where it could not be looked at

  bool operator==(const RunningFile&) const = default;
};

struct FoundProcess {
  Process process;
  std::uint32_t parent_pid = 0;
  RunningFile file;              // of owners only
  std::string exe_path = "exe";  // below /proc/PID: a thread's where the leader has ended
};

FileVersion version_of(const struct stat& status);

// Of the process whose /proc/PID is open as `dir`. Such a descriptor stays with its process: when
// that has ended, every look through it fails, whoever has the pid by then. Absent when it has.
std::optional<FoundProcess> read_owner(int dir, std::uint32_t pid, const ProcHost& host);

// Adds the parents that are missing, up to pid 1, and links all. `proc` is the open proc root.
void link_ancestors(int proc, std::vector<FoundProcess>& processes, const ProcHost& host);

}  // namespace netmon
