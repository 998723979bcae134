// What processes had mapped as code at their first event, by the hooks of socket_events.bpf.c.
//
// It walks over a process's mappings, for which the kernel has had functions since Linux 6.7. It is
// a program of its own, so that where they are missing the events are there, and the code of
// processes that have ended is not known.

// kernel_types.h first: libbpf's headers need its integers.
// clang-format off
#include "bpf/kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
// clang-format on

#include "bpf/events/kernel_reads.h"

char kLicense[] SEC("license") = "GPL";

enum { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_ARRAY = 2 };
enum { BPF_NOEXIST = 1, BPF_F_NO_PREALLOC = 1 };
enum { AF_INET = 2, AF_INET6 = 10 };
enum { SOCK_DGRAM = 2, SOCK_RAW = 3 };
enum { PF_KTHREAD = 0x00200000 };
enum { BPF_SOCK_OPS_TCP_CONNECT_CB = 3, BPF_SOCK_OPS_TCP_LISTEN_CB = 11 };
enum { VM_EXEC = 4, WRITABLE_BY_OTHERS = 022 };
enum { ALLOW = 1 };

enum {
  kMaxProcesses = 65536,
  kMaxForeign = 16384,
  kMaxForeignOfOne = 64,
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, kMaxProcesses);
  __type(key, struct netmon_process_key);
  __type(value, struct netmon_process_code);
} codes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, kMaxForeign);
  __type(key, struct netmon_foreign_key);
  __type(value, struct netmon_file);
} foreign SEC(".maps");

// Index 0 alone. What is written into `foreign` first, for it is too large for the stack.
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

// Returns 0 where there was no room.
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
  // overlayfs maps another inode than it opens, of the same number.
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

static void see_process(void) {
  struct task_struct* task = bpf_get_current_task_btf();
  if (BPF_CORE_READ(task, flags) & PF_KTHREAD) return;
  struct netmon_process_key key = key_of(BPF_CORE_READ(task, group_leader));
  if (bpf_map_lookup_elem(&codes, &key)) return;
  // In the map from the start: what the verifier knows of a variable on the stack, it would follow
  // through every turn of the loop.
  struct netmon_process_code empty = {};
  bpf_map_update_elem(&codes, &key, &empty, BPF_NOEXIST);
  struct netmon_process_code* code = bpf_map_lookup_elem(&codes, &key);
  if (!code) return;
  const struct inode* exe = BPF_CORE_READ(task, mm, exe_file, f_inode);
  struct bpf_iter_task_vma walk;
  // Refused where another thread changes the mappings: the next event tries again.
  int refused = bpf_iter_task_vma_new(&walk, task, 0);
  struct vm_area_struct* mapping;
  while ((mapping = bpf_iter_task_vma_next(&walk))) see_mapping(mapping, exe, &key, code);
  bpf_iter_task_vma_destroy(&walk);
  code->whole = 1;
  if (refused) bpf_map_delete_elem(&codes, &key);
}

SEC("sockops")
int code_sockops(struct bpf_sock_ops* context) {
  if (context->op == BPF_SOCK_OPS_TCP_LISTEN_CB || context->op == BPF_SOCK_OPS_TCP_CONNECT_CB) {
    see_process();
  }
  return ALLOW;
}

SEC("cgroup/post_bind4")
int code_bound4(struct bpf_sock* context) {
  if (context->type == SOCK_DGRAM) see_process();
  return ALLOW;
}

SEC("cgroup/post_bind6")
int code_bound6(struct bpf_sock* context) {
  if (context->type == SOCK_DGRAM) see_process();
  return ALLOW;
}

SEC("cgroup/sock_create")
int code_create(struct bpf_sock* context) {
  if (context->type == SOCK_RAW) see_process();
  return ALLOW;
}

SEC("cgroup/connect4")
int code_connect4(struct bpf_sock_addr* context) {
  if (context->type == SOCK_DGRAM) see_process();
  return ALLOW;
}

SEC("cgroup/connect6")
int code_connect6(struct bpf_sock_addr* context) {
  if (context->type == SOCK_DGRAM) see_process();
  return ALLOW;
}

SEC("cgroup/sendmsg4")
int code_send4(struct bpf_sock_addr* context) {
  (void)context;
  see_process();
  return ALLOW;
}

SEC("cgroup/sendmsg6")
int code_send6(struct bpf_sock_addr* context) {
  (void)context;
  see_process();
  return ALLOW;
}
