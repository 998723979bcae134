#include "linux/process_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "linux/cgroup.h"
#include "linux/files.h"
#include "netmon/text.h"

namespace netmon {
namespace {

constexpr std::size_t kCmdlineBytes = 8 * kKibibyte;  // more than is kept, so that a cut shows

std::optional<FoundProcess> read_identity(int dir, std::uint32_t pid, const ProcHost& host,
                                          std::string_view argv0, std::string_view exe) {
  const std::optional<ProcStat> stat = parse_stat(read_file(dir, "stat").text);
  if (!stat || stat->ended) return std::nullopt;
  FoundProcess read;
  read.parent_pid = stat->parent_pid;
  read.process.pid = pid;
  read.process.start_ticks = stat->start_ticks;
  read.process.started_at = host.clock.at(stat->start_ticks);
  read.process.comm = sanitize(stat->comm);
  read.process.name = process_name(stat->comm, argv0, exe);
  return read;
}

std::optional<FoundProcess> read_ancestor(int dir, std::uint32_t pid, const ProcHost& host) {
  const std::string cmdline = read_file(dir, "cmdline", kCmdlineBytes).text;
  return read_identity(dir, pid, host, first_argument(cmdline), "");
}

// The link to what a process runs, and where below /proc/PID it is.
struct ExeLocation {
  std::string path;
  ReadResult link;
};

// A leader that has ended has none, though its threads, which run the same, live on.
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

RunningFile look_at_file(int dir, const std::string& exe) {
  struct stat status {};
  if (::fstatat(dir, exe.c_str(), &status, 0) != 0) return {{}, errno};
  if (!S_ISREG(status.st_mode)) return {{}, EINVAL};
  return {version_of(status), 0};
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

FileVersion version_of(const struct stat& status) {
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          status.st_ctim.tv_sec * kNanoseconds + status.st_ctim.tv_nsec};
}

std::optional<FoundProcess> read_owner(int dir, std::uint32_t pid, const ProcHost& host) {
  ExeLocation exe = locate_exe(dir);
  const RunningFile file = look_at_file(dir, exe.path);
  const std::string cmdline = read_file(dir, "cmdline", kCmdlineBytes).text;
  const ProcStatus status = parse_status(read_file(dir, "status").text);
  CgroupMembership cgroup = parse_cgroup(read_file(dir, "cgroup").text);
  ExeLink link = parse_exe_link(exe.link.text);
  // Last, so that a process that has ended by now counts as gone, not as one without attributes.
  std::optional<FoundProcess> read =
      read_identity(dir, pid, host, first_argument(cmdline), link.path);
  if (!read) return std::nullopt;
  read->file = file;
  read->exe_path = std::move(exe.path);
  Process& process = read->process;
  process.namespaced_pid = status.namespaced_pid;
  if (exe.link.error == 0) process.exe = std::move(link.path);
  process.exe_deleted = link.deleted;
  process.cmdline = join_cmdline(cmdline);
  process.uid = status.effective_uid;
  if (process.uid) process.user = host.users.name_of(*process.uid);
  process.unit = std::move(cgroup.unit);
  process.container = std::move(cgroup.container);
  return read;
}

// A parent started before its child, or in the same tick with a lower pid: another process that has
// the pid by now is no parent, and no chain is a ring.
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
