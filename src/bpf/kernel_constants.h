// Constants of the kernel's and the C library's headers that several BPF programs need. Those
// headers cannot be included together with kernel_types.h, and BTF does not contain macros.
#pragma once

// These are from linux/socket.h and linux/net.h.
enum { AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, AF_PACKET = 17 };
enum { AF_VSOCK = 40, AF_XDP = 44 };
enum { SOCK_DGRAM = 2, SOCK_RAW = 3 };

// These are from linux/in.h.
enum {
  IPPROTO_ICMP = 1,
  IPPROTO_TCP = 6,
  IPPROTO_UDP = 17,
  IPPROTO_ICMPV6 = 58,
  IPPROTO_SCTP = 132,
  IPPROTO_UDPLITE = 136,
  IPPROTO_MPTCP = 262,
};

// Bits of sk_userlocks (include/net/sock.h). Kernels before Linux 6.18 never set the second.
enum { SOCK_BINDPORT_LOCK = 8, SOCK_CONNECT_BIND = 16 };
