#include "bpf/open_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

// A light skeleton holds no ELF file but the system calls that load the program, themselves as a
// BPF program. So nothing of libbpf is needed at run time, and the kernel itself fills in the
// offsets from its own types: an ordinary skeleton first reads all of /sys/kernel/btf/vmlinux.
#include <socket_walk.lskel.h>

static int own(int result) { return result < 0 ? -errno : result; }

static int create_iterator(int link) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.iter_create.link_fd = (__u32)link;
  return own(skel_sys_bpf(BPF_ITER_CREATE, &attr, sizeof attr.iter_create));
}

static int load_and_open(void) {
  struct netmon_socket_walk* skeleton = netmon_socket_walk__open();
  if (!skeleton) return -ENOMEM;
  int iterator = netmon_socket_walk__load(skeleton);
  if (iterator == 0) iterator = own(netmon_socket_walk__attach(skeleton));
  if (iterator == 0) iterator = create_iterator(skeleton->links.walk_file_fd);
  netmon_socket_walk__destroy(skeleton);
  return iterator;
}

int netmon_open_socket_walk(void) {
  // The skeleton takes descriptor 0 for none, which a program started without standard input has.
  const int zero = fcntl(0, F_GETFD) < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
  const int iterator = load_and_open();
  if (zero >= 0) close(zero);
  return iterator;
}
