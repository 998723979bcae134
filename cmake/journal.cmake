# Builds `netmon diff --journal` where libsystemd's header is available. The library itself is loaded
# when the option is given: a program that links it takes twice as long to start, and does not start at
# all on a host without systemd. Sets NETMON_JOURNAL.
set(NETMON_WITH_JOURNAL AUTO CACHE STRING "Build diff --journal: AUTO (where the header is), ON or OFF")
set_property(CACHE NETMON_WITH_JOURNAL PROPERTY STRINGS AUTO ON OFF)

set(NETMON_JOURNAL OFF)
if(NOT NETMON_WITH_JOURNAL STREQUAL "OFF")
  find_path(JOURNAL_HEADERS systemd/sd-journal.h)
  if(JOURNAL_HEADERS)
    set(NETMON_JOURNAL ON)
  elseif(NETMON_WITH_JOURNAL STREQUAL "AUTO")
    message(STATUS "Without diff --journal: systemd/sd-journal.h is not found")
  else()
    message(FATAL_ERROR "NETMON_WITH_JOURNAL=${NETMON_WITH_JOURNAL}: no systemd/sd-journal.h")
  endif()
endif()
