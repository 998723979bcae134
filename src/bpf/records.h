// The records that the BPF program writes and the reader decodes: one for each open file, of fixed
// size and complete in itself. The kernel drops and repeats a record that overflows its buffer, so
// a program that wrote each process only once, before its files, would have to undo that. The 28
// bytes that each record has more cost less than that would.
//
// For C and C++. Integers, ports included, are in host byte order; addresses are in network byte
// order.
#pragma once

#ifdef __cplusplus
#include <cstdint>
#else
#include <stdint.h>
#endif

enum netmon_file_kind {
  NETMON_FILE_TCP = 1,
  NETMON_FILE_UDP = 2,
  NETMON_FILE_UDPLITE = 3,
  NETMON_FILE_RAW = 4,
  NETMON_FILE_ICMP = 5,
  NETMON_FILE_PACKET = 6,
  NETMON_FILE_NET_NAMESPACE = 7,
  NETMON_FILE_IO_URING = 8,
  NETMON_FILE_VSOCK = 9,
  NETMON_FILE_XDP = 10,
  NETMON_FILE_SCTP = 11,
  NETMON_FILE_OTHER = 12,  // a socket of another family, or of another protocol over IP
};

enum netmon_file_flags {
  NETMON_FILE_PORT_BOUND = 1,      // SOCK_BINDPORT_LOCK
  NETMON_FILE_MULTIPATH = 2,       // MPTCP: the tables show its subflows, with its inode
  NETMON_FILE_PORT_CONNECTED = 4,  // SOCK_CONNECT_BIND
  NETMON_FILE_PORT_RANGE = 8,      // the socket has a range of its own (IP_LOCAL_PORT_RANGE)
};

// One open file. Members that do not apply to its kind are zero.
// NOLINTBEGIN(modernize-avoid-c-arrays): C writes it
struct netmon_file_record {
  uint64_t inode;     // inode on sockfs or nsfs
  uint64_t start_ns;  // start of the process since boot, in netmon's time namespace
  uint32_t pid;       // pid of the process in netmon's pid namespace
  uint32_t thread;    // the same for a thread with a table of its own; 0 for the leader's table
  uint32_t fd;
  uint32_t netns;  // inode on nsfs
  char comm[16];   // comm of the thread-group leader, ends with NUL
  uint8_t local_address[16];
  uint8_t remote_address[16];
  uint16_t local_port;  // raw sockets: the IP protocol number, 0 where the socket is in no table
  uint16_t remote_port;
  uint8_t kind;    // netmon_file_kind
  uint8_t family;  // AF_INET, AF_INET6 or AF_PACKET; 0 for kinds from NETMON_FILE_VSOCK on
  uint8_t state;   // number of include/net/tcp_states.h
  uint8_t flags;   // netmon_file_flags
  // TCP and UDP: the id of the BPF program that chooses among the sockets of their SO_REUSEPORT
  // group. vsock: the context id of the peer, or the one that a listener is bound to, 0 for any.
  uint32_t program_or_cid;
  uint32_t number;  // vsock, SCTP: the port of the service; another family: its number
};
// NOLINTEND(modernize-avoid-c-arrays)

#ifdef __cplusplus
static_assert(sizeof(netmon_file_record) == 96, "no padding that the verifier would refuse");
#else
_Static_assert(sizeof(struct netmon_file_record) == 96, "no padding that the verifier refuses");
#endif
