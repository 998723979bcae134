#include "netmon/expect/expectation_file.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {
namespace {

Rule only_rule(const std::string& text) {
  const Expectations read = parse_expectations(text, "CHG-1042.toml");
  REQUIRE(read.rules.size() == 1);
  return read.rules.front();
}

std::string with_match(const std::string& match) {
  return "[[expect]]\nchange = \"listener-added\"\nreason = \"r\"\nmatch = " + match + "\n";
}

std::optional<Timestamp> expiry(const std::string& value) {
  return only_rule(with_match("{ port = 1 }") + "expires = " + value + "\n").expires;
}

}  // namespace

TEST_CASE("a rule is read with all its keys") {
  const Rule rule = only_rule(R"(ticket = "CHG-1042"

[[expect]]
change = ["listener-added", "moved"]
match = { protocol = "tcp", port = 8443, process = "nginx", exe = "/usr/sbin/nginx", exe_elsewhere = true, sha256 = "5555555555555555555555555555555555555555555555555555555555555555", script = "/srv/app.py", user = "www-data", uid = 33, bind = "10.0.0.0/8", scope = "netns:dmz" }
reason = "new API endpoint"
approved_by = "change-board"
starts = 2026-11-01
expires = 2026-12-01T00:00:00Z
hosts = ["db1", "db2"]
required = true
)");
  CHECK(rule == Rule{.kind = RuleKind::expect,
                     .changes = {ChangeKind::listener_added, ChangeKind::moved},
                     .match = {.protocols = {Protocol::tcp},
                               .ports = {{8443, 8443}},
                               .processes = {"nginx"},
                               .executables = {"/usr/sbin/nginx"},
                               .sha256 = {std::string(64, '5')},
                               .scripts = {"/srv/app.py"},
                               .users = {"www-data"},
                               .uids = {33},
                               .elsewhere = true,
                               .binds = {parse_ip_prefix("10.0.0.0/8").value()},
                               .peers = {},
                               .scopes = {{ScopeKind::named, "dmz"}}},
                     .reason = "new API endpoint",
                     .approved_by = "change-board",
                     .starts = parse_timestamp("2026-11-01"),
                     .expires = parse_timestamp("2026-12-01"),
                     .hosts = {"db1", "db2"},
                     .required = true,
                     .ticket = "CHG-1042",
                     .file = "CHG-1042.toml",
                     .line = 3});
  CHECK_FALSE(rule.standing());
}

