// What both users of light skeletons need. C.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static inline int own(int result) { return result < 0 ? -errno : result; }

static inline int kept(int descriptor) { return own(fcntl(descriptor, F_DUPFD_CLOEXEC, 3)); }

// A skeleton takes descriptor 0 for none, which a program started without standard input has.
static inline int occupy_zero(void) {
  return fcntl(0, F_GETFD) < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
}

static inline void release_zero(int zero) {
  if (zero >= 0) close(zero);
}

// A signal that comes while a program is verified ends that with EAGAIN, whatever handles it.
enum { ATTEMPTS = 5 };
