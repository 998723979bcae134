# CPack runs this on the tree of files before it writes a package. It moves or removes files whose place
# differs between Debian and systems with RPM packages.
if(CPACK_GENERATOR STREQUAL "RPM")
  set(share ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
  file(RENAME ${share}/zsh/vendor-completions ${share}/zsh/site-functions)
  file(REMOVE ${share}/doc/netmon/changelog.Debian.gz)
  file(REMOVE_RECURSE ${share}/lintian)
endif()
