#include "core/model/capabilities.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace netmon {
namespace {

using namespace std::string_view_literals;

// The names by number, from include/uapi/linux/capability.h of Linux 6.18.
constexpr std::array kCapabilityNames{"CAP_CHOWN"sv,
                                      "CAP_DAC_OVERRIDE"sv,
                                      "CAP_DAC_READ_SEARCH"sv,
                                      "CAP_FOWNER"sv,
                                      "CAP_FSETID"sv,
                                      "CAP_KILL"sv,
                                      "CAP_SETGID"sv,
                                      "CAP_SETUID"sv,
                                      "CAP_SETPCAP"sv,
                                      "CAP_LINUX_IMMUTABLE"sv,
                                      "CAP_NET_BIND_SERVICE"sv,
                                      "CAP_NET_BROADCAST"sv,
                                      "CAP_NET_ADMIN"sv,
                                      "CAP_NET_RAW"sv,
                                      "CAP_IPC_LOCK"sv,
                                      "CAP_IPC_OWNER"sv,
                                      "CAP_SYS_MODULE"sv,
                                      "CAP_SYS_RAWIO"sv,
                                      "CAP_SYS_CHROOT"sv,
                                      "CAP_SYS_PTRACE"sv,
                                      "CAP_SYS_PACCT"sv,
                                      "CAP_SYS_ADMIN"sv,
                                      "CAP_SYS_BOOT"sv,
                                      "CAP_SYS_NICE"sv,
                                      "CAP_SYS_RESOURCE"sv,
                                      "CAP_SYS_TIME"sv,
                                      "CAP_SYS_TTY_CONFIG"sv,
                                      "CAP_MKNOD"sv,
                                      "CAP_LEASE"sv,
                                      "CAP_AUDIT_WRITE"sv,
                                      "CAP_AUDIT_CONTROL"sv,
                                      "CAP_SETFCAP"sv,
                                      "CAP_MAC_OVERRIDE"sv,
                                      "CAP_MAC_ADMIN"sv,
                                      "CAP_SYSLOG"sv,
                                      "CAP_WAKE_ALARM"sv,
                                      "CAP_BLOCK_SUSPEND"sv,
                                      "CAP_AUDIT_READ"sv,
                                      "CAP_PERFMON"sv,
                                      "CAP_BPF"sv,
                                      "CAP_CHECKPOINT_RESTORE"sv};

constexpr std::array kAsGoodAsRoot{
    "CAP_CHOWN"sv,      "CAP_DAC_OVERRIDE"sv, "CAP_DAC_READ_SEARCH"sv, "CAP_FOWNER"sv,
    "CAP_SETGID"sv,     "CAP_SETUID"sv,       "CAP_SYS_MODULE"sv,      "CAP_SYS_RAWIO"sv,
    "CAP_SYS_CHROOT"sv, "CAP_SYS_PTRACE"sv,   "CAP_SYS_ADMIN"sv,       "CAP_MKNOD"sv,
    "CAP_SETFCAP"sv,    "CAP_MAC_OVERRIDE"sv, "CAP_MAC_ADMIN"sv,       "CAP_BPF"sv};

}  // namespace

std::vector<std::string> capability_names(std::uint64_t capabilities) {
  std::vector<std::string> names;
  for (std::size_t bit = 0; bit < 64; ++bit) {
    if ((capabilities >> bit & 1U) == 0) continue;
    names.push_back(bit < kCapabilityNames.size() ? std::string(kCapabilityNames[bit])
                                                  : fmt::format("CAP_{}", bit));
  }
  return names;
}

bool is_as_good_as_root(std::uint64_t capabilities) {
  for (std::size_t bit = 0; bit < kCapabilityNames.size(); ++bit) {
    if ((capabilities >> bit & 1U) == 0) continue;
    for (const std::string_view name : kAsGoodAsRoot) {
      if (name == kCapabilityNames[bit]) return true;
    }
  }
  return false;
}

}  // namespace netmon
