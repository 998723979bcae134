// Puts the BPF programs of this folder to work. C, as the skeletons that bpftool generates are.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// All return a descriptor, which the caller closes, or a negative errno.

// Loads the program of socket_walk.bpf.c and attaches it: the descriptor holds it, and nothing else
// stays behind.
int netmon_attach_socket_walk(void);

// The programs of kernel_sockets.bpf.c, loaded in the same way; a descriptor each.
struct netmon_kernel_socket_links {
  int tcp;
  int udp;
};
struct netmon_kernel_socket_links netmon_attach_kernel_sockets(void);

// From what this returns the records of one walk are read: those of records.h, or cookies of 8
// bytes.
int netmon_begin_walk(int link);

#ifdef __cplusplus
}
#endif
