// How the programs of socket_events.bpf.c describe a process, from its task alone.
#pragma once

#include "bpf/event_maps.h"

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
