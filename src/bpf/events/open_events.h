// Loads and attaches the programs of socket_events.bpf.c or, where the kernel refuses those, of
// plain_socket_events.bpf.c. Written in C, like the skeletons that bpftool generates.
#pragma once

#include "bpf/events/event_records.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NETMON_EVENT_PROGRAMS = 12 };

// Descriptors, which the caller closes; -1 for none. Closing the link of a program detaches it, so
// nothing is left when the process ends, however it ends.
struct netmon_event_maps {
  int identities;
  int processes;
  int programs;
  int counts;
  int foreign;  // -1 where the kernel cannot walk over mappings
};
struct netmon_event_links {
  int programs[NETMON_EVENT_PROGRAMS];
};

// The maximum number of entries of the maps.
struct netmon_event_bounds {
  unsigned identities;
  unsigned processes;
};

// Loads the programs and attaches them to the control group that is open as `cgroup`. Returns 0, or
// a negative errno, in which case nothing is attached and no descriptor is open.
int netmon_attach_events(int cgroup, const struct netmon_event_settings* settings,
                         const struct netmon_event_bounds* bounds, struct netmon_event_maps* maps,
                         struct netmon_event_links* links);

// Finds the key after `key`, or the first one where that is null. All three functions return 0 or a
// negative errno, which is -ENOENT after the last key.
int netmon_next_key(int map, const void* key, void* next);
int netmon_look_up(int map, const void* key, void* value);
int netmon_remove(int map, const void* key);

#ifdef __cplusplus
}
#endif
