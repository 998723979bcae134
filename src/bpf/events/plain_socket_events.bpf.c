// A variant of socket_events.bpf.c for kernels before Linux 6.7, which cannot walk over mappings.
// The events are the same, but the code that an ended process had mapped is not known.
#define NETMON_WITHOUT_CODE

#include "bpf/events/socket_events.bpf.c"
