// socket_events.bpf.c for a kernel that cannot walk over mappings, before Linux 6.7: the events are
// the same, and what code processes had mapped that have ended is not known.
#define NETMON_WITHOUT_CODE

#include "bpf/events/socket_events.bpf.c"
