#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;
using nlohmann::json;

namespace {

std::vector<json> events_of(const Review& review, Detail detail = Detail::gating) {
  std::vector<json> events;
  std::istringstream lines(render_ocsf(review, detail));
  for (std::string line; std::getline(lines, line);) events.push_back(json::parse(line));
  return events;
}

std::vector<std::string> uids_of(const std::vector<json>& events) {
  std::vector<std::string> uids;
  for (const json& event : events) uids.push_back(event["finding_info"]["types"][0]);
  return uids;
}

}  // namespace

TEST_CASE("what nobody approved is a detection finding each, and with --all everything is") {
  const Review review = fixture::decided_review();
  CHECK(uids_of(events_of(review)) == std::vector<std::string>{"inconclusive", "listener-added",
                                                               "outbound-added", "exposure-widened",
                                                               "listener-added"});
  CHECK(events_of(review, Detail::everything).size() == review.changes.size() + 1);
}

TEST_CASE("a listener that is gone and one with other arguments are findings without --all") {
  Review review = fixture::every_kind_review();
  std::erase_if(review.changes,
                [](const ReviewedChange& reviewed) { return reviewed.status != Status::notice; });
  const std::vector<json> events = events_of(review);
  CHECK(uids_of(events) == std::vector<std::string>{"arguments-changed", "listener-removed"});
  CHECK(events[0]["severity_id"] == 1);
}

TEST_CASE("an inconclusive review is a finding of its own, and a clean one is none") {
  const std::vector<json> events = events_of(fixture::inconclusive_review());
  REQUIRE(events.size() == 1);
  CHECK(events[0]["finding_info"]["uid"] == "inconclusive");
  CHECK(events[0]["severity_id"] == 3);
  CHECK(events[0]["status_id"] == 1);
  CHECK(events[0]["unmapped"]["verdict"] == "inconclusive");
  CHECK(events[0]["unmapped"]["caveats"][0]["code"] == "owners-not-visible");
  CHECK(events_of(fixture::clean_review()).empty());
  CHECK(events_of(fixture::accepted_review()).empty());
}

TEST_CASE("a finding names the change by its fingerprint, its severity and its time") {
  const json event = events_of(fixture::decided_review())[1];
  CHECK(event["class_uid"] == 2004);
  CHECK(event["type_uid"] == 200401);
  CHECK(event["metadata"]["version"] == "1.3.0");
  CHECK(event["finding_info"]["uid"] == "n0000000000000000");
  CHECK(event["severity_id"] == 4);
  CHECK(event["severity"] == "High");
  CHECK(event["time"] == 1772482530000);
  CHECK(event["unmapped"]["status"] == "unapproved");
}

TEST_CASE("what is approved is suppressed, and says by which rule") {
  const std::vector<json> events = events_of(fixture::decided_review(), Detail::everything);
  const json& approved = events[5];
  CHECK(approved["unmapped"]["status"] == "approved");
  CHECK(approved["status_id"] == 3);
  CHECK(approved["unmapped"]["rule"]["ticket"] == "CHG-1042");
}

TEST_CASE("the evidence names both ends, the process, its file with digest, and its parent") {
  const std::vector<json> events = events_of(fixture::decided_review());
  const json listener = events[1]["evidences"];
  REQUIRE(listener.size() == 3);  // two programs at the first address, and the second address
  CHECK(listener[0]["dst_endpoint"] == json{{"ip", "0.0.0.0"}, {"port", 31337}});
  CHECK(listener[2]["dst_endpoint"] == json{{"ip", "::"}, {"port", 31337}});
  CHECK(listener[0]["connection_info"]["direction"] == "Inbound");
  CHECK(listener[1]["process"]["name"] == "nginx");
  const json process = listener[0]["process"];
  CHECK(process["pid"] == 7821);
  CHECK(process["user"] == json{{"name", "root"}, {"uid", "0"}});
  CHECK(process["parent_process"] == json{{"name", "bash"}, {"pid", 7000}});
  CHECK(process["lineage"] == json::array({"sshd", "bash"}));
  CHECK(process["file"]["path"] == "/usr/bin/python3.11");
  CHECK(listener[0]["file"]["name"] == "app.py");
  CHECK(listener[0]["file"]["hashes"][0]["value"] == std::string(64, 'a'));
  const json peer = events[2]["evidences"][0];
  CHECK(peer["dst_endpoint"] == json{{"ip", "185.220.101.5"}, {"port", 4444}});
  CHECK(peer["connection_info"]["direction"] == "Outbound");
}

TEST_CASE("an address with its interface is an address, and a scope is the name of an endpoint") {
  Review review = fixture::decided_review();
  review.changes = {review.changes[1], review.changes[1]};
  review.changes[0].change.identity.remote = Peer{"fe80::1%eth0", 22};
  review.changes[1].change.identity.remote = Peer{"container:postgres", 5432};
  const std::vector<json> events = events_of(review);
  CHECK(events[1]["evidences"][0]["dst_endpoint"] ==
        json{{"ip", "fe80::1"}, {"interface_name", "eth0"}, {"port", 22}});
  CHECK(events[2]["evidences"][0]["dst_endpoint"] ==
        json{{"name", "container:postgres"}, {"port", 5432}});
}

TEST_CASE("a name that is none of a host is not given as one") {
  for (const char* const name : {"db1", "a-b.example.org", "0"}) {
    Review review = fixture::inconclusive_review();
    review.after.host_name = name;
    CHECK(events_of(review)[0]["device"]["hostname"] == name);
  }
  for (const char* const name : {"a_b", "-a", "a-", "a..b", ".a", "a.", "a\nb", "a-.b"}) {
    Review review = fixture::inconclusive_review();
    review.after.host_name = name;
    CAPTURE(name);
    CHECK_FALSE(events_of(review)[0]["device"].contains("hostname"));
    CHECK(events_of(review)[0]["device"]["name"] == name);
  }
}

TEST_CASE("names are exact in their attributes and escaped in what people read") {
  Review review = fixture::decided_review();
  review.changes = {review.changes[0]};
  review.changes[0].change.holders[0].name = "a\nb";
  review.changes[0].change.message = "new listener: a\nb";
  const json event = events_of(review)[1];
  CHECK(event["evidences"][0]["process"]["name"] == "a\nb");
  CHECK(event["message"] == "new listener: a\\nb");
  CHECK(event["finding_info"]["title"] == "new listener: a\\nb");
}
