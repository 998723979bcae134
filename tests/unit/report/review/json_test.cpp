#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "netmon/report/report.h"
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
  CHECK(diff["after"]["sudo_user"]["name"] == "audit");
  CHECK(diff["summary"] == json{{"unapproved", 15},
                                {"approved", 0},
                                {"expected_missing", 0},
                                {"expired", 0},
                                {"notice", 2}});

  SUBCASE("a listener") {
    const json& change = diff["changes"][0];
    CHECK(change["kind"] == "listener-added");
    CHECK(change["severity"] == "high");
    CHECK(change["status"] == "unapproved");
    CHECK(change["role"] == "listener");
    CHECK(change["scope"] == "host");
    CHECK(change["protocol"] == "tcp");
    CHECK(change["local"] == json{{"addresses", {"0.0.0.0", "::"}},
                                  {"port", 31337},
                                  {"port_chosen_by_kernel", false}});
    CHECK(change["remote"].is_null());
    CHECK(change["rule"].is_null());
    CHECK(change["attributes"] == json::array());
  }
  SUBCASE("all who hold it, the one first that stands for them") {
    const json& change = diff["changes"][0];
    REQUIRE(change["holders"].size() == 2);
    CHECK(change["holders"][0] == change["process"]);
    CHECK(change["holders"][1]["name"] == "nginx");
    CHECK(change["holders"][1]["user"] == "www-data");
  }
  SUBCASE("its process") {
    const json& process = diff["changes"][0]["process"];
    CHECK(process["name"] == "python3");
    CHECK(process["pid"] == 7821);
    CHECK(process["user"] == "root");
    CHECK(process["uid"] == 0);
    CHECK(process["exe"] == "/usr/bin/python3.11");
    CHECK(process["exe_elsewhere"] == false);
    CHECK(process["script"] == json{{"kind", "file"},
                                    {"name", "/srv/app.py"},
                                    {"sha256", std::string(64, 'a')},
                                    {"claimed", false}});
    CHECK(process["foreign_code"] == json::array());
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
    CHECK(change["remote"] == json{{"address", "198.51.100.7"}, {"port", nullptr}});
    CHECK(change["local"]["addresses"] == json::array());
    CHECK(change["local"]["port"] == 443);
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
    CHECK(diff["caveats"][0]["weight"] == "decisive");
    CHECK(diff["caveats"][1]["decisive"] == false);
    CHECK(diff["caveats"][1]["weight"] == "informational");
    CHECK(diff["caveats"][1]["scope"].is_null());
  }
}

TEST_CASE("the JSON of a diff says what decided each change") {
  const json diff = json::parse(render_json(fixture::decided_review()));
  const json& changes = diff["changes"];
  CHECK(diff["summary"] == json{{"unapproved", 2},
                                {"approved", 3},
                                {"expected_missing", 1},
                                {"expired", 1},
                                {"notice", 1}});
  CHECK(changes[2]["status"] == "expired");
  CHECK(changes[3]["status"] == "expected-missing");
  CHECK(changes[4]["status"] == "approved");
  SUBCASE("by its rule") {
    CHECK(changes[4]["rule"] == json{{"ticket", "CHG-1042"},
                                     {"reason", "new API endpoint"},
                                     {"approved_by", "change-board"},
                                     {"starts", nullptr},
                                     {"expires", "2026-12-01T00:00:00.000Z"},
                                     {"hosts", json::array()},
                                     {"file", "CHG-1042.toml"},
                                     {"line", 3},
                                     {"standing", false}});
    CHECK(changes[0]["rule"].is_null());
  }
  SUBCASE("or by what forbids it") {
    CHECK(changes[1]["forbidden_by"]["line"] == 9);
    CHECK(changes[1]["forbidden_by"]["standing"] == true);
    CHECK(changes[1]["forbidden_by"]["ticket"].is_null());
    CHECK(changes[1]["forbidden_by"]["approved_by"].is_null());
    CHECK(changes[1]["forbidden_by"]["expires"].is_null());
    CHECK(changes[0]["forbidden_by"].is_null());
  }
  SUBCASE("and what is known beside the evidence") {
    CHECK(changes[0]["background"]["past"] == json{{"snapshots", 0},
                                                   {"of", 41},
                                                   {"since", "2026-01-03T02:00:00.000Z"},
                                                   {"first_seen", nullptr},
                                                   {"last_seen", nullptr}});
    CHECK(changes[0]["background"]["package"].is_null());
    CHECK(changes[2]["background"]["past"]["last_seen"] == "2026-02-01T02:00:00.000Z");
    CHECK(changes[3]["background"]["past"].is_null());
  }
  SUBCASE("and the program's digest") {
    CHECK(changes[0]["process"]["exe_sha256"] == std::string(64, 'e'));
    CHECK(changes[0]["process"]["exe_deleted"] == true);
    CHECK(changes[1]["process"]["exe_sha256"].is_null());
  }
  SUBCASE("every rule says how much it matched") {
    REQUIRE(diff["rules"].size() == 6);
    CHECK(diff["rules"][3]["matched"] == 2);
    CHECK(diff["rules"][4]["kind"] == "forbid");
    CHECK(diff["rules"][2]["required"] == true);
    CHECK(diff["rules"][5]["matched"] == 0);
    CHECK(diff["rules"][5]["starts"] == "2026-03-02T00:00:00.000Z");
    CHECK(diff["rules"][5]["hosts"] == json{"db1", "db2"});
    CHECK(diff["rules"][5]["gap"].is_null());
  }
  SUBCASE("each side says what it could not see") {
    CHECK(diff["gaps"]["before"][0]["code"] == "netns-not-entered");
    CHECK(diff["gaps"]["after"] == json::array());
  }
  SUBCASE("a span says of how many samples it is") {
    CHECK(diff["before"]["span"].is_null());
    CHECK(diff["after"]["span"] == json{{"every_ms", 1000}, {"samples", 60}});
  }
}

