# Builds netmon_static, a statically linked netmon for servers on which nothing may be installed. It is
# linked from the objects of this build. The target `static_tarball` packs it with its documents.
#
# glibc's name service switch (nsswitch.conf) loads libraries at run time, so this netmon does not ask
# the user directory: a user who is not in /etc/passwd stays a number, and the snapshot says so.
set(archives libSQLiteCpp.a libsqlite3.a libnettle.a libutf8proc.a libncursesw.a libtinfo.a)
set(static_libraries "")
set(missing "")
foreach(archive IN LISTS archives)
  find_library(STATIC_${archive} ${archive})
  if(STATIC_${archive})
    list(APPEND static_libraries ${STATIC_${archive}})
  else()
    list(APPEND missing ${archive})
  endif()
endforeach()
if(NETMON_SANITIZE)
  return()
endif()
if(missing)
  message(STATUS "Without netmon_static: not found: ${missing}")
  return()
endif()

# Rules of nf_tables are read by libnftnl, whose archive needs that of libmnl.
set(filters packaging/static/without_nftables.cpp)
find_library(STATIC_libnftnl.a libnftnl.a)
find_library(STATIC_libmnl.a libmnl.a)
if(STATIC_libnftnl.a AND STATIC_libmnl.a)
  set(filters "")
  list(APPEND static_libraries ${STATIC_libnftnl.a} ${STATIC_libmnl.a})
endif()

set(layers netmon_cli netmon_store netmon_bpf netmon_linux netmon_expect netmon_report netmon_posix
           netmon_core)
set(own_archives "")
foreach(layer IN LISTS layers)
  list(APPEND own_archives $<TARGET_FILE:${layer}>)
endforeach()
if(TARGET netmon_bpf_loader)
  list(APPEND own_archives $<TARGET_OBJECTS:netmon_bpf_loader>)
endif()

add_executable(netmon_static EXCLUDE_FROM_ALL src/main.cpp packaging/static/libraries.cpp ${filters})
add_dependencies(netmon_static ${layers})
target_include_directories(netmon_static PRIVATE ${NETMON_HEADERS}/offered/cli
                                                 ${NETMON_HEADERS}/offered/core
                                                 ${NETMON_HEADERS}/own/linux)
target_compile_definitions(netmon_static PRIVATE TOML_HEADER_ONLY=0)
target_link_libraries(netmon_static PRIVATE -Wl,--start-group ${own_archives} ${static_libraries}
                                            -Wl,--end-group)
target_link_options(netmon_static PRIVATE -static-pie)
set_target_properties(netmon_static PROPERTIES
                      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/static OUTPUT_NAME netmon)

set(name netmon-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR}-static)
add_custom_target(static_tarball
  COMMAND ${CMAKE_COMMAND} -E rm -rf static/${name}
  COMMAND ${CMAKE_COMMAND} --install . --prefix static/${name}
  COMMAND ${CMAKE_COMMAND} -E copy static/netmon static/${name}/bin/netmon
  COMMAND ${CMAKE_STRIP} static/${name}/bin/netmon
  COMMAND tar --create --gzip --owner=root:0 --group=root:0 --directory=static --file=${name}.tar.gz ${name}
  WORKING_DIRECTORY ${PROJECT_BINARY_DIR} VERBATIM)
add_dependencies(static_tarball netmon_static netmon documents)
