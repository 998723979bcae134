// The records that the programs of socket_events.bpf.c leave in their maps and the reader decodes.
// A map is the queue, without a ring buffer that could be full while the map has space, so one
// bound and one counter tell all that can be lost.
//
// For C and C++. Integers, ports included, are in host byte order; addresses are in network byte
// order.
#pragma once

#ifdef __cplusplus
#include <cstdint>
#else
#include <stdint.h>
#endif

// What a socket did. Each kind has one hook, so the counts by hook are counts by kind.
enum netmon_event_kind {
  NETMON_EVENT_LISTEN = 0,       // TCP: listen(2) succeeded
  NETMON_EVENT_CONNECT = 1,      // TCP: the first packet of a connection is about to leave
  NETMON_EVENT_ACCEPT = 2,       // TCP: a connection to a listener was established
  NETMON_EVENT_BIND = 3,         // UDP: bind(2) succeeded
  NETMON_EVENT_UDP_CONNECT = 4,  // UDP: connect(2) was called
  NETMON_EVENT_SEND = 5,         // UDP: an unconnected socket sent
  NETMON_EVENT_RAW = 6,          // a raw or ping socket was made
  NETMON_EVENT_KINDS = 7,
};

enum netmon_event_flags {
  NETMON_EVENT_PORT_BOUND = 1,      // the program named the local port
  NETMON_EVENT_PORT_CONNECTED = 2,  // connect(2) chose it
  NETMON_EVENT_REPLY = 4,           // a send to an address from which the socket had received
  NETMON_EVENT_KERNEL = 8,          // done by the kernel for itself
};

// NOLINTBEGIN(modernize-avoid-c-arrays): C writes them

// Identifies a process within a boot. A process that calls execve(2) becomes another one. All
// members are zero where no process is known: for an accepted connection, and for the kernel.
struct netmon_process_key {
  uint64_t start_ns;  // since boot
  uint32_t tgid;      // pid in the initial pid namespace
  uint32_t exec_id;   // the number of its calls of execve(2)
};

// The key by which events are counted: who did what, where. What changes with each connection is
// left out, such as the local port that connect(2) chose and the remote port of an accepted
// connection.
struct netmon_event_key {
  struct netmon_process_key process;
  uint64_t netns;  // cookie of the namespace
  uint8_t local_address[16];
  uint8_t remote_address[16];
  uint16_t local_port;
  uint16_t remote_port;
  uint8_t kind;
  uint8_t family;     // AF_INET or AF_INET6
  uint16_t protocol;  // IPPROTO_…
  uint8_t flags;
  uint8_t unused[7];
};

struct netmon_event_value {
  uint64_t first_ns;  // since boot
  uint64_t last_ns;
  uint64_t count;
  uint64_t cookie;  // cookie of the socket of the first event
  uint32_t netns_inode;
  uint16_t local_port;  // port of that socket, where the key has none
  uint16_t described;   // 1 where its process is completely described, so later events need not
};

enum {
  NETMON_PATH_BYTES = 1024,
  NETMON_PATH_LAST = 512,  // no name of a path begins after this offset
  NETMON_NAME_BYTES = 256,
  NETMON_GROUPS = 32,
  NETMON_ARGUMENT_BYTES = 1024,
  NETMON_LOADER_BYTES = 1024,
  NETMON_LOADER_LAST = 512,  // no variable begins after this offset
};

// The names of a path to a file or control group, from its own name to the root, each with its NUL.
struct netmon_names {
  uint32_t bytes;  // the number that is used
  char text[NETMON_PATH_BYTES];
};

// A file, with what tells one version of its content from another.
struct netmon_file {
  uint64_t inode;
  uint64_t bytes;
  int64_t changed_s;
  uint32_t changed_ns;
  uint32_t device;  // as in the kernel: 12 bits of major number, 20 of minor number
  uint8_t deleted;
  uint8_t unused[3];
  struct netmon_names path;
};

// The number of descriptors under which interpreters keep their script open.
enum { NETMON_SCRIPT_DESCRIPTORS = 6 };
struct netmon_held {
  uint64_t inode;  // 0 for none
  uint64_t device;
};

// What can be read only in the context of the process itself: its own memory, and what is read with
// it.
struct netmon_process_own {
  uint8_t known;           // 1 where this structure was filled
  uint8_t arguments_read;  // 1 where the arguments were read, as far as they fit
  uint8_t loader_read;     // 1 where the environment was read to its end
  uint8_t unused;
  uint32_t real_uid;
  uint32_t saved_uid;
  uint32_t group;
  uint32_t groups[NETMON_GROUPS];
  uint32_t group_count;  // can be larger than NETMON_GROUPS; `groups` is then not filled
  uint32_t user_namespace;
  uint64_t capabilities;  // permitted
  struct netmon_held root;
  struct netmon_held scripts[NETMON_SCRIPT_DESCRIPTORS];  // 3, 4, 5, 6, 10, 255
  uint32_t arguments_bytes;
  uint32_t loader_bytes;
  struct netmon_names folder;  // the working directory
  struct netmon_names cgroup;
  char arguments[NETMON_ARGUMENT_BYTES];  // as in /proc/PID/cmdline
  // Variables of its environment, each with its NUL, whose names have the same beginning as one
  // that makes a loader or an interpreter load other code.
  char loader[NETMON_LOADER_BYTES];
};

// What a process had mapped as code at its first event. All members are zero where the kernel
// cannot walk over mappings.
struct netmon_process_code {
  uint32_t begun;  // 1 once a walk over the mappings has begun
  uint8_t whole;   // 1 where that walk came to its end
  uint8_t cut;     // 1 where some foreign files did not fit
  uint8_t exe_mapped;
  uint8_t unused;
  uint32_t foreign;  // the number of files that not only root can write to
};

// A process as it was at its first event.
struct netmon_process_value {
  struct netmon_process_key parent;  // all zero where that is outside netmon's pid namespace
  uint32_t pid;                      // in netmon's pid namespace
  uint32_t own_pid;                  // in its own pid namespace
  uint32_t uid;                      // effective, in the initial user namespace
  uint32_t mount_namespace;
  char comm[16];  // comm of the thread-group leader, ends with NUL
  struct netmon_file exe;
  struct netmon_process_own own;
  struct netmon_process_code code;
};

// The key of a foreign file of a process. Its numbers count from 0.
struct netmon_foreign_key {
  struct netmon_process_key process;
  uint64_t number;
};

// Settings that the reader writes before the programs are attached.
struct netmon_event_settings {
  uint64_t pid_namespace;  // inode of netmon's pid namespace
  uint64_t identities_per_program;
};

// Counts of events, one structure for each kind and processor.
struct netmon_event_count {
  uint64_t seen;  // the sum of the counts below
  uint64_t stored;
  uint64_t outside;          // not kept: done by a process outside netmon's pid namespace
  uint64_t dropped_program;  // not kept: its program had the maximum number of identities
  uint64_t dropped_all;      // not kept: the map was full, or there was no memory
};

// NOLINTEND(modernize-avoid-c-arrays)

#ifdef __cplusplus
static_assert(sizeof(netmon_event_key) == 72, "no padding: the kernel hashes every byte");
static_assert(sizeof(netmon_event_value) == 40);
#else
_Static_assert(sizeof(struct netmon_event_key) == 72, "no padding: the kernel hashes every byte");
_Static_assert(sizeof(struct netmon_event_value) == 40, "as C++ has it");
#endif
