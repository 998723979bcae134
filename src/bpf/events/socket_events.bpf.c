// Counts in the kernel what sockets do between two samples, by who did what, where.
//
// All programs are attached to hooks of the root of the control group hierarchy. Unlike programs on
// tracepoints they have no guard against recursion: the event of a softirq that interrupts such a
// program is seen, where a tracepoint would skip its program and count a recursion miss. The hooks
// also match what the kernel counts:
//  - tcp_connect() calls "sockops" where it counts ActiveOpens, once the port is chosen, and
//    inet_listen() calls it once it has succeeded. inet_sock_set_state comes before either.
//  - "post_bind" comes once bind(2) has got its port, but does not know whether the program named
//    the port. "bind", which comes before, does.
// The programs allow everything, so they do not change what the kernel does.
//
// A process is described from the task itself, at its first event. So fork, exec and exit need not
// be followed, and processes that do not use the network cost nothing. In a softirq the current
// task can be any: a connection that a listener accepted is counted without a process, and belongs
// to the listener's holders.

// kernel_types.h comes first, because libbpf's headers need its integer types.
// clang-format off
#include "bpf/kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
// clang-format on

#include "bpf/events/event_maps.h"
#include "bpf/events/task_description.h"

char kLicense[] SEC("license") = "GPL";

// The program that the current task runs. For accepted connections, the listener's port and
// namespace stand for a program.
static struct program_key program_of(const struct netmon_event_key* key) {
  struct program_key program = {};
  if (!key->process.start_ns) {
    program.inode = (__u64)key->local_port << 32;
    program.device = key->netns;
    return program;
  }
  const struct task_struct* task = (const void*)bpf_get_current_task();
  const struct file* exe = BPF_CORE_READ(task, mm, exe_file);
  program.inode = BPF_CORE_READ(exe, f_inode, i_ino);
  program.device = BPF_CORE_READ(exe, f_inode, i_sb, s_dev);
  return program;
}

// The counter of the identities that the program of an event has used; null where there is no space
// for a counter.
static __u64* room_of(const struct netmon_event_key* key) {
  struct program_key program = program_of(key);
  __u64* used = bpf_map_lookup_elem(&programs, &program);
  if (used) return used;
  __u64 none = 0;
  bpf_map_update_elem(&programs, &program, &none, BPF_NOEXIST);
  return bpf_map_lookup_elem(&programs, &program);
}

static void add_to(struct netmon_event_value* known, struct netmon_event_count* count) {
  known->last_ns = bpf_ktime_get_boot_ns();
  add_one(&known->count);
  add_one(&count->stored);
}

// Counts an event whose key is known and whose process is described, as is the case for most
// events. Returns 0 for any other.
static int add_again(const struct netmon_event_key* key, struct netmon_event_count* count) {
  struct netmon_event_value* known = bpf_map_lookup_elem(&identities, key);
  if (!known || !known->described) return 0;
  add_to(known, count);
  return 1;
}

// Counts an event whose key is known, since before or because another processor has just added it.
// Returns 0 where the key is not known.
static int add_described(const struct netmon_event_key* key, __u16 described,
                         struct netmon_event_count* count) {
  struct netmon_event_value* known = bpf_map_lookup_elem(&identities, key);
  if (!known) return 0;
  if (described) known->described = 1;
  add_to(known, count);
  return 1;
}

__noinline int store_event(const struct netmon_event_key* key, struct netmon_event_value* value,
                           struct netmon_event_count* count) {
  if (!key || !value || !count) return 0;
  if (add_described(key, value->described, count)) return 0;
  struct netmon_event_settings* set = read_settings();
  __u64* used = room_of(key);
  if (!set || !used) {
    add_one(&count->dropped_all);
    return 0;
  }
  if (__sync_fetch_and_add(used, 1) >= set->identities_per_program) {
    __sync_fetch_and_add(used, -1);
    add_one(&count->dropped_program);
    return 0;
  }
  value->first_ns = value->last_ns = bpf_ktime_get_boot_ns();
  value->count = 1;
  if (bpf_map_update_elem(&identities, key, value, BPF_NOEXIST) == 0) {
    add_one(&count->stored);
    return 0;
  }
  __sync_fetch_and_add(used, -1);
  // Another processor was faster, or the map is full.
  if (!add_described(key, value->described, count)) add_one(&count->dropped_all);
  return 0;
}

