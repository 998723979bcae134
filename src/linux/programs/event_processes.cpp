#include "netmon/linux/event_processes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "linux/gaps.h"
#include "linux/procfs/host.h"
#include "linux/procfs/process_reader.h"
#include "linux/programs/ended_program.h"
#include "linux/programs/program_reader.h"

namespace netmon {
namespace {

// The process, if it still lives and is what it was. The tick of its start is not enough to tell
// that: its pid can have been reused within that tick, and it can have executed its own executable
// again with other arguments.
std::optional<FoundProcess> find_living(const EventProcess& wanted, const ProcHost& host) {
  const std::string folder = host.root + "/" + std::to_string(wanted.process.pid);
  const OpenResult dir = open_directory(AT_FDCWD, folder.c_str());
  if (!dir.fd) return std::nullopt;
  auto found = read_owner(dir.fd.get(), wanted.process.pid, host);
  if (!found || !is_same_program(wanted, *found)) return std::nullopt;
  return found;
}

}  // namespace

EventPrograms complete_processes(EventWindow& window, const ExecutableDigests& known) {
  const ProcHost host = read_proc_host(kProcRoot);
  const auto own_pid = static_cast<std::uint32_t>(::getpid());
  std::vector<FoundProcess> living;
  std::vector<std::size_t> window_index;
  EndedProgramReader ended(host, known);
  for (std::size_t i = 0; i < window.processes.size(); ++i) {
    EventProcess& seen = window.processes[i];
    seen.process.user = host.users.name_of(seen.process.uid.value_or(0));
    seen.process.name = process_name(seen.process.comm, seen.process.exe.value_or(""), "");
    const bool is_netmon = seen.process.pid == own_pid;  // canaries, which become no rows
    if (!seen.own || is_netmon) continue;
    if (auto found = find_living(seen, host)) {
      living.push_back(std::move(*found));
      window_index.push_back(i);
    } else {
      ended.read(seen);
    }
  }
  ProgramReading read = read_programs(host, living, std::vector<bool>(living.size(), true), known);
  for (std::size_t i = 0; i < window_index.size(); ++i) {
    Process& process = window.processes[window_index[i]].process;
    const auto parent = process.parent;
    process = std::move(read.processes[i]);
    process.parent = parent;
  }
  EventPrograms programs{ended.take_fresh(), ended.take_gaps()};
  programs.fresh.merge(read.fresh);
  for (Gap& gap : read.gaps) add_gap(programs.gaps, std::move(gap));
  return programs;
}

}  // namespace netmon
