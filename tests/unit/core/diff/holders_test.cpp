// Comparison of a socket that several programs hold.
#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/diff/diff.h"

using namespace netmon;
using namespace netmon::test;

namespace {

const Process kSupervisor = process("supervisord", 50);

// In BEFORE only the daemon holds the port, in AFTER also a child of it.
Builder with_child(const Process& child) {
  return held_by({kSshd, child}).child_of(child.pid, kSshd);
}

}  // namespace

TEST_CASE("what a service became shows although an older supervisor holds its socket as well") {
  const Process app = running(as_user(process("app", 200), 33, "www-data"), "/srv/app.py");
  const Builder before = held_by({kSupervisor, app});
  const auto comparison = [&](const Process& now) {
    return diff(before.get(), held_by({kSupervisor, now}).get());
  };
  Process other = app;
  other.pid = 901;
  CHECK(comparison(other).changes.empty());
  SUBCASE("its executable") {
    other.exe_sha256 = "another";
    CHECK(kinds(comparison(other)) == Words{"executable-changed high"});
  }
  SUBCASE("its script") {
    other.script->sha256 = "another";
    CHECK(kinds(comparison(other)) == Words{"script-changed high"});
  }
  SUBCASE("its user") {
    other = as_user(other, 0, "root");
    CHECK(kinds(comparison(other)) == Words{"user-changed high"});
  }
  SUBCASE("the program that is new stands for all, and all are named") {
    other.exe_sha256 = "another";
    const auto changes = comparison(other).changes;
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].process->pid == 901);
    CHECK(holders_of(changes[0]) == Words{"app", "supervisord"});
    CHECK(changes[0].identity.program == "app");
  }
}

TEST_CASE("a program that joins a listener is high, however young or old it is") {
  for (const std::uint32_t pid : {1000U, 60U}) {
    const auto comparison =
        diff(held_by({kSshd}).get(), held_by({kSshd, process("perl", pid)}).get());
    CHECK(kinds(comparison) == Words{"holder-added high"});
    CHECK(comparison.changes.at(0).process->name == "perl");
    CHECK(is_conclusive(comparison));
  }
}

TEST_CASE("a program that joins with a socket of its own has joined, too") {
  Builder after = held_by({kSshd});
  after.listen("0.0.0.0", 80, {kPerl});
  CHECK(kinds(held_by({kSshd}), after) == Words{"holder-added high"});
}

TEST_CASE("a program that joins and widens the port has two rows") {
  Builder after = Builder().listen("127.0.0.1", 80, {kSshd}).listen("0.0.0.0", 80, {kPerl});
  CHECK(kinds(Builder().listen("127.0.0.1", 80, {kSshd}), after) ==
        Words{"exposure-widened high", "holder-added high"});
}

TEST_CASE("a harmless descendant of a holder that joins is a notice") {
  const Process child = packaged(process("sshd-session", 900));
  const auto comparison = diff(held_by({kSshd}).get(), with_child(child).get());
  CHECK(kinds(comparison) == Words{"holder-added notice"});
  CHECK(is_conclusive(comparison));
}

TEST_CASE("a grandchild of a holder is its descendant") {
  const Process child = packaged(process("sshd-session", 900));
  Builder after = held_by({kSshd, child});
  after.child_of(900, process("sh", 899)).child_of(899, kSshd);
  CHECK(kinds(held_by({kSshd}), after) == Words{"holder-added notice"});
}

TEST_CASE("after a reboot the program that held it before is the ancestor") {
  const Process child = packaged(process("sshd-session", 900));
  CHECK(kinds(held_by({kSshd}), with_child(child).second_boot()) == Words{"holder-added notice"});
  Builder of_another = held_by({kSshd, child}).child_of(900, kPerl);
  CHECK(kinds(held_by({kSshd}), of_another.second_boot()) == Words{"holder-added high"});
}

