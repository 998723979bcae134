#include "linux/namespaces/namespaces.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "linux/fixture.h"
#include "linux/namespaces/netns_visit.h"

namespace netmon {
namespace {

constexpr std::uint64_t kHostInode = 100;
constexpr std::uint64_t kBlue = 200;

// The scopes of the namespaces, by id, after both steps.
Scope scope_of(const NetnsObservations& seen, std::uint64_t id) {
  std::vector<Netns> namespaces = group_namespaces(seen);
  assign_scopes(namespaces);
  for (const Netns& netns : namespaces) {
    if (netns.id == id) return netns.scope;
  }
  FAIL("no such namespace");
  return {};
}

// A folder that replaces /proc and is removed at the end of the test. Its network namespaces are
// ordinary files.
class Proc {
 public:
  Proc() { REQUIRE(::mkdtemp(root_.data()) != nullptr); }
  Proc(const Proc&) = delete;
  Proc& operator=(const Proc&) = delete;
  ~Proc() { std::filesystem::remove_all(root_); }

  // Adds a process in these namespaces. Without `mountinfo`, the process is about to end.
  Proc& process(const std::string& pid, const std::string& net, const std::string& mnt,
                const std::optional<std::string>& mountinfo) {
    std::filesystem::create_directories(root_ + "/" + pid + "/ns");
    std::filesystem::create_symlink(root_ + "/" + net, root_ + "/" + pid + "/ns/net");
    std::filesystem::create_symlink("mnt:[" + mnt + "]", root_ + "/" + pid + "/ns/mnt");
    std::ofstream(root_ + "/" + net, std::ios::app).flush();
    if (mountinfo) std::ofstream(root_ + "/" + pid + "/mountinfo") << *mountinfo;
    return *this;
  }
  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] NetnsDiscovery discover() const { return discover_namespaces(root_); }

 private:
  std::string root_ = "/tmp/netmon-test-XXXXXX";
};

std::string mount_of(std::uint64_t id, const std::string& path) {
  return "43 42 0:4 net:[" + std::to_string(id) + "] " + path + " rw - nsfs nsfs rw\n";
}

std::vector<int> enter_each(const std::vector<Netns>& namespaces) {
  return visit_namespaces("/proc", namespaces, [](std::size_t) {});
}

Scope scope_of_path(const std::string& path) {
  return scope_of({{0, kHostInode, 0}, {{1, kHostInode, 0}}, {{path, kBlue}}}, kBlue);
}

}  // namespace

TEST_CASE("processes of one namespace are one entry, netmon's own first") {
  const auto namespaces = group_namespaces({{0, kHostInode, 0},
                                            {{1, kBlue, 0}, {2, kHostInode, 0}, {3, kBlue, 0}},
                                            {{"/run/netns/b", kBlue}}});
  REQUIRE(namespaces.size() == 2);
  CHECK(namespaces[0].own);
  CHECK(namespaces[0].id == kHostInode);
  CHECK_FALSE(namespaces[1].own);
  CHECK(namespaces[1].pids == std::vector<std::uint32_t>{1, 3});
  CHECK(namespaces[1].paths == std::vector<std::string>{"/run/netns/b"});
}

TEST_CASE("a process that may not be looked into is placed by its proc_id") {
  const auto namespaces = group_namespaces(
      {{0, kHostInode, 11}, {{1, 0, 11}, {2, kBlue, 22}, {3, 0, 22}, {4, 0, 33}}, {}});
  REQUIRE(namespaces.size() == 3);
  CHECK(namespaces[0].pids == std::vector<std::uint32_t>{1});
  CHECK(namespaces[1].pids == std::vector<std::uint32_t>{2, 3});
  CHECK(namespaces[2].id == 0);
  CHECK(namespaces[2].proc_id == 33);
}

TEST_CASE("a process of which nothing is known is in no namespace") {
  CHECK(group_namespaces({{0, kHostInode, 11}, {{5, 0, 0}}, {}}).size() == 1);
}

TEST_CASE("the host's namespace is that of process 1") {
  const NetnsObservations from_inside = {
      {0, kBlue, 0}, {{1, kHostInode, 0}, {2, kBlue, 0}}, {{"/run/netns/blue", kBlue}}};
  CHECK(scope_of(from_inside, kHostInode) == Scope{ScopeKind::host, ""});
  CHECK(scope_of(from_inside, kBlue) == Scope{ScopeKind::named, "blue"});
}

