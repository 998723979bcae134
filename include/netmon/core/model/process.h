// A process that holds a socket, and what it runs: executable, script, code, privilege.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/values/time.h"

namespace netmon {

// What an interpreter runs.
enum class ScriptKind : std::uint8_t {
  file,    // python3 app.py, java -jar app.jar, or the file of a "#!" line
  module,  // python3 -m http.server, or the main class of java
  code,    // perl -e '…', bash -c '…': the text itself
};

struct Script {
  ScriptKind kind = ScriptKind::file;
  std::string name;  // file: absolute path in the process's root; code: the option, as "-c"
  // SHA-256 of the file as it is on disk, or of the code. Absent where it was not read, or where
  // the file has changed since the process started.
  std::optional<std::string> sha256;
  bool claimed = true;  // only the arguments say so, which a process can rewrite

  bool operator==(const Script&) const = default;
};

// A file that a process has mapped as code and that others than root can write to, or that was
// deleted and did not belong to root, or that has no path in a file system ("/memfd:NAME").
struct ForeignCode {
  std::string path;  // without the kernel's " (deleted)"
  bool deleted = false;
  std::optional<std::string> sha256;  // absent where it was not read

  auto operator<=>(const ForeignCode&) const = default;
};

// Whether the path of a mapping stands for memory in the form of a file: memfd_create(2),
// shmget(2), shared anonymous memory. Such a path cannot be opened.
bool is_memory_file(std::string_view path);

// Whether it is a file whose content is not known. Memory never has a digest, because it changes
// with whatever is compiled into it.
bool lacks_digest(const ForeignCode& code);

// A variable of the environment that makes a loader or an interpreter load other code. Secrets in
// its value are already masked.
struct LoaderVariable {
  std::string name;
  std::string value;

  auto operator<=>(const LoaderVariable&) const = default;
};

// What a process has mapped as code, and the variables that its loader obeys.
struct Code {
  bool exe_mapped = true;  // the file of /proc/PID/exe is mapped; else the link is forged
  bool anonymous = false;  // executable memory without a file, usually compiled at run time
  std::vector<ForeignCode> foreign;    // sorted
  std::vector<LoaderVariable> loader;  // sorted

  bool operator==(const Code&) const = default;
};

// The credentials(7) of a process apart from its effective user.
struct Credentials {
  std::uint32_t real_uid = 0;
  std::uint32_t saved_uid = 0;
  std::vector<std::uint32_t> groups;  // effective and supplementary; sorted, without repeats
  std::uint64_t capabilities = 0;     // permitted; capabilities(7), by bits of linux/capability.h
  bool own_user_namespace = false;    // other than netmon's; its capabilities count only there

  bool operator==(const Credentials&) const = default;
};

// A process that holds a socket, or an ancestor of one. Identified by (boot id, pid, start_ticks).
struct Process {
  std::uint32_t pid = 0;             // in netmon's pid namespace
  std::uint32_t namespaced_pid = 0;  // in the process's own pid namespace; 0 where not known
  std::uint64_t start_ticks = 0;     // clock ticks since boot, proc(5) stat field 22
  Timestamp started_at{};
  std::optional<std::uint32_t> parent;  // index into Snapshot::processes
  std::string name;                     // see process_name() in linux/procfs/proc_parse.h
  std::string comm;                     // of the thread-group leader, as the kernel has it
  // Absent where it was not read: not permitted, a kernel thread, or an ancestor that is kept only
  // for the chain of parents.
  std::optional<std::string> exe;  // without the kernel's " (deleted)"
  bool exe_deleted = false;
  // The digest of the file that runs, 64 lowercase hexadecimal digits. Absent where it was not
  // read: not permitted, or a process without a listener or an outbound connection.
  std::optional<std::string> exe_sha256;
  // Only root can write to the file and to the folders above it; false also where that is not
  // known.
  bool exe_protected = false;
  std::optional<Timestamp> exe_changed_at;  // change time of the file, see inode(7)
  // The process has a mount namespace of its own, where `exe` is another file than in netmon's.
  bool exe_elsewhere = false;
  // An interpreter, a multi-call binary or the loader itself: it runs other programs, and its
  // executable does not say which.
  bool interpreter = false;
  std::optional<Script> script;  // only of an interpreter
  std::optional<Code> code;  // absent where not read, as for processes that only accept connections
  std::optional<Credentials> credentials;
  std::optional<std::string> cmdline;  // arguments joined by spaces, quoted where necessary
  std::optional<std::uint32_t> uid;    // effective
  std::string user;                    // name of uid, or its number; "" where uid is absent
  std::string unit;                    // systemd unit, or ""
  bool has_socket_unit = false;        // systemd has a socket unit with the name of its unit
  std::string container;               // full container id, or ""

  bool operator==(const Process&) const = default;
};

// The stable words that are stored and printed. Each parse_ function is the inverse.
std::string_view to_string(ScriptKind kind);
std::optional<ScriptKind> parse_script_kind(std::string_view text);

}  // namespace netmon
