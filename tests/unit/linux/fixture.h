// The folder tests/unit/linux/fixtures.
#pragma once

#include <fcntl.h>

#include <string>

#include "linux/procfs/files.h"

namespace netmon {

inline std::string fixture_path(const std::string& name) {
  return std::string(NETMON_TEST_DATA) + "/unit/linux/fixtures/" + name;
}

inline std::string fixture(const std::string& name) {
  return read_file(AT_FDCWD, fixture_path(name).c_str()).text;
}

}  // namespace netmon
