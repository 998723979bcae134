#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;
using nlohmann::json;

namespace {

json run_of(const Review& review, std::string_view database = "/var/lib/netmon/netmon.db") {
  return json::parse(render_sarif(review, database, Detail::everything))["runs"][0];
}

}  // namespace

TEST_CASE("a SARIF log is one of version 2.1.0") {
  const json log = json::parse(render_sarif(fixture::decided_review(), "x.db", Detail::everything));
  CHECK(log["version"] == "2.1.0");
  REQUIRE(log["runs"].size() == 1);
  const json& run = log["runs"][0];
  CHECK(run["tool"]["driver"]["name"] == "netmon");
  CHECK(run["invocations"][0]["executionSuccessful"] == true);
  CHECK(run["invocations"][0]["exitCode"] == 1);
  CHECK(run["properties"]["verdict"] == "unapproved");
}

TEST_CASE("each change that gates is a result, and no notice is") {
  const json results = run_of(fixture::decided_review())["results"];
  REQUIRE(results.size() == 7);
  CHECK(results[0]["ruleId"] == "listener-added");
  CHECK(results[0]["level"] == "error");
  CHECK(results[0]["partialFingerprints"] ==
        json{{"netmonChange/v1", "n0000000000000000"},
             {"primaryLocationLineHash", "n0000000000000000:1"}});
  CHECK(results[0]["message"]["text"].get<std::string>().ends_with(
      "; also held by nginx (pid 900, www-data)"));
  CHECK(results[2]["level"] == "warning");
  SUBCASE("with its status in its words") {
    CHECK(results[2]["message"]["text"] ==
          "approval expired: exposure widened: tcp 10.0.0.5:5432 postgres");
    CHECK(results[3]["message"]["text"].get<std::string>().starts_with("expected, not seen: "));
  }
  SUBCASE("what is approved is suppressed with its rule") {
    CHECK(results[0]["suppressions"] == json::array());
    CHECK(results[4]["suppressions"][0]["kind"] == "external");
    CHECK(results[4]["suppressions"][0]["status"] == "accepted");
    CHECK(results[4]["suppressions"][0]["justification"].get<std::string>().starts_with(
        "CHG-1042: new API endpoint"));
  }
  SUBCASE("at its rule, or in the database where no rule speaks of it") {
    const auto location = [&](std::size_t index) {
      return results[index]["locations"][0]["physicalLocation"];
    };
    CHECK(location(0)["artifactLocation"]["uri"] == "file:///var/lib/netmon/netmon.db");
    CHECK(location(0)["region"]["startLine"] == 1);
    CHECK(location(1)["artifactLocation"]["uri"] == "file:///etc/netmon/standing.toml");
    CHECK(location(1)["region"]["startLine"] == 9);
    CHECK(location(4)["artifactLocation"]["uri"] == "CHG-1042.toml");
  }
}

TEST_CASE("what is approved makes no finding unless it is asked for") {
  const auto statuses = [](Detail detail) {
    std::vector<std::string> found;
    const json log = json::parse(render_sarif(fixture::decided_review(), "x.db", detail));
    for (const json& result : log["runs"][0]["results"]) {
      found.push_back(result["properties"]["status"]);
    }
    return found;
  };
  const auto listed = statuses(Detail::gating);
  CHECK(std::ranges::find(listed, "approved") == listed.end());
  CHECK(std::ranges::find(listed, "unapproved") != listed.end());
  auto all = statuses(Detail::everything);
  CHECK(std::erase(all, "approved") > 0);
  CHECK(all == listed);
}

TEST_CASE("every rule of a result is described, at its index") {
  for (const Review& review : {fixture::decided_review(), fixture::unapproved_review()}) {
    const json run = run_of(review);
    const json& rules = run["tool"]["driver"]["rules"];
    for (const json& result : run["results"]) {
      CHECK(rules.at(result["ruleIndex"].get<std::size_t>())["id"] == result["ruleId"]);
    }
  }
}

TEST_CASE("every kind of change is described once") {
  const json rules = run_of(fixture::clean_review())["tool"]["driver"]["rules"];
  const auto kinds = all_change_kinds();
  REQUIRE(rules.size() == kinds.size() + 1);  // and the rule "inconclusive"
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CAPTURE(to_string(kinds[i]));
    CHECK(rules[i]["id"] == to_string(kinds[i]));
    const auto help = rules[i]["help"]["text"].get<std::string>();
    CHECK(help.starts_with(rules[i]["shortDescription"]["text"].get<std::string>() + " "));
  }
}

TEST_CASE("an inconclusive review has a result that says so") {
  const Review review = fixture::inconclusive_review();
  const json run = run_of(review);
  const json& first = run["results"].at(0);
  CHECK(first["ruleId"] == "inconclusive");
  CHECK(first["level"] == "warning");
  CHECK(first["suppressions"].empty());
  CHECK(run["tool"]["driver"]["rules"].at(first["ruleIndex"].get<std::size_t>())["id"] ==
        "inconclusive");
  const auto text = first["message"]["text"].get<std::string>();
  CHECK(text.starts_with("inconclusive: "));
  const json clean = run_of(fixture::clean_review());
  for (const json& result : clean["results"]) {
    CHECK(result["ruleId"] != "inconclusive");
  }
}

TEST_CASE("a caveat is a notification, a decisive one a warning") {
  const json run = run_of(fixture::decided_review());
  const json& notifications = run["invocations"][0]["toolExecutionNotifications"];
  REQUIRE(notifications.size() == 3);
  CHECK(notifications[0]["descriptor"]["id"] == "netns-not-entered");
  CHECK(notifications[0]["level"] == "warning");
  CHECK(notifications[1]["level"] == "note");
}

TEST_CASE("an accepted gap is a note that says so") {
  const json run = run_of(fixture::accepted_review());
  const json& notification = run["invocations"][0]["toolExecutionNotifications"][0];
  CHECK(notification["level"] == "note");
  CHECK(notification["message"]["text"].get<std::string>().starts_with(
      "after: accepted: owners-not-visible (CHG-1042.toml:12"));
  CHECK(run["properties"]["verdictScope"] == "for what was asked (this namespace)");
}

TEST_CASE("a service that is gone, or started in another way, is a notification") {
  std::vector<std::string> ids;
  const json run = run_of(fixture::every_kind_review());
  for (const json& notification : run["invocations"][0]["toolExecutionNotifications"]) {
    ids.push_back(notification["descriptor"]["id"]);
  }
  CHECK(ids == std::vector<std::string>{"arguments-changed", "listener-removed"});
}

TEST_CASE(
    "hostile text makes no link and no placeholder of a SARIF message, and no URI of a path") {
  const json run = run_of(fixture::hostile_review(), "/tmp/a b%[c].db");
  for (const json& result : run["results"]) {
    const auto text = result["message"]["text"].get<std::string>();
    CHECK(text.find("](") == std::string::npos);
    CHECK(text.find(" {0}") == std::string::npos);
  }
  CHECK(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] ==
        "file:///tmp/a%20b%25%5Bc%5D.db");
}
