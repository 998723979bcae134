// Puts the BPF program of socket_walk.bpf.c to work. C, as the skeleton that bpftool generates is.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// Both return a descriptor, which the caller closes, or a negative errno.

// Loads the program and attaches it: the descriptor holds it, and nothing else stays behind.
int netmon_attach_socket_walk(void);

// From what this returns the records of one walk are read (records.h).
int netmon_begin_socket_walk(int link);

#ifdef __cplusplus
}
#endif
