// What /proc/PID says of a process that owns a socket, and of its ancestors.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linux/procfs/files.h"
#include "linux/procfs/proc_parse.h"
#include "linux/programs/interpreter.h"
#include "linux/programs/script_grammar.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// What the arguments of a process say that its interpreter runs, without a look at the file.
struct NamedScript {
  std::optional<Script> script;
  std::string path;        // of a file: as it is to be opened in the process's root
  bool understood = true;  // see ScriptSearch
};

// A clock tick since boot as a point in time.
struct BootClock {
  std::chrono::nanoseconds boot{};  // of boot, since the Unix epoch
  std::int64_t ticks_per_second = 100;

  // To 10 ms, so that one process has one start in all captures: between two of them `boot` wanders
  // only by what the clock was corrected. A clock that was set anew moves all starts alike, which
  // is why a process is identified by its ticks.
  [[nodiscard]] Timestamp at(std::uint64_t ticks) const;
};

// Inodes of namespaces on nsfs; 0 where not known.
struct NamespaceIds {
  std::uint64_t user = 0;
  std::uint64_t mount = 0;
};

// Where processes are read, and what their numbers are called there.
struct ProcHost {
  std::string root = "/proc";  // or what stands for it
  UserNames users;
  BootClock clock;
  NamespaceIds own;  // netmon's
  // Folders of the unit files of the system's service manager, systemd.unit(5).
  std::vector<std::string> unit_folders;
};

// Reads the namespaces of the process whose /proc/PID is open as `dir`.
NamespaceIds read_namespaces(int dir);

// `exe` is the path of its executable, `cmdline` its arguments.
NamedScript name_script(int dir, Interpreter interpreter, std::string_view exe,
                        std::string_view cmdline);

// The same of what was found among arguments; `path_of` makes a name absolute, as the process
// would.
NamedScript named_script(const ScriptSearch& found,
                         const std::function<std::string(std::string_view)>& path_of);

// Assigns unit and container by what /proc/PID/cgroup holds.
void assign_groups(Process& process, std::string_view cgroup, const ProcHost& host);

// The file that a process runs, reached through /proc/PID/exe whatever became of its name.
using RunningFile = StatusResult;  // EINVAL where it is no regular file

// Only the process and its parent are read of ancestors; all else is read of owners alone.
struct FoundProcess {
  Process process;
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ns = 0;  // since boot, from a walk over BPF; 0 where /proc alone was read
  RunningFile file;
  std::string exe_path = "exe";            // below /proc/PID: a thread's where the leader has ended
  std::optional<Interpreter> interpreter;  // by the name of the executable
  NamedScript script;                      // of such an interpreter
  std::string cmdline;                     // /proc/PID/cmdline, at most kMaxCmdlineBytes
  std::uint64_t mount_namespace = 0;       // see NamespaceIds
};

// Arguments can be longer; what comes behind is not looked at. A script is among the first.
inline constexpr std::size_t kMaxCmdlineBytes = 64 * kKibibyte;

// The folder below /proc/PID, open as `dir`, in which the process can be looked into: itself, or
// that of a thread where the leader has ended, which has no memory and no files any more.
OpenResult open_living(int dir, const FoundProcess& found);

// Reads the process whose /proc/PID is open as `dir`. Such a descriptor stays with its process:
// when that has ended, every look through it fails, whoever has the pid by then. Absent when it
// has.
std::optional<FoundProcess> read_owner(int dir, std::uint32_t pid, const ProcHost& host);

// Start and name alone, of the process whose /proc/PID is open as `dir`.
struct NamedProcess {
  std::uint64_t start_ticks = 0;
  std::string name;
};
std::optional<NamedProcess> read_named(int dir);

// Adds the parents that are missing, up to pid 1, and links all. `proc` is the open proc root.
void link_ancestors(int proc, std::vector<FoundProcess>& processes, const ProcHost& host);

}  // namespace netmon
