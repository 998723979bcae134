# netmon_precompile(TARGET HEADERS...): under sanitizers, where all is built a second time, the target
# reads what nearly every file includes once. Other builds go without it: they show that each file
# includes what it needs.
function(netmon_precompile target)
  if(NETMON_SANITIZE)
    target_precompile_headers(${target} PRIVATE <algorithm> <chrono> <fmt/format.h> <map> <optional>
                              <span> <string> <tuple> <vector> ${ARGN})
  endif()
endfunction()
