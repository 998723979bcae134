// Which systemd unit and which container a process belongs to, by its control groups. Pure.
#pragma once

#include <string>
#include <string_view>

namespace netmon {

struct CgroupMembership {
  std::string unit;       // "nginx.service", "session-3.scope"; "" for none
  std::string container;  // full container id, or the name that LXC or systemd-nspawn gave; or ""
  // The unit is the system's own service manager's: neither a user's nor in a container, where
  // anyone may call a group what they like.
  bool of_system = false;

  bool operator==(const CgroupMembership&) const = default;
};

// /proc/PID/cgroup, version 1 or 2 (cgroups(7)). Understood are the groups that Docker, containerd,
// CRI-O, Podman, Kubernetes, LXC and systemd-nspawn make, under the systemd and the cgroupfs
// driver. The innermost container and unit count; the scope that a container runtime makes for its
// container is no unit, and neither is the unit that the runtime itself runs in.
//
// A user may name a group in a subtree of their own as they like: a container id is an attribute to
// be shown, and proves nothing.
CgroupMembership parse_cgroup(std::string_view text);

}  // namespace netmon
