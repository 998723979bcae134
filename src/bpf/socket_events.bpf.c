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

#include "bpf/event_records.h"

char kLicense[] SEC("license") = "GPL";

// linux/bpf.h
enum {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PERCPU_ARRAY = 6,
  BPF_MAP_TYPE_LRU_HASH = 9,
};
enum { AF_INET = 2, AF_INET6 = 10 };
enum { SOCK_DGRAM = 2, SOCK_RAW = 3 };
enum { IPPROTO_TCP = 6, IPPROTO_UDP = 17 };
enum { SOCK_BINDPORT_LOCK = 8, SOCK_CONNECT_BIND = 16 };
enum { PF_KTHREAD = 0x00200000 };
enum {
  BPF_SOCK_OPS_TCP_CONNECT_CB = 3,
  BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB = 5,
  BPF_SOCK_OPS_TCP_LISTEN_CB = 11
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1, BPF_F_NO_PREALLOC = 1 };
enum { ALLOW = 1 };

// Bounds. The reader writes the first two anew where an option asks for less.
enum {
  kMaxIdentities = 131072,
  kMaxProcesses = 131072,
  kMaxPrograms = 16384,
  kMaxPending = 16384,
  kMaxHeard = 131072,
  kMaxAncestors = 8,
  kMaxNames = 24,
  kMaxPidLevels = 33,  // MAX_PID_NS_LEVEL and the initial one
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

// How many identities each program has. A program is an executable: one that starts itself ten
// thousand times is bounded like one process.
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

// Sockets between "bind" and "post_bind" that named their port, by cookie.
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, kMaxPending);
  __type(key, __u64);
  __type(value, __u8);
} named_ports SEC(".maps");

// From whom a socket received.
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

// Index 0 alone. What is written into `processes` first, for it is too large for the stack.
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

// A softirq can come in between, and it may be the same processor's turn: atomic.
static void add_one(uint64_t* counter) { __sync_fetch_and_add(counter, 1); }

static const struct upid* number_at(const struct pid* pid, __u32 level) {
  return (const void*)pid + bpf_core_field_offset(struct pid, numbers) +
         level * bpf_core_type_size(struct upid);
}

// The number of a process in the pid namespace of that inode; 0 where it is not in there.
static __u32 number_in(const struct pid* pid, __u32 wanted) {
  __u32 deepest = BPF_CORE_READ(pid, level);
  for (__u32 level = 0; level < kMaxPidLevels && level <= deepest; ++level) {
    const struct upid* number = number_at(pid, level);
    if (BPF_CORE_READ(number, ns, ns.inum) == wanted) return BPF_CORE_READ(number, nr);
  }
  return 0;
}

static __u32 own_number(const struct pid* pid) {
  const struct upid* number = number_at(pid, BPF_CORE_READ(pid, level));
  return BPF_CORE_READ(number, nr);
}

static struct netmon_process_key key_of(const struct task_struct* leader) {
  struct netmon_process_key key = {};
  key.start_ns = BPF_CORE_READ(leader, start_boottime);
  key.tgid = BPF_CORE_READ(leader, tgid);
  key.exec_id = BPF_CORE_READ(leader, self_exec_id);
  return key;
}

// Loops are calls of bpf_loop(): the verifier looks at such a body once, and at that of a loop as
// often as it can run.
struct path_walk {
  const struct dentry* dentry;
  const struct mount* mount;
  struct netmon_process_value* value;
  __u32 used;
};

static long read_name(__u32 index, void* context) {
  (void)index;
  struct path_walk* walk = context;
  // BPF_CORE_READ() takes each member that it passes for one of the kernel's.
  const struct dentry* dentry = walk->dentry;
  const struct mount* mount = walk->mount;
  if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
    const struct mount* above = BPF_CORE_READ(mount, mnt_parent);
    if (above == mount) return 1;
    walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
    walk->mount = above;
    return 0;
  }
  const struct dentry* parent = BPF_CORE_READ(dentry, d_parent);
  __u32 used = walk->used;
  if (parent == dentry || used > NETMON_PATH_LAST) return 1;
  const void* name = BPF_CORE_READ(dentry, d_name.name);
  long got = bpf_probe_read_kernel_str(&walk->value->path[used], NETMON_NAME_BYTES, name);
  if (got <= 0 || got > NETMON_NAME_BYTES) return 1;
  walk->used = used + got;
  walk->dentry = parent;
  return 0;
}

// The names of a path, from its end to the root, over mounts too.
static void read_path(const struct file* exe, struct netmon_process_value* value) {
  const struct vfsmount* seen = BPF_CORE_READ(exe, f_path.mnt);
  struct path_walk walk = {
      .dentry = BPF_CORE_READ(exe, f_path.dentry),
      .mount = (const void*)seen - bpf_core_field_offset(struct mount, mnt),
      .value = value,
  };
  bpf_loop(kMaxNames, read_name, &walk, 0);
  value->path_bytes = walk.used;
}

