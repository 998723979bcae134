// The workload of a network namespace without a name of its own: the program that was started in
// it. The namespace is recognised by it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

// Whether a program of this name only starts others or keeps a container open: pause, tini, conmon,
// shells. Pure.
bool is_generic_init(std::string_view name);

struct StartedProcess {
  std::uint64_t start_ticks = 0;
  std::uint32_t pid = 0;
  std::string name;

  auto operator<=>(const StartedProcess&) const = default;
};
// The name of the oldest process that is no generic init; where all are, of the oldest. Pure.
std::string workload_of(std::vector<StartedProcess> processes);

// The workload of the processes with these pids below the open proc root. Only the first 256 are
// read, which are the oldest as long as pids have not wrapped around. "" where nothing can be read.
std::string read_workload(int proc, std::span<const std::uint32_t> pids);

}  // namespace netmon
