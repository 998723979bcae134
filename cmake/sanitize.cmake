if(NETMON_SANITIZE STREQUAL "thread")
  # clang does not know GCC's -Wno-restrict.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-unknown-warning-option)
  add_link_options(-fsanitize=thread)
elseif(NETMON_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
