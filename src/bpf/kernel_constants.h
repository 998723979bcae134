// The constants of the kernel's and the C library's headers that several BPF programs need: those
// headers cannot be included beside kernel_types.h, and macros are in no BTF.
#pragma once

// linux/socket.h and linux/net.h
enum { AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, AF_PACKET = 17 };
enum { AF_VSOCK = 40, AF_XDP = 44 };
enum { SOCK_DGRAM = 2, SOCK_RAW = 3 };

// linux/in.h
enum {
  IPPROTO_ICMP = 1,
  IPPROTO_TCP = 6,
  IPPROTO_UDP = 17,
  IPPROTO_ICMPV6 = 58,
  IPPROTO_SCTP = 132,
  IPPROTO_UDPLITE = 136,
  IPPROTO_MPTCP = 262,
};

// Bits of sk_userlocks, include/net/sock.h. Kernels before Linux 6.18 never set the latter.
enum { SOCK_BINDPORT_LOCK = 8, SOCK_CONNECT_BIND = 16 };
