#include "linux/directory.h"

#include <doctest/doctest.h>

namespace netmon {

TEST_CASE("a directory is what nsswitch.conf names beyond files") {
  CHECK(names_directory("group: files\npasswd: files sss\n"));
  CHECK(names_directory("passwd:\tfiles systemd"));
  CHECK(names_directory("passwd: compat [NOTFOUND=return] ldap # by hand"));
  CHECK_FALSE(names_directory("passwd: files\nshadow: files sss\n"));
  CHECK_FALSE(names_directory("passwd: files # sss"));
  CHECK_FALSE(names_directory("#passwd: sss\npasswd: compat [success=return]"));
  CHECK_FALSE(names_directory(""));
}

}  // namespace netmon