TEST_CASE("a descendant that could do harm is high") {
  const Process harmless = packaged(process("sshd-session", 900));
  const Process old = as_user(kSshd, 33, "www-data");
  const auto joined = [&](const Process& child) {
    Builder after = held_by({old, child}).child_of(child.pid, old);
    return kinds(held_by({old}), after);
  };
  Process child = as_user(harmless, 33, "www-data");
  REQUIRE(joined(child) == Words{"holder-added notice"});
  SUBCASE("an interpreter") { child = running(child, "/usr/bin/app.py"); }
  SUBCASE("an executable that others can write") { child.exe_protected = false; }
  SUBCASE("an executable as new as the change") {
    child.exe_changed_at = Builder().info().started_at;
  }
  SUBCASE("an executable of which the age is not known") { child.exe_changed_at.reset(); }
  SUBCASE("an executable of another mount namespace") { child.exe_elsewhere = true; }
  SUBCASE("root, where nobody was") { child = as_user(child, 0, "root"); }
  SUBCASE("another user") { child = as_user(child, 34, "backup"); }
  SUBCASE("root as a saved uid") { child.credentials->saved_uid = 0; }
  SUBCASE("a capability") { child.credentials->capabilities = 1; }
  SUBCASE("a user namespace of its own") { child.credentials->own_user_namespace = true; }
  SUBCASE("a group that no holder had") { child.credentials->groups.push_back(42); }
  SUBCASE("foreign code") { child.code->foreign = {{"/tmp/evil.so", false, {}}}; }
  SUBCASE("a loader's variable") { child.code->loader = {{"LD_PRELOAD", "/tmp/evil.so"}}; }
  SUBCASE("an executable that is forged") {
    child.code->exe_mapped = false;
    CHECK(joined(child) == Words{"holder-added high", "executable-forged high"});
    return;
  }
  CHECK(joined(child) == Words{"holder-added high"});
}

TEST_CASE("less privilege than a holder's is no more") {
  const Process child = as_user(packaged(process("sshd-session", 900)), 33, "www-data");
  CHECK(kinds(held_by({kSshd}), with_child(child)) == Words{"holder-added notice"});
}

TEST_CASE("the service manager's descent proves nothing without a socket unit") {
  const Process systemd = process("systemd", 1);
  Process service = packaged(process("app", 900));
  service.unit = "app.service";
  const auto joined = [&](const Process& child) {
    Builder after = held_by({systemd, child}).child_of(child.pid, systemd);
    return kinds(held_by({systemd}), after);
  };
  CHECK(joined(service) == Words{"holder-added high"});
  service.has_socket_unit = true;
  CHECK(joined(service) == Words{"holder-added notice"});
}

TEST_CASE("what replaces all holders is owner-changed, one row, with the names of both") {
  const auto comparison = diff(held_by({kNginx, kSshd}).get(), held_by({kPython, kPerl}).get());
  CHECK(kinds(comparison) == Words{"owner-changed high"});
  const Change& change = comparison.changes.at(0);
  CHECK(change.attributes.at(0) ==
        AttributeChange{Attribute::process, {"nginx", "sshd"}, {"perl", "python3"}});
  CHECK(change.attributes.at(1) == AttributeChange{Attribute::exe,
                                                   {"/usr/bin/nginx", "/usr/bin/sshd"},
                                                   {"/usr/bin/perl", "/usr/bin/python3"}});
  CHECK(holders_of(change) == Words{"python3", "perl"});
}

TEST_CASE("of holders that stay the others that come and go are told by themselves") {
  CHECK(kinds(held_by({kSshd, kNginx}), held_by({kSshd, kPerl})) ==
        Words{"holder-added high", "holder-removed notice"});
  CHECK(kinds(held_by({kSshd, kNginx}), held_by({kSshd})) == Words{"holder-removed notice"});
}

TEST_CASE("what went from owner-changed to another address or to root are rows of their own") {
  const Process was = as_user(kNginx, 33, "www-data");
  CHECK(
      kinds(Builder().listen("127.0.0.1", 80, {was}), Builder().listen("0.0.0.0", 80, {kPython})) ==
      Words{"exposure-widened high", "owner-changed high", "user-changed high"});
}

