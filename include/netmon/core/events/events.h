// What sockets did within a window, as the kernel counted it. The BPF layer produces these values,
// and add_events() merges them into the union of samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/model/executable.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Bounds of what a window keeps. Memory grows with the number of distinct events, about 250 bytes
// each, and not with how often they happened.
inline constexpr std::uint32_t kMaxEventIdentities = 131'072;
inline constexpr std::uint32_t kMaxEventProcesses = 65'536;
// Bound for one executable, however many processes run it, so a program that does a great deal
// cannot hide what another one does. For accepted connections it is the bound for one listener.
inline constexpr std::uint64_t kMaxIdentitiesPerProgram = 16'384;

struct EventBounds {
  std::uint32_t identities = kMaxEventIdentities;
  std::uint32_t processes = kMaxEventProcesses;
  std::uint64_t identities_per_program = kMaxIdentitiesPerProgram;
};

// A file that a process had mapped as code, where others than root can write to it.
struct EventCodeFile {
  std::string path;
  bool deleted = false;
  FileVersion version;  // without the birth time

  bool operator==(const EventCodeFile&) const = default;
};

// What was read about a process in its own context, at its first event.
struct EventProcessOwn {
  std::optional<std::string> arguments;  // as in /proc/PID/cmdline, possibly cut
  // The variables of its environment that concern the loader, each with its NUL; absent where the
  // environment could not be searched.
  std::optional<std::string> loader;
  std::string folder;                // its working directory
  std::string cgroup;                // of the version 2 hierarchy: "/system.slice/cron.service"
  FileVersion root;                  // device and inode only
  std::vector<FileVersion> scripts;  // device and inode of files that may be its script
  std::uint32_t user_namespace = 0;  // inode on nsfs

  bool operator==(const EventProcessOwn&) const = default;
};

// A process as it was at its first event, or an ancestor of one. Its name, executable, user,
// privileges and start time come from the kernel.
struct EventProcess {
  Process process;                    // `parent` is an index into EventWindow::processes
  FileVersion executable;             // without the birth time; all zero where the process has none
  std::uint32_t mount_namespace = 0;  // inode on nsfs
  std::optional<EventProcessOwn> own;  // absent for a process that is only an ancestor
  // Absent where the mappings could not be searched.
  std::optional<std::vector<EventCodeFile>> code_files;

  bool operator==(const EventProcess&) const = default;
};

// An action that one process did `count` times at one place.
struct SocketEvent {
  EventKind kind = EventKind::listen;
  std::uint64_t netns_cookie = 0;
  std::uint64_t netns_id = 0;  // inode on nsfs
  Protocol protocol = Protocol::tcp;
  Endpoint local;                   // where the kernel chose the port, it is that of the first time
  Endpoint remote;                  // of an accepted connection or a reply: the address only
  std::uint16_t link_protocol = 0;  // of a raw socket: its IP protocol
  std::optional<PortChoice> port_choice;
  bool reply = false;                    // sent to a peer that the socket had received from
  bool by_kernel = false;                // done by no process
  std::optional<std::uint32_t> process;  // absent for `accept`: the listener's holders own it
  std::uint64_t cookie = 0;              // of the first socket that did it
  Timestamp first_seen{};
  Timestamp last_seen{};
  std::uint64_t count = 0;

  bool operator==(const SocketEvent&) const = default;
};

// What netmon itself did within the window, in a network namespace of its own.
struct EventCanary {
  std::uint64_t netns_cookie = 0;
  std::uint64_t netns_id = 0;
  std::map<EventKind, std::uint64_t> done;  // how often each was done
};

// ActiveOpens and PassiveOpens of a network namespace.
struct OpenCounters {
  std::uint64_t active = 0;
  std::uint64_t passive = 0;

  bool operator==(const OpenCounters&) const = default;
};

// The counters of each namespace, keyed by its inode on nsfs, at the four edges of a window.
struct CounterReadings {
  using ByNamespace = std::map<std::uint64_t, OpenCounters>;
  ByNamespace before_attaching;
  ByNamespace attached;
  ByNamespace before_detaching;
  ByNamespace detached;
};

// All that was seen between attaching and detaching, and the evidence of what must have been seen.
struct EventWindow {
  std::vector<EventProcess> processes;
  std::vector<SocketEvent> events;
  std::vector<EventCount> counts;
  std::vector<EventCanary> canaries;
  std::string no_canary;  // why canaries are missing; "" where all were made
  CounterReadings readings;
};

}  // namespace netmon
