#include "bpf/decode_events.h"

#include <doctest/doctest.h>
#include <netinet/in.h>

#include <cstring>
#include <string_view>

#include "netmon/core/values/error.h"

namespace {

using netmon::decode_events;
using netmon::EventKind;
using netmon::EventMaps;
using netmon::EventWindow;
using netmon::PortChoice;
using netmon::Protocol;

constexpr netmon_process_key kCurl{.start_ns = 12'349'999'999, .tgid = 900, .exec_id = 1};
constexpr netmon_process_key kShell{.start_ns = 11'000'000'000, .tgid = 800, .exec_id = 1};

netmon::ProcessEntry process(const netmon_process_key& key, std::uint32_t pid,
                             std::string_view comm, std::string_view path) {
  netmon::ProcessEntry entry{};
  entry.key = key;
  entry.value.pid = pid;
  entry.value.uid = 1000;
  entry.value.exe_inode = 77;
  entry.value.exe_device = 8U << 20U | 1U;
  entry.value.exe_changed_s = 5;
  std::memcpy(entry.value.comm, comm.data(), comm.size());
  std::memcpy(entry.value.path, path.data(), path.size());
  entry.value.path_bytes = static_cast<std::uint32_t>(path.size());
  return entry;
}

// Three connections of curl (pid 42), whose parent is sh (pid 41), to 192.0.2.7:443.
EventMaps connections() {
  using namespace std::string_view_literals;
  EventMaps maps;
  maps.processes = {process(kCurl, 42, "curl", "curl\0bin\0usr\0"sv),
                    process(kShell, 41, "sh", "dash\0bin\0usr\0"sv)};
  maps.processes[0].value.parent = kShell;
  netmon::EventEntry entry{};
  entry.key.process = kCurl;
  entry.key.netns = 4096;
  entry.key.kind = NETMON_EVENT_CONNECT;
  entry.key.family = AF_INET;
  entry.key.protocol = IPPROTO_TCP;
  entry.key.flags = NETMON_EVENT_PORT_CONNECTED;
  entry.key.remote_port = 443;
  const std::uint8_t remote[] = {192, 0, 2, 7};
  std::memcpy(entry.key.remote_address, remote, sizeof remote);
  entry.value.first_ns = 20'000'000'000;
  entry.value.last_ns = 21'000'000'000;
  entry.value.count = 3;
  entry.value.local_port = 40'000;
  maps.events = {entry};
  maps.counts.resize(NETMON_EVENT_KINDS * 2);
  netmon_event_count& count = maps.counts[NETMON_EVENT_CONNECT * 2 + 1];
  count.seen = 4;
  count.stored = 3;
  count.outside = 1;
  return maps;
}

EventWindow decoded(const EventMaps& maps) { return decode_events(maps, {}); }

}  // namespace

TEST_CASE("an event has its place, its process with parents, and how often it was") {
  const EventWindow window = decoded(connections());
  REQUIRE(window.events.size() == 1);
  const netmon::SocketEvent& event = window.events.front();
  CHECK(event.kind == EventKind::connect);
  CHECK(event.protocol == Protocol::tcp);
  CHECK(to_string(event.remote.address) == "192.0.2.7");
  CHECK(event.remote.port == 443);
  CHECK(event.local.port == 40'000);
  CHECK(event.port_choice == PortChoice::connect);
  CHECK(event.count == 3);
  REQUIRE(event.process);
  const netmon::Process& curl = window.processes[*event.process].process;
  CHECK(curl.exe == "/usr/bin/curl");
  CHECK(curl.pid == 42);
  CHECK(curl.start_ticks == 1234);
  REQUIRE(curl.parent);
  CHECK(window.processes[*curl.parent].process.comm == "sh");
}

TEST_CASE("the account of events is kept by kind and processor") {
  const EventWindow window = decoded(connections());
  REQUIRE(window.counts.size() == 1);
  CHECK(window.counts.front() ==
        netmon::EventCount{
            .kind = EventKind::connect, .processor = 1, .seen = 4, .stored = 3, .outside = 1});
}

TEST_CASE("an event whose process found no room has none") {
  EventMaps maps = connections();
  maps.processes.clear();
  CHECK_FALSE(decoded(maps).events.front().process);
}

TEST_CASE("what the programs do not write is refused") {
  EventMaps maps = connections();
  SUBCASE("a kind") { maps.events[0].key.kind = NETMON_EVENT_KINDS; }
  SUBCASE("a flag") { maps.events[0].key.flags = 128; }
  SUBCASE("a family") { maps.events[0].key.family = AF_UNIX; }
  SUBCASE("a path that is longer than its room") {
    maps.processes[0].value.path_bytes = NETMON_PATH_BYTES + 1;
  }
  SUBCASE("a name of a path without an end") { maps.processes[0].value.path_bytes = 2; }
  SUBCASE("a name without an end") {
    std::memset(maps.processes[0].value.comm, 'x', sizeof maps.processes[0].value.comm);
  }
  SUBCASE("a change time") { maps.processes[0].value.exe_changed_s = INT64_MAX; }
  SUBCASE("a time") { maps.events[0].value.first_ns = UINT64_MAX; }
  SUBCASE("a part of an account") { maps.counts.pop_back(); }
  CHECK_THROWS_AS(decoded(maps), netmon::Error);
}
