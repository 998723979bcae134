// The output of --suggest for changes that are made by hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "expect/suggestion.h"
#include "netmon/expect/expectation_file.h"

namespace netmon {
namespace {

using test::approved_in_full;

ProcessSummary program(std::string name, std::uint32_t pid, std::string user = "root") {
  ProcessSummary summary;
  summary.exe = "/usr/bin/" + name;
  summary.name = std::move(name);
  summary.pid = pid;
  summary.uid = user == "root" ? 0U : 33U;
  summary.user = std::move(user);
  return summary;
}

Change held_by(Change change, std::vector<ProcessSummary> holders) {
  change.process = holders.front();
  change.identity.program = holders.front().name;
  change.holders = std::move(holders);
  return change;
}

Change listener(std::vector<std::string> addresses, std::uint16_t port) {
  Change change;
  change.severity = Severity::high;
  change.addresses = std::move(addresses);
  change.port = change.identity.port = port;
  change.message = "new listener";
  return change;
}

Change connection(std::string address, std::uint16_t port, ProcessSummary by) {
  Change change;
  change.kind = ChangeKind::outbound_added;
  change.severity = Severity::high;
  change.identity.role = Role::outbound;
  change.message = "new outbound peer: " + address;
  change.identity.remote = Peer{std::move(address), port};
  return held_by(std::move(change), {std::move(by)});
}

Review unapproved(std::vector<Change> changes) {
  Review review;
  for (Change& change : changes) {
    review.changes.push_back({std::move(change), Status::unapproved, {}, {}, {}});
  }
  return review;
}

std::string suggested(std::vector<Change> changes) {
  return suggest_expectations(unapproved(std::move(changes)));
}

// The rules of the suggested file, when everything in it is approved.
std::vector<Rule> rules_of(const std::string& suggestion) {
  return parse_expectations(approved_in_full(suggestion), "F").rules;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a suggestion is as narrow as what was seen") {
  const Change added = held_by(listener({"10.0.0.5"}, 8443), {program("nginx", 200)});
  CHECK(has(suggested({added}),
            "## new listener\n"
            "# [[expect]]\n"
            "# change = \"listener-added\"\n"
            "# reason = \"\"\n"
            "# match.protocol = \"tcp\"\n"
            "# match.port = 8443\n"
            "# match.process = \"nginx\"\n"
            "# match.exe = \"/usr/bin/nginx\"\n"
            "# match.user = \"root\"\n"
            "# match.bind = \"10.0.0.5\"\n"
            "# match.scope = \"host\"\n"));
  const std::string peer = suggested({connection("2001:db8::5", 4444, program("python3", 300))});
  CHECK(has(peer, "# match.port = 4444\n"));
  CHECK(has(peer, "# match.peer = \"2001:db8::5\"\n"));
}

TEST_CASE("an entry names all who hold the socket") {
  const Change added = held_by(listener({"10.0.0.5"}, 80),
                               {program("nginx", 200), program("helper", 201, "www-data")});
  const auto rules = rules_of(suggested({added}));
  REQUIRE(rules.size() == 1);
  CHECK(rules[0].match.processes == std::vector<std::string>{"helper", "nginx"});
  CHECK(rules[0].match.executables ==
        std::vector<std::string>{"/usr/bin/helper", "/usr/bin/nginx"});
  CHECK(rules[0].match.users == std::vector<std::string>{"root", "www-data"});
}

TEST_CASE("a listener on [::] that serves IPv4 is suggested with both families") {
  Change added = held_by(listener({"::"}, 80), {program("nginx", 200)});
  CHECK(has(suggested({added}), "# match.bind = [\"0.0.0.0\", \"::\"]\n"));
  added.v6only = true;
  CHECK(has(suggested({added}), "# match.bind = \"::\"\n"));
  added.addresses = {"2001:db8::1"};
  added.v6only = false;
  CHECK(has(suggested({added}), "# match.bind = \"2001:db8::1\"\n"));
}

TEST_CASE("a port that the kernel chose is no part of an entry") {
  Change added = held_by(listener({"0.0.0.0"}, 41234), {program("rpc.statd", 200)});
  added.identity.port.reset();
  CHECK_FALSE(has(suggested({added}), "match.port"));
}

TEST_CASE("an entry holds what makes its approval exact") {
  ProcessSummary agent = program("agent", 7);
  agent.exe_sha256 = std::string(64, 'b');
  Change change = held_by(listener({"10.0.0.5"}, 80), {agent});
  SUBCASE("the bytes of another executable") {
    change.kind = ChangeKind::executable_changed;
    change.attributes = {{Attribute::sha256, {std::string(64, 'a')}, {std::string(64, 'b')}}};
    CHECK(rules_of(suggested({change}))[0].match.sha256 ==
          std::vector<std::string>{std::string(64, 'b')});
    change.attributes[0].after.emplace_back("(unknown)");
    CHECK_FALSE(has(suggested({change}), "sha256"));
  }
  SUBCASE("no bytes where they are not what changed") {
    CHECK_FALSE(has(suggested({change}), "sha256"));
  }
  SUBCASE("the number of another user") {
    change.kind = ChangeKind::user_changed;
    change.attributes = {{Attribute::user, {"www-data"}, {"root"}}};
    CHECK(rules_of(suggested({change}))[0].match.uids == std::vector<std::uint32_t>{0});
    change.kind = ChangeKind::privilege_gained;
    CHECK(has(suggested({change}), "# match.uid = 0\n"));
  }
  SUBCASE("the script of an interpreter") {
    change.kind = ChangeKind::script_changed;
    change.process->script = Script{ScriptKind::file, "/srv/app.py", std::nullopt, true};
    change.holders = {*change.process};
    CHECK(rules_of(suggested({change}))[0].match.scripts ==
          std::vector<std::string>{"/srv/app.py"});
    SUBCASE("but none that is code in an argument") {
      change.holders[0].script = Script{ScriptKind::code, "-c", std::nullopt, true};
      CHECK_FALSE(has(suggested({change}), "script ="));
    }
    SUBCASE("and none where one of the holders has none") {
      change.holders.push_back(program("nginx", 8));
      CHECK_FALSE(has(suggested({change}), "match.script"));
    }
  }
  SUBCASE("where its path is of another mount namespace") {
    change.holders[0].exe_elsewhere = true;
    CHECK(rules_of(suggested({change}))[0].match.elsewhere);
  }
}

TEST_CASE("the peers of one program at one port share an entry") {
  const ProcessSummary chronyd = program("chronyd", 40);
  std::vector<Change> pool;
  for (int i = 1; i <= 8; ++i) {
    pool.push_back(connection("192.0.2." + std::to_string(i), 123, chronyd));
  }
  SUBCASE("which lists them") {
    const auto rules = rules_of(suggested(pool));
    REQUIRE(rules.size() == 1);
    CHECK(rules[0].match.peers.size() == 8);
    CHECK(has(suggested(pool), "## new outbound peer: 192.0.2.8\n"));
  }
  SUBCASE("and names none where they are too many to list") {
    pool.push_back(connection("192.0.2.9", 123, chronyd));
    pool.push_back(connection("192.0.2.10", 123, chronyd));
    const std::string text = suggested(pool);
    const auto rules = rules_of(text);
    REQUIRE(rules.size() == 1);
    CHECK(rules[0].match.peers.empty());
    CHECK(rules[0].match.ports == std::vector<PortRange>{{123, 123}});
    CHECK(has(text, "## and 2 more: the entry names no peer, and approves any at this port\n"));
  }
  SUBCASE("but not those of another port, program or user, or of who is not known") {
    pool.push_back(connection("192.0.2.9", 124, chronyd));
    pool.push_back(connection("192.0.2.9", 123, program("ntpd", 41)));
    pool.push_back(connection("192.0.2.9", 123, program("chronyd", 42, "www-data")));
    Change nameless = connection("192.0.2.9", 123, chronyd);
    nameless.process.reset();
    nameless.holders.clear();
    pool.insert(pool.end(), 2, nameless);
    CHECK(rules_of(suggested(pool)).size() == 6);
  }
  SUBCASE("nor one that is forbidden") {
    Review review = unapproved(pool);
    Rule ban;
    ban.kind = RuleKind::forbid;
    ban.reason = "no";
    ban.file = "F.toml";
    review.rules = {{ban, 1}};
    review.changes[3].forbidden_by = 0;
    const std::string text = suggest_expectations(review);
    CHECK(has(text, "## forbidden by F.toml:0 (no)"));
    CHECK(rules_of(text)[0].match.peers.size() == 7);
  }
  SUBCASE("nor one whose address is no address") {
    pool.push_back(connection("container:postgres", 123, chronyd));
    CHECK(rules_of(suggested(pool)).size() == 2);
  }
}

TEST_CASE("what decides, unseen, is suggested as a gap to accept, once for each place") {
  Review review;
  Caveat agent{.code = GapCode::owners_not_visible, .weight = Weight::decisive, .count = 1};
  agent.message = "1 socket\n";
  agent.protocol = Protocol::tcp;
  agent.port = 2024;
  agent.process = "a\"gent";
  agent.scope = Scope{};
  Caveat hosts{.code = Circumstance::different_host,
               .weight = Weight::decisive,
               .count = 1,
               .message = "two"};
  Caveat known{.code = Circumstance::rebooted, .message = "the host was rebooted"};
  review.caveats = {agent, agent, hosts, known};
  const std::string text = suggest_expectations(review);
  CHECK(has(text, "## not seen: 1 socket\\n\n# [[accept-gap]]\n# gap = \"owners-not-visible\"\n"));
  const auto rules = rules_of(text);
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].kind == RuleKind::accept_gap);
  CHECK(rules[0].match.ports == std::vector<PortRange>{{2024, 2024}});
  CHECK(rules[0].match.processes == std::vector<std::string>{"a\"gent"});
  CHECK(rules[0].match.scopes == std::vector<Scope>{Scope{}});
  CHECK(rules[1].gap == CaveatCode(Circumstance::different_host));
  CHECK(rules[1].match == Match{});
}

