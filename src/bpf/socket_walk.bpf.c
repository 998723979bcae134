// The owner walk: the kernel calls walk_file() for each open file of each task. It writes one
// netmon_file_record for each file of interest, which is read from a descriptor.
//
// iter/task_file was chosen because it walks exactly what /proc/PID/fd and /proc/PID/task/TID/fd
// show, without a path or a system call for each file:
//  - Each descriptor table comes once for each process: a thread that shares its leader's table is
//    skipped, one with a table of its own is visited. A leader that has ended before its threads
//    has no table any more; each of them is visited.
//  - The tasks are those of the pid namespace of the process that opened the walk, and of the
//    namespaces below it.
//
// Pointers in what the kernel passes in (context, current task) are followed by BPF_CORE_READ().
// For each that is followed directly, the verifier would search all types of the kernel by name, to
// find out whether it may trust the target, which took 5 of the 7 ms of loading. A pointer that is
// not trusted, such as the one that bpf_sock_from_file() returns, costs nothing to follow.

// kernel_types.h comes first, because libbpf's headers need its integer types.
// clang-format off
#include "bpf/kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
// clang-format on

#include "bpf/kernel_constants.h"
#include "bpf/records.h"

// The kernel allows bpf_probe_read_kernel() and bpf_seq_write() only with a GPL-compatible license.
char kLicense[] SEC("license") = "GPL";

enum { TCP_ESTABLISHED = 1, TCP_LISTEN = 10 };
#define VMADDR_CID_ANY 0xffffffffU
enum { ANON_INODE_FS_MAGIC = 0x09041934, NSFS_MAGIC = 0x6e736673 };
enum { NANOSECONDS = 1000000000 };

static __u8 kind_of_family(__u16 family) {
  switch (family) {
    case AF_UNIX:
    case AF_NETLINK:
      return 0;
    case AF_PACKET:
      return NETMON_FILE_PACKET;
    case AF_VSOCK:
      return NETMON_FILE_VSOCK;
    case AF_XDP:
      return NETMON_FILE_XDP;
    default:
      return NETMON_FILE_OTHER;
  }
}

// The kind of a socket; 0 for one of AF_UNIX or AF_NETLINK, which are left out.
static __u8 kind_of(const struct sock* sk, __u16 family) {
  if (family != AF_INET && family != AF_INET6) return kind_of_family(family);
  __u16 protocol = sk->sk_protocol;
  if (sk->sk_type == SOCK_RAW) return NETMON_FILE_RAW;
  switch (protocol) {
    case IPPROTO_TCP:
    case IPPROTO_MPTCP:
      return NETMON_FILE_TCP;
    case IPPROTO_UDP:
      return NETMON_FILE_UDP;
    case IPPROTO_UDPLITE:
      return NETMON_FILE_UDPLITE;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      return NETMON_FILE_ICMP;
    case IPPROTO_SCTP:
      return NETMON_FILE_SCTP;
    default:
      return NETMON_FILE_OTHER;
  }
}

// The lowest and the highest port that IP_LOCAL_PORT_RANGE, ip(7), gave the socket, in one number;
// 0 for none. Both forms of the member have four bytes.
static __u32 own_port_range(const struct sock* sk) {
  __u32 range = 0;
  if (bpf_core_field_exists(struct inet_sock, local_port_range)) {
    bpf_probe_read_kernel(
        &range, sizeof range,
        (const void*)sk + bpf_core_field_offset(struct inet_sock, local_port_range));
  } else if (bpf_core_field_exists(struct inet_sock___pair, local_port_range)) {
    bpf_probe_read_kernel(
        &range, sizeof range,
        (const void*)sk + bpf_core_field_offset(struct inet_sock___pair, local_port_range));
  }
  return range;
}

// Tells how the socket got its port. The kernel sets neither lock where bind(2) or sendto(2) took a
// free port, and clears SOCK_BINDPORT_LOCK of an accepted connection. An accepted connection keeps
// the port range of its listener, though.
static __u8 port_flags(struct sock* sk) {
  __u8 locks = BPF_CORE_READ_BITFIELD(sk, sk_userlocks);
  __u8 flags = 0;
  if (locks & SOCK_BINDPORT_LOCK) flags |= NETMON_FILE_PORT_BOUND;
  if (locks & SOCK_CONNECT_BIND) flags |= NETMON_FILE_PORT_CONNECTED;
  if (own_port_range(sk)) flags |= NETMON_FILE_PORT_RANGE;
  return flags;
}