static int is_kernel(void) {
#ifdef NETMON_WITHOUT_CODE
  const struct task_struct* task = (const void*)bpf_get_current_task();
  return (BPF_CORE_READ(task, flags) & PF_KTHREAD) != 0;
#else
  return (bpf_get_current_task_btf()->flags & PF_KTHREAD) != 0;
#endif
}

// Fills in who did an event, and counts it. Returns null where that is all; for the first event
// with its key, returns the counters, and the event is still to be described and stored.
static struct netmon_event_count* count_event(struct netmon_event_key* key) {
  struct netmon_event_count* count = count_of(key->kind);
  if (!count) return 0;
  add_one(&count->seen);
  if (key->kind != NETMON_EVENT_ACCEPT) {
    if (is_kernel()) {
      key->flags |= NETMON_EVENT_KERNEL;
    } else {
      key->process = current_process();
    }
  }
  return add_again(key, count) ? 0 : count;
}

// Describes and stores the first event with its key. `key` and `count` are those of count_event().
__noinline int store_first(const struct netmon_event_key* key, struct netmon_event_value* value,
                           struct netmon_event_count* count) {
  if (!key || !value || !count) return 0;
  value->described = 1;
  if (key->process.start_ns && !keep_processes(&value->described).start_ns) {
    add_one(&count->outside);
    return 0;
  }
  store_event(key, value, count);
  return 0;
}

// Makes a plain number of a pointer to a socket by reading it through the stack. The verifier
// refuses arithmetic on a pointer whose type it knows.
static const struct sock* plain(const void* sk) {
  const void* on_stack = sk;
  const struct sock* number = 0;
  bpf_probe_read_kernel(&number, sizeof number, &on_stack);
  return number;
}

static __u8 port_flags(const struct sock* sk) {
  __u8 locks = BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks);
  __u8 flags = 0;
  if (locks & SOCK_BINDPORT_LOCK) flags |= NETMON_EVENT_PORT_BOUND;
  if (locks & SOCK_CONNECT_BIND) flags |= NETMON_EVENT_PORT_CONNECTED;
  return flags;
}

// Fills in what the value says about the socket of a first event.
static void describe_socket(const struct sock* sk, __u64 cookie, __u16 local_port,
                            struct netmon_event_value* value) {
  value->cookie = cookie;
  value->local_port = local_port;
  value->netns_inode = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

static void describe_local(const struct sock* sk, struct netmon_event_key* key) {
  if (key->family == AF_INET) {
    *(__be32*)key->local_address = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
  } else {
    BPF_CORE_READ_INTO(&key->local_address, sk, __sk_common.skc_v6_rcv_saddr);
  }
}

// Fills in the kind, family, protocol and namespace of a key. Returns 0 for a socket that is
// neither IPv4 nor IPv6.
static int begin(const struct sock* sk, __u8 kind, __u16 protocol, struct netmon_event_key* key) {
  key->kind = kind;
  key->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  key->protocol = protocol;
  if (key->family != AF_INET && key->family != AF_INET6) return 0;
  key->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, net_cookie);
  return 1;
}

// Copies the addresses of a connection from the context, which needs no call of a helper.
static __always_inline void name_ends(struct bpf_sock_ops* context, __u8 kind,
                                      struct netmon_event_key* key) {
  if (key->family == AF_INET) {
    if (kind != NETMON_EVENT_CONNECT) *(__be32*)key->local_address = context->local_ip4;
    if (kind != NETMON_EVENT_LISTEN) *(__be32*)key->remote_address = context->remote_ip4;
    return;
  }
  if (kind != NETMON_EVENT_CONNECT) {
    *(__be32*)key->local_address = context->local_ip6[0];
    *(__be32*)(key->local_address + 4) = context->local_ip6[1];
    *(__be32*)(key->local_address + 8) = context->local_ip6[2];
    *(__be32*)(key->local_address + 12) = context->local_ip6[3];
  }
  if (kind != NETMON_EVENT_LISTEN) {
    *(__be32*)key->remote_address = context->remote_ip6[0];
    *(__be32*)(key->remote_address + 4) = context->remote_ip6[1];
    *(__be32*)(key->remote_address + 8) = context->remote_ip6[2];
    *(__be32*)(key->remote_address + 12) = context->remote_ip6[3];
  }
}