TEST_CASE("the JSON of a history and of the regulation map are whole documents") {
  const json history = json::parse(render_json(fixture::appearances()));
  CHECK(history["schema"] == "netmon-history/1");
  CHECK(history["appearances"][0]["remote"].is_null());
  CHECK(history["appearances"][1]["remote"] == json{{"address", "2001:db8::7"}, {"port", 443}});
  CHECK(history["appearances"][2]["remote"] ==
        json{{"address", "198.51.100.7"}, {"port", nullptr}});
  CHECK(history["appearances"][2]["process"].is_null());
  const json map = json::parse(render_json(controls()));
  CHECK(map["schema"] == "netmon-controls/1");
  CHECK(map["controls"].size() == controls().size());
}

TEST_CASE("the JSON of a diff says of what the verdict speaks, and what was accepted") {
  const json diff = json::parse(render_json(fixture::accepted_review()));
  CHECK(diff["verdict"] == "clean");
  CHECK(diff["verdict_scope"] == "for what was asked (this namespace)");
  CHECK(diff["places"] == 84);
  const json& caveat = diff["caveats"][0];
  CHECK(caveat["weight"] == "accepted");
  CHECK(caveat["decisive"] == false);
  CHECK(caveat["scope"] == "host");
  CHECK(caveat["protocol"] == "tcp");
  CHECK(caveat["port"] == 2024);
  CHECK(caveat["process"] == "agent");
  CHECK(diff["rules"][0]["kind"] == "accept-gap");
  CHECK(diff["rules"][0]["gap"] == "owners-not-visible");
}

TEST_CASE("a port that the kernel chose is said to be so") {
  const json diff = json::parse(render_json(fixture::every_kind_review()));
  CHECK(diff["changes"][0]["local"]["port"] == 31337);
  CHECK(diff["changes"][0]["local"]["port_chosen_by_kernel"] == true);
  CHECK(diff["changes"][1]["local"]["port_chosen_by_kernel"] == false);
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
    if (i == 4) continue;  // the one that is not valid UTF-8
    CHECK(parsed["sockets"][10 + i]["owners"][0]["process"]["name"] == hostile[i]);
  }
  CHECK(parsed["sockets"][14]["owners"][0]["process"]["name"] == "bad\ufffd\ufffd(\x7f");
}

TEST_CASE("an empty snapshot, list and examination are whole JSON documents") {
  CHECK(json::parse(render_json(Snapshot{}, {}))["sockets"] == json::array());
  CHECK(json::parse(render_json(std::vector<SnapshotSummary>{}))["snapshots"] == json::array());
  CHECK(json::parse(render_json(std::vector<Finding>{}))["findings"] == json::array());
}
