#include "bpf/open_walk.h"

#include <linux/bpf.h>
#include <string.h>

#include "bpf/light_skeleton.h"

// A light skeleton contains no ELF file but the system calls that load the program, which are
// themselves a BPF program. So libbpf is not needed at run time, and the kernel fills in the
// offsets from its own types; an ordinary skeleton would first read all of /sys/kernel/btf/vmlinux.
#include <kernel_sockets.lskel.h>
#include <socket_walk.lskel.h>

static int attach_socket_walk_once(void) {
  struct netmon_socket_walk* skeleton = netmon_socket_walk__open();
  if (!skeleton) return -ENOMEM;
  int link = netmon_socket_walk__load(skeleton);
  if (link == 0) link = own(netmon_socket_walk__attach(skeleton));
  if (link >= 0) link = kept(skeleton->links.walk_file_fd);
  netmon_socket_walk__destroy(skeleton);
  return link;
}

int netmon_attach_socket_walk(void) {
  const int zero = occupy_zero();
  int link = -EAGAIN;
  for (int attempt = 0; link == -EAGAIN && attempt < ATTEMPTS; ++attempt) {
    link = attach_socket_walk_once();
  }
  release_zero(zero);
  return link;
}

static struct netmon_kernel_socket_links attach_kernel_sockets_once(void) {
  struct netmon_kernel_sockets* skeleton = netmon_kernel_sockets__open();
  if (!skeleton) return (struct netmon_kernel_socket_links){-ENOMEM, -ENOMEM};
  int error = netmon_kernel_sockets__load(skeleton);
  if (error == 0) error = own(netmon_kernel_sockets__attach(skeleton));
  struct netmon_kernel_socket_links links = {error, error};
  if (error >= 0) {
    links.tcp = kept(skeleton->links.list_tcp_fd);
    links.udp = kept(skeleton->links.list_udp_fd);
  }
  netmon_kernel_sockets__destroy(skeleton);
  return links;
}

struct netmon_kernel_socket_links netmon_attach_kernel_sockets(void) {
  const int zero = occupy_zero();
  struct netmon_kernel_socket_links links = {-EAGAIN, -EAGAIN};
  for (int attempt = 0; links.tcp == -EAGAIN && attempt < ATTEMPTS; ++attempt) {
    links = attach_kernel_sockets_once();
  }
  release_zero(zero);
  return links;
}

int netmon_begin_walk(int link) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.iter_create.link_fd = (__u32)link;
  return own(skel_sys_bpf(BPF_ITER_CREATE, &attr, sizeof attr.iter_create));
}
