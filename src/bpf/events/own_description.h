// Describes what can be read only in the context of the current process: its arguments, the
// variables of its loader, its privilege, and its working directory. A part of socket_events.bpf.c.
#pragma once

#include "bpf/events/task_description.h"

enum {
  kMaxVariables = 512,
  kMaxVariableBytes = 512,
  kMaxGroupLevels = 16,
};

#define PREFIX(a, b, c) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16)

// Whether the name of a variable has the same beginning as one that is kept. Only the reader knows
// the whole names, so it gets more of the environment than it keeps; names of secrets do not begin
// so.
static __always_inline int is_wanted(const char* name) {
  switch (PREFIX(name[0], name[1], name[2])) {
    case PREFIX('L', 'D', '_'):
    case PREFIX('G', 'L', 'I'):
    case PREFIX('G', 'C', 'O'):
    case PREFIX('O', 'P', 'E'):
    case PREFIX('P', 'Y', 'T'):
    case PREFIX('P', 'E', 'R'):
    case PREFIX('R', 'U', 'B'):
    case PREFIX('G', 'E', 'M'):
    case PREFIX('B', 'U', 'N'):
    case PREFIX('N', 'O', 'D'):
    case PREFIX('J', 'A', 'V'):
    case PREFIX('_', 'J', 'A'):
    case PREFIX('J', 'D', 'K'):
    case PREFIX('C', 'L', 'A'):
    case PREFIX('B', 'A', 'S'):
    case PREFIX('E', 'N', 'V'):
    case PREFIX('Z', 'D', 'O'):
    case PREFIX('F', 'P', 'A'):
    case PREFIX('P', 'H', 'P'):
    case PREFIX('L', 'U', 'A'):
    case PREFIX('D', 'O', 'T'):
    case PREFIX('C', 'O', 'R'):
    case PREFIX('T', 'C', 'L'):
    case PREFIX('G', 'U', 'I'):
    case PREFIX('A', 'W', 'K'):
      return 1;
  }
  return name[0] == 'R' && name[1] == '_';
}

struct environment_walk {
  __u64 at;
  __u64 end;
  struct netmon_process_own* own;
  __u32 in_midst;  // `at` is within a variable that is longer than what is read at once
};

static long read_variable(__u32 index, void* context) {
  (void)index;
  struct environment_walk* walk = context;
  struct netmon_process_own* own = walk->own;
  if (!own) return 1;
  if (walk->at >= walk->end) {
    own->loader_read = 1;
    return 1;
  }
  __u32 used = own->loader_bytes;
  if (used > NETMON_LOADER_LAST) return 1;
  char* text = &own->loader[used];
  long got = bpf_probe_read_user_str(text, kMaxVariableBytes, (const void*)walk->at);
  if (got <= 0 || got > kMaxVariableBytes) return 1;
  int cut = got == kMaxVariableBytes;
  int wanted = !walk->in_midst && is_wanted(text);
  if (wanted && cut) return 1;
  if (wanted) own->loader_bytes = used + got;
  walk->in_midst = cut;
  walk->at += cut ? got - 1 : got;
  return 0;
}

static void describe_memory(const struct mm_struct* mm, struct netmon_process_own* own) {
  __u64 start = BPF_CORE_READ(mm, arg_start);
  __u64 bytes = BPF_CORE_READ(mm, arg_end) - start;
  if (bytes > NETMON_ARGUMENT_BYTES) bytes = NETMON_ARGUMENT_BYTES;
  if (bpf_probe_read_user(own->arguments, bytes, (const void*)start) == 0) {
    own->arguments_bytes = bytes;
    own->arguments_read = 1;
  }
  struct environment_walk walk = {
      .at = BPF_CORE_READ(mm, env_start), .end = BPF_CORE_READ(mm, env_end), .own = own};
  bpf_loop(kMaxVariables, read_variable, &walk, 0);
}

