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

static int load_and_attach(void) {
  struct netmon_socket_walk* skeleton = netmon_socket_walk__open();
  if (!skeleton) return -ENOMEM;
  int link = netmon_socket_walk__load(skeleton);
  if (link == 0) link = own(netmon_socket_walk__attach(skeleton));
  if (link >= 0) link = own(fcntl(skeleton->links.walk_file_fd, F_DUPFD_CLOEXEC, 3));
  netmon_socket_walk__destroy(skeleton);
  return link;
}

int netmon_attach_socket_walk(void) {
  // The skeleton takes descriptor 0 for none, which a program started without standard input has.
  const int zero = fcntl(0, F_GETFD) < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
  // A signal that comes while the program is verified ends that with EAGAIN, whatever handles it.
  int link = -EAGAIN;
  for (int attempt = 0; link == -EAGAIN && attempt < 5; ++attempt) link = load_and_attach();
  if (zero >= 0) close(zero);
  return link;
}

int netmon_begin_socket_walk(int link) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.iter_create.link_fd = (__u32)link;
  return own(skel_sys_bpf(BPF_ITER_CREATE, &attr, sizeof attr.iter_create));
}
