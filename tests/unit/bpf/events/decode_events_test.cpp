#include "bpf/events/decode_events.h"

#include <doctest/doctest.h>
#include <netinet/in.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

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

template <std::size_t kRoom>
void fill(char (&room)[kRoom],  // NOLINT(modernize-avoid-c-arrays): the records have arrays
          std::uint32_t& bytes, std::string_view text) {
  std::memcpy(room, text.data(), text.size());
  bytes = static_cast<std::uint32_t>(text.size());
}

netmon::ProcessEntry process(const netmon_process_key& key, std::uint32_t pid,
                             std::string_view comm, std::string_view path) {
  netmon::ProcessEntry entry{};
  entry.key = key;
  entry.value.pid = pid;
  entry.value.uid = 1000;
  entry.value.exe.inode = 77;
  entry.value.exe.device = 8U << 20U | 1U;
  entry.value.exe.changed_s = 5;
  std::memcpy(entry.value.comm, comm.data(), comm.size());
  fill(entry.value.exe.path.text, entry.value.exe.path.bytes, path);
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
  constexpr std::array<std::uint8_t, 4> kRemote{192, 0, 2, 7};
  std::memcpy(entry.key.remote_address, kRemote.data(), kRemote.size());
  entry.value.first_ns = 20'000'000'000;
  entry.value.last_ns = 21'000'000'000;
  entry.value.count = 3;
  entry.value.local_port = 40'000;
  maps.events = {entry};
  maps.counts.resize(std::size_t{2} * NETMON_EVENT_KINDS);
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
    maps.processes[0].value.exe.path.bytes = NETMON_PATH_BYTES + 1;
  }
  SUBCASE("a name of a path without an end") { maps.processes[0].value.exe.path.bytes = 2; }
  SUBCASE("a name without a NUL") {
    std::memset(maps.processes[0].value.comm, 'x', sizeof maps.processes[0].value.comm);
  }
  SUBCASE("a change time") { maps.processes[0].value.exe.changed_s = INT64_MAX; }
  SUBCASE("a time") { maps.events[0].value.first_ns = UINT64_MAX; }
  SUBCASE("a part of an account") { maps.counts.pop_back(); }
  CHECK_THROWS_AS(decoded(maps), netmon::Error);
}

TEST_CASE("a process is described by what it alone could be asked") {
  using namespace std::string_view_literals;
  EventMaps maps = connections();
  netmon_process_own& own = maps.processes[0].value.own;
  own.known = own.arguments_read = own.loader_read = 1;
  own.real_uid = 7;
  own.group = 30;
  own.group_count = 2;
  own.groups[0] = 30;
  own.groups[1] = 4;
  own.capabilities = 0x400;
  fill(own.arguments, own.arguments_bytes, "curl\0-v\0"sv);
  fill(own.loader, own.loader_bytes, "LD_AUDIT=x\0"sv);
  fill(own.folder.text, own.folder.bytes, "log\0var\0"sv);
  fill(own.cgroup.text, own.cgroup.bytes, "cron.service\0system.slice\0"sv);
  own.scripts[5] = {.inode = 9, .device = 8U << 20U};
  SUBCASE("its own words") {
    const EventWindow window = decoded(maps);
    REQUIRE(window.processes[0].own);
    CHECK(!window.processes[1].own);
    CHECK(*window.processes[0].own->arguments == "curl\0-v\0"sv);
    CHECK(*window.processes[0].own->loader == "LD_AUDIT=x\0"sv);
    CHECK(window.processes[0].own->folder == "/var/log");
    CHECK(window.processes[0].own->cgroup == "/system.slice/cron.service");
    CHECK(window.processes[0].own->scripts.size() == 1);
    const netmon::Credentials& rights = window.processes[0].process.credentials.value();
    CHECK(rights.groups == std::vector<std::uint32_t>{4, 30});
    CHECK(rights.capabilities == 0x400);
    CHECK(rights.real_uid == 7);
  }
  SUBCASE("what could not be looked through is absent") {
    own.arguments_read = own.loader_read = 0;
    own.group_count = NETMON_GROUPS + 1;
    const EventWindow window = decoded(maps);
    CHECK(!window.processes[0].own->arguments);
    CHECK(!window.processes[0].own->loader);
    CHECK(!window.processes[0].process.credentials);
  }
  SUBCASE("bytes beyond their room") {
    SUBCASE("of arguments") { own.arguments_bytes = NETMON_ARGUMENT_BYTES + 1; }
    SUBCASE("of the environment") { own.loader_bytes = NETMON_LOADER_BYTES + 1; }
    SUBCASE("of a folder") { own.folder.bytes = NETMON_PATH_BYTES + 1; }
    CHECK_THROWS_AS(decoded(maps), netmon::Error);
  }
}

TEST_CASE("the code of a process is known where all of it was looked through") {
  using namespace std::string_view_literals;
  EventMaps maps = connections();
  netmon_process_code& code = maps.processes[0].value.code;
  code.begun = code.whole = code.exe_mapped = 1;
  code.foreign = 1;
  netmon::ForeignEntry file{};
  file.key.process = kCurl;
  file.value.inode = 5;
  fill(file.value.path.text, file.value.path.bytes, "x.so\0tmp\0"sv);
  maps.foreign = {file};
  SUBCASE("whole") {
    const auto files = decoded(maps).processes[0].code_files;
    REQUIRE(files);
    REQUIRE(files->size() == 1);
    CHECK(files->front().path == "/tmp/x.so");
    CHECK(files->front().version.inode == 5);
  }
  SUBCASE("in part") {
    SUBCASE("the walk did not end") { code.whole = 0; }
    SUBCASE("a file found no room") { code.cut = 1; }
    SUBCASE("a file is missing") { maps.foreign.clear(); }
    SUBCASE("the executable is not among it") { code.exe_mapped = 0; }
    SUBCASE("nothing is known") { code = {}; }
    CHECK(!decoded(maps).processes[0].code_files);
  }
}
