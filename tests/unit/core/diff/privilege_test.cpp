// Comparison of the users and privileges of the holders of a place.
#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/diff/diff.h"

using namespace netmon;
using namespace netmon::test;

namespace {

constexpr std::uint64_t kNetAdmin = 1ULL << 12U;
constexpr std::uint64_t kSysAdmin = 1ULL << 21U;

const Process kWeb = as_user(process("app", 300), 33, "www-data");

template <typename Apply>
Words kinds_after(const Process& service, Apply change) {
  return kinds(after_change(service, change));
}

Words to_credentials(std::uint32_t Credentials::*field, std::uint32_t value) {
  return kinds_after(kWeb, [&](Process& now) { (*now.credentials).*field = value; });
}

// A master as root with two workers, who hold the socket as well.
Builder master_with_workers(const Process& worker, std::uint32_t first_pid = 11) {
  const Process master = process("nginx", 10);
  Process one = worker;
  Process two = worker;
  one.pid = first_pid;
  two.pid = first_pid + 1;
  Builder builder = held_by({master, one, two});
  return builder.child_of(one.pid, master).child_of(two.pid, master);
}

}  // namespace

TEST_CASE("another user is a change, high when it is root") {
  CHECK(kinds_after(kWeb, [](Process& now) { now = as_user(now, 0, "root"); }) ==
        Words{"user-changed high"});
  CHECK(kinds_after(kNginx, [](Process& now) { now = as_user(now, 33, "www-data"); }) ==
        Words{"user-changed medium"});
  const Words other = kinds_after(kWeb, [](Process& now) {
    now = as_user(now, 34, "backup");
    now.credentials->groups = {33};
  });
  CHECK(other == Words{"user-changed medium"});
}

TEST_CASE("a change of the user says both, and the process that has it") {
  const auto comparison = diff(held_by({kWeb}).get(), held_by({as_user(kWeb, 0, "root")}).get());
  REQUIRE(comparison.changes.size() == 1);
  CHECK(comparison.changes[0].attributes.at(0) ==
        AttributeChange{Attribute::user, {"www-data"}, {"root"}});
  CHECK(comparison.changes[0].process->user == "root");
}

TEST_CASE("users are compared by uid: another name is none, another uid under the name is one") {
  CHECK(kinds_after(kWeb, [](Process& now) { now.user = "web"; }).empty());
  const Process other = as_user(kWeb, 1033, "www-data");
  const auto comparison = diff(held_by({kWeb}).get(), held_by({other}).get());
  REQUIRE_FALSE(comparison.changes.empty());
  CHECK(comparison.changes[0].kind == ChangeKind::user_changed);
  CHECK(comparison.changes[0].attributes.at(0) ==
        AttributeChange{Attribute::user, {"www-data (33)"}, {"www-data (1033)"}});
}

TEST_CASE("workers of a master that is root are compared with its workers") {
  const Process nobody = as_user(process("nginx", 11), 65534, "nobody");
  CHECK(is_quiet(master_with_workers(nobody), master_with_workers(nobody, 21)));
  CHECK(kinds(master_with_workers(nobody), master_with_workers(process("nginx", 11), 21)) ==
        Words{"user-changed high"});
}

TEST_CASE("a worker that runs as its master's user has another one than the workers had") {
  const Process master = as_user(process("nginx", 10), 33, "www-data");
  Process nobody = as_user(process("nginx", 11), 65534, "nobody");
  Process same = as_user(process("nginx", 11), 33, "www-data");
  Builder before = held_by({master, nobody});
  Builder after = held_by({master, same});
  CHECK(kinds(before.child_of(11, master), after.child_of(11, master)) ==
        Words{"user-changed medium"});
}

TEST_CASE("a worker that gains what its master has is told") {
  const Process nobody = as_user(process("nginx", 11), 65534, "nobody");
  Process capable = nobody;
  capable.credentials->capabilities = kSysAdmin;
  CHECK(kinds(master_with_workers(nobody), master_with_workers(capable, 21)) ==
        Words{"privilege-gained high"});
  Process saved = nobody;
  saved.credentials->saved_uid = 0;
  CHECK(kinds(master_with_workers(nobody), master_with_workers(saved, 21)) ==
        Words{"privilege-gained high"});
}

