#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "netmon/report.h"
#include "report/fixtures.h"

using namespace netmon;
using nlohmann::json;

namespace {

bool is_ascii(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); });
}

}  // namespace

TEST_CASE("the JSON of a diff is that of the contract") {
  const json diff = json::parse(render_json(fixture::unapproved_review()));
  CHECK(diff["schema"] == "netmon-diff/1");
  CHECK(diff["verdict"] == "unapproved");
  CHECK(diff["exit_code"] == 1);
  CHECK(diff["before"]["id"] == 1);
  CHECK(diff["before"]["label"] == "pre-change");
  CHECK(diff["before"]["host"] == "db1");
  CHECK(diff["before"]["taken_at"] == "2026-03-02T19:45:00.123Z");
  CHECK(diff["after"]["sudo_user"]["name"] == "alice");
  CHECK(diff["summary"] ==
        json{{"unapproved", 15}, {"approved", 0}, {"expected_missing", 0}, {"notice", 2}});

  SUBCASE("a listener") {
    const json& change = diff["changes"][0];
    CHECK(change["kind"] == "listener-added");
    CHECK(change["severity"] == "high");
    CHECK(change["status"] == "unapproved");
    CHECK(change["role"] == "listener");
    CHECK(change["scope"] == "host");
    CHECK(change["protocol"] == "tcp");
    CHECK(change["local"] == json{{"addresses", {"0.0.0.0", "::"}}, {"port", 31337}});
    CHECK(change["remote"].is_null());
    CHECK(change["rule"].is_null());
    CHECK(change["shared_with"] == json::array({"nginx"}));
    CHECK(change["attributes"] == json::array());
  }
  SUBCASE("its process") {
    const json& process = diff["changes"][0]["process"];
    CHECK(process["name"] == "python3");
    CHECK(process["pid"] == 7821);
    CHECK(process["user"] == "root");
    CHECK(process["exe"] == "/usr/bin/python3.11");
    CHECK(process["cmdline"] == "python3 -m server");
    CHECK(process["unit"] == "app.service");
    CHECK(process["container"].is_null());
    CHECK(process["started_at"] == "2026-03-02T20:01:02.003Z");
    CHECK(process["parents"] == json::array({"bash", "sshd"}));
  }
  SUBCASE("an outbound peer has an address and a port, and no local side") {
    const json& change = diff["changes"][1];
    CHECK(change["remote"] == json{{"address", "185.220.101.5"}, {"port", 4444}});
    CHECK(change["local"].is_null());
  }
  SUBCASE("an inbound peer has no port, and its local side no addresses") {
    const json& change = diff["changes"][15];
    CHECK(change["kind"] == "inbound-removed");
    CHECK(change["status"] == "notice");
    CHECK(change["remote"] == json{{"address", "198.51.100.7"}});
    CHECK(change["local"] == json{{"addresses", json::array()}, {"port", 443}});
    CHECK(change["sockets"] == json{{"before", 3}, {"after", 0}});
  }
  SUBCASE("a change without a process says why") {
    CHECK(diff["changes"][3]["process"].is_null());
    CHECK(diff["changes"][3]["no_process"] == "process not visible");
  }
  SUBCASE("an attribute has both sides") {
    CHECK(diff["changes"][14]["attributes"][0] ==
          json{{"name", "bind"}, {"before", {"127.0.0.1"}}, {"after", {"10.0.0.5", "127.0.0.1"}}});
  }
  SUBCASE("a caveat says on which side, of how much and with what weight") {
    CHECK(diff["caveats"][0]["code"] == "netns-not-entered");
    CHECK(diff["caveats"][0]["side"] == "before");
    CHECK(diff["caveats"][0]["count"] == 1);
    CHECK(diff["caveats"][0]["decisive"] == true);
    CHECK(diff["caveats"][1]["decisive"] == false);
  }
}

