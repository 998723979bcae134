#include "linux/procfs/process_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "linux/procfs/cgroup.h"
#include "linux/procfs/files.h"
#include "linux/procfs/process_files.h"
#include "netmon/core/values/sha256.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kJoinedBytes = 8 * kKibibyte;  // more than is kept, so that a cut is seen
constexpr std::size_t kStatusBytes = kMebibyte;      // enough for 65,536 groups of ten digits

std::optional<FoundProcess> read_identity(int dir, std::uint32_t pid, const ProcHost& host) {
  std::optional<ProcStat> stat = parse_stat(read_file(dir, "stat").text);
  if (!stat || stat->ended) return std::nullopt;
  FoundProcess read;
  read.parent_pid = stat->parent_pid;
  read.process.pid = pid;
  read.process.start_ticks = stat->start_ticks;
  read.process.started_at = host.clock.at(stat->start_ticks);
  read.process.comm = sanitize(stat->comm);
  return read;
}

std::string_view name_of(const std::optional<Script>& script) {
  return script ? std::string_view(script->name) : std::string_view();
}

// The link to a process's executable, and its path below /proc/PID.
struct ExeLocation {
  std::string path;
  ReadResult link;
};

// A thread-group leader that has ended has no such link. Its threads may live on, and run the same
// executable, so one of theirs is taken.
ExeLocation locate_exe(int dir) {
  ExeLocation exe{"exe", read_link(dir, "exe")};
  if (exe.link.error != ENOENT) return exe;
  const OpenResult tasks = open_directory(dir, "task");
  if (!tasks.fd) return exe;
  for_each_entry(tasks.fd.get(), [&](std::string_view name) {
    std::string path = "task/" + std::string(name) + "/exe";
    ReadResult link = read_link(dir, path.c_str());
    if (link.error != 0) return Walk::go_on;
    exe = {std::move(path), std::move(link)};
    return Walk::stop;
  });
  return exe;
}

RunningFile status_of_file(int dir, const std::string& exe) {
  RunningFile file = read_status(dir, exe.c_str());
  if (file.error == 0 && !file.status.is_regular()) file.error = EINVAL;
  return file;
}

// Whether the path of an executable leads, from netmon's root, to another file than the one that
// the process runs. To be asked of processes in another mount namespace.
bool is_elsewhere(const std::string& path, const RunningFile& file) {
  const StatusResult here = read_status(AT_FDCWD, path.c_str(), AT_NO_AUTOMOUNT);
  return here.error != 0 || here.status.version.device != file.status.version.device ||
         here.status.version.inode != file.status.version.inode;
}

// Reads the executable: its file, and the script where the executable is an interpreter by name.
void read_exe(FoundProcess& read, int dir, const ReadResult& link_read, const ProcHost& host) {
  Process& process = read.process;
  read.file = status_of_file(dir, "exe");
  if (read.file.error == 0) process.exe_changed_at = change_time(read.file.status);
  if (link_read.error != 0) return;
  ExeLink link = parse_exe_link(link_read.text);
  process.exe_deleted = link.deleted;
  read.interpreter = interpreter_by_name(base_name(link.path));
  process.interpreter = read.interpreter.has_value();
  if (read.interpreter) {
    read.script = name_script(dir, *read.interpreter, link.path, read.cmdline);
    process.script = read.script.script;
  }
  const bool has_own_mounts =
      host.own.mount != 0 && read.mount_namespace != 0 && read.mount_namespace != host.own.mount;
  process.exe_elsewhere = has_own_mounts && read.file.error == 0 &&
                          (link.deleted || is_elsewhere(link.path, read.file));
  process.exe = std::move(link.path);
}

// The name of a process that owns no socket. More than its comm is read only where that may be cut
// off.
std::string complete_name(int dir, const std::string& comm) {
  if (comm.size() < kCommBytes) return process_name(comm, {}, {});
  const ExeLink exe = parse_exe_link(read_link(dir, "exe").text);
  const auto interpreter = interpreter_by_name(base_name(exe.path));
  std::optional<Script> script;
  if (interpreter) {
    const std::string cmdline = read_file(dir, "cmdline", kMaxCmdlineBytes).text;
    script = name_script(dir, *interpreter, exe.path, cmdline).script;
  }
  return process_name(comm, exe.path, name_of(script));
}

// Whether the unit has a socket unit: "sshd.socket" for "sshd.service", and for "sshd@7.service",
// of which there is one for each connection.
bool has_socket_unit(const CgroupMembership& cgroup, const ProcHost& host) {
  constexpr std::string_view kService = ".service";
  std::string_view name = cgroup.unit;
  if (!cgroup.of_system || !name.ends_with(kService)) return false;
  name.remove_suffix(kService.size());
  const std::string socket = "/" + std::string(name.substr(0, name.find('@'))) + ".socket";
  return std::ranges::any_of(host.unit_folders, [&](const std::string& folder) {
    return read_status(AT_FDCWD, (folder + socket).c_str()).error == 0;
  });
}

std::optional<FoundProcess> read_ancestor(int dir, std::uint32_t pid, const ProcHost& host) {
  std::optional<FoundProcess> read = read_identity(dir, pid, host);
  if (read) read->process.name = complete_name(dir, read->process.comm);
  return read;
}

}  // namespace