TEST_CASE("where process 1 is not shown, netmon's own namespace is the host's unless it is named") {
  CHECK(scope_of({{0, kHostInode, 0}, {{9, kHostInode, 0}}, {}}, kHostInode).kind ==
        ScopeKind::host);
  CHECK(scope_of({{0, kBlue, 0}, {}, {{"/run/netns/blue", kBlue}}}, kBlue) ==
        Scope{ScopeKind::named, "blue"});
}

TEST_CASE("a namespace is called by its path") {
  CHECK(scope_of_path("/run/netns/blue") == Scope{ScopeKind::named, "blue"});
  CHECK(scope_of_path("/var/run/netns/blue") == Scope{ScopeKind::named, "blue"});
  CHECK(scope_of_path("/run/netns/cni-01234567-89ab-cdef-0123-456789abcdef").kind ==
        ScopeKind::container);
  CHECK(scope_of_path("/run/netns/netns-01234567-89ab-cdef-0123-456789abcdef").kind ==
        ScopeKind::container);
  CHECK(scope_of_path("/run/netns/cni-blue") == Scope{ScopeKind::named, "cni-blue"});
  CHECK(scope_of_path("/run/netns/cni-01234567-89ab-cdef-0123-456789abcdeg").kind ==
        ScopeKind::named);
  CHECK(scope_of_path("/run/docker/netns/0123456789ab").kind == ScopeKind::container);
  CHECK(scope_of_path("/proc/77/fd/4").kind == ScopeKind::anonymous);
}

TEST_CASE("a container comes before a name, and the host before both") {
  std::vector<Netns> namespaces(2);
  namespaces[0] = {kHostInode, 0, true, {}, {"id"}, "web", {1}, {"/run/docker/netns/default"}, {}};
  namespaces[1] = {kBlue, 0, false, {}, {"id"}, "web", {2}, {"/run/netns/blue"}, {}};
  assign_scopes(namespaces);
  CHECK(namespaces[0].scope == Scope{ScopeKind::host, ""});
  CHECK(namespaces[1].scope == Scope{ScopeKind::container, "web"});
}

TEST_CASE("of several names the first in order is taken, and made valid") {
  CHECK(scope_of({{0, kHostInode, 0},
                  {{1, kHostInode, 0}},
                  {{"/run/netns/red", kBlue}, {"/run/netns/blue\xff", kBlue}}},
                 kBlue) == Scope{ScopeKind::named, "blue\\xff"});
}

TEST_CASE("a namespace seen by proc_id alone turns out to be an entered one") {
  auto namespaces = group_namespaces({{0, kBlue, 22}, {{1, 0, 11}}, {{"/run/host", kHostInode}}});
  REQUIRE(namespaces.size() == 3);
  namespaces[2].proc_id = 11;  // known after entering through the path
  unify_namespaces(namespaces);
  assign_scopes(namespaces);
  CHECK(namespaces[1].pids.empty());
  CHECK(namespaces[2].pids == std::vector<std::uint32_t>{1});
  CHECK(namespaces[2].scope.kind == ScopeKind::host);
}

TEST_CASE("a namespace held by a descriptor is added once") {
  std::vector<Netns> namespaces = group_namespaces({{0, kHostInode, 0}, {{1, kHostInode, 0}}, {}});
  add_namespace(namespaces, NetnsFile{"/proc/5/fd/3", kBlue});
  add_namespace(namespaces, {"/proc/6/fd/3", kBlue});
  add_namespace(namespaces, {"/proc/6/fd/4", kHostInode});
  REQUIRE(namespaces.size() == 2);
  CHECK(namespaces[1].paths == std::vector<std::string>{"/proc/5/fd/3"});
}

TEST_CASE("a socket is a way into a namespace that has no other") {
  std::vector<Netns> namespaces = group_namespaces({{0, kHostInode, 0}, {{1, kHostInode, 0}}, {}});
  add_namespace(namespaces, kBlue, SocketHandle{5, 0, 3});
  add_namespace(namespaces, kBlue, SocketHandle{6, 7, 4});
  add_namespace(namespaces, kHostInode, SocketHandle{8, 0, 3});
  REQUIRE(namespaces.size() == 2);
  CHECK(namespaces[0].sockets.empty());
  CHECK(namespaces[1].sockets == std::vector<SocketHandle>{{5, 0, 3}, {6, 7, 4}});
  CHECK(namespaces[1].scope.kind == ScopeKind::anonymous);
  for (std::uint32_t pid = 10; pid < 30; ++pid) {
    add_namespace(namespaces, kBlue, SocketHandle{pid, 0, 3});
  }
  CHECK(namespaces[1].sockets.size() == 4);
}