// The id of the program that chooses among the sockets of an SO_REUSEPORT group, or 0 for none.
static __u32 reuseport_program(const struct sock* sk) {
  const struct sock_reuseport* group = BPF_CORE_READ(sk, sk_reuseport_cb);
  if (!group) return 0;
  return BPF_CORE_READ(group, prog, aux, id);
}

static void describe_endpoints(struct sock* sk, struct netmon_file_record* record) {
  if (record->family == AF_INET) {
    *(__be32*)record->local_address = sk->__sk_common.skc_rcv_saddr;
    *(__be32*)record->remote_address = sk->__sk_common.skc_daddr;
  } else {
    BPF_CORE_READ_INTO(&record->local_address, sk, __sk_common.skc_v6_rcv_saddr);
    BPF_CORE_READ_INTO(&record->remote_address, sk, __sk_common.skc_v6_daddr);
  }
  // A raw socket keeps its number when connect(2) with AF_UNSPEC removes it from its table.
  const int in_table = record->kind != NETMON_FILE_RAW || sk->__sk_common.skc_node.pprev;
  if (in_table) record->local_port = sk->__sk_common.skc_num;
  record->remote_port = bpf_ntohs(sk->__sk_common.skc_dport);
  record->flags = port_flags(sk);
  record->program_or_cid = reuseport_program(sk);
  if (record->kind == NETMON_FILE_TCP && sk->sk_protocol == IPPROTO_MPTCP) {
    record->flags |= NETMON_FILE_MULTIPATH;
  }
}

// The kernel chooses the port of a connecting vsock from all 32-bit numbers, so the lower of the
// two ports is taken for that of the service.
static void describe_vsock(const struct sock* sk, struct netmon_file_record* record) {
  if (!bpf_core_field_exists(struct vsock_sock, local_addr.svm_port)) return;
  const struct vsock_sock* vsock = (const struct vsock_sock*)sk;
  __u32 port = BPF_CORE_READ(vsock, local_addr.svm_port);
  __u32 cid = BPF_CORE_READ(vsock, local_addr.svm_cid);
  if (record->state == TCP_LISTEN) {
    record->number = port;
    record->program_or_cid = cid == VMADDR_CID_ANY ? 0 : cid;
  }
  if (record->state != TCP_ESTABLISHED) return;
  __u32 remote_port = BPF_CORE_READ(vsock, remote_addr.svm_port);
  record->number = port < remote_port ? port : remote_port;
  record->program_or_cid = BPF_CORE_READ(vsock, remote_addr.svm_cid);
}

static void describe_socket(struct sock* sk, struct netmon_file_record* record) {
  __u16 family = sk->__sk_common.skc_family;
  record->kind = kind_of(sk, family);
  if (!record->kind) return;
  record->state = sk->__sk_common.skc_state;
  record->netns = sk->__sk_common.skc_net.net->ns.inum;
  if (record->kind >= NETMON_FILE_VSOCK) {
    if (record->kind == NETMON_FILE_OTHER) record->number = family;
    if (record->kind == NETMON_FILE_VSOCK) describe_vsock(sk, record);
    const int listens = record->state == TCP_LISTEN;
    if (record->kind == NETMON_FILE_SCTP && listens) record->number = sk->__sk_common.skc_num;
    return;
  }
  record->family = family;
  if (family != AF_PACKET) describe_endpoints(sk, record);
}

// Whether the kernel's string is `expected`, with its NUL. The function is inlined and its loop
// unrolled, so that the program needs no map for the string.
static __always_inline int is_text(const void* kernel_string, const char* expected, __u32 size) {
  char found[16] = {};
  bpf_probe_read_kernel_str(found, sizeof found, kernel_string);
#pragma unroll
  for (__u32 i = 0; i < size; ++i) {
    if (found[i] != expected[i]) return 0;
  }
  return 1;
}