static __always_inline void see_tcp(struct bpf_sock_ops* context, __u8 kind) {
  if (!context->sk) return;
  const struct sock* sk = plain(context->sk);
  struct netmon_event_key key = {};
  key.kind = kind;
  key.family = context->family;
  key.protocol = IPPROTO_TCP;
  if (key.family != AF_INET && key.family != AF_INET6) return;
  key.netns = bpf_get_netns_cookie(context);
  key.flags = port_flags(sk);
  name_ends(context, kind, &key);
  // A port that the kernel chose is no part of the key.
  __u16 local_port = context->local_port;
  if (kind == NETMON_EVENT_ACCEPT || (key.flags & NETMON_EVENT_PORT_BOUND)) {
    key.local_port = local_port;
  }
  if (kind == NETMON_EVENT_CONNECT) {
    key.local_port = 0;
    key.remote_port = bpf_ntohl(context->remote_port);
  }
  struct netmon_event_count* count = count_event(&key);
  if (!count) return;
  struct netmon_event_value value = {};
  describe_socket(sk, bpf_get_socket_cookie(context), local_port, &value);
  store_first(&key, &value, count);
}

SEC("sockops")
int see_sockops(struct bpf_sock_ops* context) {
  switch (context->op) {
    case BPF_SOCK_OPS_TCP_LISTEN_CB:
      see_tcp(context, NETMON_EVENT_LISTEN);
      break;
    case BPF_SOCK_OPS_TCP_CONNECT_CB:
      see_tcp(context, NETMON_EVENT_CONNECT);
      break;
    case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
      see_tcp(context, NETMON_EVENT_ACCEPT);
      break;
  }
  return ALLOW;
}

// Remembers that the program named the port, for post_bind.
static void note_named(struct bpf_sock_addr* context) {
  if (context->type != SOCK_DGRAM || !context->user_port) return;
  __u64 cookie = bpf_get_socket_cookie(context);
  __u8 one = 1;
  bpf_map_update_elem(&named_ports, &cookie, &one, BPF_ANY);
}

SEC("cgroup/bind4")
int see_bind4(struct bpf_sock_addr* context) {
  note_named(context);
  return ALLOW;
}

SEC("cgroup/bind6")
int see_bind6(struct bpf_sock_addr* context) {
  note_named(context);
  return ALLOW;
}

static void see_bound(struct bpf_sock* context) {
  if (context->type != SOCK_DGRAM) return;
  const struct sock* sk = plain(context);
  struct netmon_event_key key = {};
  __u16 protocol = context->protocol;
  if (!begin(sk, NETMON_EVENT_BIND, protocol, &key)) return;
  __u64 cookie = bpf_get_socket_cookie(context);
  __u16 local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  describe_local(sk, &key);
  if (bpf_map_delete_elem(&named_ports, &cookie) == 0) {
    key.flags = NETMON_EVENT_PORT_BOUND;
    key.local_port = local_port;
  }
  struct netmon_event_count* count = count_event(&key);
  if (!count) return;
  struct netmon_event_value value = {};
  describe_socket(sk, cookie, local_port, &value);
  store_first(&key, &value, count);
}

SEC("cgroup/post_bind4")
int see_bound4(struct bpf_sock* context) {
  see_bound(context);
  return ALLOW;
}

SEC("cgroup/post_bind6")
int see_bound6(struct bpf_sock* context) {
  see_bound(context);
  return ALLOW;
}

