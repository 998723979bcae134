# Builds the BPF programs where clang, bpftool and libbpf's headers are available. None of them is
# needed at run time. Sets NETMON_BPF; where it is OFF, the programs are left out, and a capture walks
# /proc.
set(NETMON_WITH_BPF AUTO CACHE STRING "Build the BPF programs: AUTO (where the tools are available), ON or OFF")
set_property(CACHE NETMON_WITH_BPF PROPERTY STRINGS AUTO ON OFF)

# Sets `missing` to the tools that a build with BPF lacks; "" where none is missing.
function(netmon_bpf_missing missing)
  find_program(CLANG NAMES clang clang-14)
  find_program(BPFTOOL NAMES bpftool PATHS /usr/sbin)
  find_path(BPF_HEADERS bpf/skel_internal.h)
  set(lacks "")
  foreach(tool CLANG BPFTOOL BPF_HEADERS)
    if(NOT ${tool})
      string(APPEND lacks " ${tool}")
    endif()
  endforeach()
  if(CLANG)
    execute_process(COMMAND ${CLANG} -target bpf -x c -c -o /dev/null /dev/null
                    RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    if(failed)
      string(APPEND lacks " CLANG's-BPF-target")
    endif()
  endif()
  set(${missing} "${lacks}" PARENT_SCOPE)
endfunction()

set(NETMON_BPF OFF)
if(NOT NETMON_WITH_BPF STREQUAL "OFF")
  netmon_bpf_missing(missing)
  if(NOT missing)
    set(NETMON_BPF ON)
    enable_language(C)  # for the generated skeleton
  elseif(NETMON_WITH_BPF STREQUAL "AUTO")
    message(STATUS "Without BPF: not found:${missing}")
  else()
    message(FATAL_ERROR "NETMON_WITH_BPF=${NETMON_WITH_BPF}: not found:${missing}")
  endif()
endif()

set(NETMON_BPF_SKELETONS ${PROJECT_BINARY_DIR}/bpf)

# netmon_bpf_skeleton([FOLDER/]NAME DEPENDS HEADERS...): builds NAME.bpf.c below the current folder into
# a light skeleton, NAME.lskel.h in NETMON_BPF_SKELETONS.
#
# The programs are freestanding: the only header of the C library that they use is clang's own
# <stdint.h>, so no header of the host's architecture is needed.
function(netmon_bpf_skeleton source)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" DEPENDS)
  get_filename_component(name ${source} NAME)
  set(object ${NETMON_BPF_SKELETONS}/${name}.bpf.o)
  set(skeleton ${NETMON_BPF_SKELETONS}/${name}.lskel.h)
  file(MAKE_DIRECTORY ${NETMON_BPF_SKELETONS})
  add_custom_command(
    OUTPUT ${skeleton}
    BYPRODUCTS ${object}
    COMMAND ${CLANG} -target bpf -mcpu=v3 -O2 -g -ffreestanding -Wall -Wextra -Werror
            -I ${NETMON_HEADERS}/own/bpf -idirafter ${BPF_HEADERS}
            -c ${CMAKE_CURRENT_SOURCE_DIR}/${source}.bpf.c -o ${object}
    COMMAND ${BPFTOOL} gen skeleton -L ${object} name netmon_${name} > ${skeleton}
    DEPENDS ${source}.bpf.c ${arg_DEPENDS}
    VERBATIM)
endfunction()
