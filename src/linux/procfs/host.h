// The user who captures, the host, and by which right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "linux/procfs/process_reader.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// The tree in which a capture reads processes; tests read one of their own.
inline constexpr auto kProcRoot = "/proc";

// The effective capabilities that matter, by their bits in linux/capability.h.
struct Capabilities {
  std::uint64_t effective = 0;

  [[nodiscard]] bool has(unsigned capability) const { return (effective >> capability & 1U) != 0; }
};

Capabilities own_capabilities();

Privilege own_privilege();

// Everything but times, label, ticket, note and namespaces.
SnapshotInfo read_host_info(const UserNames& users);

UserNames read_user_names();

BootClock read_boot_clock();

// /proc as netmon sees it.
ProcHost read_proc_host(const std::string& proc_root);

// A process outside netmon's own pid namespace is in no /proc that netmon can read, and may hold
// sockets that netmon lists. Whether there are none outside: netmon runs in the initial one.
bool in_initial_pid_namespace(const std::string& proc_root);

// How many processes /proc hides from this user (hidepid in proc(5)). 0 where it hides none.
struct HiddenProcesses {
  std::uint64_t count = 0;  // at least 1 where some are hidden but they cannot be counted
  std::string reason;
};
HiddenProcesses count_hidden_processes(const std::string& proc_root);

// The value of the hidepid option of the mount at /proc; empty for none. Pure.
std::string hidepid_option(std::string_view mountinfo);

}  // namespace netmon
