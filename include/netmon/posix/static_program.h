// Whether this netmon is the one that needs no library of the host (cmake/static.cmake).
#pragma once

namespace netmon {

// In such a program glibc's name service switch, getpwuid(3) and its like, must not be used: it
// loads libraries of the host's glibc while it runs, which may be another one than was linked.
bool is_static_program();

}  // namespace netmon
