// Functions of socket_events.bpf.c that read the kernel's structures.
//
// libbpf's headers and kernel_types.h are included before this header.
#pragma once

#include "bpf/events/event_records.h"

enum { kMaxNames = 24 };

static struct netmon_process_key key_of(const struct task_struct* leader) {
  struct netmon_process_key key = {};
  key.start_ns = BPF_CORE_READ(leader, start_boottime);
  key.tgid = BPF_CORE_READ(leader, tgid);
  key.exec_id = BPF_CORE_READ(leader, self_exec_id);
  return key;
}

// The amount of code that the verifier has to check decides how long attaching takes. It checks the
// body of a bpf_loop() once, but that of an ordinary loop as often as it can run. It checks a
// global function once for each program, with any arguments that it could get, but a static one at
// each call, with all that is known there. So long functions are global, marked __noinline. Such a
// function takes numbers, and pointers to memory that count as null until they are compared with 0;
// a pointer into the kernel is passed as a number. It has to return a number, which is 0 where it
// has no meaning.
struct path_walk {
  const struct dentry* dentry;
  const struct mount* mount;
  struct netmon_names* names;
};

// Adds a name that is in kernel memory. Returns 0 where no more names fit.
static __always_inline int add_name(struct netmon_names* names, const void* name) {
  __u32 used = names->bytes;
  if (used > NETMON_PATH_LAST) return 0;
  long got = bpf_probe_read_kernel_str(&names->text[used], NETMON_NAME_BYTES, name);
  if (got <= 0 || got > NETMON_NAME_BYTES) return 0;
  names->bytes = used + got;
  return 1;
}

static long read_name(__u32 index, void* context) {
  (void)index;
  struct path_walk* walk = context;
  // These are copied because BPF_CORE_READ() takes each member in its path for one of the kernel's.
  const struct dentry* dentry = walk->dentry;
  const struct mount* mount = walk->mount;
  struct netmon_names* names = walk->names;
  if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
    const struct mount* above = BPF_CORE_READ(mount, mnt_parent);
    if (above == mount) return 1;
    walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
    walk->mount = above;
    return 0;
  }
  const struct dentry* parent = BPF_CORE_READ(dentry, d_parent);
  if (!names || !add_name(names, BPF_CORE_READ(dentry, d_name.name))) return 1;
  if (parent == dentry) return 1;  // a memory file (memfd) is in no folder
  walk->dentry = parent;
  return 0;
}

// Reads the names of a path, from its end to the root, across mounts. `dentry` and `seen` are the
// addresses of a struct dentry and a struct vfsmount.
__noinline int read_path(__u64 dentry, __u64 seen, struct netmon_names* names) {
  if (!names) return 0;
  struct path_walk walk = {
      .dentry = (const void*)dentry,
      .mount = (const void*)seen - bpf_core_field_offset(struct mount, mnt),
      .names = names,
  };
  bpf_loop(kMaxNames, read_name, &walk, 0);
  return 0;
}

static void describe_file(const struct file* file, struct netmon_file* value) {
  const struct inode* inode = BPF_CORE_READ(file, f_inode);
  value->inode = BPF_CORE_READ(inode, i_ino);
  value->device = BPF_CORE_READ(inode, i_sb, s_dev);
  value->bytes = BPF_CORE_READ(inode, i_size);
  value->deleted = BPF_CORE_READ(inode, i_nlink) == 0;
  const struct inode___6_11* fresh = (const void*)inode;
  const struct inode___6_6* older = (const void*)inode;
  const struct inode___5* old = (const void*)inode;
  if (bpf_core_field_exists(struct inode___6_11, i_ctime_sec)) {
    value->changed_s = BPF_CORE_READ(fresh, i_ctime_sec);
    value->changed_ns = BPF_CORE_READ(fresh, i_ctime_nsec);
  } else if (bpf_core_field_exists(struct inode___6_6, __i_ctime)) {
    value->changed_s = BPF_CORE_READ(older, __i_ctime.tv_sec);
    value->changed_ns = BPF_CORE_READ(older, __i_ctime.tv_nsec);
  } else {
    value->changed_s = BPF_CORE_READ(old, i_ctime.tv_sec);
    value->changed_ns = BPF_CORE_READ(old, i_ctime.tv_nsec);
  }
  // With multigrain timestamps (Linux 6.13) the highest bit says whether the time has been queried.
  value->changed_ns &= 0x7fffffff;
  read_path((__u64)BPF_CORE_READ(file, f_path.dentry), (__u64)BPF_CORE_READ(file, f_path.mnt),
            &value->path);
}
