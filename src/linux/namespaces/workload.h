// What a network namespace without a name of its own goes by: the program that was started in it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

// Programs that only start others, or keep a container open: pause, tini, conmon, shells. Pure.
bool is_generic_init(std::string_view name);

struct StartedProcess {
  std::uint64_t start_ticks = 0;
  std::uint32_t pid = 0;
  std::string name;

  auto operator<=>(const StartedProcess&) const = default;
};
// The name of the oldest that is no generic init; where all are, of the oldest. Pure.
std::string workload_of(std::vector<StartedProcess> processes);

// The workload of the processes with these pids below the open proc root. Of very many the first
// 256 are looked at, which are the oldest while pids are not used anew. "" where nothing can be
// read.
std::string read_workload(int proc, std::span<const std::uint32_t> pids);

}  // namespace netmon
