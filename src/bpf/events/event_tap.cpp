// Compiled where clang, bpftool and libbpf's headers are available; otherwise without_bpf.cpp is.
#include "netmon/bpf/event_tap.h"

#include <fcntl.h>
#include <linux/membarrier.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "bpf/events/decode_events.h"
#include "bpf/events/open_events.h"
#include "netmon/bpf/bpf.h"
#include "netmon/core/values/error.h"
#include "netmon/posix/fd.h"

namespace netmon {
namespace {

// This is PROC_CGROUP_INIT_INO of include/linux/proc_ns.h.
constexpr ino_t kInitialCgroupNamespace = 0xEFFFFFFB;

ino_t namespace_inode(const char* path) {
  struct stat status {};
  return ::stat(path, &status) == 0 ? status.st_ino : 0;
}

// Decodes a mount point of proc_pid_mountinfo(5), in which blanks have octal escapes.
std::string unescaped(const std::string& text) {
  std::string plain;
  constexpr std::size_t kEscapeBytes = 4;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + kEscapeBytes <= text.size()) {
      const auto digit = [&](std::size_t at) { return static_cast<unsigned>(text[i + at] - '0'); };
      plain += static_cast<char>(digit(1) << 6U | digit(2) << 3U | digit(3));
      i += kEscapeBytes - 1;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// Opens the root of the version 2 hierarchy, which has every process in it even where all
// controllers are of version 1. Throws Error where netmon sees only a part of the hierarchy.
Fd open_hierarchy() {
  if (namespace_inode("/proc/self/ns/cgroup") != kInitialCgroupNamespace) {
    throw Error("events",
                "netmon is in a control group namespace and sees only a part of the hierarchy");
  }
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" - cgroup2 ") == std::string::npos) continue;
    std::istringstream fields(line);
    std::string id, parent, device, root, point;
    fields >> id >> parent >> device >> root >> point;
    if (root != "/") continue;
    Fd folder(::open(unescaped(point).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder) return folder;
  }
  throw Error("events", "the version 2 control group hierarchy is not mounted");
}

netmon_event_settings settings_of(const EventBounds& bounds) {
  return {.pid_namespace = namespace_inode("/proc/self/ns/pid"),
          .identities_per_program = bounds.identities_per_program};
}

std::chrono::nanoseconds clock_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::size_t possible_processors() {
  std::ifstream file("/sys/devices/system/cpu/possible");
  std::string text;
  std::getline(file, text);
  const std::size_t last = text.find_last_of(",-");
  const std::string number = last == std::string::npos ? text : text.substr(last + 1);
  if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) {
    throw Error("events", "/sys/devices/system/cpu/possible cannot be read");
  }
  return std::stoul(number) + 1;
}

template <typename Entry>
std::vector<Entry> read_map(int map) {
  std::vector<Entry> entries;
  Entry entry{};
  int error = netmon_next_key(map, nullptr, &entry.key);
  for (; error == 0; error = netmon_next_key(map, &entry.key, &entry.key)) {
    const int missing = netmon_look_up(map, &entry.key, &entry.value);
    if (missing < 0) throw SystemError("events", -missing);
    entries.push_back(entry);
  }
  if (error != -ENOENT) throw SystemError("events", -error);
  return entries;
}

std::vector<netmon_event_count> read_counts(int map) {
  const std::size_t processors = possible_processors();
  std::vector<netmon_event_count> counts(processors * NETMON_EVENT_KINDS);
  for (std::uint32_t kind = 0; kind < NETMON_EVENT_KINDS; ++kind) {
    const int error = netmon_look_up(map, &kind, &counts[kind * processors]);
    if (error < 0) throw SystemError("events", -error);
  }
  return counts;
}

std::chrono::nanoseconds time_of_boot() {
  return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
}

template <typename Entry>
void remove_entries(int map, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    const int error = netmon_remove(map, &entry.key);
    if (error < 0 && error != -ENOENT) throw SystemError("events", -error);
  }
}

// Appends the entries whose keys are not there yet.
template <typename Entry>
void add_unknown(std::vector<Entry>& into, const std::vector<Entry>& more) {
  const auto bytes = [](const Entry& entry) {
    return std::string(reinterpret_cast<const char*>(&entry.key), sizeof entry.key);
  };
  std::set<std::string> known;
  for (const Entry& entry : into) known.insert(bytes(entry));
  for (const Entry& entry : more) {
    if (known.insert(bytes(entry)).second) into.push_back(entry);
  }
}

