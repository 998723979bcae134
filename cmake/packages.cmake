# Describes the .deb and .rpm packages of what is installed. `cpack -G DEB` or `cpack -G RPM`, run in the
# folder of an optimised build, makes them. dpkg-shlibdeps and rpm find their dependencies. Settings that
# are not given here have the defaults of the generators.
if(NOT SCDOC)
  message(STATUS "Without packages: they need the manual pages")
  return()
endif()

set(CPACK_PACKAGE_NAME netmon)
set(CPACK_PACKAGE_VENDOR "the netmon authors")
set(CPACK_PACKAGE_CONTACT "the netmon authors <netmon@netmon.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compare a host's network behaviour before and after a change")
set(CPACK_PACKAGE_DESCRIPTION
"netmon captures all network sockets of a host and the programs that hold
them, stores the snapshots in an SQLite database, and compares two of them
for the review of a change: which listeners, connections and raw sockets are
new, who made them, and were they approved?

Snapshots are chained by digests, can be signed and handed over. What could
not be seen is named, and never counts as unchanged.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
                                                GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package_layout.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# libsystemd is only loaded when --journal is given (cmake/journal.cmake), so the tools do not find it.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libsystemd0, openssh-client")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/debian/postinst
                                       ${PROJECT_SOURCE_DIR}/packaging/debian/prerm
                                       ${PROJECT_SOURCE_DIR}/packaging/debian/postrm)

set(CPACK_PACKAGE_RELOCATABLE OFF)
set(CPACK_RPM_PACKAGE_DESCRIPTION ${CPACK_PACKAGE_DESCRIPTION})
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
# CPack has no setting for the Recommends of an .rpm, so this adds a line to its spec file.
set(CPACK_RPM_SPEC_MORE_DEFINE "Recommends: openssh-clients, systemd-libs")
set(CPACK_RPM_POST_INSTALL_SCRIPT_FILE ${PROJECT_SOURCE_DIR}/packaging/rpm/post)
set(CPACK_RPM_PRE_UNINSTALL_SCRIPT_FILE ${PROJECT_SOURCE_DIR}/packaging/rpm/preun)
set(CPACK_RPM_POST_UNINSTALL_SCRIPT_FILE ${PROJECT_SOURCE_DIR}/packaging/rpm/postun)
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /usr/lib/systemd /usr/lib/systemd/system /usr/share/bash-completion
    /usr/share/bash-completion/completions /usr/share/fish /usr/share/fish/vendor_completions.d
    /usr/share/zsh /usr/share/zsh/site-functions /usr/share/man /usr/share/man/man1
    /usr/share/man/man5 /usr/share/man/man7)

include(CPack)
