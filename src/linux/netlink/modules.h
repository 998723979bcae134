// Whether asking the kernel would make it load a module.
#pragma once

#include <string>

namespace netmon {

enum class ModuleState {
  there,       // loaded, or built in
  no_modules,  // the kernel loads none: it was built in, or never
  not_loaded,
  not_known,
};

// `root` and `kernel` as of choose_sources().
ModuleState module_state(const std::string& root, const std::string& kernel,
                         const std::string& name);

// False also where it cannot be told.
bool loads_no_module(const std::string& root, const std::string& kernel, const std::string& name);

}  // namespace netmon
