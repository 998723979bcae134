// The maps of socket_events.bpf.c, their bounds, and the kernel's constants that it needs.
//
// This header is a part of that one file: libbpf's headers and kernel_types.h are included before
// it.
#pragma once

#include "bpf/events/event_records.h"
#include "bpf/kernel_constants.h"

// These are from linux/bpf.h, except PF_KTHREAD, which is from linux/sched.h.
enum {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PERCPU_ARRAY = 6,
  BPF_MAP_TYPE_LRU_HASH = 9,
};
enum { PF_KTHREAD = 0x00200000 };
enum {
  BPF_SOCK_OPS_TCP_CONNECT_CB = 3,
  BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB = 5,
  BPF_SOCK_OPS_TCP_LISTEN_CB = 11
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1, BPF_F_NO_PREALLOC = 1 };
enum { ALLOW = 1 };

// Bounds of the maps. The reader overwrites the first two where an option asks for other ones.
enum {
  kMaxIdentities = 131072,
  kMaxProcesses = 65536,
  kMaxPrograms = 16384,
  kMaxPending = 16384,
  kMaxHeard = 131072,
  kMaxAncestors = 8,
  kMaxPidLevels = 33,  // MAX_PID_NS_LEVEL plus the initial namespace
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, kMaxIdentities);
  __type(key, struct netmon_event_key);
  __type(value, struct netmon_event_value);
} identities SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, kMaxProcesses);
  __type(key, struct netmon_process_key);
  __type(value, struct netmon_process_value);
} processes SEC(".maps");

// The number of identities of each program. A program is an executable here, so one that starts
// itself ten thousand times is bounded like a single process.
struct program_key {
  __u64 inode;
  __u64 device;
};
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, kMaxPrograms);
  __type(key, struct program_key);
  __type(value, __u64);
} programs SEC(".maps");

// Cookies of sockets whose program named a port, between "bind" and "post_bind".
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, kMaxPending);
  __type(key, __u64);
  __type(value, __u8);
} named_ports SEC(".maps");

// The addresses and ports from which a socket has received.
struct heard_key {
  __u64 cookie;
  __u8 address[16];
  __u64 port;
};
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, kMaxHeard);
  __type(key, struct heard_key);
  __type(value, __u8);
} heard SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, NETMON_EVENT_KINDS);
  __type(key, __u32);
  __type(value, struct netmon_event_count);
} counts SEC(".maps");

// The initial value of new entries of `processes`, at index 0, because it is too large for the
// stack.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct netmon_process_value);
} empty_process SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct netmon_event_settings);
} settings SEC(".maps");

static struct netmon_event_settings* read_settings(void) {
  __u32 first = 0;
  return bpf_map_lookup_elem(&settings, &first);
}

static struct netmon_event_count* count_of(__u32 kind) {
  return bpf_map_lookup_elem(&counts, &kind);
}

// Adds atomically, because a softirq on the same processor can interrupt the program.
static void add_one(uint64_t* counter) { __sync_fetch_and_add(counter, 1); }
