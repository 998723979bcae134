# Builds every layer with libFuzzer's coverage, AddressSanitizer and UndefinedBehaviorSanitizer, for the
# fuzz targets in tests/fuzz. It must be included before cmake/sanitize.cmake, which it turns on.
if(NETMON_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "NETMON_FUZZ needs clang: cmake --preset dev")
  endif()
  set(NETMON_SANITIZE ON)
  # clang does not know GCC's -Wno-restrict.
  add_compile_options(-gline-tables-only -fsanitize=fuzzer-no-link -Wno-unknown-warning-option)
endif()
