// What /proc says about processes and users, as text to values. Pure. See proc(5).
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
  std::string comm;  // as it is, not yet sanitised
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ticks = 0;
  bool ended = false;  // waits for its parent, and has no thread left that lives

  bool operator==(const ProcStat&) const = default;
};

// /proc/PID/stat. comm may hold any byte, ")" and newlines included: it ends at the last ")".
std::optional<ProcStat> parse_stat(std::string_view text);

struct ProcStatus {
  std::optional<std::uint32_t> effective_uid;
  std::uint32_t namespaced_pid = 0;        // the innermost of NSpid; 0 where not given
  std::optional<Credentials> credentials;  // but for the user namespace, which is a link

  bool operator==(const ProcStatus&) const = default;
};

// /proc/PID/status. The kernel escapes newlines in its Name, so that a line is a line.
ProcStatus parse_status(std::string_view text);

// /proc/PID/cmdline: arguments joined by spaces, those that need it in single quotes as a shell
// takes them. A lone argument is given as it is: programs write whole titles there. Absent where
// there is none (kernel threads). Sanitised, at most 4096 bytes.
std::optional<std::string> join_cmdline(std::string_view text);

inline constexpr std::size_t kCommBytes = 15;  // TASK_COMM_LEN without its NUL

// What is behind the last "/".
std::string_view base_name(std::string_view path);

// comm; but where that is 15 bytes long, and so perhaps cut, the base name of the executable or of
// the script that begins with it. Never a title: a process may write any over its arguments.
// Sanitised.
std::string process_name(std::string_view comm, std::string_view exe, std::string_view script);

// What the kernel calls a file: proc_pid_exe(5), proc_pid_maps(5).
struct FileName {
  std::string_view path;  // without the " (deleted)" that is behind it once the file is gone
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

// "socket:[123]" and "net:[123]": the number in the brackets.
std::optional<std::uint64_t> bracketed_number(std::string_view text, std::string_view prefix);

// The inodes of the sockets in an io_uring's table of registered files (/proc/PID/fdinfo/FD).
std::vector<std::uint32_t> registered_sockets(std::string_view fdinfo);

// /etc/passwd, without a directory that getpwuid(3) might ask over the network (directory.h).
class UserNames {
 public:
  UserNames() = default;
  explicit UserNames(std::string_view passwd);

  // The name of `uid`, or its number.
  [[nodiscard]] std::string name_of(std::uint32_t uid) const;

 private:
  std::map<std::uint32_t, std::string> names_;
};

}  // namespace netmon
