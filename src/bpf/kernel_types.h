// Declares the few members of the kernel's structures that netmon's BPF programs read.
//
// Order, size and offsets have no meaning here: each access is recorded by name, and the running
// kernel fills in its own offset at load time (CO-RE). So this header serves every kernel that has
// members of these names, and replaces a dump of one kernel's types, which would have 150,000
// lines.
#pragma once

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pid_namespace;

struct upid {
  int nr;
  struct pid_namespace* ns;
};

struct pid {
  unsigned int level;
  struct upid numbers[1];  // one for each level, beginning with that of the initial namespace
};

struct timespec64 {
  __s64 tv_sec;
  long tv_nsec;
};

struct timens_offsets {
  struct timespec64 boottime;
};

struct time_namespace {
  struct timens_offsets offsets;
};

struct mnt_namespace;

struct nsproxy {
  struct time_namespace* time_ns;
  struct mnt_namespace* mnt_ns;
};

typedef struct {
  __u32 val;
} kuid_t;

typedef struct {
  __u32 val;
} kgid_t;

struct group_info {
  int ngroups;
  kgid_t gid[1];
};

struct user_namespace;

// Before Linux 6.3 the capabilities were two numbers of 32 bits.
typedef struct {
  __u64 val;
} kernel_cap_t;

struct cred {
  kuid_t uid;
  kuid_t suid;
  kuid_t euid;
  kgid_t egid;
  kernel_cap_t cap_permitted;
  struct user_namespace* user_ns;
  struct group_info* group_info;
};

struct file;

struct mm_struct {
  unsigned long arg_start;
  unsigned long arg_end;
  unsigned long env_start;
  unsigned long env_end;
  struct file* exe_file;
};

struct fs_struct;

struct files_struct;

struct css_set;

struct task_struct {
  unsigned int flags;
  int pid;
  int tgid;
  struct mm_struct* mm;
  struct task_struct* real_parent;
  const struct cred* cred;
  __u64 self_exec_id;  // the number of its calls of execve(2)
  struct task_struct* group_leader;
  struct pid* thread_pid;
  struct nsproxy* nsproxy;
  struct fs_struct* fs;
  struct files_struct* files;
  struct css_set* cgroups;
  __u64 start_boottime;
  char comm[16];
};

struct super_block {
  __u32 s_dev;
  unsigned long s_magic;
};

struct inode {
  unsigned short i_mode;
  kuid_t i_uid;
  struct super_block* i_sb;
  unsigned long i_ino;
  unsigned int i_nlink;
  __s64 i_size;
  void* i_private;
};

// The change time has been two numbers since Linux 6.11, and was called __i_ctime since 6.6.
struct inode___6_11 {
  __s64 i_ctime_sec;
  __u32 i_ctime_nsec;
};

struct inode___6_6 {
  struct timespec64 __i_ctime;
};

struct inode___5 {
  struct timespec64 i_ctime;
};

struct socket_alloc {
  struct inode vfs_inode;
};

struct qstr {
  const unsigned char* name;
};

struct dentry {
  struct qstr d_name;
  struct dentry* d_parent;
  struct inode* d_inode;
};

struct vfsmount {
  struct dentry* mnt_root;
};

struct mount {
  struct mount* mnt_parent;
  struct dentry* mnt_mountpoint;
  struct vfsmount mnt;
};

struct path {
  struct vfsmount* mnt;
  struct dentry* dentry;
};

struct fs_struct {
  struct path root;
  struct path pwd;
};

struct fdtable {
  unsigned int max_fds;
  struct file** fd;
};

struct files_struct {
  struct fdtable* fdt;
};

// A mapping of memory.
struct vm_area_struct {
  unsigned long vm_flags;
  struct file* vm_file;
};

struct kernfs_node {
  const char* name;
};

// The parent has this name since Linux 6.15.
struct kernfs_node___6_15 {
  struct kernfs_node* __parent;
};

struct kernfs_node___6_14 {
  struct kernfs_node* parent;
};

struct cgroup {
  struct kernfs_node* kn;
};

