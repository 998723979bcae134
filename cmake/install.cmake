# Installs what comes with the program: manual pages, completions, units, documents, examples. The manual
# pages need scdoc; without it they are left out, and no package is made.
find_program(SCDOC scdoc)
find_program(GZIP gzip REQUIRED)

set(documents ${PROJECT_BINARY_DIR}/documents)
file(MAKE_DIRECTORY ${documents}/man ${documents}/completions ${documents}/systemd)

set(installed "")
if(SCDOC)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.scd)
  foreach(source IN LISTS sources)
    get_filename_component(page ${source} NAME_WLE)  # netmon-diff.1
    string(REGEX REPLACE ".*\\." "" section ${page})
    set(made ${documents}/man/${page}.gz)
    add_custom_command(OUTPUT ${made}
                       COMMAND sh -c "${SCDOC} < \"$1\" | ${GZIP} -9n > \"$2\"" sh ${source} ${made}
                       DEPENDS ${source} VERBATIM)
    install(FILES ${made} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
    list(APPEND installed ${made})
  endforeach()
else()
  message(STATUS "Without manual pages: not found: scdoc")
endif()

# Completions go into the folders that the shells search on Debian, under the names that they expect.
foreach(completion bash-completion/completions:bash:netmon zsh/vendor-completions:zsh:_netmon
                   fish/vendor_completions.d:fish:netmon.fish)
  string(REPLACE ":" ";" parts ${completion})
  list(GET parts 0 folder)
  list(GET parts 1 shell)
  list(GET parts 2 file)
  set(made ${documents}/completions/${shell}/${file})
  file(MAKE_DIRECTORY ${documents}/completions/${shell})
  add_custom_command(OUTPUT ${made}
                     COMMAND sh -c "\"$1\" completion ${shell} > \"$2\"" sh $<TARGET_FILE:netmon> ${made}
                     DEPENDS netmon VERBATIM)
  install(FILES ${made} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder})
  list(APPEND installed ${made})
endforeach()
add_custom_target(documents ALL DEPENDS ${installed})

file(READ ${PROJECT_SOURCE_DIR}/packaging/systemd/confinement NETMON_CONFINEMENT)
foreach(unit netmon-capture.service netmon-check.service)
  configure_file(${PROJECT_SOURCE_DIR}/packaging/systemd/${unit}.in ${documents}/systemd/${unit} @ONLY)
endforeach()
file(COPY ${PROJECT_SOURCE_DIR}/packaging/systemd/netmon-capture.timer
          ${PROJECT_SOURCE_DIR}/packaging/systemd/netmon-check.timer DESTINATION ${documents}/systemd)
install(DIRECTORY ${documents}/systemd/ DESTINATION lib/systemd/system)

install(FILES README.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs PATTERN man EXCLUDE)
install(FILES schema/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/schema)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR} USE_SOURCE_PERMISSIONS)
install(FILES packaging/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
foreach(changelog CHANGELOG.md:changelog.gz packaging/debian/changelog:changelog.Debian.gz)
  string(REPLACE ":" ";" parts ${changelog})
  list(GET parts 0 source)
  list(GET parts 1 file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  configure_file(${source} ${documents}/${file}.in @ONLY)
  execute_process(COMMAND ${GZIP} -9nc ${documents}/${file}.in OUTPUT_FILE ${documents}/${file}
                  COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${documents}/${file} DESTINATION ${CMAKE_INSTALL_DOCDIR})
endforeach()

# This overrides warnings of lintian that do not apply, such as that about an initial upload to Debian.
install(FILES packaging/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
        RENAME netmon)
