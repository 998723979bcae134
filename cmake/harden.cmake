# What an attacker who finds a bug in netmon is to meet: a program at a random address, whose tables
# cannot be written, whose stack is no code and is checked, and whose library calls know the sizes
# of their buffers. For our own targets. A sanitizer checks more, and does not go with them.
if(NETMON_SANITIZE)
  return()
endif()

include(CheckCXXCompilerFlag)

add_compile_options(-fPIE -fstack-protector-strong)
add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
add_compile_definitions(_GLIBCXX_ASSERTIONS)

# Needs optimisation. A distribution's compiler may have a value of its own.
add_compile_options(
  $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=2>)

# By what the processor has: indirect branches that land where they may (x86 and AArch64).
foreach(flag -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
  string(MAKE_C_IDENTIFIER "NETMON_HAS${flag}" has)
  check_cxx_compiler_flag(${flag} ${has})
  if(${has})
    add_compile_options(${flag})
  endif()
endforeach()
