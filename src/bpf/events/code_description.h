// Describes what the current process has mapped as code, at its first event. A part of
// socket_events.bpf.c. The kernel has functions that walk over mappings since Linux 6.7.
#pragma once

#include "bpf/events/event_maps.h"
#include "bpf/events/kernel_reads.h"

enum { VM_EXEC = 4, WRITABLE_BY_OTHERS = 022 };

enum {
  kMaxForeign = 16384,
  kMaxForeignOfOne = 64,
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, kMaxForeign);
  __type(key, struct netmon_foreign_key);
  __type(value, struct netmon_file);
} foreign SEC(".maps");

// The initial value of new entries of `foreign`, at index 0, because it is too large for the stack.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct netmon_file);
} empty_file SEC(".maps");

struct bpf_iter_task_vma {
  __u64 opaque;
};
extern int bpf_iter_task_vma_new(struct bpf_iter_task_vma* walk, struct task_struct* task,
                                 __u64 address) __ksym;
extern struct vm_area_struct* bpf_iter_task_vma_next(struct bpf_iter_task_vma* walk) __ksym;
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma* walk) __ksym;

// Adds a file to `foreign`. Returns 0 where the map or the share of the process is full.
static __always_inline int keep_foreign(const struct file* file,
                                        const struct netmon_process_key* process, __u32 number) {
  if (number >= kMaxForeignOfOne) return 0;
  __u32 zero = 0;
  struct netmon_file* empty = bpf_map_lookup_elem(&empty_file, &zero);
  if (!empty) return 0;
  struct netmon_foreign_key key = {.process = *process, .number = number};
  bpf_map_update_elem(&foreign, &key, empty, BPF_NOEXIST);
  struct netmon_file* value = bpf_map_lookup_elem(&foreign, &key);
  if (!value) return 0;
  describe_file(file, value);
  return 1;
}

static __always_inline void see_mapping(const struct vm_area_struct* mapping,
                                        const struct inode* exe,
                                        const struct netmon_process_key* process,
                                        struct netmon_process_code* code) {
  if (!(BPF_CORE_READ(mapping, vm_flags) & VM_EXEC)) return;
  const struct file* file = BPF_CORE_READ(mapping, vm_file);
  if (!file) return;
  const struct inode* inode = BPF_CORE_READ(file, f_inode);
  // overlayfs maps another inode than it opens, with the same number.
  if (inode == exe || BPF_CORE_READ(inode, i_ino) == BPF_CORE_READ(exe, i_ino)) {
    code->exe_mapped = 1;
    return;
  }
  int roots_alone =
      BPF_CORE_READ(inode, i_uid.val) == 0 && !(BPF_CORE_READ(inode, i_mode) & WRITABLE_BY_OTHERS);
  if (roots_alone) return;
  if (!keep_foreign(file, process, code->foreign)) code->cut = 1;
  ++code->foreign;
}

// Walks over the mappings of the current process once. The process must have been described
// already. Returns 0 where the next event has to try again.
__noinline int see_code(const struct netmon_process_key* process) {
  if (!process) return 1;
  struct netmon_process_value* value = bpf_map_lookup_elem(&processes, process);
  if (!value) return 1;
  // The result is written into the map directly, because the verifier would track a variable on the
  // stack through every iteration of the loop.
  struct netmon_process_code* code = &value->code;
  if (__sync_val_compare_and_swap(&code->begun, 0, 1)) return 1;  // another thread has begun
  struct task_struct* task = bpf_get_current_task_btf();
  const struct inode* exe = BPF_CORE_READ(task, mm, exe_file, f_inode);
  struct bpf_iter_task_vma walk;
  int refused = bpf_iter_task_vma_new(&walk, task, 0);
  struct vm_area_struct* mapping;
  while ((mapping = bpf_iter_task_vma_next(&walk))) see_mapping(mapping, exe, process, code);
  bpf_iter_task_vma_destroy(&walk);
  if (refused) {
    code->begun = 0;  // another thread is changing the mappings
    return 0;
  }
  code->whole = 1;
  return 1;
}
