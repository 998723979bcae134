// Tells which systemd unit and which container a process belongs to, by its control groups. Pure.
#pragma once

#include <string>
#include <string_view>

namespace netmon {

struct CgroupMembership {
  std::string unit;       // "nginx.service", "session-3.scope"; "" for none
  std::string container;  // the full id, or the name in LXC or systemd-nspawn; "" for none
  // The unit belongs to the system's service manager. False for units of a user or in a container,
  // where anyone may name a group as they like.
  bool of_system = false;

  bool operator==(const CgroupMembership&) const = default;
};

// Reads the text of /proc/PID/cgroup, version 1 or 2 (cgroups(7)). It knows the groups that Docker,
// containerd, CRI-O, Podman, Kubernetes, LXC and systemd-nspawn make, with the systemd and with the
// cgroupfs driver. The innermost container and unit count. The scope that a container runtime makes
// for its container is no unit, and neither is the unit that the runtime itself runs in.
//
// A user may name groups in a subtree of their own as they like, so a container id is an attribute
// that is shown and proves nothing.
CgroupMembership parse_cgroup(std::string_view text);

}  // namespace netmon