static void describe_executable(const struct file* exe, struct netmon_process_value* value) {
  const struct inode* inode = BPF_CORE_READ(exe, f_inode);
  value->exe_inode = BPF_CORE_READ(inode, i_ino);
  value->exe_device = BPF_CORE_READ(inode, i_sb, s_dev);
  value->exe_bytes = BPF_CORE_READ(inode, i_size);
  value->exe_deleted = BPF_CORE_READ(inode, i_nlink) == 0;
  const struct inode___6_11* fresh = (const void*)inode;
  const struct inode___6_6* older = (const void*)inode;
  const struct inode___5* old = (const void*)inode;
  if (bpf_core_field_exists(struct inode___6_11, i_ctime_sec)) {
    value->exe_changed_s = BPF_CORE_READ(fresh, i_ctime_sec);
    value->exe_changed_ns = BPF_CORE_READ(fresh, i_ctime_nsec);
  } else if (bpf_core_field_exists(struct inode___6_6, __i_ctime)) {
    value->exe_changed_s = BPF_CORE_READ(older, __i_ctime.tv_sec);
    value->exe_changed_ns = BPF_CORE_READ(older, __i_ctime.tv_nsec);
  } else {
    value->exe_changed_s = BPF_CORE_READ(old, i_ctime.tv_sec);
    value->exe_changed_ns = BPF_CORE_READ(old, i_ctime.tv_nsec);
  }
  // Multigrain timestamps, Linux 6.13: the highest bit says whether the time was asked for.
  value->exe_changed_ns &= 0x7fffffff;
  read_path(exe, value);
}

static void describe_process(const struct task_struct* leader, __u32 pid,
                             struct netmon_process_value* value) {
  value->pid = pid;
  value->own_pid = own_number(BPF_CORE_READ(leader, thread_pid));
  value->uid = BPF_CORE_READ(leader, cred, euid.val);
  value->mount_namespace = BPF_CORE_READ(leader, nsproxy, mnt_ns, ns.inum);
  BPF_CORE_READ_STR_INTO(&value->comm, leader, comm);
  const struct file* exe = BPF_CORE_READ(leader, mm, exe_file);
  if (exe) describe_executable(exe, value);
}

struct ancestor_walk {
  const struct task_struct* leader;
  struct netmon_event_settings* set;
  struct netmon_process_value* empty;
  struct netmon_process_value* child;
  struct netmon_process_key first;
};

static long keep_process(__u32 index, void* context) {
  struct ancestor_walk* walk = context;
  const struct task_struct* leader = walk->leader;
  struct netmon_event_settings* set = walk->set;
  struct netmon_process_value* empty = walk->empty;
  if (!set || !empty) return 1;
  __u32 pid = number_in(BPF_CORE_READ(leader, thread_pid), set->pid_namespace);
  if (!pid) return 1;
  struct netmon_process_key key = key_of(leader);
  if (index == 0) walk->first = key;
  struct netmon_process_value* child = walk->child;
  if (child) child->parent = key;
  if (bpf_map_lookup_elem(&processes, &key)) return 1;
  bpf_map_update_elem(&processes, &key, empty, BPF_NOEXIST);
  struct netmon_process_value* value = bpf_map_lookup_elem(&processes, &key);
  if (!value) return 1;
  walk->child = value;
  describe_process(leader, pid, value);
  walk->leader = BPF_CORE_READ(leader, real_parent, group_leader);
  return 0;
}

// Describes the current process and those above it, each once. Returns the key of the first; all
// zero where it is outside netmon's pid namespace.
static struct netmon_process_key keep_processes(void) {
  __u32 zero = 0;
  const struct task_struct* task = (const void*)bpf_get_current_task();
  struct ancestor_walk walk = {
      .leader = BPF_CORE_READ(task, group_leader),
      .set = read_settings(),
      .empty = bpf_map_lookup_elem(&empty_process, &zero),
  };
  bpf_loop(kMaxAncestors, keep_process, &walk, 0);
  return walk.first;
}

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

static int add_again(const struct netmon_event_key* key) {
  struct netmon_event_value* known = bpf_map_lookup_elem(&identities, key);
  if (!known) return 0;
  known->last_ns = bpf_ktime_get_boot_ns();
  add_one(&known->count);
  return 1;
}

static void store_event(const struct netmon_event_key* key, struct netmon_event_value* value,
                        struct netmon_event_count* count) {
  if (add_again(key)) {
    add_one(&count->stored);
    return;
  }
  struct netmon_event_settings* set = read_settings();
  __u64* used = room_of(key);
  if (!set || !used) {
    add_one(&count->dropped_all);
    return;
  }
  if (__sync_fetch_and_add(used, 1) >= set->identities_per_program) {
    __sync_fetch_and_add(used, -1);
    add_one(&count->dropped_program);
    return;
  }
  value->first_ns = value->last_ns = bpf_ktime_get_boot_ns();
  value->count = 1;
  if (bpf_map_update_elem(&identities, key, value, BPF_NOEXIST) == 0) {
    add_one(&count->stored);
    return;
  }
  __sync_fetch_and_add(used, -1);
  // Another processor was quicker, or there is no room.
  add_one(add_again(key) ? &count->stored : &count->dropped_all);
}

