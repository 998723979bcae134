# Warnings for our own code only. Our targets link this library; it is never exported to a library's
# headers.
add_library(netmon_warnings INTERFACE)
target_compile_options(
  netmon_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
            -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Werror
            # Every member has a default; a designated initialiser names only those that differ.
            -Wno-missing-field-initializers
            # GCC 12 reports false overlaps in "literal" + std::string (GCC bug 105651).
            -Wno-restrict)

# GCC warns about a class that has a member from an unnamed namespace, except in the main file. In a
# unity build the generated batch is the main file, so the warning would hit our sources.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(netmon_warnings INTERFACE -Wno-subobject-linkage)
endif()
