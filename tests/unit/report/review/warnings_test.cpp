#include <doctest/doctest.h>

#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;

namespace {

Change listener(std::uint16_t port) {
  Change change;
  change.kind = ChangeKind::listener_added;
  change.severity = Severity::high;
  change.addresses = {"0.0.0.0"};
  change.port = change.identity.port = port;
  return change;
}

Change outbound(std::string address, std::uint16_t port) {
  Change change;
  change.kind = ChangeKind::outbound_added;
  change.severity = Severity::high;
  change.identity.role = Role::outbound;
  change.identity.remote = Peer{std::move(address), port};
  return change;
}

Change modified(ChangeKind kind, Attribute attribute, std::string before, std::string after) {
  Change change = listener(5432);
  change.kind = kind;
  change.attributes = {{attribute, {std::move(before)}, {std::move(after)}}};
  return change;
}

Change held_by(std::string name, std::uint32_t pid, Change change) {
  ProcessSummary process;
  process.name = std::move(name);
  process.pid = pid;
  change.process = std::move(process);
  return change;
}

std::string single(const Change& change) {
  const auto lines = watch_warnings({change});
  REQUIRE(lines.size() == 1);
  return lines.front();
}

}  // namespace

TEST_CASE("a diff warns of each change that gates, in its own words") {
  const auto lines = warnings(fixture::unapproved_review());
  REQUIRE(lines.size() == 15);
  CHECK(lines[0] ==
        "⚠ new listener: tcp 0.0.0.0:31337 python3 (pid 7821, root, /usr/bin/python3.11); also "
        "held by nginx (pid 900, www-data)");
  CHECK(lines[4] == "⚠ new listener: tcp 127.0.0.1:8000 evil\\x1b[31m");
}

TEST_CASE("a diff without a gating change warns of nothing") {
  Review review = fixture::unapproved_review();
  std::erase_if(review.changes, [](const auto& c) { return c.status != Status::notice; });
  REQUIRE(review.changes.size() == 2);
  CHECK(warnings(review).empty());
}

TEST_CASE("a diff warns of what expired and of what was promised, and not of what is approved") {
  CHECK(warnings(fixture::decided_review()) ==
        std::vector<std::string>{
            "⚠ new listener: tcp 0.0.0.0:31337 python3 (pid 7821, root, /usr/bin/python3.11); also "
            "held by nginx (pid 900, www-data)",
            "⚠ new outbound peer: tcp 185.220.101.5:4444 python3 (pid 7821, root)",
            "⚠ approval expired: exposure widened: tcp 10.0.0.5:5432 postgres",
            "⚠ expected, not seen: listener-added protocol tcp port 8444 (CHG-1042.toml:19: second "
            "API endpoint)"});
}

TEST_CASE("watch says in one line what one process did") {
  CHECK(watch_warnings({listener(31337)}) ==
        std::vector<std::string>{"⚠ Unexpected listener on port 31337 — investigate."});
  CHECK(watch_warnings({held_by("python3", 7821, listener(31337)),
                        held_by("python3", 7821, outbound("185.220.101.5", 4444))}) ==
        std::vector<std::string>{"⚠ Unexpected listener on port 31337. Outbound to "
                                 "185.220.101.5:4444 — investigate. (python3, pid 7821)"});
}

TEST_CASE("watch gives each process a line of its own") {
  const auto lines = watch_warnings({held_by("a", 1, listener(1)), held_by("b", 2, listener(2)),
                                     held_by("a", 1, outbound("192.0.2.1", 3))});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] ==
        "⚠ Unexpected listener on port 1. Outbound to 192.0.2.1:3 — investigate. "
        "(a, pid 1)");
  CHECK(lines[1] == "⚠ Unexpected listener on port 2 — investigate. (b, pid 2)");
  SUBCASE("and does not take two unknown ones for the same") {
    CHECK(watch_warnings({listener(1), listener(2)}).size() == 2);
  }
}

TEST_CASE("watch has words for every change that gates") {
  CHECK(single(modified(ChangeKind::owner_changed, Attribute::process, "postgres", "nc")) ==
        "⚠ Another program now holds port 5432 (postgres → nc) — investigate.");
  CHECK(single(modified(ChangeKind::executable_changed, Attribute::exe, "/bin/a", "/tmp/a")) ==
        "⚠ Another executable now holds port 5432 (/bin/a → /tmp/a) — investigate.");
  CHECK(single(modified(ChangeKind::user_changed, Attribute::user, "www", "root")) ==
        "⚠ Another user now holds port 5432 (www → root) — investigate.");
  CHECK(single(modified(ChangeKind::exposure_widened, Attribute::bind, "127.0.0.1", "0.0.0.0")) ==
        "⚠ More can now reach port 5432 (127.0.0.1 → 0.0.0.0) — investigate.");
  CHECK(single(modified(ChangeKind::moved, Attribute::port, "80", "5432")) ==
        "⚠ Listener moved to port 5432 (80 → 5432) — investigate.");
  Change raw = listener(3);
  raw.kind = ChangeKind::raw_added;
  raw.identity.role = Role::raw;
  raw.identity.protocol = Protocol::packet;
  CHECK(single(raw) == "⚠ Unexpected packet socket — investigate.");
  raw.kind = ChangeKind::user_changed;
  raw.attributes = {{Attribute::user, {"www"}, {"root"}}};
  CHECK(single(raw) == "⚠ Another user now holds the packet socket (www → root) — investigate.");
  Change peer = outbound("2001:db8::7", 443);
  peer.kind = ChangeKind::executable_changed;
  peer.attributes = {{Attribute::exe, {"/bin/a"}, {"/tmp/a"}}};
  CHECK(single(peer) ==
        "⚠ Another executable now holds the connection to [2001:db8::7]:443 (/bin/a → /tmp/a) — "
        "investigate.");
}

TEST_CASE("watch names the protocol where it is not TCP, and the scope where it is not the host") {
  Change udp = listener(53);
  udp.identity.protocol = Protocol::udp;
  udp.identity.scope = {ScopeKind::named, "blue\n"};
  CHECK(single(udp) == "⚠ Unexpected udp listener on port 53 in netns:blue\\n — investigate.");
}

TEST_CASE("watch names the first things that a scan did and counts the others") {
  std::vector<Change> changes;
  for (std::uint16_t port = 1; port <= 100; ++port) {
    changes.push_back(held_by("scan", 9, outbound("192.0.2.1", port)));
  }
  const auto lines = watch_warnings(changes);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] ==
        "⚠ Outbound to 192.0.2.1:1. Outbound to 192.0.2.1:2. Outbound to 192.0.2.1:3. Outbound to "
        "192.0.2.1:4. Outbound to 192.0.2.1:5, and 95 more — investigate. (scan, pid 9)");
}

TEST_CASE("watch is silent about notices") {
  Change notice = listener(1);
  notice.severity = Severity::notice;
  CHECK(watch_warnings({notice}).empty());
}
