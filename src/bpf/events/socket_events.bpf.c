// What sockets do between two samples, counted in the kernel by who did what, where.
//
// All hooks are of the control group hierarchy, attached to its root. Unlike programs on
// tracepoints they have no guard against running within themselves: a softirq that comes while such
// a program runs has its event seen, where a tracepoint's program would be left out and counted as
// a recursion miss. And they say what the kernel counts:
//  - tcp_connect() calls "sockops" where it counts ActiveOpens, once the port is chosen, and
//    inet_listen() once it has succeeded. inet_sock_set_state is told before either is known.
//  - post_bind comes once bind(2) has got its port, and does not know whether the program named it:
//    "bind" comes before and does.
// They allow everything, and nothing that they return changes what the kernel does.
//
// A process is described from the task itself, at its first event. So neither fork, exec nor exit
// has to be followed, and processes that leave the network alone cost nothing. In softirq the task
// is anybody's: what a listener accepted is counted without a process, and belongs to its holders.

// kernel_types.h first: libbpf's headers need its integers.
// clang-format off
#include "bpf/kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
// clang-format on

#include "bpf/events/event_maps.h"
#include "bpf/events/task_description.h"

char kLicense[] SEC("license") = "GPL";

// What runs in the task that is current; the listener's for what it accepts.
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

// The room that the program has left; 0 for none.
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

// Counts an event of which all is known. Most are.
static int add_again(const struct netmon_event_key* key, struct netmon_event_count* count) {
  struct netmon_event_value* known = bpf_map_lookup_elem(&identities, key);
  if (!known || !known->described) return 0;
  add_to(known, count);
  return 1;
}

// Counts an event that was counted before, or by another processor meanwhile.
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
  // Another processor was quicker, or there is no room.
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

// Counts an event of nobody's, or of the current task. Returns 0, or the counters where it is the
// first of its kind, and more of it is to be described and stored.
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

// `key` is that of count_event().
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

// A socket of which the verifier knows what it is lets nobody do arithmetic: read through the stack
// it is a mere number.
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

// What is no part of the key, of the socket of a first event.
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

// A program that sets a family that is none of these is none of ours.
static int begin(const struct sock* sk, __u8 kind, __u16 protocol, struct netmon_event_key* key) {
  key->kind = kind;
  key->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  key->protocol = protocol;
  if (key->family != AF_INET && key->family != AF_INET6) return 0;
  key->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, net_cookie);
  return 1;
}

// The addresses of a connection as its context has them, for which no helper has to be called.
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
  // A port that the kernel chose is no part of what is counted by.
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

// Remembers that the program named the port that post_bind will tell.
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

// The destination that a program named, for a datagram or a connection: the verifier allows each
// hook the address of its own family alone.
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
      key.remote_port = 0;       // of no meaning: who asks draws it
      describe_local(sk, &key);  // by which it is known whose it is: the listener's there
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
