#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "netmon/report/report.h"
#include "report/csv_reader.h"
#include "report/fixtures.h"

using namespace netmon;

namespace {

bool is_listener(const Snapshot& /*snapshot*/, const Socket& /*socket*/, std::optional<Role> role) {
  return role == Role::listener;
}

bool never(const Snapshot& /*snapshot*/, const Socket& /*socket*/, std::optional<Role> /*role*/) {
  return false;
}

}  // namespace

TEST_CASE("a filter takes rows out of every format, and each says that it did") {
  const Snapshot snapshot = fixture::snapshot();
  CHECK(read_csv(render_csv(snapshot, is_listener)).size() == 14);
  const auto parsed = nlohmann::json::parse(render_json(snapshot, is_listener));
  CHECK(parsed["sockets"].size() == 13);
  CHECK(parsed["shown_count"] == 13);
  CHECK(parsed["socket_count"] == 20);
  const std::string table = render_table(snapshot, is_listener, {});
  CHECK(table.find("13 of 20 sockets") != std::string::npos);
  CHECK(table.find("outbound") == std::string::npos);
}

TEST_CASE("a forward is a row of a snapshot's CSV, and has as many cells as a socket") {
  Snapshot snapshot = fixture::snapshot();
  snapshot.forwards.push_back({.netns = 0,
                               .address = parse_ip_address("::").value(),
                               .ports = {8080, 8081},
                               .device = "eth0",
                               .target = "[fd00::5]:80"});
  const auto rows = read_csv(render_csv(snapshot, {}));
  CHECK(rows.back().size() == rows.front().size());
  CHECK(rows.back()[2] == "[::]:8080-8081");
  CHECK(rows.back()[3] == "[fd00::5]:80");
  CHECK(rows.back()[7] == "forward");
  CHECK(rows.back()[19] == "eth0");
  CHECK(rows.front()[19] == "Device");
}

TEST_CASE("each other fact about reach is a row of a snapshot's CSV too") {
  Snapshot snapshot = fixture::snapshot();
  snapshot.reach.push_back({0, ReachKind::rule, "inet filter input", "tcp dport 22 accept"});
  snapshot.reach.push_back({0, ReachKind::program, "xdp eth0", "=cmd 0123456789abcdef"});
  const auto rows = read_csv(render_csv(snapshot, {}));
  const auto& rule = rows[rows.size() - 2];
  CHECK(rule.size() == rows.front().size());
  CHECK(rule[2] == "inet filter input");
  CHECK(rule[3] == "tcp dport 22 accept");
  CHECK(rule[6] == "rule");
  CHECK(rule[7] == "network");
  CHECK(rule[8] == "host");
  CHECK(rows.back()[3] == "'=cmd 0123456789abcdef");
}

TEST_CASE("a filter that takes nothing leaves the summary and the gaps") {
  const std::string table = render_table(fixture::snapshot(), never, {});
  CHECK(table.find("0 of 20 sockets") != std::string::npos);
  CHECK(table.find("not seen: 1 socket") != std::string::npos);
  CHECK(table.find("ROLE") == std::string::npos);
}

TEST_CASE("the table of a snapshot shows listeners, then outbound, raw, inbound and clients") {
  const std::string table = render_table(fixture::snapshot(), {}, {});
  const auto listener = table.rfind("\nlistener");
  const auto outbound = table.find("\noutbound");
  const auto raw = table.find("\nraw");
  const auto inbound = table.find("\ninbound");
  const auto client = table.find("\nclient");
  CHECK(listener < outbound);
  CHECK(outbound < raw);
  CHECK(raw < inbound);
  CHECK(inbound < client);
  const auto none = table.find("\n-  ");
  CHECK(client < none);
  CHECK(none != std::string::npos);
}

TEST_CASE("a connection in an accept queue names who listens there") {
  Snapshot snapshot;
  snapshot.namespaces.emplace_back();
  snapshot.processes.push_back({.pid = 7, .start_ticks = 1, .name = "nginx"});
  snapshot.owners.push_back({.process = 0, .thread = 0, .fd = 3});
  const IpAddress any = parse_ip_address("0.0.0.0").value();
  const IpAddress own = parse_ip_address("10.0.0.5").value();
  snapshot.sockets.push_back({.state = State::listen,
                              .owner_state = OwnerState::held,
                              .local = {any, 80},
                              .owner_count = 1});
  snapshot.sockets.push_back({.state = State::established,
                              .owner_state = OwnerState::pending_accept,
                              .local = {own, 80},
                              .remote = {parse_ip_address("10.0.0.9").value(), 40000}});
  CHECK(render_table(snapshot, {}, {}).find("(pending-accept of nginx)") != std::string::npos);
  const auto parsed = nlohmann::json::parse(render_json(snapshot, {}));
  CHECK(parsed["sockets"][0]["listener"].is_null());
  CHECK(parsed["sockets"][1]["listener"] == nlohmann::json{{"name", "nginx"}, {"pid", 7}});
}

TEST_CASE("a table says what a span was and which sockets are hidden") {
  Snapshot snapshot = fixture::snapshot();
  snapshot.info.span = Span{.every = std::chrono::seconds{1}, .samples = 7};
  snapshot.hidden.push_back(
      {.state = State::listen, .local = {parse_ip_address("0.0.0.0").value(), 31337}});
  const std::string table = render_table(snapshot, {}, {});
  CHECK(table.find("7 samples, one every") != std::string::npos);
  CHECK(table.find("hidden socket: tcp 0.0.0.0:31337, seen in netlink, missing from proc") !=
        std::string::npos);
}

TEST_CASE("the scope has a column only where not all is the host's") {
  Snapshot snapshot = fixture::snapshot();
  CHECK(render_table(snapshot, {}, {80}).find("SCOPE") != std::string::npos);
  for (auto& netns : snapshot.namespaces) netns.scope = {};
  CHECK(render_table(snapshot, {}, {80}).find("SCOPE") == std::string::npos);
}
