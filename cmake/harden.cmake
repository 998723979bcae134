# Hardens our own targets against an attacker who finds a bug in netmon: the program is loaded at a
# random address, its relocation tables are read-only, its stack is not executable and is checked, and
# library calls check the sizes of their buffers. These options are left out under sanitizers, which
# check more and do not work together with them.
if(NETMON_SANITIZE)
  return()
endif()

include(CheckCXXCompilerFlag)

add_compile_options(-fPIE -fstack-protector-strong)
add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
add_compile_definitions(_GLIBCXX_ASSERTIONS)

# _FORTIFY_SOURCE needs optimisation. It is undefined first, because a distribution's compiler may set a
# value of its own.
add_compile_options(
  $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=2>)

# These depend on the architecture: -fcf-protection (x86) and -mbranch-protection (AArch64) let indirect
# branches land only where that is allowed.
foreach(flag -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
  string(MAKE_C_IDENTIFIER "NETMON_HAS${flag}" has)
  check_cxx_compiler_flag(${flag} ${has})
  if(${has})
    add_compile_options(${flag})
  endif()
endforeach()