// The counts of a window with these events, as if there were one processor. The stored events are
// counted from `events`; the dropped ones are those that were counted since `before`.
std::vector<netmon_event_count> account_of(const std::vector<EventEntry>& events,
                                           const std::vector<netmon_event_count>& before,
                                           const std::vector<netmon_event_count>& now) {
  std::vector<netmon_event_count> account(NETMON_EVENT_KINDS);
  for (const EventEntry& event : events) {
    if (event.key.kind < NETMON_EVENT_KINDS) account[event.key.kind].stored += event.value.count;
  }
  const std::size_t processors = now.size() / NETMON_EVENT_KINDS;
  for (std::size_t i = 0; i < now.size(); ++i) {
    netmon_event_count& count = account[i / processors];
    count.dropped_program += now[i].dropped_program - before[i].dropped_program;
    count.dropped_all += now[i].dropped_all - before[i].dropped_all;
  }
  for (netmon_event_count& count : account) {
    count.seen = count.stored + count.dropped_program + count.dropped_all;
  }
  return account;
}

// An entry of the map of programs, whose values have no meaning outside the kernel.
struct ProgramEntry {
  std::array<std::uint64_t, 2> key;
  std::uint64_t value;
};

}  // namespace

struct EventTap::Impl {
  Fd identities, processes, programs, counts, foreign;
  std::vector<Fd> links;
  // What take() read last. An event can come after the events were read but before the processes
  // were: the next take() then has the event, but its process is described here alone.
  EventMaps taken;

  [[nodiscard]] EventMaps read() const;
};

EventMaps EventTap::Impl::read() const {
  EventMaps maps{.events = read_map<EventEntry>(identities.get()),
                 .processes = read_map<ProcessEntry>(processes.get()),
                 .foreign = {},
                 .counts = read_counts(counts.get())};
  if (foreign) maps.foreign = read_map<ForeignEntry>(foreign.get());
  return maps;
}

EventTap::EventTap(const EventBounds& bounds) : impl_(std::make_unique<Impl>()) {
  if (const std::string reason = why_no_bpf(); !reason.empty()) throw Error("events", reason);
  const Fd hierarchy = open_hierarchy();
  const netmon_event_settings settings = settings_of(bounds);
  const netmon_event_bounds sizes{bounds.identities, bounds.processes};
  netmon_event_maps maps;
  netmon_event_links links;
  const int error = netmon_attach_events(hierarchy.get(), &settings, &sizes, &maps, &links);
  if (error < 0) throw SystemError("events", -error);
  impl_->identities = Fd(maps.identities);
  impl_->processes = Fd(maps.processes);
  impl_->programs = Fd(maps.programs);
  impl_->counts = Fd(maps.counts);
  impl_->foreign = Fd(maps.foreign);
  for (const int link : links.programs) impl_->links.emplace_back(link);
}

EventTap::EventTap(EventTap&&) noexcept = default;
EventTap& EventTap::operator=(EventTap&&) noexcept = default;
EventTap::~EventTap() = default;

EventWindow EventTap::finish() && {
  impl_->links.clear();
  // Waits for programs that still run on other processors, because their events would otherwise be
  // neither stored nor counted. The kernel runs programs within RCU read sections, which this waits
  // for.
  ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
  return decode_events(impl_->read(), time_of_boot());
}

EventWindow EventTap::take() {
  EventMaps maps = impl_->read();
  remove_entries(impl_->identities.get(), maps.events);
  remove_entries(impl_->processes.get(), maps.processes);
  remove_entries(impl_->programs.get(), read_map<ProgramEntry>(impl_->programs.get()));
  if (impl_->foreign) remove_entries(impl_->foreign.get(), maps.foreign);
  const EventMaps before = std::exchange(impl_->taken, maps);
  add_unknown(maps.processes, before.processes);
  add_unknown(maps.foreign, before.foreign);
  std::vector<netmon_event_count> counted = before.counts;
  counted.resize(maps.counts.size());
  maps.counts = account_of(maps.events, counted, maps.counts);
  return decode_events(maps, time_of_boot());
}

std::string why_no_events() {
  try {
    const EventTap probe;
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace netmon