Timestamp BootClock::at(std::uint64_t ticks) const {
  using std::chrono::nanoseconds;
  using Rounded = std::chrono::duration<std::int64_t, std::ratio<1, 100>>;
  constexpr std::uint64_t kFarAway = 100ULL * 365 * 86400;  // seconds; no host is up for so long
  const auto rate = static_cast<std::uint64_t>(ticks_per_second);
  const std::uint64_t seconds = std::min(ticks / rate, kFarAway);
  const std::uint64_t rest = ticks % rate;
  const auto since_boot = std::chrono::seconds(seconds) + nanoseconds(rest * 1'000'000'000 / rate);
  return Timestamp(std::chrono::round<Rounded>(boot + since_boot));
}

OpenResult open_living(int dir, const FoundProcess& found) {
  const std::size_t slash = found.exe_path.find_last_of('/');
  return open_directory(dir,
                        slash == std::string::npos ? "." : found.exe_path.substr(0, slash).c_str());
}

NamedScript name_script(int process, Interpreter interpreter, std::string_view exe,
                        std::string_view cmdline) {
  return named_script(find_script(interpreter, base_name(exe), cmdline),
                      [&](std::string_view name) { return path_in_root(process, name); });
}

NamedScript named_script(const ScriptSearch& found,
                         const std::function<std::string(std::string_view)>& path_of) {
  NamedScript named;
  named.understood = found.understood;
  if (!found.script) return named;
  const ScriptArgument& argument = *found.script;
  named.script = Script{argument.kind, sanitize(argument.name), std::nullopt, true};
  if (argument.kind == ScriptKind::code) named.script->sha256 = sha256_of(argument.code);
  if (argument.kind == ScriptKind::file) {
    named.path = path_of(argument.name);
    named.script->name = sanitize(plain_path(named.path));
  }
  return named;
}

std::optional<NamedProcess> read_named(int dir) {
  const std::optional<ProcStat> stat = parse_stat(read_file(dir, "stat").text);
  if (!stat || stat->ended) return std::nullopt;
  return NamedProcess{stat->start_ticks, complete_name(dir, stat->comm)};
}

void assign_groups(Process& process, std::string_view cgroup, const ProcHost& host) {
  CgroupMembership membership = parse_cgroup(cgroup);
  process.has_socket_unit = has_socket_unit(membership, host);
  process.unit = std::move(membership.unit);
  process.container = std::move(membership.container);
}

NamespaceIds read_namespaces(int dir) {
  return {bracketed_number(read_link(dir, "ns/user").text, "user:").value_or(0),
          bracketed_number(read_link(dir, "ns/mnt").text, "mnt:").value_or(0)};
}

std::optional<FoundProcess> read_owner(int dir, std::uint32_t pid, const ProcHost& host) {
  FoundProcess read;
  Process& process = read.process;
  const ExeLocation exe = locate_exe(dir);
  read.exe_path = exe.path;
  const OpenResult living = open_living(dir, read);
  const int task = living.fd ? living.fd.get() : dir;
  const NamespaceIds namespaces = read_namespaces(task);
  read.mount_namespace = namespaces.mount;
  read.cmdline = read_file(task, "cmdline", kMaxCmdlineBytes).text;
  read_exe(read, task, exe.link, host);
  ProcStatus status = parse_status(read_file(dir, "status", kStatusBytes).text);
  const ReadResult groups = read_file(dir, "cgroup");
  // The identity is read last, so that a process that has ended by now counts as gone and not as
  // one without attributes.
  const std::optional<FoundProcess> identity = read_identity(dir, pid, host);
  if (!identity) return std::nullopt;
  read.parent_pid = identity->parent_pid;
  process.pid = pid;
  process.start_ticks = identity->process.start_ticks;
  process.started_at = identity->process.started_at;
  process.comm = identity->process.comm;
  process.name = process_name(process.comm, process.exe.value_or(""), name_of(process.script));
  process.namespaced_pid = status.namespaced_pid;
  process.cmdline = join_cmdline(std::string_view(read.cmdline).substr(0, kJoinedBytes));
  process.uid = status.effective_uid;
  if (process.uid) process.user = host.users.name_of(*process.uid);
  process.credentials = std::move(status.credentials);
  if (process.credentials) {
    process.credentials->own_user_namespace =
        host.own.user != 0 && namespaces.user != 0 && namespaces.user != host.own.user;
  }
  assign_groups(process, groups.text, host);
  return read;
}

// A parent must have started before its child, or in the same tick with a lower pid. So a process
// that has reused the parent's pid is not taken for the parent, and no chain of parents can be a
// ring.
void link_ancestors(int proc, std::vector<FoundProcess>& processes, const ProcHost& host) {
  std::unordered_map<std::uint32_t, std::uint32_t> index_of;
  for (std::uint32_t i = 0; i < processes.size(); ++i) index_of[processes[i].process.pid] = i;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const std::uint32_t parent_pid = processes[i].parent_pid;
    if (parent_pid == 0) continue;
    auto parent = index_of.find(parent_pid);
    if (parent == index_of.end()) {
      const OpenResult dir = open_directory(proc, std::to_string(parent_pid).c_str());
      if (!dir.fd) continue;
      std::optional<FoundProcess> read = read_ancestor(dir.fd.get(), parent_pid, host);
      if (!read) continue;
      parent = index_of.emplace(parent_pid, static_cast<std::uint32_t>(processes.size())).first;
      processes.push_back(std::move(*read));
    }
    const Process& older = processes[parent->second].process;
    Process& child = processes[i].process;
    if (std::tie(older.start_ticks, older.pid) < std::tie(child.start_ticks, child.pid)) {
      child.parent = parent->second;
    }
  }
}

}  // namespace netmon
