# Warnings for our own code only: linked by our targets, never exported to a library's headers.
add_library(netmon_warnings INTERFACE)
target_compile_options(
  netmon_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
            -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Werror
            # Every member has a default; a designated initialiser names what differs.
            -Wno-missing-field-initializers
            # GCC 12 sees overlaps in "literal" + std::string that are not there (GCC bug 105651).
            -Wno-restrict)

# In a unity build no file but the batch is the main one, where GCC allows a class with an unnamed
# namespace's member.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(netmon_warnings INTERFACE -Wno-subobject-linkage)
endif()
