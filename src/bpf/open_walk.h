// Puts the BPF program of socket_walk.bpf.c to work. C, as the skeleton that bpftool generates is.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// Loads the program and attaches it. Returns a descriptor from which the records of one walk are
// read (records.h), or a negative errno. The descriptor holds all that the walk needs; the caller
// closes it, and nothing else stays behind.
int netmon_open_socket_walk(void);

#ifdef __cplusplus
}
#endif
