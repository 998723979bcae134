// Describes a process from its task alone. A part of socket_events.bpf.c.
#pragma once

#include "bpf/events/event_maps.h"
#include "bpf/events/kernel_reads.h"

static const struct upid* number_at(const struct pid* pid, __u32 level) {
  return (const void*)pid + bpf_core_field_offset(struct pid, numbers) +
         level * bpf_core_type_size(struct upid);
}

// The number of a process in the pid namespace with the inode `wanted`; 0 where it is not in that
// namespace. `address` is that of its struct pid.
__noinline __u32 number_in(__u64 address, __u32 wanted) {
  const struct pid* pid = (const void*)address;
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

// Fills in `value` for a process. `address` is that of its thread-group leader's task.
__noinline int describe_process(__u64 address, __u32 pid, struct netmon_process_value* value) {
  if (!value) return 0;
  const struct task_struct* leader = (const void*)address;
  value->pid = pid;
  value->own_pid = own_number(BPF_CORE_READ(leader, thread_pid));
  value->uid = BPF_CORE_READ(leader, cred, euid.val);
  value->mount_namespace = BPF_CORE_READ(leader, nsproxy, mnt_ns, ns.inum);
  BPF_CORE_READ_STR_INTO(&value->comm, leader, comm);
  const struct file* exe = BPF_CORE_READ(leader, mm, exe_file);
  if (exe) describe_file(exe, &value->exe);
  return 0;
}

#include "bpf/events/own_description.h"
#ifndef NETMON_WITHOUT_CODE
#include "bpf/events/code_description.h"
#endif

// The key of the current process, whether it is in the map or not.
static struct netmon_process_key current_process(void) {
#ifdef NETMON_WITHOUT_CODE
  const struct task_struct* task = (const void*)bpf_get_current_task();
  return key_of(BPF_CORE_READ(task, group_leader));
#else
  // Every event needs the key, so it is read directly: calling a helper takes ten times as long.
  const struct task_struct* leader = bpf_get_current_task_btf()->group_leader;
  struct netmon_process_key key = {};
  key.start_ns = leader->start_boottime;
  key.tgid = leader->tgid;
  key.exec_id = leader->self_exec_id;
  return key;
#endif
}

struct ancestor_walk {
  const struct task_struct* leader;
  struct netmon_event_settings* set;
  struct netmon_process_value* empty;
  struct netmon_process_value* child;
  struct netmon_process_key first;
  __u32 code_is_new;  // the code of the first process was not walked over yet
};

static long keep_process(__u32 index, void* context) {
  struct ancestor_walk* walk = context;
  const struct task_struct* leader = walk->leader;
  struct netmon_event_settings* set = walk->set;
  struct netmon_process_value* empty = walk->empty;
  if (!set || !empty) return 1;
  struct netmon_process_key key = key_of(leader);
  struct netmon_process_value* known = bpf_map_lookup_elem(&processes, &key);
  __u32 pid = 0;
  if (!known) {
    pid = number_in((__u64)BPF_CORE_READ(leader, thread_pid), set->pid_namespace);
    if (!pid) return 1;
  }
  if (index == 0) {
    walk->first = key;
    walk->code_is_new = !known || !known->code.begun;
  }
  struct netmon_process_value* child = walk->child;
  if (child) child->parent = key;
  if (known) {
    if (index == 0 && !known->own.known) describe_own((__u64)leader, &known->own);
    return 1;
  }
  bpf_map_update_elem(&processes, &key, empty, BPF_NOEXIST);
  struct netmon_process_value* value = bpf_map_lookup_elem(&processes, &key);
  if (!value) return 1;
  walk->child = value;
  if (index == 0) describe_own((__u64)leader, &value->own);
  describe_process((__u64)leader, pid, value);
  walk->leader = BPF_CORE_READ(leader, real_parent, group_leader);
  return 0;
}

// Describes the current process and its ancestors, each once. Returns the key of the current
// process, or all zero where it is outside netmon's pid namespace. Sets `described` to 1 where
// nothing of it is left to describe, and to 0 otherwise.
static struct netmon_process_key keep_processes(uint16_t* described) {
  __u32 zero = 0;
  const struct task_struct* task = (const void*)bpf_get_current_task();
  struct ancestor_walk walk = {
      .leader = BPF_CORE_READ(task, group_leader),
      .set = read_settings(),
      .empty = bpf_map_lookup_elem(&empty_process, &zero),
  };
  bpf_loop(kMaxAncestors, keep_process, &walk, 0);
#ifdef NETMON_WITHOUT_CODE
  *described = 1;
#else
  *described = !walk.code_is_new || see_code(&walk.first);
#endif
  return walk.first;
}
