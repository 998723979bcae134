#include "core/diff/change_message.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace netmon {
namespace {

Change listener() {
  Change change;
  change.addresses = {"0.0.0.0", "::"};
  change.port = 80;
  change.process =
      ProcessSummary{.name = "nginx", .pid = 7, .user = "root", .exe = "/usr/bin/nginx"};
  return change;
}

}  // namespace

TEST_CASE("a listener names all its addresses") {
  CHECK(change_message(listener()) ==
        "new listener: tcp 0.0.0.0:80, [::]:80 nginx (pid 7, root, /usr/bin/nginx)");
}

TEST_CASE("a place other than the host is named, with the number of containers") {
  Change change = listener();
  change.identity.scope = {ScopeKind::container, {}};
  change.containers = 3;
  CHECK(change_message(change) ==
        "new listener in container (3 containers): tcp 0.0.0.0:80, [::]:80 nginx (pid 7, root, "
        "/usr/bin/nginx)");
}

TEST_CASE("a deleted executable is said") {
  Change change = listener();
  change.process->exe_deleted = true;
  CHECK(change_message(change).ends_with("/usr/bin/nginx (deleted))"));
}

TEST_CASE("both values of an attribute are in the line") {
  Change change = listener();
  change.kind = ChangeKind::exposure_widened;
  change.attributes = {{Attribute::bind, {"127.0.0.1"}, {"0.0.0.0", "::"}}};
  CHECK(change_message(change).ends_with(": bind 127.0.0.1 → 0.0.0.0, ::"));
}

TEST_CASE("all holders are named, the first in full") {
  Change change = listener();
  change.holders = {
      *change.process, {.name = "perl", .pid = 9, .user = "www-data"}, {.name = "gone", .pid = 10}};
  CHECK(change_message(change).ends_with(
      "/usr/bin/nginx); also held by perl (pid 9, www-data), gone (pid 10)"));
}

TEST_CASE("a peer in another namespace is named by its scope") {
  Change change = listener();
  change.kind = ChangeKind::outbound_added;
  change.identity.role = Role::outbound;
  change.identity.remote = Peer{"container:postgres", 5432};
  CHECK(change_message(change) ==
        "new outbound peer: tcp container:postgres:5432 nginx (pid 7, root)");
  change.identity.remote = Peer{"2001:db8::1", {}};
  CHECK(change_message(change) == "new outbound peer: tcp 2001:db8::1 nginx (pid 7, root)");
}

TEST_CASE("a place without a process says why") {
  Change change = listener();
  change.process.reset();
  change.no_process = "not permitted";
  CHECK(change_message(change).ends_with("[::]:80 (not permitted)"));
}

TEST_CASE("every kind has a title of its own") {
  std::set<std::string> titles;
  Change change = listener();
  for (const ChangeKind kind : all_change_kinds()) {
    change.kind = kind;
    titles.insert(change_message(change));
  }
  CHECK(titles.size() == all_change_kinds().size());
}

TEST_CASE("a packet socket is named by its device and EtherType") {
  Change change;
  change.kind = ChangeKind::raw_added;
  change.identity.role = Role::raw;
  change.identity.protocol = Protocol::packet;
  change.port = 3;
  change.process = ProcessSummary{.name = "tcpdump", .pid = 9, .user = "root"};
  CHECK(change_message(change) == "new raw socket: packet *:0x0003 tcpdump (pid 9, root)");
}

TEST_CASE("of many addresses and values the first are in the line, and how many more there are") {
  Change change = listener();
  change.addresses.clear();
  for (int i = 1; i <= 20; ++i) change.addresses.push_back("127.0.0." + std::to_string(i));
  change.attributes = {{Attribute::bind, {"127.0.0.1"}, change.addresses}};
  const std::string message = change_message(change);
  CHECK(message.find("127.0.0.8:80 and 12 more nginx") != std::string::npos);
  CHECK(message.ends_with("127.0.0.7, 127.0.0.8 and 12 more"));
  CHECK(message.find("127.0.0.9") == std::string::npos);
}

TEST_CASE("what a change is about is told without its process's details") {
  Change change = listener();
  change.identity.scope = {ScopeKind::named, "blue"};
  CHECK(subject_text(change) == "tcp 0.0.0.0:80, [::]:80 nginx in netns:blue");
}

}  // namespace netmon
