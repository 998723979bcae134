# Run by CPack before a package is written, on the tree of its files: what is not where every system
# looks for it.
if(CPACK_GENERATOR STREQUAL "RPM")
  set(share ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
  file(RENAME ${share}/zsh/vendor-completions ${share}/zsh/site-functions)
  file(REMOVE ${share}/doc/netmon/changelog.Debian.gz)
  file(REMOVE_RECURSE ${share}/lintian)
endif()