struct css_set {
  struct cgroup* dfl_cgrp;
};

struct file {
  struct inode* f_inode;
  struct path f_path;
};

struct proc_ns_operations {
  const char* name;
};

struct ns_common {
  const struct proc_ns_operations* ops;
  unsigned int inum;
};

struct pid_namespace {
  struct ns_common ns;
};

struct mnt_namespace {
  struct ns_common ns;
};

struct user_namespace {
  struct ns_common ns;
};

struct net {
  struct ns_common ns;
  __u64 net_cookie;
};

typedef struct {
  struct net* net;
} possible_net_t;

struct in6_addr {
  union {
    __u8 u6_addr8[16];
  } in6_u;
};

struct hlist_node {
  struct hlist_node** pprev;  // null where the node is in no list
};

typedef struct {
  __s64 counter;
} atomic64_t;

struct sock_common {
  __be32 skc_daddr;
  __be32 skc_rcv_saddr;
  __be16 skc_dport;
  __u16 skc_num;
  unsigned short skc_family;
  volatile unsigned char skc_state;
  struct hlist_node skc_node;
  possible_net_t skc_net;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
  atomic64_t skc_cookie;
};

struct socket;
struct sock_reuseport;

struct sock {
  struct sock_common __sk_common;
  struct sock_reuseport* sk_reuseport_cb;  // its SO_REUSEPORT group
  __u8 sk_kern_sock : 1;
  __u8 sk_userlocks;  // a bit field before Linux 6.9
  __u16 sk_type;
  __u16 sk_protocol;
  struct socket* sk_socket;
};

// A socket's own port range exists since Linux 6.3, first as a pair and since 6.8 as one number.
// CO-RE ignores the part of a name from "___" on.
struct inet_sock {
  __u32 local_port_range;
};

struct inet_sock___pair {
  struct {
    __u16 lo;
    __u16 hi;
  } local_port_range;
};

struct socket {
  struct file* file;
  struct sock* sk;
};

struct bpf_prog_aux {
  __u32 id;  // 0 for a classic program (SO_ATTACH_REUSEPORT_CBPF)
};

struct bpf_prog {
  struct bpf_prog_aux* aux;
};

struct sock_reuseport {
  struct bpf_prog* prog;
};

struct sockaddr_vm {
  unsigned int svm_port;
  unsigned int svm_cid;
};

struct vsock_sock {
  struct sockaddr_vm local_addr;
  struct sockaddr_vm remote_addr;
};

#pragma clang attribute pop

// Contexts of the programs. Their layout is the same in every kernel.
struct seq_file;

struct bpf_iter_meta {
  struct seq_file* seq;
};

struct bpf_iter__task_file {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
  __u32 fd;
  struct file* file;
};

struct bpf_iter__tcp {
  struct bpf_iter_meta* meta;
  struct sock_common* sk_common;
};

struct udp_sock;

struct bpf_iter__udp {
  struct bpf_iter_meta* meta;
  struct udp_sock* udp_sk;
};

// Contexts of linux/bpf.h. The verifier rewrites each access by its offset, so the members in
// between are declared too.
struct bpf_sock {
  __u32 bound_dev_if;
  __u32 family;
  __u32 type;
  __u32 protocol;
};

struct bpf_sock_addr {
  __u32 user_family;
  __u32 user_ip4;
  __u32 user_ip6[4];
  __u32 user_port;
  __u32 family;
  __u32 type;
  __u32 protocol;
  __u32 msg_src_ip4;
  __u32 msg_src_ip6[4];
  struct bpf_sock* sk __attribute__((aligned(8)));
};

struct bpf_sock_ops {
  __u32 op;
  __u32 args[4];
  __u32 family;
  __u32 remote_ip4;
  __u32 local_ip4;
  __u32 remote_ip6[4];
  __u32 local_ip6[4];
  __u32 remote_port;  // in network byte order, in the upper half of a little-endian number
  __u32 local_port;   // in host byte order
  __u32 in_between[28];
  struct bpf_sock* sk;
};
