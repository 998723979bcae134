#include "netmon/linux/privilege.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "netmon/core/values/error.h"

namespace netmon {
namespace {

constexpr auto kSubject = "cannot give up privileges";

// capset(2) takes two 32-bit words of each set.
using CapabilitySets = std::array<__user_cap_data_struct, 2>;

__user_cap_header_struct header_of_this_thread() { return {_LINUX_CAPABILITY_VERSION_3, 0}; }

CapabilitySets read_sets() {
  auto header = header_of_this_thread();
  CapabilitySets sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) throw SystemError(kSubject, errno);
  return sets;
}

void write_sets(const CapabilitySets& sets) {
  auto header = header_of_this_thread();
  if (::syscall(SYS_capset, &header, sets.data()) != 0) throw SystemError(kSubject, errno);
}

bool are_equal(const CapabilitySets& a, const CapabilitySets& b) {
  const auto same = [&](std::size_t i) {
    return a[i].effective == b[i].effective && a[i].permitted == b[i].permitted &&
           a[i].inheritable == b[i].inheritable;
  };
  return same(0) && same(1);
}

}  // namespace

void drop_privileges(Keep keep) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw SystemError(kSubject, errno);
  const CapabilitySets sets = read_sets();
  const std::uint32_t kept =
      keep == Keep::files && ::geteuid() == 0 ? CAP_TO_MASK(CAP_DAC_OVERRIDE) : 0U;
  CapabilitySets wanted{};
  wanted[0].permitted = sets[0].permitted & kept;
  wanted[0].effective = sets[0].effective & kept;
  // A sandbox may refuse capset(2) to a process that has nothing to give up.
  if (are_equal(sets, wanted)) return;
  // This clears the ambient set too: the kernel keeps nothing in it that is not inheritable.
  write_sets(wanted);
  if (!are_equal(read_sets(), wanted)) throw Error(kSubject, "some are still there");
}

}  // namespace netmon
