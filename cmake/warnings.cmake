# Warnings for our own code only: linked by our targets, never exported to a library's headers.
add_library(netmon_warnings INTERFACE)
target_compile_options(
  netmon_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
            -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Wformat=2 -Werror)
