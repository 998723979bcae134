// Decodes what the programs of socket_events.bpf.c left in their maps (event_records.h) into
// values. Pure: no system call.
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
  // For each kind, one after the other, a count for each processor.
  std::vector<netmon_event_count> counts;
};

// `boot` is the time from which the kernel counts, since the Unix epoch. Throws Error for anything
// that the programs do not write, because nothing of the window can be trusted then. An event whose
// process is not in the map of processes has none.
EventWindow decode_events(const EventMaps& maps, std::chrono::nanoseconds boot);

}  // namespace netmon