TEST_CASE("less privilege than a holder that stays is a notice") {
  Process worker = as_user(process("nginx", 201), 33, "www-data");
  worker.credentials->groups.clear();
  CHECK(kinds(held_by({kNginx}), held_by({kNginx, worker})) == Words{"user-changed notice"});
  CHECK(kinds(held_by({kNginx}), held_by({worker})) == Words{"user-changed medium"});
}

TEST_CASE("less privilege than before is no gain") {
  Process able = kWeb;
  able.credentials->capabilities = kSysAdmin | kNetAdmin;
  able.credentials->groups = {33, 42};
  able.credentials->saved_uid = 0;
  able.credentials->own_user_namespace = true;
  CHECK(kinds_after(able, [](Process& now) { now.credentials = kWeb.credentials; }).empty());
}

TEST_CASE("root as a real or saved uid is privilege gained") {
  CHECK(to_credentials(&Credentials::saved_uid, 0) == Words{"privilege-gained high"});
  CHECK(to_credentials(&Credentials::real_uid, 0) == Words{"privilege-gained high"});
}

TEST_CASE("a capability is privilege gained, high for one that is as good as root") {
  const auto with = [](std::uint64_t capabilities) {
    return [=](Process& now) { now.credentials->capabilities = capabilities; };
  };
  CHECK(kinds_after(kWeb, with(kNetAdmin)) == Words{"privilege-gained medium"});
  CHECK(kinds_after(kWeb, with(kSysAdmin)) == Words{"privilege-gained high"});
  Process able = kWeb;
  able.credentials->capabilities = kNetAdmin;
  CHECK(kinds_after(able, with(kNetAdmin)).empty());
  CHECK(kinds_after(able, with(kNetAdmin | kSysAdmin)) == Words{"privilege-gained high"});
  able.credentials->capabilities = kNetAdmin | kSysAdmin;
  const auto gained = diff(held_by({kWeb}).get(), held_by({able}).get());
  CHECK(gained.changes.at(0).attributes.at(0) ==
        AttributeChange{Attribute::capabilities, {}, {"CAP_NET_ADMIN", "CAP_SYS_ADMIN"}});
}

TEST_CASE("a group is privilege gained") {
  const auto joined = [](Process& now) { now.credentials->groups = {33, 42}; };
  CHECK(kinds_after(kWeb, joined) == Words{"privilege-gained medium"});
  Process now = kWeb;
  joined(now);
  CHECK(diff(held_by({kWeb}).get(), held_by({now}).get()).changes.at(0).attributes.at(0) ==
        AttributeChange{Attribute::groups, {"33"}, {"33", "42"}});
}

TEST_CASE("a user namespace of its own is privilege gained") {
  CHECK(kinds_after(kWeb, [](Process& now) { now.credentials->own_user_namespace = true; }) ==
        Words{"privilege-gained medium"});
}

TEST_CASE("capabilities in a user namespace of its own count there alone") {
  Process inside = kWeb;
  inside.credentials->own_user_namespace = true;
  CHECK(kinds_after(inside, [](Process& now) { now.credentials->capabilities = kSysAdmin; }) ==
        Words{"privilege-gained medium"});
}

TEST_CASE("another user that gains a capability has two rows") {
  CHECK(kinds_after(kWeb, [](Process& now) {
          now = as_user(now, 34, "backup");
          now.credentials->capabilities = kSysAdmin;
        }) == Words{"privilege-gained high", "user-changed medium"});
}

TEST_CASE("the whole of a peer's programs is compared for privilege, too") {
  const auto peer = [](const Process& owner) {
    return Builder().connect("203.0.113.7", 443, {owner});
  };
  CHECK(kinds(peer(kWeb), peer(as_user(kWeb, 0, "root"))) == Words{"user-changed high"});
}

TEST_CASE("a user that was not known proves nothing") {
  Process unknown = kWeb;
  unknown.uid.reset();
  unknown.user.clear();
  unknown.credentials.reset();
  CHECK(kinds(held_by({unknown}), held_by({kWeb})).empty());
  CHECK(kinds(held_by({kWeb}), held_by({unknown})).empty());
}

TEST_CASE("what differs of an owner that changed in privilege is told beside it") {
  const Process other = as_user(process("evil", 900), 0, "root");
  CHECK(kinds(held_by({kWeb}), held_by({other})) ==
        Words{"owner-changed high", "user-changed high"});
}
