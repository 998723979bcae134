// What sockets did within a window, as the kernel counted it: what the BPF layer finds and the
// union of samples takes in.
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

// Bounds of what a window keeps. Memory follows what is distinct, about 250 bytes each, and not the
// number of events.
inline constexpr std::uint32_t kMaxEventIdentities = 131'072;
inline constexpr std::uint32_t kMaxEventProcesses = 65'536;
// For one executable, however many processes run it: what one program does a great deal of hides
// nothing that another does. For one listener, of those that it accepted.
inline constexpr std::uint64_t kMaxIdentitiesPerProgram = 16'384;

struct EventBounds {
  std::uint32_t identities = kMaxEventIdentities;
  std::uint32_t processes = kMaxEventProcesses;
  std::uint64_t identities_per_program = kMaxIdentitiesPerProgram;
};

// A file that a process had mapped as code, and that is not root's alone to write.
struct EventCodeFile {
  std::string path;
  bool deleted = false;
  FileVersion version;  // without its birth

  bool operator==(const EventCodeFile&) const = default;
};

// What was read of a process in its own context, at its first event.
struct EventProcessOwn {
  std::optional<std::string> arguments;  // as in /proc/PID/cmdline, perhaps cut
  // Variables of its environment, each with its NUL; absent where it could not be looked through.
  std::optional<std::string> loader;
  std::string folder;                // its working directory
  std::string cgroup;                // of the version 2 hierarchy: "/system.slice/cron.service"
  FileVersion root;                  // device and inode alone
  std::vector<FileVersion> scripts;  // the same, of what it held by the descriptors of scripts
  std::uint32_t user_namespace = 0;  // inode on nsfs

  bool operator==(const EventProcessOwn&) const = default;
};

// A process as it was at its first event, or an ancestor of one. Its name, executable, user, rights
// and start are the kernel's.
struct EventProcess {
  Process process;                     // `parent` is an index into EventWindow::processes
  FileVersion executable;              // without its birth; all zero where the process has none
  std::uint32_t mount_namespace = 0;   // inode on nsfs
  std::optional<EventProcessOwn> own;  // absent for one that is an ancestor alone
  // Absent where its mappings could not be looked through.
  std::optional<std::vector<EventCodeFile>> code_files;

  bool operator==(const EventProcess&) const = default;
};

// The same thing, done `count` times by one process at one place.
struct SocketEvent {
  EventKind kind = EventKind::listen;
  std::uint64_t netns_cookie = 0;
  std::uint64_t netns_id = 0;  // inode on nsfs
  Protocol protocol = Protocol::tcp;
  Endpoint local;                   // the port is that of the first time, where the kernel chose it
  Endpoint remote;                  // of an accepted connection or a reply: the address alone
  std::uint16_t link_protocol = 0;  // of a raw socket: its IP protocol
  std::optional<PortChoice> port_choice;
  bool reply = false;                    // sent to whom the socket had received from
  bool by_kernel = false;                // no process did it
  std::optional<std::uint32_t> process;  // absent for `accept` too: it belongs to the listener's
  std::uint64_t cookie = 0;              // of the socket that did it first
  Timestamp first_seen{};
  Timestamp last_seen{};
  std::uint64_t count = 0;

  bool operator==(const SocketEvent&) const = default;
};

// What netmon did itself within the window, in a network namespace of its own.
struct EventCanary {
  std::uint64_t netns_cookie = 0;
  std::uint64_t netns_id = 0;
  std::map<EventKind, std::uint64_t> done;  // how often
};

// ActiveOpens and PassiveOpens of a network namespace.
struct OpenCounters {
  std::uint64_t active = 0;
  std::uint64_t passive = 0;

  bool operator==(const OpenCounters&) const = default;
};

// The counters of each namespace by its inode, at the four edges of a window.
struct CounterReadings {
  using ByNamespace = std::map<std::uint64_t, OpenCounters>;
  ByNamespace before_attaching;
  ByNamespace attached;
  ByNamespace before_detaching;
  ByNamespace detached;
};

// All that was seen between attaching and detaching, and what must have been.
struct EventWindow {
  std::vector<EventProcess> processes;
  std::vector<SocketEvent> events;
  std::vector<EventCount> counts;
  std::vector<EventCanary> canaries;
  std::string no_canary;  // why canaries are missing; "" where all were made
  CounterReadings readings;
};

}  // namespace netmon