TEST_CASE("what was not stored has neither number nor digest in JSON") {
  const json diff = json::parse(render_json(fixture::inconclusive_review()));
  CHECK(diff["exit_code"] == 3);
  CHECK(diff["after"]["id"].is_null());
  CHECK(diff["after"]["digest"].is_null());
  CHECK(diff["after"]["taken_at"] == "2026-03-02T20:15:30.000Z");
  SUBCASE("and what was never taken has neither time nor user") {
    CHECK(diff["before"]["taken_at"].is_null());
    CHECK(diff["before"]["user"].is_null());
    CHECK(diff["before"]["privilege"].is_null());
  }
}

TEST_CASE("the JSON of a snapshot holds every socket with all its owners") {
  const Snapshot snapshot = fixture::snapshot();
  const json parsed = json::parse(render_json(snapshot, {}));
  CHECK(parsed["schema"] == "netmon-snapshot/1");
  CHECK(parsed["snapshot"]["label"] == "pre-change");
  CHECK(parsed["socket_count"] == 20);
  CHECK(parsed["namespaces"].size() == 3);
  CHECK(parsed["gaps"][0]["code"] == "owners-not-visible");
  REQUIRE(parsed["sockets"].size() == 20);

  const json& shared = parsed["sockets"][2];
  CHECK(shared["local"] == json{{"address", "10.0.0.5"}, {"port", 443}});
  CHECK(shared["remote"].is_null());
  REQUIRE(shared["owners"].size() == 2);
  CHECK(shared["owners"][0]["process"]["pid"] == 900);
  CHECK(shared["owners"][1]["process"]["user"] == "www-data");
  CHECK(shared["owners"][1]["fd"] == 4);
  CHECK(shared["owners"][1]["thread"] == 905);
  CHECK(shared["owners"][1]["process"]["ancestors"] ==
        json::parse(R"([{"name":"systemd","pid":1}])"));

  SUBCASE("a cookie is hexadecimal text, for it may pass 2^53") {
    CHECK(shared["cookie"] == "ffff000000001002");
  }
  SUBCASE("a link-local peer keeps its interface") {
    CHECK(parsed["sockets"][5]["remote"]["address"] == "fe80::2%eth0");
    CHECK(parsed["sockets"][5]["owners"] == json::array());
  }
  SUBCASE("a socket that the kernel alone holds has no uid") {
    CHECK(parsed["sockets"][6]["uid"].is_null());
    CHECK(parsed["sockets"][6]["inode"].is_null());
  }
}

TEST_CASE("hostile text in JSON is exact and leaves as ASCII") {
  const Snapshot snapshot = fixture::snapshot();
  const std::string text = render_json(snapshot, {});
  CHECK(is_ascii(text));
  CHECK(is_ascii(render_json(fixture::unapproved_review())));
  CHECK(is_ascii(render_json(fixture::summaries())));
  CHECK(is_ascii(render_json(fixture::findings())));
  const json parsed = json::parse(text);
  const auto& hostile = fixture::hostile_texts();
  for (std::size_t i = 0; i < hostile.size(); ++i) {
    if (i == 4) continue;  // the one that is no UTF-8
    CHECK(parsed["sockets"][10 + i]["owners"][0]["process"]["name"] == hostile[i]);
  }
  CHECK(parsed["sockets"][14]["owners"][0]["process"]["name"] == "bad\ufffd\ufffd(\x7f");
}

TEST_CASE("a chain of parents that is a ring ends") {
  Snapshot snapshot = fixture::snapshot();
  snapshot.processes[0].parent = 1;
  const json parsed = json::parse(render_json(snapshot, {}));
  CHECK(parsed["sockets"][0]["owners"][0]["process"]["ancestors"].size() == 64);
}

TEST_CASE("an empty snapshot, list and examination are whole JSON documents") {
  CHECK(json::parse(render_json(Snapshot{}, {}))["sockets"] == json::array());
  CHECK(json::parse(render_json(std::vector<SnapshotSummary>{}))["snapshots"] == json::array());
  CHECK(json::parse(render_json(std::vector<Finding>{}))["findings"] == json::array());
}
