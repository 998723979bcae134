// Lists the sockets that are the kernel's own. The kernel calls one of these programs for each TCP
// and UDP socket in the network namespace of the process that opened the walk. They write the
// cookie of each socket of the kernel's own, 8 bytes, which that process reads from a descriptor.
//
// A socket is the kernel's own where no file refers to it, so that no process can hold it (tunnels,
// WireGuard), or where the kernel made it for itself, although it may have a file (the NFS
// server's).

// kernel_types.h comes first, because libbpf's headers need its integer types.
// clang-format off
#include "bpf/kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
// clang-format on

// The kernel allows bpf_probe_read_kernel() and bpf_seq_write() only with a GPL-compatible license.
char kLicense[] SEC("license") = "GPL";

// States of include/net/tcp_states.h. What the kernel keeps of a socket in one of them is smaller
// than a struct sock.
enum { TCP_TIME_WAIT = 6, TCP_NEW_SYN_RECV = 12 };

// A socket without a struct socket is not the kernel's own: it waits to be accepted, or its process
// has closed it.
static int is_kernels(const struct sock* sk) {
  const struct socket* socket = BPF_CORE_READ(sk, sk_socket);
  if (!socket) return 0;
  return !BPF_CORE_READ(socket, file) || BPF_CORE_READ_BITFIELD_PROBED(sk, sk_kern_sock);
}

static int list(struct bpf_iter_meta* meta, const struct sock* sk) {
  if (!is_kernels(sk)) return 0;
  __u64 cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
  if (cookie) bpf_seq_write(meta->seq, &cookie, sizeof cookie);
  return 0;
}

SEC("iter/tcp")
int list_tcp(struct bpf_iter__tcp* context) {
  const struct sock* sk = (const struct sock*)context->sk_common;
  if (!sk) return 0;  // the call that ends the walk
  __u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);
  if (state == TCP_TIME_WAIT || state == TCP_NEW_SYN_RECV) return 0;
  return list(context->meta, sk);
}

SEC("iter/udp")
int list_udp(struct bpf_iter__udp* context) {
  const struct sock* sk = (const struct sock*)context->udp_sk;
  return sk ? list(context->meta, sk) : 0;
}
