// Decodes the maps of the programs that watch events. Input: the number of entries of each map,
// then their bytes; what is missing is zero. The buffer for names of a process is larger than any
// input, so only its first bytes and its lengths come from the input.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

#include "bpf/events/decode_events.h"
#include "netmon/core/events/span_events.h"
#include "netmon/core/values/error.h"
#include "support/check.h"
#include "support/text_checks.h"

namespace netmon {
namespace {

using fuzz::require;

class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  template <typename Value>
  Value take(std::size_t most = sizeof(Value)) {
    Value value{};
    const std::size_t count = std::min({most, sizeof value, rest_.size()});
    std::memcpy(&value, rest_.data(), count);
    rest_ = rest_.subspan(count);
    return value;
  }

  template <typename Entry>
  std::vector<Entry> take_all(std::size_t bytes_of_each = sizeof(Entry)) {
    constexpr unsigned kMaxEntries = 8;
    std::vector<Entry> entries(take<std::uint8_t>() % kMaxEntries);
    for (Entry& entry : entries) entry = take<Entry>(bytes_of_each);
    return entries;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

netmon_names take_names(Bytes& bytes) {
  netmon_names names{};
  names.bytes = bytes.take<std::uint16_t>();
  const auto text = bytes.take<std::array<char, 8>>();
  std::ranges::copy(text, names.text);
  return names;
}

ProcessEntry take_process(Bytes& bytes) {
  ProcessEntry entry{};
  entry.key = bytes.take<netmon_process_key>();
  entry.value.parent = bytes.take<netmon_process_key>();
  entry.value.pid = bytes.take<std::uint8_t>();
  entry.value.exe = bytes.take<netmon_file>(offsetof(netmon_file, path));
  entry.value.exe.path = take_names(bytes);
  std::ranges::copy(bytes.take<std::array<char, 16>>(), entry.value.comm);
  entry.value.own = bytes.take<netmon_process_own>(48);
  entry.value.own.arguments_bytes = bytes.take<std::uint16_t>();
  entry.value.own.loader_bytes = bytes.take<std::uint16_t>();
  entry.value.own.folder = take_names(bytes);
  entry.value.own.cgroup = take_names(bytes);
  entry.value.code = bytes.take<netmon_process_code>();
  return entry;
}

EventMaps maps_of(Bytes bytes) {
  EventMaps maps;
  maps.processes.resize(bytes.take<std::uint8_t>() % 8);
  for (ProcessEntry& entry : maps.processes) entry = take_process(bytes);
  maps.events = bytes.take_all<EventEntry>();
  maps.foreign = bytes.take_all<ForeignEntry>(sizeof(netmon_foreign_key) + 64);
  maps.counts.resize(NETMON_EVENT_KINDS);
  for (netmon_event_count& count : maps.counts) {
    for (std::uint64_t* part :
         {&count.seen, &count.stored, &count.outside, &count.dropped_program, &count.dropped_all}) {
      *part = bytes.take<std::uint8_t>();
    }
  }
  return maps;
}

void check_window(const EventWindow& window) {
  for (const EventProcess& seen : window.processes) {
    require(!seen.process.parent || *seen.process.parent < window.processes.size(),
            "a parent is among the processes");
    for (const std::string& text : {seen.process.comm, seen.process.exe.value_or("")}) {
      require(fuzz::is_utf8(text), "a name is UTF-8");
    }
  }
  for (const SocketEvent& event : window.events) {
    require(!event.process || *event.process < window.processes.size(), "a process is there");
    require(event.first_seen <= event.last_seen, "the first time is not behind the last one");
  }
}

bool balanced(const EventWindow& window) {
  std::uint64_t stored = 0, kept = 0;
  for (const EventCount& count : window.counts) {
    stored += count.stored;
    if (count.seen != count.stored + count.outside + count.dropped_program + count.dropped_all ||
        count.dropped_program + count.dropped_all > 0) {
      return false;
    }
  }
  for (const SocketEvent& event : window.events) kept += event.count;
  return stored == kept;
}

void check(const EventMaps& maps) {
  EventWindow window;
  if (!fuzz::accepted<Error>([&] { window = decode_events(maps, {}); })) return;
  check_window(window);
  Snapshot span;
  span.info.span = Span{};
  add_events(span, window);
  require(!inconsistency_of(span), "a span with events is a snapshot");
  const bool told = std::ranges::any_of(
      span.gaps, [](const Gap& gap) { return gap.code == GapCode::events_lost; });
  require(told || balanced(window), "an account that is not in balance is told");
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  netmon::check(netmon::maps_of(netmon::Bytes(std::span(data, size))));
  return 0;
}
