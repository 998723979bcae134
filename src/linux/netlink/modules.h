// Tells whether a request would make the kernel load a module.
#pragma once

#include <string>

namespace netmon {

enum class ModuleState {
  there,       // loaded, or built in
  no_modules,  // the kernel has no loadable modules, so it is built in or absent for good
  not_loaded,
  not_known,
};

// `root` and `kernel` are as in choose_sources().
ModuleState module_state(const std::string& root, const std::string& kernel,
                         const std::string& name);

// Whether a request that needs the module is sure to load none. False also where that is not known.
bool loads_no_module(const std::string& root, const std::string& kernel, const std::string& name);

}  // namespace netmon