TEST_CASE("a criterion takes one value or several") {
  const Match match =
      only_rule(with_match("{ protocol = [\"tcp\", \"udp\"], port = [53, \"8000-8100\", "
                           "\"90\"], process = [\"a\", \"b\"] }"))
          .match;
  CHECK(match.protocols == std::vector{Protocol::tcp, Protocol::udp});
  CHECK(match.ports == std::vector<PortRange>{{53, 53}, {8000, 8100}, {90, 90}});
  CHECK(match.processes == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a file without a ticket holds standing rules") {
  CHECK(only_rule(with_match("{ port = 1 }")).standing());
}

TEST_CASE("rules keep the order of their lines, whatever their kind") {
  const auto read = parse_expectations("[[forbid]]\nmatch = { port = 1 }\nreason = \"r\"\n" +
                                           with_match("{ port = 2 }") +
                                           "[[forbid]]\nmatch = { port = 3 }\nreason = \"r\"\n",
                                       "F");
  REQUIRE(read.rules.size() == 3);
  CHECK(read.rules[0].match.ports.front().low == 1);
  CHECK(read.rules[1].match.ports.front().low == 2);
  CHECK(read.rules[2].match.ports.front().low == 3);
  CHECK(read.rules[2].line == 8);
}

TEST_CASE("a ban speaks of any change unless it names kinds") {
  const Rule any = only_rule("[[forbid]]\nmatch = { port = 23 }\nreason = \"no telnet\"\n");
  CHECK(any.kind == RuleKind::forbid);
  CHECK(any.changes.empty());
  const Rule named =
      only_rule("[[forbid]]\nchange = \"moved\"\nmatch = { port = 23 }\nreason = \"no telnet\"\n");
  CHECK(named.changes == std::vector{ChangeKind::moved});
}

TEST_CASE("a time is UTC unless it carries an offset") {
  CHECK(expiry("2026-12-01T00:00:00Z") == parse_timestamp("2026-12-01"));
  CHECK(expiry("2026-12-01T00:00:00.123456Z") == parse_timestamp("2026-12-01T00:00:00.123"));
  CHECK(expiry("2026-12-01T01:00:00+01:00") == parse_timestamp("2026-12-01"));
  CHECK(expiry("2026-11-30T23:30:00-00:30") == parse_timestamp("2026-12-01"));
  CHECK(expiry("2026-12-01T12:30:00") == parse_timestamp("2026-12-01T12:30"));
  CHECK(expiry("2026-12-01 12:30:00") == parse_timestamp("2026-12-01T12:30"));
}

TEST_CASE("a date alone is its first moment") {
  CHECK(expiry("2026-12-01") == parse_timestamp("2026-12-01T00:00"));
}

TEST_CASE("0 is a protocol's number where the socket is raw") {
  const Rule rule =
      only_rule("[[expect]]\nchange = \"raw-added\"\nreason = \"r\"\nmatch = { port = 0 }\n");
  CHECK(rule.match.ports == std::vector<PortRange>{{0, 0}});
}

TEST_CASE("every kind of change can be named") {
  for (const ChangeKind kind : all_change_kinds()) {
    const std::string word(to_string(kind));
    CAPTURE(word);
    const Rule rule = only_rule("[[expect]]\nchange = \"" + word +
                                "\"\nreason = \"r\"\nmatch = { process = \"p\" }\n");
    CHECK(rule.changes == std::vector{kind});
  }
}

TEST_CASE("a gap is accepted wherever it is, or at a place") {
  const Rule anywhere = only_rule(
      "[[accept-gap]]\ngap = \"different-host\"\nreason = \"two nodes of one cluster\"\n");
  CHECK(anywhere.kind == RuleKind::accept_gap);
  CHECK(anywhere.gap == CaveatCode(Circumstance::different_host));
  CHECK(anywhere.match == Match{});
  const Rule agent = only_rule(R"(ticket = "CHG-1042"

[[accept-gap]]
gap = "owners-not-visible"
match = { protocol = "tcp", port = [2024, "2030-2040"], process = "agent", scope = "container" }
reason = "the hypervisor's agent refuses every user"
approved_by = "change-board"
starts = 2026-06-30
expires = 2027-06-30
hosts = "db1"
)");
  CHECK(agent == Rule{.kind = RuleKind::accept_gap,
                      .gap = GapCode::owners_not_visible,
                      .match = {.protocols = {Protocol::tcp},
                                .ports = {{2024, 2024}, {2030, 2040}},
                                .processes = {"agent"},
                                .scopes = {{ScopeKind::container, {}}}},
                      .reason = "the hypervisor's agent refuses every user",
                      .approved_by = "change-board",
                      .starts = parse_timestamp("2026-06-30"),
                      .expires = parse_timestamp("2027-06-30"),
                      .hosts = {"db1"},
                      .ticket = "CHG-1042",
                      .file = "CHG-1042.toml",
                      .line = 3});
}

TEST_CASE("every code that can be accepted can be named, and no other") {
  CHECK(acceptable_codes().size() >= 21);
  for (const CaveatCode& code : acceptable_codes()) {
    const std::string word(to_string(code));
    CAPTURE(word);
    CHECK(only_rule("[[accept-gap]]\ngap = \"" + word + "\"\nreason = \"r\"\n").gap == code);
  }
  CHECK(not_a_gap("owners-not-visibel") ==
        "is not the code of a gap; did you mean 'owners-not-visible'?");
  CHECK(not_a_gap("").starts_with("is not the code of a gap; it must be one of: "));
}

TEST_CASE("a ban can be for some hosts") {
  CHECK(only_rule("[[forbid]]\nmatch = { port = 23 }\nhosts = [\"db1\"]\nreason = \"r\"\n").hosts ==
        std::vector<std::string>{"db1"});
}

TEST_CASE("a scope is a container's, or one workload's") {
  CHECK(only_rule(with_match("{ scope = [\"container\", \"container:nginx\", \"anonymous:a b\"] }"))
            .match.scopes == std::vector<Scope>{{ScopeKind::container, {}},
                                                {ScopeKind::container, "nginx"},
                                                {ScopeKind::anonymous, "a b"}});
}

TEST_CASE("text with escapes is kept as it is") {
  const Rule rule = only_rule(with_match(R"({ process = "a\u001b[31m\n" })"));
  CHECK(rule.match.processes == std::vector<std::string>{"a\x1b[31m\n"});
  CHECK(only_rule(with_match("{ process = \" \" }")).match.processes.front() == " ");
}

}  // namespace netmon
