// Helpers for the two files that use light skeletons, in C.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static inline int own(int result) { return result < 0 ? -errno : result; }

static inline int kept(int descriptor) { return own(fcntl(descriptor, F_DUPFD_CLOEXEC, 3)); }

// Occupies descriptor 0 where it is free, as in a program that was started without standard input:
// a skeleton takes descriptor 0 for none. Returns what release_zero() closes.
static inline int occupy_zero(void) {
  return fcntl(0, F_GETFD) < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
}

static inline void release_zero(int zero) {
  if (zero >= 0) close(zero);
}

// How often loading is tried: a signal that arrives during verification ends it with EAGAIN, even
// where the signal is handled.
enum { ATTEMPTS = 5 };
