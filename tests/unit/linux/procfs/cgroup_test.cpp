#include "linux/procfs/cgroup.h"

#include <doctest/doctest.h>

#include <vector>

#include "linux/fixture.h"

namespace netmon {
namespace {

std::string id() { return std::string().append(64, 'a'); }
std::string other() { return std::string().append(64, 'b'); }

CgroupMembership unified(const std::string& path) { return parse_cgroup("0::" + path + "\n"); }

}  // namespace

TEST_CASE("a systemd unit is the innermost service or scope") {
  CHECK(unified("/system.slice/nginx.service") == CgroupMembership{"nginx.service", "", true});
  CHECK(unified("/user.slice/user-1000.slice/session-3.scope").unit == "session-3.scope");
  CHECK(unified("/user.slice/user-1000.slice/user@1000.service/app.slice/web.service").unit ==
        "web.service");
  CHECK(unified("/system.slice/ssh.service/worker").unit == "ssh.service");
  CHECK(unified("/") == CgroupMembership{});
  CHECK(parse_cgroup("") == CgroupMembership{});
}

TEST_CASE("a unit of a user's service manager or of a container is not the system's") {
  CHECK(unified("/system.slice/ssh.service").of_system);
  CHECK(unified("/system.slice/system-ssh.slice/ssh@7.service/worker").of_system);
  CHECK_FALSE(
      unified("/user.slice/user-1000.slice/user@1000.service/app.slice/ssh.service").of_system);
  CHECK_FALSE(unified("/docker/" + id() + "/system.slice/ssh.service").of_system);
  CHECK_FALSE(unified("/ssh").of_system);
}

TEST_CASE("a container is known by the form that its runtime gives its group") {
  const std::vector<std::string> paths = {
      "/system.slice/docker-" + id() + ".scope",
      "/docker/" + id(),
      "/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + id() + ".scope",
      "/kubepods/burstable/pod1/" + id(),
      "/kubepods.slice/kubepods-besteffort.slice/crio-" + id() + ".scope",
      "/machine.slice/libpod-" + id() + ".scope",
      "/machine.slice/libpod-" + id() + ".scope/container",
      "/libpod_parent/libpod-" + id(),
      "/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" + id(),
      "/docker/" + other() + "/kubelet/kubepods/pod1/" + id(),
      "/system.slice/web.service/libpod-payload-" + id(),
      "/system.slice/nerdctl-" + id() + ".scope",
      "/user.slice/user-1000.slice/user@1000.service/user.slice/nerdctl-" + id() + ".scope",
  };
  for (const std::string& path : paths) {
    CAPTURE(path);
    CHECK(unified(path) == CgroupMembership{"", id()});
  }
}

TEST_CASE("LXC and nspawn containers go by their name") {
  CHECK(unified("/lxc.payload.web/system.slice/nginx.service") ==
        CgroupMembership{"nginx.service", "web"});
  CHECK(unified("/lxc/web") == CgroupMembership{"", "web"});
  CHECK(unified("/machine.slice/systemd-nspawn@web.service/payload") ==
        CgroupMembership{"", "web"});
  CHECK(unified("/machine.slice/machine-web.scope") == CgroupMembership{"", "web"});
}

TEST_CASE("a container's supervisor and a virtual machine are in no container") {
  CHECK(unified("/machine.slice/libpod-conmon-" + id() + ".scope").container.empty());
  CHECK(unified("/kubepods.slice/crio-conmon-" + id() + ".scope").container.empty());
  CHECK(unified("/lxc.monitor.web").container.empty());
  CHECK(unified("/machine.slice/machine-qemu\\x2d1\\x2dvm.scope").container.empty());
}

TEST_CASE("what only looks like an id is none") {
  CHECK(unified("/docker/" + id().substr(1)).container.empty());
  CHECK(unified("/docker/" + id() + "a").container.empty());
  CHECK(unified("/docker/" + std::string(64, 'g')).container.empty());
  CHECK(unified("/system.slice/docker-" + id().substr(1) + ".scope").container.empty());
}

TEST_CASE("the unit that a container's runtime runs in is not the container's") {
  CHECK(unified("/system.slice/docker.service/docker/" + id()).unit.empty());
  CHECK(unified("/docker/" + id() + "/system.slice/cron.service").unit == "cron.service");
}

TEST_CASE("version 1 keeps the unit in systemd's own hierarchy") {
  CHECK(parse_cgroup(fixture("cgroup_v1")) == CgroupMembership{"cron.service", "", true});
  CHECK(parse_cgroup("4:memory:/docker/" + id() + "\n1:name=systemd:/docker/" + id() + "\n0::/\n")
            .container == id());
}

TEST_CASE("a group's name with a colon stays whole") {
  CHECK(unified("/system.slice/a:b.service").unit == "a:b.service");
}

TEST_CASE("hostile group names are made valid and short") {
  const CgroupMembership membership = unified("/" + std::string(5000, 'x') + "\xff.service");
  CHECK(membership.unit.size() <= 260);
}

}  // namespace netmon