static void describe_rights(const struct cred* cred, struct netmon_process_own* own) {
  own->real_uid = BPF_CORE_READ(cred, uid.val);
  own->saved_uid = BPF_CORE_READ(cred, suid.val);
  own->group = BPF_CORE_READ(cred, egid.val);
  own->user_namespace = BPF_CORE_READ(cred, user_ns, ns.inum);
  // Read by its offset, because the type of the member has changed, but not its bits.
  bpf_probe_read_kernel(&own->capabilities, sizeof own->capabilities,
                        (const void*)cred + bpf_core_field_offset(struct cred, cap_permitted));
  const struct group_info* groups = BPF_CORE_READ(cred, group_info);
  own->group_count = BPF_CORE_READ(groups, ngroups);
  __u32 bytes = own->group_count * sizeof own->groups[0];
  if (own->group_count > NETMON_GROUPS) return;
  if (bytes > sizeof own->groups) return;
  bpf_probe_read_kernel(own->groups, bytes,
                        (const void*)groups + bpf_core_field_offset(struct group_info, gid));
}

struct group_walk {
  const struct kernfs_node* node;
  struct netmon_names* names;
};

static long read_group(__u32 index, void* context) {
  (void)index;
  struct group_walk* walk = context;
  const struct kernfs_node* node = walk->node;
  struct netmon_names* names = walk->names;
  const struct kernfs_node___6_15* fresh = (const void*)node;
  const struct kernfs_node___6_14* old = (const void*)node;
  const struct kernfs_node* parent;
  if (bpf_core_field_exists(struct kernfs_node___6_15, __parent)) {
    parent = BPF_CORE_READ(fresh, __parent);
  } else {
    parent = BPF_CORE_READ(old, parent);
  }
  if (!parent || !names) return 1;
  if (!add_name(names, BPF_CORE_READ(node, name))) return 1;
  walk->node = parent;
  return 0;
}

static void describe_inode(const struct inode* inode, struct netmon_held* held) {
  held->inode = BPF_CORE_READ(inode, i_ino);
  held->device = BPF_CORE_READ(inode, i_sb, s_dev);
}

static __always_inline void describe_descriptor(const struct fdtable* table, __u32 number,
                                                struct netmon_held* held) {
  if (number >= BPF_CORE_READ(table, max_fds)) return;
  struct file** files = BPF_CORE_READ(table, fd);
  const struct file* file = 0;
  bpf_probe_read_kernel(&file, sizeof file, files + number);
  if (file) describe_inode(BPF_CORE_READ(file, f_inode), held);
}

static void describe_scripts(const struct fdtable* table, struct netmon_process_own* own) {
  describe_descriptor(table, 3, &own->scripts[0]);
  describe_descriptor(table, 4, &own->scripts[1]);
  describe_descriptor(table, 5, &own->scripts[2]);
  describe_descriptor(table, 6, &own->scripts[3]);
  describe_descriptor(table, 10, &own->scripts[4]);
  describe_descriptor(table, 255, &own->scripts[5]);
}

// Fills in `own` for the current task. `address` is that of its thread-group leader.
__noinline int describe_own(__u64 address, struct netmon_process_own* own) {
  if (!own) return 0;
  const struct task_struct* leader = (const void*)address;
  own->known = 1;
  const struct task_struct* task = (const void*)bpf_get_current_task();
  describe_rights(BPF_CORE_READ(leader, cred), own);
  const struct fs_struct* fs = BPF_CORE_READ(task, fs);
  describe_inode(BPF_CORE_READ(fs, root.dentry, d_inode), &own->root);
  describe_scripts(BPF_CORE_READ(task, files, fdt), own);
  read_path((__u64)BPF_CORE_READ(fs, pwd.dentry), (__u64)BPF_CORE_READ(fs, pwd.mnt), &own->folder);
  struct group_walk walk = {.node = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn),
                            .names = &own->cgroup};
  bpf_loop(kMaxGroupLevels, read_group, &walk, 0);
  describe_memory(BPF_CORE_READ(task, mm), own);
  return 0;
}
