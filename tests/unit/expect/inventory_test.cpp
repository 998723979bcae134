// Compares what runs with what is documented: BEFORE is @empty.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/builder.h"
#include "core/comparison.h"
#include "files.h"
#include "netmon/core/review/review.h"
#include "netmon/expect/expectation_file.h"

namespace netmon {
namespace {

using test::Builder;
using test::kNginx;
using test::kPython;
using test::kSshd;
using test::process;

// "approved 22", "expected-missing 123": status and port of every change.
std::vector<std::string> held_against(const Builder& running, const std::string& documented) {
  const Snapshot empty;
  const Review result =
      review(diff(empty, running.get()), parse_expectations(documented, "documented.toml"));
  std::vector<std::string> words;
  for (const auto& [change, status, rule, forbidden_by, background] : result.changes) {
    const auto port = change.port ? change.port : change.identity.remote->port;
    words.push_back(std::string(to_string(status)) + " " + std::to_string(port.value_or(0)));
  }
  words.push_back("exit " + std::to_string(static_cast<int>(result.exit_code)));
  return words;
}

const std::string kDocumented = R"(
[[expect]]
change = "listener-added"
match = { protocol = "tcp", port = 22, process = "sshd" }
reason = "administration"
required = true

[[expect]]
change = "listener-added"
match = { protocol = "tcp", port = 443, process = "nginx" }
reason = "the service"
required = true

[[expect]]
change = "outbound-added"
match = { protocol = "tcp", port = 5432, peer = "10.0.0.0/24" }
reason = "its database"
)";

}  // namespace

TEST_CASE("a host that runs what is documented is clean") {
  Builder host;
  host.listen("0.0.0.0", 22, {kSshd}).listen("0.0.0.0", 443, {kNginx});
  host.connect("10.0.0.9", 5432, {kNginx});
  CHECK(held_against(host, kDocumented) ==
        test::Words{"approved 22", "approved 443", "approved 5432", "exit 0"});
}

TEST_CASE("what is not documented is unapproved") {
  Builder host;
  host.listen("0.0.0.0", 22, {kSshd}).listen("0.0.0.0", 443, {kNginx});
  host.listen("0.0.0.0", 31337, {kPython}).connect("185.220.101.5", 4444, {kPython});
  CHECK(held_against(host, kDocumented) == test::Words{"unapproved 31337", "unapproved 4444",
                                                       "approved 22", "approved 443", "exit 1"});
}

TEST_CASE("a documented service that does not run is missing") {
  Builder host;
  host.listen("0.0.0.0", 22, {kSshd});
  CHECK(held_against(host, kDocumented) ==
        test::Words{"expected-missing 443", "approved 22", "exit 1"});
}

TEST_CASE("another program on a documented port is not the documented one") {
  Builder host;
  host.listen("0.0.0.0", 22, {kSshd}).listen("0.0.0.0", 443, {kPython});
  CHECK(held_against(host, kDocumented) ==
        test::Words{"unapproved 443", "expected-missing 443", "approved 22", "exit 1"});
}

TEST_CASE("the inventory of the examples describes a host") {
  Builder host;
  host.listen("0.0.0.0", 22, {kSshd}).listen("127.0.0.1", 5432, {process("postgres", 400)});
  const std::string inventory =
      test::text_of(test::root() / "examples/expectations/inventory.toml");
  CHECK(held_against(host, inventory) == test::Words{"approved 22", "approved 5432", "exit 0"});
}

}  // namespace netmon
