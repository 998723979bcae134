#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;
using nlohmann::json;

TEST_CASE("the JSON of a snapshot says what each process runs and may do") {
  const json parsed = json::parse(render_json(fixture::snapshot(), {}));
  const json& sshd = parsed["sockets"][0]["owners"][0]["process"];
  CHECK(sshd["exe_protected"] == true);
  CHECK(sshd["exe_changed_at"] == "2025-11-30T12:00:00.000Z");
  CHECK(sshd["interpreter"] == false);
  CHECK(sshd["script"].is_null());
  CHECK(sshd["code"]["exe_mapped"] == true);
  CHECK(sshd["credentials"] == json{{"real_uid", 0},
                                    {"saved_uid", 0},
                                    {"groups", {0}},
                                    {"capabilities", "1ffffffffff"},
                                    {"own_user_namespace", false}});
  const json& hostile = parsed["sockets"][10]["owners"][0]["process"];
  const std::string& text = fixture::hostile_texts()[0];
  CHECK(hostile["exe_elsewhere"] == true);
  CHECK(hostile["interpreter"] == true);
  CHECK(hostile["script"]["name"] == "/srv/" + text);
  CHECK(hostile["code"]["exe_mapped"] == false);
  CHECK(hostile["code"]["anonymous"] == true);
  CHECK(hostile["code"]["foreign"] ==
        json{{{"path", "/dev/shm/" + text}, {"deleted", true}, {"sha256", nullptr}}});
  CHECK(hostile["code"]["loader"] == json{{{"name", "LD_PRELOAD"}, {"value", "/dev/shm/" + text}}});
  CHECK(parsed["sockets"][10]["port_choice"] == "kernel");
  CHECK(parsed["namespaces"][1]["cookie"] == "1002");
  CHECK(parsed["namespaces"][2]["cookie"].is_null());
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

TEST_CASE("the JSON of a span says when each socket was seen, and of what views disagreed") {
  Snapshot snapshot = fixture::snapshot();
  CHECK(json::parse(render_json(snapshot, {}))["sockets"][0]["sighting"].is_null());
  CHECK(json::parse(render_json(snapshot, {}))["hidden"] == json::array());
  snapshot.sightings.resize(snapshot.sockets.size());
  snapshot.sightings[1] = {snapshot.info.started_at, snapshot.info.finished_at, 7};
  snapshot.sockets[1].port_choice = PortChoice::program;
  snapshot.processes[1].exe_sha256 = std::string(64, 'a');
  HiddenSocket hidden;
  hidden.local = snapshot.sockets[0].local;
  hidden.process = 1;
  snapshot.hidden = {hidden};
  const json parsed = json::parse(render_json(snapshot, {}));
  CHECK(parsed["sockets"][1]["sighting"] == json{{"first_seen", "2026-03-02T19:45:00.123Z"},
                                                 {"last_seen", "2026-03-02T19:45:00.373Z"},
                                                 {"samples", 7},
                                                 {"events", 0},
                                                 {"source", "sample"}});
  CHECK(parsed["sockets"][1]["port_choice"] == "program");
  CHECK(parsed["sockets"][0]["port_choice"].is_null());
  CHECK(parsed["sockets"][1]["owners"][0]["process"]["exe_sha256"] == std::string(64, 'a'));
  CHECK(parsed["hidden"][0]["local"] == json{{"address", "0.0.0.0"}, {"port", 22}});
  CHECK(parsed["hidden"][0]["process"]["name"] == "sshd");
  CHECK(parsed["hidden"][0]["seen_in"] == "netlink");
  CHECK(parsed["hidden"][0]["missing_from"] == "proc");
}

TEST_CASE("a chain of parents that is a ring ends") {
  Snapshot snapshot = fixture::snapshot();
  snapshot.processes[0].parent = 1;
  const json parsed = json::parse(render_json(snapshot, {}));
  CHECK(parsed["sockets"][0]["owners"][0]["process"]["ancestors"].size() == 64);
}
