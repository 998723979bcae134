#include "netmon/linux/event_processes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "linux/procfs/host.h"
#include "linux/procfs/process_files.h"
#include "linux/procfs/process_reader.h"
#include "linux/programs/executables.h"
#include "linux/programs/interpreter.h"
#include "linux/programs/program_reader.h"

namespace netmon {
namespace {

// A file's birth is in no inode of the kernel's that is alike for all file systems.
bool is_same_file(const FileVersion& ran, const FileVersion& now) {
  return ran.device == now.device && ran.inode == now.inode && ran.size_bytes == now.size_bytes &&
         ran.changed_ns == now.changed_ns;
}

// The process, if it lives and still runs what it ran.
std::optional<FoundProcess> find_living(const EventProcess& wanted, const ProcHost& host) {
  const std::string folder = host.root + "/" + std::to_string(wanted.process.pid);
  const OpenResult dir = open_directory(AT_FDCWD, folder.c_str());
  if (!dir.fd) return std::nullopt;
  auto found = read_owner(dir.fd.get(), wanted.process.pid, host);
  if (!found || found->process.start_ticks != wanted.process.start_ticks) return std::nullopt;
  if (found->file.error != 0) return std::nullopt;
  if (!is_same_file(wanted.executable, found->file.status.version)) return std::nullopt;
  return found;
}

// Reads the file of a process that has ended by its path, which means the same to netmon in its own
// mount namespace alone.
void read_ended(EventProcess& ended, const ProcHost& host, FileContents& contents) {
  Process& process = ended.process;
  process.exe_elsewhere = ended.mount_namespace != host.own.mount;
  if (!process.exe || process.exe_elsewhere || process.exe_deleted) return;
  const StatusResult now = read_status(AT_FDCWD, process.exe->c_str(), AT_SYMLINK_NOFOLLOW);
  if (now.error != 0 || !is_same_file(ended.executable, now.status.version)) return;
  const auto read = contents.get(now.status.version, AT_FDCWD, *process.exe);
  if (!read.content) return;
  process.exe_sha256 = read.content->sha256;
  process.interpreter = !read.content->interpreter.empty();
  const OpenResult self = open_directory(AT_FDCWD, (host.root + "/self").c_str());
  process.exe_protected = self.fd && is_protected(self.fd.get(), *process.exe, now.status);
}

}  // namespace

ExecutableDigests complete_processes(EventWindow& window, const ExecutableDigests& known) {
  const ProcHost host = read_proc_host(kProcRoot);
  std::vector<FoundProcess> living;
  std::vector<std::size_t> places;
  FileContents contents(known);
  for (std::size_t i = 0; i < window.processes.size(); ++i) {
    EventProcess& seen = window.processes[i];
    seen.process.user = host.users.name_of(seen.process.uid.value_or(0));
    seen.process.name = process_name(seen.process.comm, seen.process.exe.value_or(""), "");
    if (auto found = find_living(seen, host)) {
      living.push_back(std::move(*found));
      places.push_back(i);
    } else {
      read_ended(seen, host, contents);
    }
  }
  ProgramReading read = read_programs(host, living, std::vector<bool>(living.size(), true), known);
  for (std::size_t i = 0; i < places.size(); ++i) {
    Process& process = window.processes[places[i]].process;
    const auto parent = process.parent;
    process = std::move(read.processes[i]);
    process.parent = parent;
  }
  ExecutableDigests fresh = std::move(contents).take_fresh();
  fresh.merge(read.fresh);
  return fresh;
}

}  // namespace netmon
