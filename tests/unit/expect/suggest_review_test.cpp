#include <doctest/doctest.h>

#include <algorithm>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "core/builder.h"
#include "core/comparison.h"
#include "expect/suggestion.h"
#include "netmon/core/review/review.h"
#include "netmon/core/values/error.h"
#include "netmon/expect/expectation_file.h"

namespace netmon {
namespace {

using test::approved_in_full;
using test::Builder;
using test::endpoint;
using test::kNginx;
using test::kPython;
using test::kSshd;
using test::process;

Review reviewed(const Builder& before, const Builder& after, const Expectations& rules = {}) {
  return review(diff(before.get(), after.get()), rules);
}

// Every kind of change that gates, and names that contain line breaks.
Builder full_before() {
  Builder before;
  before.listen("0.0.0.0", 22, {kSshd});
  before.listen("127.0.0.1", 80, {kNginx});
  before.listen("0.0.0.0", 81, {kNginx});
  before.listen("0.0.0.0", 82, {kSshd}).listen("0.0.0.0", 83, {process("worker", 600)});
  before.listen("10.0.0.5", 9000, {process("mover", 500)});
  before.connect("192.0.2.1", 443, {kNginx});
  return before;
}

Builder full_after() {
  Process other_program = kSshd;
  other_program.exe = "/tmp/sshd";
  Process unprivileged = process("api", 610);
  unprivileged.user = "www-data";
  unprivileged.uid = 33;
  Builder after;
  after.listen("0.0.0.0", 22, {other_program});
  after.listen("0.0.0.0", 80, {kNginx});
  after.listen("0.0.0.0", 81, {kPython});
  after.listen("0.0.0.0", 82, {kSshd});
  Process joined = process("worker", 601);
  joined.exe = "/tmp/worker";
  joined.user = "backup";
  joined.uid = 34;
  after.listen("0.0.0.0", 83, {process("worker", 600)}).listen("0.0.0.0", 83, {joined});
  after.listen("10.0.0.5", 9001, {process("mover", 500)});
  after.connect("192.0.2.1", 443, {kNginx});
  after.connect("185.220.101.5", 4444, {kPython});
  after.connect("2001:db8::5", 4444, {kPython});
  after.listen("10.0.0.5", 8443, {unprivileged}).listen("::1", 8443, {unprivileged});
  after.listen("0.0.0.0", 7000, {process("\n# x\"\n[[expect]]\n\x1b[31m\u202e\\", 700)});
  after.listen("0.0.0.0", 7001, {}, OwnerState::no_process);
  after.listen("0.0.0.0", 7002, {process(" ", 702)});
  after.udp("0.0.0.0", 161, {process("snmpd", 800)});
  after.socket(Protocol::udp, State::connected, endpoint("10.0.0.5", 40000),
               endpoint("192.0.2.9", 0), {kPython});
  after.socket(Protocol::raw, State::unconnected, endpoint("0.0.0.0", 0), {}, {kPython});
  after.last().link_protocol = 1;
  after.socket(Protocol::packet, State::unconnected, {}, {}, {kPython});
  after.in({ScopeKind::named, "dmz\"\n"}).listen("0.0.0.0", 22, {kSshd});
  return after;
}

}  // namespace

TEST_CASE("a suggestion as it is approves nothing") {
  const std::string suggestion = suggest_expectations(reviewed(full_before(), full_after()));
  CHECK_THROWS_AS(parse_expectations(suggestion, "F"), Error);
}

TEST_CASE("every line of a suggestion is a comment or empty") {
  const std::string suggestion = suggest_expectations(reviewed(full_before(), full_after()));
  std::istringstream lines(suggestion);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK((line.empty() || line.front() == '#'));
    CHECK(std::ranges::none_of(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
  }
  CHECK(suggestion.ends_with('\n'));
}

TEST_CASE("a suggestion without reasons is refused") {
  const std::string bare = std::regex_replace(
      suggest_expectations(reviewed(full_before(), full_after())), std::regex("(^|\n)# "), "$1");
  CHECK_THROWS_AS(parse_expectations(bare, "F"), Error);
}

TEST_CASE("a suggestion, approved in full, approves each change that it was made of") {
  const Review seen = reviewed(full_before(), full_after());
  REQUIRE(seen.summary.unapproved >= 14);
  const auto rules = parse_expectations(approved_in_full(suggest_expectations(seen)), "F");
  const Review again = reviewed(full_before(), full_after(), rules);
  CHECK(again.summary.unapproved == 0);
  CHECK(again.summary.approved == seen.summary.unapproved);
  CHECK(again.summary.notice == seen.summary.notice);
  CHECK(again.exit_code == ExitCode::success);
}

TEST_CASE("each suggested entry approves its own change alone") {
  const Review seen = reviewed(full_before(), full_after());
  const auto rules = parse_expectations(approved_in_full(suggest_expectations(seen)), "F");
  for (const Rule& rule : rules.rules) {
    CAPTURE(rule.line);
    // The connections of one program to one port share an entry.
    const auto peers = std::max<std::size_t>(rule.match.peers.size(), 1);
    CHECK(reviewed(full_before(), full_after(), {.rules = {rule}}).summary.approved == peers);
  }
}

TEST_CASE("the ticket of the capture is the ticket of the suggestion") {
  Builder after = full_after();
  after.info().ticket = "CHG-7\"\n";
  const std::string suggestion = suggest_expectations(reviewed(full_before(), after));
  CHECK(suggestion.find("\n# ticket = \"CHG-7\\\"\\n\"\n") != std::string::npos);
}

TEST_CASE("a ticket of blanks is suggested as none, for a file with one is refused") {
  Builder after = full_after();
  after.info().ticket = " \t";
  const std::string suggestion = suggest_expectations(reviewed(full_before(), after));
  CHECK(suggestion.find("\n# ticket = \"\"\n") != std::string::npos);
}

TEST_CASE("what is approved or a notice is not suggested") {
  Builder before;
  before.listen("0.0.0.0", 22, {kSshd});
  Builder after;
  after.listen("0.0.0.0", 443, {kNginx});
  const Expectations rules = parse_expectations(
      "[[expect]]\nchange = \"listener-added\"\nmatch = { port = 443 }\nreason = \"r\"\n", "F");
  CHECK(suggest_expectations(reviewed(before, after, rules)).find("[[expect]]") ==
        std::string::npos);
}

TEST_CASE("what is forbidden is said, and no entry would help") {
  Builder after;
  after.listen("0.0.0.0", 23, {process("telnetd", 900)});
  const Expectations rules =
      parse_expectations("[[forbid]]\nmatch = { port = 23 }\nreason = \"no telnet\"\n", "F.toml");
  const std::string suggestion = suggest_expectations(reviewed({}, after, rules));
  CHECK(suggestion.find("## forbidden by F.toml:1 (no telnet)") != std::string::npos);
  CHECK(suggestion.find("[[expect]]") == std::string::npos);
}

TEST_CASE("what expired or is missing is suggested anew") {
  Builder after;
  after.info().started_at = parse_timestamp("2026-03-02").value();
  after.listen("0.0.0.0", 8443, {kNginx});
  const Expectations rules = parse_expectations(
      "[[expect]]\nchange = \"listener-added\"\nmatch = { port = 8443 }\nreason = \"r\"\n"
      "expires = 2026-03-01\n"
      "[[expect]]\nchange = [\"outbound-added\", \"inbound-added\"]\nmatch = { port = \"1-9\", "
      "peer = \"10.0.0.0/8\" }\nreason = \"r\"\nrequired = true\n",
      "F");
  const Review seen = reviewed({}, after, rules);
  auto suggested = parse_expectations(approved_in_full(suggest_expectations(seen)), "F");
  std::erase_if(suggested.rules, [](const Rule& r) { return r.kind == RuleKind::accept_gap; });
  REQUIRE(suggested.rules.size() == 2);
  CHECK(suggested.rules[0].match.ports == std::vector<PortRange>{{8443, 8443}});
  CHECK_FALSE(suggested.rules[0].expires);
  CHECK(suggested.rules[1].changes == rules.rules[1].changes);
  CHECK(suggested.rules[1].match == rules.rules[1].match);
}

}  // namespace netmon
