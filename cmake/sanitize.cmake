if(NETMON_SANITIZE STREQUAL "thread")
  # clang does not know GCC's -Wno-restrict.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-unknown-warning-option)
  add_link_options(-fsanitize=thread)
elseif(NETMON_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer
                      -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/sanitize-ignored.txt)
  # At a fixed address, the 1.5 million relocations of the checks are made by the linker instead of each
  # time that a test starts the program (0.35 s).
  add_link_options(-fsanitize=address,undefined
                   $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
