#include "linux/owners/owners.h"

#include <doctest/doctest.h>

#include "linux/fixture.h"
#include "netmon/core/values/error.h"
#include "owners/holders.h"

// fixtures/proc replaces /proc. Its pids are above the kernel's limit of 4194304, so no real
// process has one of them:
//
//   5000010 ─ 5000020 web     holds 111 (fd 3, 7), 222 (fd 9), 444 (io_uring), 333 (thread 5000021)
//   5000020 ─ 5000030 web     holds 111 (fd 4); forked
//   5000050 ─ 5000040 lonely  holds 555; another process has its parent's pid now
//   5000060                   holds nothing that is wanted; its thread 5000061 has ended
//   5000070                   has no fd folder: it has gone
//   5000080                   its stat is damaged: it has gone; holds 666

namespace netmon {
namespace {

constexpr BootClock kClock{std::chrono::seconds(1'000'000'000), 100};

OwnerWalk walk(std::vector<std::uint32_t> inodes) {
  return find_owners({fixture_path("proc"), UserNames(fixture("passwd")), kClock}, inodes);
}

const Process* find(const OwnerWalk& walk, std::uint32_t pid) {
  for (const FoundProcess& found : walk.processes) {
    if (found.process.pid == pid) return &found.process;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("a shared socket has all its holders, oldest first, each with its lowest descriptor") {
  CHECK(holders(walk({111, 222}), 111) == std::vector<Holder>{{5000020, 0, 3}, {5000030, 0, 4}});
}

TEST_CASE("a socket in a thread's own descriptor table is found") {
  CHECK(holders(walk({333}), 333) == std::vector<Holder>{{5000020, 5000021, 5}});
}

TEST_CASE("a socket registered with an io_uring is found, without a descriptor") {
  CHECK(holders(walk({444}), 444) == std::vector<Holder>{{5000020, 0, -1}});
}

TEST_CASE("a network namespace that a descriptor holds is found") {
  const OwnerWalk found = walk({});
  REQUIRE(found.namespaces.size() == 1);
  CHECK(found.namespaces[0].id == 4026532999);
  CHECK(found.namespaces[0].path == fixture_path("proc") + "/5000020/fd/11");
}

TEST_CASE("an owner is read with all its attributes") {
  const OwnerWalk found = walk({222});
  const Process* web = find(found, 5000020);
  REQUIRE(web != nullptr);
  CHECK(web->namespaced_pid == 7);
  CHECK(web->start_ticks == 2000);
  CHECK(web->started_at == Timestamp(std::chrono::seconds(1'000'000'020)));
  CHECK(web->comm == "a-very-long-nam");
  CHECK(web->name == "a-very-long-name");
  CHECK(web->exe == "/usr/sbin/a-very-long-name");
  CHECK(web->exe_deleted);
  CHECK(web->cmdline == "a-very-long-name -c 'x y'");
  CHECK(web->uid == 33);
  CHECK(web->user == "www-data");
  CHECK(web->unit == "web.service");
  CHECK(web->container.empty());
}

TEST_CASE("ancestors are there for the chain, and only they and the owners") {
  const OwnerWalk found = walk({111});
  CHECK(found.processes.size() == 3);
  const Process* child = find(found, 5000030);
  REQUIRE(child != nullptr);
  REQUIRE(child->parent.has_value());
  CHECK(found.processes[*child->parent].process.pid == 5000020);
  const Process* init = find(found, 5000010);
  REQUIRE(init != nullptr);
  CHECK(init->name == "ini)t\n(1");
  CHECK_FALSE(init->parent.has_value());
  CHECK_FALSE(init->exe.has_value());
  CHECK_FALSE(init->uid.has_value());
}

TEST_CASE("a process that started after its child is not its parent") {
  const OwnerWalk found = walk({555});
  const Process* lonely = find(found, 5000040);
  REQUIRE(lonely != nullptr);
  CHECK_FALSE(lonely->parent.has_value());
}

TEST_CASE("processes that have gone are counted") {
  const OwnerWalk found = walk({666});
  CHECK(found.seen == 8);
  CHECK(found.vanished == 2);
  CHECK(found.not_permitted == 0);
  CHECK(holders(found, 666).empty());
  CHECK(walk({}).vanished == 1);
}

TEST_CASE("a proc folder that is not there ends the walk") {
  CHECK_THROWS_AS(find_owners({fixture_path("nowhere"), {}, kClock}, {}), SystemError);
}

TEST_CASE("two walks are one, a process of both is one process") {
  const OwnerWalk merged = merge_walks(walk({222}), walk({111, 555}));
  CHECK(holders(merged, 111) == std::vector<Holder>{{5000020, 0, 3}, {5000030, 0, 4}});
  CHECK(holders(merged, 222) == std::vector<Holder>{{5000020, 0, 9}});
  CHECK(holders(merged, 555) == std::vector<Holder>{{5000040, 0, 3}});
  REQUIRE(merged.processes.size() == 5);
  for (std::size_t i = 1; i < merged.processes.size(); ++i) {
    CHECK(merged.processes[i - 1].process.pid < merged.processes[i].process.pid);
  }
  const Process* child = find(merged, 5000030);
  REQUIRE(child != nullptr);
  CHECK(merged.processes[child->parent.value()].process.pid == 5000020);
  CHECK(merged.seen == 8);
}

TEST_CASE("an owner that another walk met as an ancestor keeps what is known of it") {
  const OwnerWalk merged = merge_walks(walk({222}), walk({111}));
  CHECK(find(merged, 5000020)->exe.has_value());
}

TEST_CASE("a start is rounded to 10 ms and survives any number of ticks") {
  const BootClock clock{std::chrono::nanoseconds(1'234'567'890), 100};
  CHECK(clock.at(0) == Timestamp(std::chrono::milliseconds(1230)));
  CHECK(clock.at(1) == Timestamp(std::chrono::milliseconds(1240)));
  const BootClock corrected{std::chrono::nanoseconds(1'234'570'000), 100};
  CHECK(clock.at(250) == corrected.at(250));
  CHECK(clock.at(UINT64_MAX) > clock.at(0));
}

}  // namespace netmon