TEST_CASE("a new listener is one row with all who hold it") {
  const auto comparison = diff(Builder().get(), held_by({kSshd, kPerl}).get());
  CHECK(kinds(comparison) == Words{"listener-added high"});
  CHECK(holders_of(comparison.changes.at(0)) == Words{"sshd", "perl"});
  CHECK(comparison.changes[0].message ==
        "new listener: tcp 0.0.0.0:80 sshd (pid 100, root, /usr/bin/sshd); also held by perl "
        "(pid 900, root)");
}

TEST_CASE("a new listener is its opener's, whoever older holds a copy of it") {
  const Builder before = Builder().listen("0.0.0.0", 22, {kSshd});
  Builder after = before;
  after.listen("0.0.0.0", 31337, {kSshd, kPerl});
  const auto comparison = diff(before.get(), after.get());
  CHECK(kinds(comparison) == Words{"listener-added high"});
  CHECK(comparison.changes.at(0).process->name == "perl");
  CHECK(comparison.changes[0].identity.program == "perl");
  CHECK(holders_of(comparison.changes[0]) == Words{"perl", "sshd"});
}

TEST_CASE("holders are kept up to a number that a reader can bear") {
  std::vector<Process> many;
  for (std::uint32_t pid = 1; pid <= 100; ++pid) {
    many.push_back(process("program" + std::to_string(pid), pid));
  }
  CHECK(diff(Builder().get(), held_by(many).get()).changes.at(0).holders.size() == 64);
}

TEST_CASE("a copy of an established connection in another program is outbound-added") {
  const Builder before = Builder().connect("203.0.113.7", 443, {kNginx}).cookie(5);
  const Builder after = Builder().connect("203.0.113.7", 443, {kNginx, kPerl}).cookie(5);
  const auto comparison = diff(before.get(), after.get());
  CHECK(kinds(comparison) == Words{"outbound-added high"});
  CHECK(comparison.changes.at(0).process->name == "perl");
}

TEST_CASE("a child that keeps its parent's connection has joined it") {
  const Builder before = Builder().connect("203.0.113.7", 443, {kNginx}).cookie(5);
  const auto kept = [&](const Process& child, std::uint64_t cookie, bool alone = false) {
    std::vector<Process> owners{child};
    if (!alone) owners.push_back(kNginx);
    Builder after = Builder().connect("203.0.113.7", 443, owners).cookie(cookie);
    return kinds(before, after.child_of(child.pid, kNginx));
  };
  const Process child = packaged(process("helper", 900));
  CHECK(kept(child, 5) == Words{"holder-added notice"});
  CHECK(kept(running(child, "/usr/bin/x.py"), 5) == Words{"holder-added high"});
  CHECK(kept(child, 6) == Words{"outbound-added high"});
  Builder rebooted = Builder().connect("203.0.113.7", 443, {kNginx, child}).cookie(5);
  CHECK(kinds(before, rebooted.child_of(900, kNginx).second_boot()) ==
        Words{"outbound-added high"});
  Builder unknown = before;
  CHECK(
      kinds(
          unknown.cookie(0),
          Builder().connect("203.0.113.7", 443, {kNginx, child}).cookie(0).child_of(900, kNginx)) ==
      Words{"outbound-added high"});
  CHECK(kept(child, 5, true) == Words{"holder-added notice", "outbound-removed notice"});
}

TEST_CASE("a wrapper that runs the service in its own process hands its listener on") {
  Process service = packaged(process("app", 50));  // with the pid and start of the supervisor
  CHECK(kinds(held_by({kSupervisor}), held_by({service})) ==
        Words{"holder-added notice", "holder-removed notice"});
  CHECK(kinds(held_by({kSupervisor}), held_by({service}).second_boot()) ==
        Words{"owner-changed high"});
  service.start_ticks += 1;
  CHECK(kinds(held_by({kSupervisor}), held_by({service})) == Words{"owner-changed high"});
}
