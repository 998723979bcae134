#include "linux/procfs/host.h"

#include <doctest/doctest.h>

#include "linux/fixture.h"

namespace netmon {

TEST_CASE("the hidepid option is that of the mount at /proc") {
  CHECK(hidepid_option(fixture("mountinfo")) == "invisible");
  CHECK(hidepid_option("22 27 0:21 / /proc rw - proc proc rw\n").empty());
  CHECK(hidepid_option("22 27 0:21 / /srv/proc rw - proc proc rw,hidepid=2\n").empty());
  CHECK(hidepid_option("").empty());
}

TEST_CASE("the mount that covers the others at /proc counts") {
  const std::string hiding = "22 27 0:21 / /proc rw - proc proc rw,hidepid=2\n";
  const std::string open = "65 22 0:39 / /proc rw - proc proc rw\n";
  CHECK(hidepid_option(open + hiding) == "2");
  CHECK(hidepid_option(hiding + open).empty());
}

TEST_CASE("a capability is a bit") {
  const Capabilities some{std::uint64_t{1} << 21 | std::uint64_t{1} << 40};
  CHECK(some.has(21));
  CHECK(some.has(40));
  CHECK_FALSE(some.has(19));
}

TEST_CASE("who captures is known by number, and by name where there is one") {
  const SnapshotInfo info = read_host_info(UserNames());
  CHECK(info.user.name == std::to_string(info.user.uid));
  CHECK_FALSE(info.kernel.empty());
  CHECK_FALSE(info.boot_id.empty());
}

}  // namespace netmon