// The kernel searches all its types for each type that is accessed here, which takes half a
// millisecond, and caches 31 answers by a hash of the type's name (vmlinux_cand_cache in
// kernel/bpf/btf.c). In that cache "inode" and "net" share a slot and evict each other, and so do
// "ns_common" and "file". So an inode is read as part of the socket_alloc around it, and a
// ns_common as part of the net around it: the addresses are the same, and loading takes less than
// half the time.
static const struct socket_alloc* around_inode(const void* inode) {
  return inode - bpf_core_field_offset(struct socket_alloc, vfs_inode);
}

static const struct net* around_namespace(const void* common) {
  return common - bpf_core_field_offset(struct net, ns);
}

static int is_net_namespace(const struct socket_alloc* inode) {
  const struct net* net = around_namespace(BPF_CORE_READ(inode, vfs_inode.i_private));
  return is_text(BPF_CORE_READ(net, ns.ops, name), "net", sizeof "net");
}

static int is_ring(const struct file* file) {
  return is_text(BPF_CORE_READ(file, f_path.dentry, d_name.name), "[io_uring]",
                 sizeof "[io_uring]");
}

static void describe(struct file* file, struct netmon_file_record* record) {
  const struct socket_alloc* inode = around_inode(BPF_CORE_READ(file, f_inode));
  struct socket* socket = bpf_sock_from_file(file);
  if (socket) {
    if (socket->sk) describe_socket(socket->sk, record);
  } else {
    unsigned long magic = BPF_CORE_READ(inode, vfs_inode.i_sb, s_magic);
    if (magic == NSFS_MAGIC && is_net_namespace(inode)) record->kind = NETMON_FILE_NET_NAMESPACE;
    if (magic == ANON_INODE_FS_MAGIC && is_ring(file)) record->kind = NETMON_FILE_IO_URING;
  }
  if (record->kind && record->kind != NETMON_FILE_IO_URING) {
    record->inode = BPF_CORE_READ(inode, vfs_inode.i_ino);
  }
}

// The number of a process at a level of pid namespaces. task->tgid would be the number in the
// initial pid namespace, whoever reads it.
//
// `pid` comes from BPF_CORE_READ(), so the verifier takes it for a plain number: on a pointer whose
// type it knows, Linux 6.1 refuses this arithmetic.
static __u32 number_at(const struct pid* pid, __u32 level) {
  __u32 number = 0;
  const void* numbers = pid->numbers;
  bpf_probe_read_kernel(&number, sizeof number, numbers + level * bpf_core_type_size(struct upid));
  return number;
}

// Fills in the process and thread as seen from the pid and time namespaces of `reader`.
static void identify(struct task_struct* task, struct task_struct* reader,
                     struct netmon_file_record* record) {
  const struct task_struct* leader = BPF_CORE_READ(task, group_leader);
  __u32 level = BPF_CORE_READ(reader, thread_pid, level);
  record->pid = number_at(BPF_CORE_READ(leader, thread_pid), level);
  if (task->pid != task->tgid) {
    record->thread = number_at(BPF_CORE_READ(task, thread_pid), level);
  }
  const struct time_namespace* space = BPF_CORE_READ(reader, nsproxy, time_ns);
  record->start_ns = BPF_CORE_READ(leader, start_boottime) +
                     BPF_CORE_READ(space, offsets.boottime.tv_sec) * NANOSECONDS +
                     BPF_CORE_READ(space, offsets.boottime.tv_nsec);
  BPF_CORE_READ_STR_INTO(&record->comm, leader, comm);
}

SEC("iter/task_file")
int walk_file(struct bpf_iter__task_file* context) {
  struct task_struct* task = context->task;
  struct file* file = context->file;
  if (!task || !file) return 0;  // the call that ends the walk
  struct netmon_file_record record = {};
  describe(file, &record);
  if (!record.kind) return 0;
  identify(task, bpf_get_current_task_btf(), &record);
  if (!record.pid) return 0;  // the process has just ended
  record.fd = context->fd;
  bpf_seq_write(context->meta->seq, &record, sizeof record);
  return 0;
}
