// What the programs of socket_events.bpf.c left in their maps (event_records.h) as values. Pure: no
// system call.
#pragma once

#include <chrono>
#include <vector>

#include "bpf/events/event_records.h"
#include "netmon/core/events/events.h"

namespace netmon {

struct EventEntry {
  netmon_event_key key;
  netmon_event_value value;
};

struct ProcessEntry {
  netmon_process_key key;
  netmon_process_value value;
};

struct ForeignEntry {
  netmon_foreign_key key;
  netmon_file value;
};

struct EventMaps {
  std::vector<EventEntry> events;
  std::vector<ProcessEntry> processes;
  std::vector<ForeignEntry> foreign;
  // A count for each processor of each kind, one kind after the other.
  std::vector<netmon_event_count> counts;
};

// `boot` is the point in time that the kernel counts from. Throws Error for anything that the
// programs do not write: nothing of the window can be trusted then. An event whose process is not
// among the processes keeps none.
EventWindow decode_events(const EventMaps& maps, std::chrono::nanoseconds boot);

}  // namespace netmon
