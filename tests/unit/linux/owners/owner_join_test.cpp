#include "linux/owners/owner_join.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include "linux/fixture.h"
#include "linux/netlink/merge.h"
#include "linux/owners/owner_search.h"
#include "linux/procfs/files.h"
#include "linux/procfs/proc_parse.h"
#include "netmon/core/values/error.h"
#include "owners/holders.h"

// fixtures/proc is described in owners_test.cpp.

namespace netmon {
namespace {

const ProcHost& host() {
  static const ProcHost kHost{fixture_path("proc"),
                              UserNames(fixture("passwd")),
                              {std::chrono::seconds(1'000'000'000), 100}};
  return kHost;
}

constexpr std::uint64_t kTick = netmon::kNanosecondsPerTick;

Descriptor socket_of(std::uint32_t holder, std::int32_t fd, std::uint64_t inode,
                     std::uint32_t thread = 0) {
  Descriptor descriptor;
  descriptor.holder = holder;
  descriptor.thread = thread;
  descriptor.fd = fd;
  descriptor.inode = inode;
  return descriptor;
}

Descriptor other(DescriptorKind kind, std::uint32_t holder, std::int32_t fd, std::uint64_t inode) {
  Descriptor descriptor = socket_of(holder, fd, inode);
  descriptor.kind = kind;
  return descriptor;
}

// The walk that the kernel would give for the fixture.
DescriptorWalk fixture_walk() {
  return {{{5000020, 2000 * kTick, "a-very-long-nam"}, {5000030, 2100 * kTick, "web"}},
          {socket_of(0, 7, 111), socket_of(0, 3, 111), socket_of(0, 9, 222),
           other(DescriptorKind::net_namespace, 0, 11, 4026532999),
           other(DescriptorKind::io_uring, 0, 10, 0), socket_of(0, 5, 333, 5000021),
           socket_of(1, 4, 111)}};
}

std::string stat_text(pid_t pid) {
  return read_file(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/stat").c_str()).text;
}

ProcStat stat_of(pid_t pid) { return parse_stat(stat_text(pid)).value(); }

// A child process that runs `live`; it stays a zombie until the end of the test.
class Child {
 public:
  explicit Child(void (*live)()) : pid_(::fork()) {
    if (pid_ == 0) live();
    REQUIRE(pid_ > 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void await_zombie() const {
    while (stat_text(pid_).find(") Z ") == std::string::npos) std::this_thread::yield();
  }

 private:
  pid_t pid_;
};

}  // namespace

TEST_CASE("a walk over BPF and one through /proc give the same owners") {
  const std::vector<std::uint32_t> inodes = {111, 222, 333, 444};
  const OwnerWalk joined = join_owners(host(), fixture_walk(), inodes);
  const OwnerWalk walked = find_owners(host(), inodes);
  for (const std::uint32_t inode : inodes) {
    CAPTURE(inode);
    CHECK_FALSE(holders(joined, inode).empty());
    CHECK(holders(joined, inode) == holders(walked, inode));
  }
  REQUIRE(joined.processes.size() == walked.processes.size());
  for (std::size_t i = 0; i < joined.processes.size(); ++i) {
    CHECK(joined.processes[i].process == walked.processes[i].process);
  }
  CHECK(joined.namespaces == walked.namespaces);
}

TEST_CASE("only processes that hold a wanted socket are read") {
  const OwnerWalk joined = join_owners(host(), fixture_walk(), std::vector<std::uint32_t>{});
  CHECK(joined.processes.empty());
  CHECK(joined.held.empty());
}

TEST_CASE("a process that has ended is no owner, and names what nobody else holds") {
  const DescriptorWalk walk{{{5000999, 42 * kTick, "gone\n"}, {5000030, 2100 * kTick, "web"}},
                            {socket_of(0, 3, 111), socket_of(0, 4, 222), socket_of(1, 4, 111)}};
  OwnerWalk joined = join_owners(host(), walk, std::vector<std::uint32_t>{111, 222});
  CHECK(joined.vanished == 1);
  CHECK(holders(joined, 111) == std::vector<Holder>{{5000030, 0, 4}});
  CHECK(holders(joined, 222).empty());
  joined = attribute_to_ended(std::move(joined));
  CHECK(holders(joined, 111) == std::vector<Holder>{{5000030, 0, 4}});
  CHECK(holders(joined, 222) == std::vector<Holder>{{5000999, 0, 4}});
  const Process& gone = joined.processes.back().process;
  CHECK(gone.pid == 5000999);
  CHECK(gone.start_ticks == 42);
  CHECK(gone.name == "gone\n");
  CHECK_FALSE(gone.exe.has_value());
  CHECK(joined.vanished == 1);
}

TEST_CASE("one that has ended and held nothing else is not among the processes") {
  const DescriptorWalk walk{{{5000999, 42 * kTick, "gone"}, {5000030, 2100 * kTick, "web"}},
                            {socket_of(0, 3, 111), socket_of(1, 4, 111)}};
  const OwnerWalk joined =
      attribute_to_ended(join_owners(host(), walk, std::vector<std::uint32_t>{111}));
  for (const FoundProcess& found : joined.processes) CHECK(found.process.pid != 5000999);
}

TEST_CASE("a pid that is another process's by now lends it nothing") {
  const DescriptorWalk walk{{{5000020, 1999 * kTick, "before"}},
                            {socket_of(0, 3, 111), other(DescriptorKind::io_uring, 0, 10, 0)}};
  OwnerWalk joined = join_owners(host(), walk, std::vector<std::uint32_t>{111, 444});
  CHECK(joined.held.empty());
  joined = attribute_to_ended(std::move(joined));
  REQUIRE(joined.processes.size() == 1);
  CHECK(joined.processes[0].process.name == "before");
  CHECK_FALSE(joined.processes[0].process.exe.has_value());
  CHECK(holders(joined, 444).empty());
}

TEST_CASE("a pid that was given away within one clock tick lends the name to nothing") {
  // Process 5000030 holds 111 as descriptor 4 and never had the name "before".
  const DescriptorWalk walk{{{5000030, 2100 * kTick, "before"}}, {socket_of(0, 3, 222)}};
  const OwnerWalk joined = join_owners(host(), walk, std::vector<std::uint32_t>{222});
  CHECK(joined.held.empty());
  CHECK(joined.vanished == 1);
  const OwnerWalk named = attribute_to_ended(joined);
  REQUIRE(named.processes.size() == 1);
  CHECK(named.processes[0].process.name == "before");
}

TEST_CASE("a process that renamed itself since the walk is the same one") {
  const DescriptorWalk walk{{{5000030, 2100 * kTick, "before"}}, {socket_of(0, 4, 111)}};
  const OwnerWalk joined = join_owners(host(), walk, std::vector<std::uint32_t>{111});
  CHECK(joined.vanished == 0);
  REQUIRE(joined.processes.size() >= 1);
  CHECK(holders(joined, 111) == std::vector<Holder>{{5000030, 0, 4}});
}

TEST_CASE("of two processes with one pid and start tick, each keeps what it held") {
  const DescriptorWalk first{{{5000030, 2100 * kTick, "before"}}, {socket_of(0, 3, 222)}};
  const DescriptorWalk second{{{5000030, 2100 * kTick + 1, "web"}}, {socket_of(0, 4, 111)}};
  const std::vector<std::uint32_t> inodes{111, 222};
  const OwnerWalk walk = attribute_to_ended(
      merge_walks(join_owners(host(), first, inodes), join_owners(host(), second, inodes)));
  std::vector<std::pair<std::uint32_t, std::string>> names;
  for (const HeldSocket& held : walk.held) {
    names.emplace_back(held.inode, walk.processes[held.owner.process].process.name);
  }
  CHECK(names == std::vector<std::pair<std::uint32_t, std::string>>{{111, "web"}, {222, "before"}});
}

TEST_CASE("a socket that was handed on has the owner that a second walk finds") {
  int walks = 0;
  const WalkDescriptors handed_on = [&]() -> DescriptorWalk {
    if (++walks == 1) return {{{5000999, 42 * kTick, "launcher"}}, {socket_of(0, 3, 111)}};
    return {{{5000020, 2000 * kTick, "web"}}, {socket_of(0, 7, 111)}};
  };
  OwnerSearch search(host(), OwnerMethod::bpf, handed_on);
  OwnerWalk walk = search.find(std::vector<std::uint32_t>{111});
  const std::vector<Socket> sockets = {{.inode = 111, .presence = Presence::both}};
  const std::vector<std::uint32_t> wanted = wanted_inodes(sockets, walk.held);
  REQUIRE(wanted == std::vector<std::uint32_t>{111});
  search.walk_again();
  walk = attribute_to_ended(merge_walks(std::move(walk), search.find(wanted)));
  CHECK(holders(walk, 111) == std::vector<Holder>{{5000020, 0, 7}});
}

TEST_CASE("one that only its parent still knows has ended; one whose threads live has not") {
  const ProcHost real{"/proc", {}, {}};
  const auto held_by = [&](pid_t pid, const ProcHost& where) {
    const auto number = static_cast<std::uint32_t>(pid);
    const DescriptorWalk walk{{{number, stat_of(pid).start_ticks * kTick, stat_of(pid).comm}},
                              {socket_of(0, 3, 111)}};
    return join_owners(where, walk, std::vector<std::uint32_t>{111}).held.size();
  };
  const Child ended([] { ::_exit(0); });
  ended.await_zombie();
  CHECK(held_by(ended.pid(), real) == 0);
  CHECK(held_by(ended.pid(), host()) == 0);  // a /proc that does not show it

  const Child leaderless([] {
    std::thread([] { ::pause(); }).detach();
    ::syscall(SYS_exit, 0);
  });
  leaderless.await_zombie();
  CHECK(held_by(leaderless.pid(), real) == 1);
  CHECK(held_by(leaderless.pid(), host()) == 1);
}

TEST_CASE("how a port was chosen is kept with its holder") {
  Descriptor udp = socket_of(1, 4, 111);
  const auto choice = [&] {
    const DescriptorWalk walk{{{5000020, 2000 * kTick, ""}, {5000030, 2100 * kTick, "web"}}, {udp}};
    return join_owners(host(), walk, std::vector<std::uint32_t>{111}).held.at(0).port_choice;
  };
  CHECK(choice() == std::nullopt);
  for (const PortChoice each : {PortChoice::program, PortChoice::connect, PortChoice::kernel}) {
    udp.socket.port_choice = each;
    CHECK(choice() == each);
  }
}

TEST_CASE("owners are looked for over BPF where it works, and through /proc where it does not") {
  int walks = 0;
  const WalkDescriptors works = [&] {
    ++walks;
    return fixture_walk();
  };
  const WalkDescriptors refused = []() -> DescriptorWalk { throw Error("bpf", "not permitted"); };
  const std::vector<std::uint32_t> inodes = {222};

  OwnerSearch over_bpf(host(), std::nullopt, works);
  CHECK(over_bpf.descriptors() != nullptr);
  CHECK(holders(over_bpf.find(inodes), 222) == std::vector<Holder>{{5000020, 0, 9}});
  CHECK(walks == 1);
  over_bpf.walk_again();
  CHECK(walks == 2);

  OwnerSearch fallen_back(host(), std::nullopt, refused);
  CHECK(fallen_back.descriptors() == nullptr);
  CHECK(holders(fallen_back.find(inodes), 222) == std::vector<Holder>{{5000020, 0, 9}});

  OwnerSearch asked_for(host(), OwnerMethod::bpf, refused);
  CHECK_THROWS_AS(asked_for.descriptors(), Error);
  CHECK_THROWS_AS(OwnerSearch(host(), OwnerMethod::bpf, {}), Error);

  OwnerSearch through_proc(host(), OwnerMethod::proc, works);
  CHECK(through_proc.descriptors() == nullptr);
  CHECK(walks == 2);
}

}  // namespace netmon
