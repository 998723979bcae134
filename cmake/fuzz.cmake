# The fuzz targets (tests/fuzz): every layer with libFuzzer's coverage beside AddressSanitizer and
# UndefinedBehaviorSanitizer. To be included before cmake/sanitize.cmake, which it turns on.
if(NETMON_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "NETMON_FUZZ needs clang: cmake --preset dev")
  endif()
  set(NETMON_SANITIZE ON)
  # GCC's -Wno-restrict is unknown to clang.
  add_compile_options(-gline-tables-only -fsanitize=fuzzer-no-link -Wno-unknown-warning-option)
endif()
