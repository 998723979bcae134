// Parses what /proc says about processes, and the users in /etc/passwd. Pure. See proc(5).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

struct ProcStat {
  std::string comm;  // not yet sanitised
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ticks = 0;
  bool ended = false;  // a zombie without a living thread

  bool operator==(const ProcStat&) const = default;
};

// Parses /proc/PID/stat. comm may have any byte in it, even ")" and newlines: it ends at the last
// ")".
std::optional<ProcStat> parse_stat(std::string_view text);

struct ProcStatus {
  std::optional<std::uint32_t> effective_uid;
  std::uint32_t namespaced_pid = 0;        // the innermost of NSpid; 0 where not given
  std::optional<Credentials> credentials;  // without the user namespace, which is not in this file

  bool operator==(const ProcStatus&) const = default;
};

// Parses /proc/PID/status. The kernel escapes newlines in Name, so none can forge a line.
ProcStatus parse_status(std::string_view text);

// The arguments in /proc/PID/cmdline, joined by spaces; those that need it are in single quotes, as
// a shell reads them. A single argument stays as it is, because programs write whole titles there.
// Absent where there are no arguments (kernel threads). Sanitised, at most 4096 bytes.
std::optional<std::string> join_cmdline(std::string_view text);

inline constexpr std::size_t kCommBytes = 15;  // TASK_COMM_LEN without its NUL

// The part of a path after its last "/".
std::string_view base_name(std::string_view path);

// The name of a process: its comm. Where that is 15 bytes long, and so perhaps cut off, it is
// completed from the base name of the executable or script that begins with it. It never comes from
// the arguments, over which a process may write any title. Sanitised.
std::string process_name(std::string_view comm, std::string_view exe, std::string_view script);

// The name of a file as the kernel writes it: proc_pid_exe(5), proc_pid_maps(5).
struct FileName {
  std::string_view path;  // without the " (deleted)" that the kernel adds once the file is gone
  bool deleted = false;
};
FileName parse_file_name(std::string_view name);

struct ExeLink {
  std::string path;  // sanitised
  bool deleted = false;

  bool operator==(const ExeLink&) const = default;
};

// The target of /proc/PID/exe.
ExeLink parse_exe_link(std::string_view target);

// The number in the brackets of "socket:[123]" or "net:[123]".
std::optional<std::uint64_t> bracketed_number(std::string_view text, std::string_view prefix);

// The inodes of the sockets in an io_uring's table of registered files (/proc/PID/fdinfo/FD).
std::vector<std::uint32_t> registered_sockets(std::string_view fdinfo);

// The users in /etc/passwd. A directory, which getpwuid(3) might ask over the network, is not asked
// here (see directory.h).
class UserNames {
 public:
  UserNames() = default;
  explicit UserNames(std::string_view passwd);

  // The name of `uid`, or its number where it has no name.
  [[nodiscard]] std::string name_of(std::uint32_t uid) const;

 private:
  std::map<std::uint32_t, std::string> names_;
};

}  // namespace netmon
