// Loads and runs the BPF programs of this folder. Written in C, like the skeletons that bpftool
// generates.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// All functions return descriptors, which the caller closes, or a negative errno in their place.

// Loads the program of socket_walk.bpf.c and attaches it. The program lives as long as the
// descriptor.
int netmon_attach_socket_walk(void);

// Loads the programs of kernel_sockets.bpf.c in the same way. Each has a descriptor.
struct netmon_kernel_socket_links {
  int tcp;
  int udp;
};
struct netmon_kernel_socket_links netmon_attach_kernel_sockets(void);

// Begins a walk. The returned descriptor is read to get its records: those of records.h, or cookies
// of 8 bytes. `link` is a descriptor of an attached program.
int netmon_begin_walk(int link);

#ifdef __cplusplus
}
#endif
