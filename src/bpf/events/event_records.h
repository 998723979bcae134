// What the programs of socket_events.bpf.c leave in their maps and the reader decodes. A map is the
// queue: there is no ring that could be full while the map has room, so that one bound and one
// counter say all that can be lost.
//
// For C and C++. Integers are in host byte order, ports too; addresses are in network byte order.
#pragma once

#ifdef __cplusplus
#include <cstdint>
#else
#include <stdint.h>
#endif

// What a socket did. One hook each, so that the account by hook is one by kind.
enum netmon_event_kind {
  NETMON_EVENT_LISTEN = 0,       // TCP: listen(2) came to its end
  NETMON_EVENT_CONNECT = 1,      // TCP: a first packet is about to leave
  NETMON_EVENT_ACCEPT = 2,       // TCP: a connection that a listener got was established
  NETMON_EVENT_BIND = 3,         // UDP: bind(2) came to its end
  NETMON_EVENT_UDP_CONNECT = 4,  // UDP: connect(2) was asked for
  NETMON_EVENT_SEND = 5,         // UDP: a send of an unconnected socket
  NETMON_EVENT_RAW = 6,          // a raw or ping socket was made
  NETMON_EVENT_KINDS = 7,
};

enum netmon_event_flags {
  NETMON_EVENT_PORT_BOUND = 1,      // the program named the local port
  NETMON_EVENT_PORT_CONNECTED = 2,  // connect(2) chose it
  NETMON_EVENT_REPLY = 4,           // a send to whom the socket had received from before
  NETMON_EVENT_KERNEL = 8,          // done by the kernel for itself
};

// NOLINTBEGIN(modernize-avoid-c-arrays): C writes them

// A process, by what no other has within a boot: the number is that of the initial pid namespace.
// A process that ran another program by execve(2) is another. All zero where none is known: of a
// connection that was accepted, and of the kernel.
struct netmon_process_key {
  uint64_t start_ns;  // since boot
  uint32_t tgid;
  uint32_t exec_id;  // how often it had called execve(2)
};

// What events are counted by: who did what, where. What changes with each connection is left out,
// as the local port that connect(2) chose and the remote port of an accepted connection.
struct netmon_event_key {
  struct netmon_process_key process;
  uint64_t netns;  // cookie
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
  uint64_t cookie;  // of the socket that did it first
  uint32_t netns_inode;
  uint16_t local_port;  // of that socket, where the key has none
  uint16_t described;   // its process was, wholly: another event of the same need not look again
};

enum {
  NETMON_PATH_BYTES = 1024,
  NETMON_PATH_LAST = 512,  // no name of a path begins behind it
  NETMON_NAME_BYTES = 256,
  NETMON_GROUPS = 32,
  NETMON_ARGUMENT_BYTES = 1024,
  NETMON_LOADER_BYTES = 1024,
  NETMON_LOADER_LAST = 512,  // no variable begins behind it
};

// Names that lead to a file or a group, its own first, each with its NUL.
struct netmon_names {
  uint32_t bytes;  // that are used
  char text[NETMON_PATH_BYTES];
};

// A file by what tells one content of it from another.
struct netmon_file {
  uint64_t inode;
  uint64_t bytes;
  int64_t changed_s;
  uint32_t changed_ns;
  uint32_t device;  // as the kernel has it: 12 bits of major number, 20 of minor
  uint8_t deleted;
  uint8_t unused[3];
  struct netmon_names path;
};

// The descriptors by which interpreters keep their script open.
enum { NETMON_SCRIPT_DESCRIPTORS = 6 };
struct netmon_held {
  uint64_t inode;  // 0 for none
  uint64_t device;
};

// What a process alone can be asked, in its own context: memory of its own, and what goes with it.
struct netmon_process_own {
  uint8_t known;           // all of this was looked at
  uint8_t arguments_read;  // as far as there is room
  uint8_t loader_read;     // wholly
  uint8_t unused;
  uint32_t real_uid;
  uint32_t saved_uid;
  uint32_t group;
  uint32_t groups[NETMON_GROUPS];
  uint32_t group_count;  // can be more than there is room for
  uint32_t user_namespace;
  uint64_t capabilities;  // permitted
  struct netmon_held root;
  struct netmon_held scripts[NETMON_SCRIPT_DESCRIPTORS];  // 3, 4, 5, 6, 10, 255
  uint32_t arguments_bytes;
  uint32_t loader_bytes;
  struct netmon_names folder;  // it works in
  struct netmon_names cgroup;
  char arguments[NETMON_ARGUMENT_BYTES];  // as in /proc/PID/cmdline
  // Variables of its environment whose names begin as those do that make a loader or an interpreter
  // take in other code, each with its NUL.
  char loader[NETMON_LOADER_BYTES];
};

// What a process had mapped as code at its first event. All zero where the kernel cannot walk over
// mappings.
struct netmon_process_code {
  uint32_t begun;  // to be looked through
  uint8_t whole;   // all of it was
  uint8_t cut;     // some of what is foreign found no room
  uint8_t exe_mapped;
  uint8_t unused;
  uint32_t foreign;  // files that are not root's alone to write
};

// A process as it was at its first event.
struct netmon_process_value {
  struct netmon_process_key parent;  // all zero where it is outside netmon's pid namespace
  uint32_t pid;                      // in netmon's pid namespace
  uint32_t own_pid;                  // in its own
  uint32_t uid;                      // effective, in the initial user namespace
  uint32_t mount_namespace;
  char comm[16];  // of the thread-group leader, ends with NUL
  struct netmon_file exe;
  struct netmon_process_own own;
  struct netmon_process_code code;
};

// A foreign file of a process: its number counts from 0.
struct netmon_foreign_key {
  struct netmon_process_key process;
  uint64_t number;
};

// Written by the reader before the programs are attached.
struct netmon_event_settings {
  uint64_t pid_namespace;  // netmon's, by its inode
  uint64_t identities_per_program;
};

// There is one for each kind and processor.
struct netmon_event_count {
  uint64_t seen;  // the sum of those that follow
  uint64_t stored;
  uint64_t outside;          // done by a process outside netmon's pid namespace, and not kept
  uint64_t dropped_program;  // no room: the program had as many identities as one may have
  uint64_t dropped_all;      // no room in the map, or no memory
};

// NOLINTEND(modernize-avoid-c-arrays)

#ifdef __cplusplus
static_assert(sizeof(netmon_event_key) == 72, "no padding: the kernel hashes every byte");
static_assert(sizeof(netmon_event_value) == 40);
#else
_Static_assert(sizeof(struct netmon_event_key) == 72, "no padding: the kernel hashes every byte");
_Static_assert(sizeof(struct netmon_event_value) == 40, "as C++ has it");
#endif
