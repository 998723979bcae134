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
  std::string name;  // of a file its absolute path in the process's root; of code the option: "-c"
  // SHA-256 of the file as it is on disk, or of the code. Absent where it was not read, or where
  // the file has changed since the process started.
  std::optional<std::string> sha256;
  bool claimed = true;  // nothing but the arguments says so, which a process can rewrite

  bool operator==(const Script&) const = default;
};

// A file that a process has mapped as code and that is not root's alone to write, or that was
// deleted and was not root's, or that is no file of a file system ("/memfd:NAME").
struct ForeignCode {
  std::string path;  // without the kernel's " (deleted)"
  bool deleted = false;
  std::optional<std::string> sha256;  // absent where it was not read

  auto operator<=>(const ForeignCode&) const = default;
};

// Whether the path of a mapping is that of memory which has the form of a file: memfd_create(2),
// shmget(2), shared anonymous memory. No path leads to it.
bool is_memory_file(std::string_view path);

// Whether it is a file whose content is not known. Memory never has a digest: it changes with
// whatever is compiled into it.
bool lacks_digest(const ForeignCode& code);

// A variable of the environment that makes a loader or an interpreter take in other code. Secrets
// in its value are masked before they get here.
struct LoaderVariable {
  std::string name;
  std::string value;

  auto operator<=>(const LoaderVariable&) const = default;
};

// What a process has mapped as code, and what its loader was told.
struct Code {
  bool exe_mapped = true;  // what /proc/PID/exe names is among it; else the link is forged
  bool anonymous = false;  // memory that no file is behind: compiled at run time, as a rule
  std::vector<ForeignCode> foreign;    // sorted
  std::vector<LoaderVariable> loader;  // sorted

  bool operator==(const Code&) const = default;
};

// credentials(7), beside the effective user.
struct Credentials {
  std::uint32_t real_uid = 0;
  std::uint32_t saved_uid = 0;
  std::vector<std::uint32_t> groups;  // effective and supplementary ones; sorted, each once
  std::uint64_t capabilities = 0;     // permitted; capabilities(7), by bits of linux/capability.h
  bool own_user_namespace = false;    // another than netmon's; there its capabilities count alone

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
  std::string comm;                     // the thread-group leader's, as it is
  // Absent where not read: not permitted, a kernel thread, or an ancestor kept for the chain only.
  std::optional<std::string> exe;  // without the kernel's " (deleted)"
  bool exe_deleted = false;
  // The digest of the file that runs, 64 lowercase hexadecimal digits. Absent where it was not
  // read: processes without a listener or an outbound connection, or not permitted.
  std::optional<std::string> exe_sha256;
  // Root alone can write the file and the folders above it; false also where that is not known.
  bool exe_protected = false;
  std::optional<Timestamp> exe_changed_at;  // change time of the file, see inode(7)
  // The process has a mount namespace of its own, in which `exe` is another file than in netmon's.
  bool exe_elsewhere = false;
  // Interpreters, multi-call binaries and the loader itself run other programs: their executable
  // says nothing about which.
  bool interpreter = false;
  std::optional<Script> script;  // of an interpreter
  std::optional<Code> code;      // absent where not read, as of processes that only accept
  std::optional<Credentials> credentials;
  std::optional<std::string> cmdline;  // arguments joined by spaces, quoted where they need it
  std::optional<std::uint32_t> uid;    // effective
  std::string user;                    // name of uid, or its number; "" where uid is absent
  std::string unit;                    // systemd unit, or ""
  bool has_socket_unit = false;        // systemd has a socket unit of its unit's name
  std::string container;               // full container id, or ""

  bool operator==(const Process&) const = default;
};

// The stable words that are stored and printed. Each parse_ function is the inverse.
std::string_view to_string(ScriptKind kind);
std::optional<ScriptKind> parse_script_kind(std::string_view text);

}  // namespace netmon
