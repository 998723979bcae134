// Reads from /proc/PID a process that owns a socket, and its ancestors.
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

// The script that an interpreter runs according to its arguments. The file has not been read.
struct NamedScript {
  std::optional<Script> script;
  std::string path;        // of a script file: its absolute path in the process's root
  bool understood = true;  // see ScriptSearch
};

// Converts clock ticks since boot to points in time.
struct BootClock {
  std::chrono::nanoseconds boot{};  // time of the boot since the Unix epoch
  std::int64_t ticks_per_second = 100;

  // Rounded to 10 ms, so that a process has the same start in all captures: between two of them
  // `boot` changes only by what the clock was adjusted. Setting the clock moves all starts, which
  // is why a process is identified by its ticks.
  [[nodiscard]] Timestamp at(std::uint64_t ticks) const;
};

// Inodes of namespaces on nsfs; 0 where not known.
struct NamespaceIds {
  std::uint64_t user = 0;
  std::uint64_t mount = 0;
};

// What is needed to read processes: the proc root, and what their numbers mean.
struct ProcHost {
  std::string root = "/proc";  // tests have another
  UserNames users;
  BootClock clock;
  NamespaceIds own;  // those of netmon
  // Folders of the unit files of the system's service manager, systemd.unit(5).
  std::vector<std::string> unit_folders;
};

// Reads the namespaces of the process whose /proc/PID is open as `dir`.
NamespaceIds read_namespaces(int dir);

// The script that an interpreter runs. `exe` is the path of the process's executable, `cmdline` its
// arguments.
NamedScript name_script(int dir, Interpreter interpreter, std::string_view exe,
                        std::string_view cmdline);

// Does the same for a script that was found among arguments already. `path_of` makes a name
// absolute, as the process would.
NamedScript named_script(const ScriptSearch& found,
                         const std::function<std::string(std::string_view)>& path_of);

// Sets the unit and the container of a process. `cgroup` is the text of /proc/PID/cgroup.
void assign_groups(Process& process, std::string_view cgroup, const ProcHost& host);

// The file that a process runs, found by /proc/PID/exe even where its name is gone. The error is
// EINVAL where it is no regular file.
using RunningFile = StatusResult;

// A process as it was read. Of ancestors only `process` and `parent_pid` are set, and the former
// only in part.
struct FoundProcess {
  Process process;
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ns = 0;  // since boot, from a walk over BPF; 0 where /proc alone was read
  RunningFile file;
  std::string exe_path = "exe";            // below /proc/PID; a thread's where the leader has ended
  std::optional<Interpreter> interpreter;  // by the name of the executable
  NamedScript script;                      // set where `interpreter` is
  std::string cmdline;                     // /proc/PID/cmdline, at most kMaxCmdlineBytes
  std::uint64_t mount_namespace = 0;       // see NamespaceIds
};

// Upper bound on the bytes of arguments that are read. They can be longer, but a script is among
// the first of them.
inline constexpr std::size_t kMaxCmdlineBytes = 64 * kKibibyte;

// Opens the folder in which the memory and files of the process can be read: that of the process
// itself or, where the thread-group leader has ended and so has neither, that of a living thread.
// `dir` is an open /proc/PID.
OpenResult open_living(int dir, const FoundProcess& found);

// Reads the process whose /proc/PID is open as `dir`; absent where it has ended. Such a descriptor
// stays with its process: once the process has ended, every access through it fails, even where the
// pid has been reused.
std::optional<FoundProcess> read_owner(int dir, std::uint32_t pid, const ProcHost& host);

// Only the start and the name of the process whose /proc/PID is open as `dir`; absent where it has
// ended.
struct NamedProcess {
  std::uint64_t start_ticks = 0;
  std::string name;
};
std::optional<NamedProcess> read_named(int dir);

// Adds the parents that are missing, up to pid 1, and sets Process::parent of all. `proc` is the
// open proc root.
void link_ancestors(int proc, std::vector<FoundProcess>& processes, const ProcHost& host);

}  // namespace netmon