SEC("cgroup/sock_create")
int see_create(struct bpf_sock* context) {
  if (context->type != SOCK_RAW) return ALLOW;
  const struct sock* sk = plain(context);
  struct netmon_event_key key = {};
  __u16 protocol = context->protocol;
  if (!begin(sk, NETMON_EVENT_RAW, protocol, &key)) return ALLOW;
  struct netmon_event_count* count = count_event(&key);
  if (!count) return ALLOW;
  struct netmon_event_value value = {};
  describe_socket(sk, bpf_get_socket_cookie(context), 0, &value);
  store_first(&key, &value, count);
  return ALLOW;
}

// Copies the destination that a program named for a datagram or a connection. The verifier allows
// each hook only the address of its own family.
static __always_inline void name_remote(struct bpf_sock_addr* context, __u8 family,
                                        struct netmon_event_key* key) {
  key->family = family;
  if (family == AF_INET) {
    *(__be32*)key->remote_address = context->user_ip4;
  } else {
    *(__be32*)key->remote_address = context->user_ip6[0];
    *(__be32*)(key->remote_address + 4) = context->user_ip6[1];
    *(__be32*)(key->remote_address + 8) = context->user_ip6[2];
    *(__be32*)(key->remote_address + 12) = context->user_ip6[3];
  }
  key->remote_port = bpf_ntohs(context->user_port);
}

static struct heard_key heard_from(struct bpf_sock_addr* context,
                                   const struct netmon_event_key* key) {
  struct heard_key from = {};
  from.cookie = bpf_get_socket_cookie(context);
  __builtin_memcpy(from.address, key->remote_address, sizeof from.address);
  from.port = key->remote_port;
  return from;
}

static __always_inline void see_datagram(struct bpf_sock_addr* context, __u8 family, __u8 kind) {
  if (context->type != SOCK_DGRAM || !context->sk) return;
  const struct sock* sk = plain(context->sk);
  struct netmon_event_key key = {};
  __u16 protocol = context->protocol;
  if (!begin(sk, kind, protocol, &key)) return;
  name_remote(context, family, &key);
  if (kind == NETMON_EVENT_SEND) {
    struct heard_key from = heard_from(context, &key);
    if (bpf_map_lookup_elem(&heard, &from)) {
      key.flags |= NETMON_EVENT_REPLY;
      key.remote_port = 0;       // the peer chose it at random, so it has no meaning
      describe_local(sk, &key);  // with the port, tells which receiver replied
    }
  }
  struct netmon_event_count* count = count_event(&key);
  if (!count) return;
  struct netmon_event_value value = {};
  __u16 local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  describe_socket(sk, bpf_get_socket_cookie(context), local_port, &value);
  store_first(&key, &value, count);
}

SEC("cgroup/connect4")
int see_connect4(struct bpf_sock_addr* context) {
  see_datagram(context, AF_INET, NETMON_EVENT_UDP_CONNECT);
  return ALLOW;
}

SEC("cgroup/connect6")
int see_connect6(struct bpf_sock_addr* context) {
  see_datagram(context, AF_INET6, NETMON_EVENT_UDP_CONNECT);
  return ALLOW;
}

SEC("cgroup/sendmsg4")
int see_send4(struct bpf_sock_addr* context) {
  see_datagram(context, AF_INET, NETMON_EVENT_SEND);
  return ALLOW;
}

SEC("cgroup/sendmsg6")
int see_send6(struct bpf_sock_addr* context) {
  see_datagram(context, AF_INET6, NETMON_EVENT_SEND);
  return ALLOW;
}

static __always_inline void note_heard(struct bpf_sock_addr* context, __u8 family) {
  struct netmon_event_key key = {};
  name_remote(context, family, &key);
  struct heard_key from = heard_from(context, &key);
  __u8 one = 1;
  bpf_map_update_elem(&heard, &from, &one, BPF_ANY);
}

SEC("cgroup/recvmsg4")
int see_receive4(struct bpf_sock_addr* context) {
  note_heard(context, AF_INET);
  return ALLOW;
}

SEC("cgroup/recvmsg6")
int see_receive6(struct bpf_sock_addr* context) {
  note_heard(context, AF_INET6);
  return ALLOW;
}
