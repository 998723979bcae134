#include "linux/procfs/cgroup.h"

#include <algorithm>
#include <array>

#include "linux/procfs/scan.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxUnitName = 256;

bool is_container_id(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The part between `prefix` and `suffix`; empty where `text` does not have that form.
std::string_view between(std::string_view text, std::string_view prefix, std::string_view suffix) {
  if (text.size() <= prefix.size() + suffix.size()) return {};
  if (!text.starts_with(prefix) || !text.ends_with(suffix)) return {};
  return text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
}

// The container that one component of a control group's path stands for; empty for none. The groups
// of conmon and lxc.monitor stand for none: they hold the supervisor of a container, which runs
// outside it.
std::string_view container_of(std::string_view component, std::string_view parent) {
  if (is_container_id(component)) return component;
  // Podman makes a group "libpod-payload-" where it runs in a systemd unit with split control
  // groups.
  constexpr std::array<std::string_view, 6> kRuntimes = {"docker-", "cri-containerd-", "crio-",
                                                         "libpod-", "libpod-payload-", "nerdctl-"};
  for (const std::string_view runtime : kRuntimes) {
    for (const std::string_view suffix : {std::string_view(".scope"), std::string_view()}) {
      const std::string_view id = between(component, runtime, suffix);
      if (is_container_id(id)) return id;
    }
  }
  // containerd with the systemd driver and a cgroupfs path makes "….slice:cri-containerd:ID".
  const std::size_t colon = component.rfind(':');
  if (colon != std::string_view::npos && is_container_id(component.substr(colon + 1))) {
    return component.substr(colon + 1);
  }
  if (const auto name = between(component, "lxc.payload.", ""); !name.empty()) return name;
  if (parent == "lxc") return component;
  if (const auto name = between(component, "systemd-nspawn@", ".service"); !name.empty()) {
    return name;
  }
  const auto machine = between(component, "machine-", ".scope");
  return machine.starts_with("qemu") ? std::string_view() : machine;  // qemu: a virtual machine
}

struct Found {
  std::string_view unit;
  std::string_view container;
  bool of_user = false;
};

Found search(std::string_view path) {
  Found found;
  std::string_view parent;
  while (!path.empty()) {
    const std::string_view component = take_until(path, '/');
    const std::string_view container = container_of(component, parent);
    found.of_user |= component == "user.slice" || component.starts_with("user@");
    if (!container.empty()) {
      found = {{}, container, found.of_user};
    } else if (component.ends_with(".service") || component.ends_with(".scope")) {
      found.unit = component;
    }
    parent = component;
  }
  return found;
}

}  // namespace

CgroupMembership parse_cgroup(std::string_view text) {
  Found best;
  while (!text.empty()) {
    std::string_view path = take_until(text, '\n');
    const std::string_view hierarchy = take_until(path, ':');
    const std::string_view controllers = take_until(path, ':');
    const Found found = search(path);
    if (best.container.empty()) best.container = found.container;
    // systemd has its units in the unified hierarchy or in its own. In any other hierarchy such a
    // name need not be a unit.
    const bool of_systemd = hierarchy == "0" || controllers == "name=systemd";
    if (!of_systemd || !best.unit.empty()) continue;
    best.unit = found.unit;
    best.of_user = found.of_user;
  }
  const bool of_system = !best.unit.empty() && best.container.empty() && !best.of_user;
  return {sanitize(best.unit, kMaxUnitName), sanitize(best.container, kMaxUnitName), of_system};
}

}  // namespace netmon
