// Whether this netmon is the build that needs no library of the host (cmake/static.cmake).
#pragma once

namespace netmon {

// Such a program must not use glibc's name service switch (getpwuid(3) and similar): at run time
// that loads libraries of the host's glibc, which may differ from the one that was linked.
bool is_static_program();

}  // namespace netmon