TEST_CASE("hostile names break out of no line") {
  const std::string hostile = "\n# x\"\n[[expect]]\n\x1b[31m\u202e\\";
  ProcessSummary process = program(hostile, 9, hostile);
  process.script = Script{ScriptKind::file, hostile, std::nullopt, true};
  Change added = held_by(listener({hostile}, 80), {process});
  added.identity.scope = {ScopeKind::container, hostile};
  added.message = hostile;
  const std::string text = suggested({added, connection(hostile, 1, process)});
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK((line.empty() || line.front() == '#'));
    CHECK(std::ranges::none_of(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
  }
  const auto rules = rules_of(text);
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].match.processes == std::vector<std::string>{hostile});
  CHECK(rules[0].match.scripts == std::vector<std::string>{hostile});
  CHECK(rules[0].match.scopes == std::vector<Scope>{{ScopeKind::container, hostile}});
}

TEST_CASE("addresses of which one cannot be written are left out together") {
  CHECK_FALSE(has(suggested({listener({"10.0.0.5", "eth0"}, 1)}), "bind"));
}

TEST_CASE("an executable or user that is not known of all is left out of an entry") {
  ProcessSummary unread = program("nginx", 201, "");
  unread.exe = std::nullopt;
  const std::string text =
      suggested({held_by(listener({"0.0.0.0"}, 80), {program("nginx", 200), unread})});
  CHECK(has(text, "# match.process = \"nginx\""));
  CHECK_FALSE(has(text, "match.exe"));
  CHECK_FALSE(has(text, "match.user"));
  CHECK(rules_of(text).size() == 1);
}

}  // namespace netmon
