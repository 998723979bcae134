#include "linux/namespaces.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "linux/fixture.h"
#include "linux/netns_visit.h"

namespace netmon {
namespace {

constexpr std::uint64_t kHost = 100;
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

std::vector<int> enter_each(const std::vector<Netns>& namespaces) {
  return visit_namespaces("/proc", namespaces, [](std::size_t) {});
}

Scope scope_of_path(const std::string& path) {
  return scope_of({{0, kHost, 0}, {{1, kHost, 0}}, {{path, kBlue}}}, kBlue);
}

}  // namespace

TEST_CASE("processes of one namespace are one entry, netmon's own first") {
  const auto namespaces = group_namespaces(
      {{0, kHost, 0}, {{1, kBlue, 0}, {2, kHost, 0}, {3, kBlue, 0}}, {{"/run/netns/b", kBlue}}});
  REQUIRE(namespaces.size() == 2);
  CHECK(namespaces[0].own);
  CHECK(namespaces[0].id == kHost);
  CHECK_FALSE(namespaces[1].own);
  CHECK(namespaces[1].pids == std::vector<std::uint32_t>{1, 3});
  CHECK(namespaces[1].paths == std::vector<std::string>{"/run/netns/b"});
}

TEST_CASE("a process that may not be looked into is placed by its proc_id") {
  const auto namespaces =
      group_namespaces({{0, kHost, 11}, {{1, 0, 11}, {2, kBlue, 22}, {3, 0, 22}, {4, 0, 33}}, {}});
  REQUIRE(namespaces.size() == 3);
  CHECK(namespaces[0].pids == std::vector<std::uint32_t>{1});
  CHECK(namespaces[1].pids == std::vector<std::uint32_t>{2, 3});
  CHECK(namespaces[2].id == 0);
  CHECK(namespaces[2].proc_id == 33);
}

TEST_CASE("a process of which nothing is known is in no namespace") {
  CHECK(group_namespaces({{0, kHost, 11}, {{5, 0, 0}}, {}}).size() == 1);
}

TEST_CASE("the host's namespace is that of process 1") {
  const NetnsObservations from_inside = {
      {0, kBlue, 0}, {{1, kHost, 0}, {2, kBlue, 0}}, {{"/run/netns/blue", kBlue}}};
  CHECK(scope_of(from_inside, kHost) == Scope{ScopeKind::host, ""});
  CHECK(scope_of(from_inside, kBlue) == Scope{ScopeKind::named, "blue"});
}

TEST_CASE("where process 1 is not shown, netmon's own namespace is the host's unless it is named") {
  CHECK(scope_of({{0, kHost, 0}, {{9, kHost, 0}}, {}}, kHost).kind == ScopeKind::host);
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
  namespaces[0] = {kHost, 0, true, {}, {"id"}, {1}, {"/run/docker/netns/default"}, {}};
  namespaces[1] = {kBlue, 0, false, {}, {"id"}, {2}, {"/run/netns/blue"}, {}};
  assign_scopes(namespaces);
  CHECK(namespaces[0].scope.kind == ScopeKind::host);
  CHECK(namespaces[1].scope.kind == ScopeKind::container);
}

TEST_CASE("of several names the first in order is taken, and made valid") {
  CHECK(scope_of({{0, kHost, 0},
                  {{1, kHost, 0}},
                  {{"/run/netns/red", kBlue}, {"/run/netns/blue\xff", kBlue}}},
                 kBlue) == Scope{ScopeKind::named, "blue\\xff"});
}

TEST_CASE("a namespace seen by proc_id alone turns out to be an entered one") {
  auto namespaces = group_namespaces({{0, kBlue, 22}, {{1, 0, 11}}, {{"/run/host", kHost}}});
  REQUIRE(namespaces.size() == 3);
  namespaces[2].proc_id = 11;  // learnt by entering through the path
  unify_namespaces(namespaces);
  assign_scopes(namespaces);
  CHECK(namespaces[1].pids.empty());
  CHECK(namespaces[2].pids == std::vector<std::uint32_t>{1});
  CHECK(namespaces[2].scope.kind == ScopeKind::host);
}

TEST_CASE("a namespace held by a descriptor is added once") {
  std::vector<Netns> namespaces = group_namespaces({{0, kHost, 0}, {{1, kHost, 0}}, {}});
  add_namespace(namespaces, NetnsFile{"/proc/5/fd/3", kBlue});
  add_namespace(namespaces, {"/proc/6/fd/3", kBlue});
  add_namespace(namespaces, {"/proc/6/fd/4", kHost});
  REQUIRE(namespaces.size() == 2);
  CHECK(namespaces[1].paths == std::vector<std::string>{"/proc/5/fd/3"});
}

TEST_CASE("a socket is a way into a namespace that has no other") {
  std::vector<Netns> namespaces = group_namespaces({{0, kHost, 0}, {{1, kHost, 0}}, {}});
  add_namespace(namespaces, kBlue, SocketHandle{5, 0, 3});
  add_namespace(namespaces, kBlue, SocketHandle{6, 7, 4});
  add_namespace(namespaces, kHost, SocketHandle{8, 0, 3});
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
  Netns another;  // a file that stands for something else by now
  another.id = kBlue;
  another.paths = {fixture_path("passwd")};
  const std::vector<Netns> namespaces = {gone, unseen, another};
  CHECK(enter_each(namespaces) == std::vector<int>{ESRCH, EACCES, ESRCH});
}

}  // namespace netmon
