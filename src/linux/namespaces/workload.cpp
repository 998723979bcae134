#include "linux/namespaces/workload.h"

#include <algorithm>
#include <array>
#include <optional>

#include "linux/procfs/files.h"
#include "linux/procfs/process_reader.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxProcesses = 256;

}  // namespace

bool is_generic_init(std::string_view name) {
  using namespace std::string_view_literals;
  constexpr std::array kNames{"pause"sv,
                              "tini"sv,
                              "tini-static"sv,
                              "dumb-init"sv,
                              "catatonit"sv,
                              "docker-init"sv,
                              "podman-init"sv,
                              "conmon"sv,
                              "conmonrs"sv,
                              "init"sv,
                              "systemd"sv,
                              "runit"sv,
                              "runsvdir"sv,
                              "runsv"sv,
                              "s6-svscan"sv,
                              "s6-supervise"sv,
                              "s6-linux-init-shutdownd"sv,
                              "supervisord"sv,
                              "my_init"sv,
                              "sh"sv,
                              "bash"sv,
                              "dash"sv,
                              "ash"sv,
                              "zsh"sv,
                              "busybox"sv,
                              "env"sv,
                              "sleep"sv,
                              "su"sv,
                              "sudo"sv,
                              "gosu"sv,
                              "su-exec"sv,
                              "setpriv"sv,
                              "unshare"sv,
                              "nsenter"sv,
                              "timeout"sv};
  return std::ranges::find(kNames, name) != kNames.end();
}

std::string workload_of(std::vector<StartedProcess> processes) {
  if (processes.empty()) return {};
  std::sort(processes.begin(), processes.end());
  const auto started = std::ranges::find_if(
      processes, [](const StartedProcess& process) { return !is_generic_init(process.name); });
  return started != processes.end() ? started->name : processes.front().name;
}

std::string read_workload(int proc, std::span<const std::uint32_t> pids) {
  std::vector<StartedProcess> processes;
  for (const std::uint32_t pid : pids.first(std::min(pids.size(), kMaxProcesses))) {
    const OpenResult dir = open_directory(proc, std::to_string(pid).c_str());
    if (!dir.fd) continue;
    if (auto process = read_named(dir.fd.get())) {
      processes.push_back({process->start_ticks, pid, std::move(process->name)});
    }
  }
  return workload_of(std::move(processes));
}

}  // namespace netmon
