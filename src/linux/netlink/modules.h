// Whether asking the kernel would make it load a module.
#pragma once

#include <string>

namespace netmon {

// False also where it cannot be told. `root` and `kernel` as of choose_sources().
bool loads_no_module(const std::string& root, const std::string& kernel, const std::string& name);

}  // namespace netmon