TEST_CASE("mounts of network namespaces are found in a mount table") {
  const std::vector<NetnsFile> files = parse_netns_mounts(fixture("mountinfo"));
  REQUIRE(files.size() == 2);
  CHECK(files[0].path == "/run/netns/blue");
  CHECK(files[0].id == 4026532177);
  CHECK(files[1].path == "/run/docker/netns/a b\\c");
  CHECK(files[1].id == 4026532300);
  CHECK(parse_netns_mounts("").empty());
}

TEST_CASE("a cut mount table yields no namespace that is not in it") {
  const std::string whole = fixture("mountinfo");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    for (const NetnsFile& file : parse_netns_mounts(whole.substr(0, length))) {
      CHECK((file.id == 4026532177 || file.id == 4026532300));
    }
  }
}

TEST_CASE("a namespace that a mount elsewhere keeps is reached through a process that has it") {
  Proc proc;
  proc.process("thread-self", "host", "1", mount_of(kBlue, "/own/blue"))
      .process("5000001", "host", "2", mount_of(900, "/a") + mount_of(kBlue, "/b"))
      .process("5000002", "host", "2", mount_of(901, "/one table a mount namespace"))
      .process("5000003", "host", "1", mount_of(902, "/as netmon's own"))
      .process("5000004", "host", "3", mount_of(900, "/c") + mount_of(903, "/d"));
  std::map<std::uint64_t, std::vector<std::string>> paths;
  for (const Netns& netns : proc.discover().namespaces) paths[netns.id] = netns.paths;
  CHECK(paths[kBlue] == std::vector<std::string>{"/own/blue"});
  REQUIRE(paths[900].size() == 1);  // the one that comes first
  CHECK((paths[900][0] == proc.root() + "/5000001/root/a" ||
         paths[900][0] == proc.root() + "/5000004/root/c"));
  CHECK(paths[903] == std::vector<std::string>{proc.root() + "/5000004/root/d"});
  CHECK_FALSE(paths.contains(902));
}

TEST_CASE("another process of a mount namespace speaks for one that has ended") {
  Proc proc;
  proc.process("5000001", "host", "2", std::nullopt)
      .process("5000002", "host", "2", mount_of(900, "/a"));
  const NetnsDiscovery found = proc.discover();
  REQUIRE(found.namespaces.size() == 3);  // netmon's own, which is not known here, and the host's
  CHECK(found.namespaces[2].paths == std::vector<std::string>{proc.root() + "/5000002/root/a"});
  CHECK(found.unread_mounts == 0);
}

TEST_CASE("mount tables are read as far as there is an end to it, and what is left is counted") {
  Proc proc;
  const std::string endless(33 * kMebibyte, '\n');
  proc.process("5000001", "host", "2", endless).process("5000002", "host", "3", endless);
  CHECK(proc.discover().unread_mounts == 2);
}

TEST_CASE("the calling thread stays in its namespace") {
  const std::string before = read_link(AT_FDCWD, "/proc/thread-self/ns/net").text;
  Netns own;
  own.own = true;
  const std::vector<Netns> namespaces = {own};
  CHECK(enter_each(namespaces) == std::vector<int>{0});
  CHECK(read_link(AT_FDCWD, "/proc/thread-self/ns/net").text == before);
}

TEST_CASE("a namespace whose processes and paths have gone is not entered") {
  Netns gone;
  gone.id = kBlue;
  gone.pids = {5000001};
  gone.paths = {"/run/netns/no-such-name"};
  Netns unseen;
  unseen.proc_id = 33;
  Netns another;  // its path now leads to something else
  another.id = kBlue;
  another.paths = {fixture_path("passwd")};
  const std::vector<Netns> namespaces = {gone, unseen, another};
  CHECK(enter_each(namespaces) == std::vector<int>{ESRCH, EACCES, ESRCH});
}

}  // namespace netmon