// Counts an event of the current task.
static void store_own(struct netmon_event_key* key, struct netmon_event_value* value) {
  struct netmon_event_count* count = count_of(key->kind);
  if (!count) return;
  add_one(&count->seen);
  const struct task_struct* task = (const void*)bpf_get_current_task();
  if (BPF_CORE_READ(task, flags) & PF_KTHREAD) {
    key->flags |= NETMON_EVENT_KERNEL;
  } else {
    struct netmon_process_key process = keep_processes();
    if (!process.start_ns) {
      add_one(&count->outside);
      return;
    }
    key->process = process;
  }
  store_event(key, value, count);
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

static void describe_netns(const struct sock* sk, struct netmon_event_key* key,
                           struct netmon_event_value* value) {
  const struct net* net = BPF_CORE_READ(sk, __sk_common.skc_net.net);
  key->netns = BPF_CORE_READ(net, net_cookie);
  value->netns_inode = BPF_CORE_READ(net, ns.inum);
}

static void describe_local(const struct sock* sk, struct netmon_event_key* key) {
  if (key->family == AF_INET) {
    *(__be32*)key->local_address = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
  } else {
    BPF_CORE_READ_INTO(&key->local_address, sk, __sk_common.skc_v6_rcv_saddr);
  }
}

static void describe_remote(const struct sock* sk, struct netmon_event_key* key) {
  if (key->family == AF_INET) {
    *(__be32*)key->remote_address = BPF_CORE_READ(sk, __sk_common.skc_daddr);
  } else {
    BPF_CORE_READ_INTO(&key->remote_address, sk, __sk_common.skc_v6_daddr);
  }
}

// A program that sets a family that is none of these is none of ours.
static int begin(const struct sock* sk, __u8 kind, __u16 protocol, struct netmon_event_key* key,
                 struct netmon_event_value* value) {
  key->kind = kind;
  key->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  key->protocol = protocol;
  if (key->family != AF_INET && key->family != AF_INET6) return 0;
  describe_netns(sk, key, value);
  return 1;
}

static void see_tcp(struct bpf_sock_ops* context, __u8 kind) {
  if (!context->sk) return;
  const struct sock* sk = plain(context->sk);
  struct netmon_event_key key = {};
  struct netmon_event_value value = {};
  if (!begin(sk, kind, IPPROTO_TCP, &key, &value)) return;
  value.cookie = bpf_get_socket_cookie(context);
  value.local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  key.flags = port_flags(sk);
  if (kind != NETMON_EVENT_CONNECT) describe_local(sk, &key);
  if (kind != NETMON_EVENT_LISTEN) describe_remote(sk, &key);
  // A port that the kernel chose is no part of what is counted by.
  if (kind == NETMON_EVENT_ACCEPT || (key.flags & NETMON_EVENT_PORT_BOUND)) {
    key.local_port = value.local_port;
  }
  if (kind == NETMON_EVENT_CONNECT) {
    key.local_port = 0;
    key.remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
  }
  if (kind != NETMON_EVENT_ACCEPT) {
    store_own(&key, &value);
    return;
  }
  struct netmon_event_count* count = count_of(kind);
  if (!count) return;
  add_one(&count->seen);
  store_event(&key, &value, count);
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
  struct netmon_event_value value = {};
  __u16 protocol = context->protocol;
  if (!begin(sk, NETMON_EVENT_BIND, protocol, &key, &value)) return;
  __u64 cookie = bpf_get_socket_cookie(context);
  value.cookie = cookie;
  value.local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  describe_local(sk, &key);
  if (bpf_map_delete_elem(&named_ports, &cookie) == 0) {
    key.flags = NETMON_EVENT_PORT_BOUND;
    key.local_port = value.local_port;
  }
  store_own(&key, &value);
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
  struct netmon_event_value value = {};
  __u16 protocol = context->protocol;
  if (!begin(sk, NETMON_EVENT_RAW, protocol, &key, &value)) return ALLOW;
  value.cookie = bpf_get_socket_cookie(context);
  store_own(&key, &value);
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
  struct netmon_event_value value = {};
  __u16 protocol = context->protocol;
  if (!begin(sk, kind, protocol, &key, &value)) return;
  name_remote(context, family, &key);
  if (kind == NETMON_EVENT_SEND) {
    struct heard_key from = heard_from(context, &key);
    if (bpf_map_lookup_elem(&heard, &from)) {
      key.flags |= NETMON_EVENT_REPLY;
      key.remote_port = 0;       // of no meaning: who asks draws it
      describe_local(sk, &key);  // by which it is known whose it is: the listener's there
    }
  }
  value.cookie = bpf_get_socket_cookie(context);
  value.local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  store_own(&key, &value);
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
