// Reads what a snapshot says about the host, the user who captures, and that user's privileges.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "linux/procfs/process_reader.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// The tree in which a capture reads processes. Tests have trees of their own.
inline constexpr auto kProcRoot = "/proc";

// Effective capabilities, as the bits of linux/capability.h.
struct Capabilities {
  std::uint64_t effective = 0;

  [[nodiscard]] bool has(unsigned capability) const { return (effective >> capability & 1U) != 0; }
};

Capabilities own_capabilities();

Privilege own_privilege();

// Fills all of SnapshotInfo but times, label, ticket, note, namespaces and owner method.
SnapshotInfo read_host_info(const UserNames& users);

UserNames read_user_names();

BootClock read_boot_clock();

// Reads what all processes below `proc_root` are read with: users, clock and netmon's namespaces.
ProcHost read_proc_host(const std::string& proc_root);

// Whether netmon runs in the initial pid namespace, outside of which there are no processes. In any
// other, a process outside is in no /proc that netmon can read, and may hold sockets that netmon
// lists.
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
