#include "linux/programs/loader_variables.h"

#include <algorithm>
#include <array>
#include <string>

#include "linux/procfs/scan.h"
#include "netmon/core/values/secrets.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxVariables = 64;

constexpr std::array kLoaderVariables{// The first are those of ld.so(8) and of musl's loader.
                                      "LD_PRELOAD"sv,
                                      "LD_LIBRARY_PATH"sv,
                                      "LD_AUDIT"sv,
                                      "LD_ORIGIN_PATH"sv,
                                      "LD_HWCAP_MASK"sv,
                                      "GLIBC_TUNABLES"sv,
                                      "GCONV_PATH"sv,
                                      "OPENSSL_CONF"sv,
                                      "OPENSSL_MODULES"sv,
                                      "OPENSSL_ENGINES"sv,
                                      "PYTHONPATH"sv,
                                      "PYTHONHOME"sv,
                                      "PYTHONSTARTUP"sv,
                                      "PYTHONUSERBASE"sv,
                                      "PYTHONPLATLIBDIR"sv,
                                      "PYTHONPYCACHEPREFIX"sv,
                                      "PYTHONBREAKPOINT"sv,
                                      "PYTHONWARNINGS"sv,
                                      "PYTHONINSPECT"sv,
                                      "PERL5OPT"sv,
                                      "PERL5LIB"sv,
                                      "PERLLIB"sv,
                                      "PERL5DB"sv,
                                      "RUBYOPT"sv,
                                      "RUBYLIB"sv,
                                      "GEM_PATH"sv,
                                      "GEM_HOME"sv,
                                      "BUNDLE_GEMFILE"sv,
                                      "NODE_OPTIONS"sv,
                                      "NODE_PATH"sv,
                                      "BUN_OPTIONS"sv,
                                      "BUN_INSPECT_PRELOAD"sv,
                                      "JAVA_TOOL_OPTIONS"sv,
                                      "_JAVA_OPTIONS"sv,
                                      "JDK_JAVA_OPTIONS"sv,
                                      "JAVA_OPTIONS"sv,
                                      "CLASSPATH"sv,
                                      "BASH_ENV"sv,
                                      "ENV"sv,
                                      "ZDOTDIR"sv,
                                      "FPATH"sv,
                                      "PHPRC"sv,
                                      "PHP_INI_SCAN_DIR"sv,
                                      "LUA_INIT"sv,
                                      "LUA_PATH"sv,
                                      "LUA_CPATH"sv,
                                      "DOTNET_STARTUP_HOOKS"sv,
                                      "DOTNET_ADDITIONAL_DEPS"sv,
                                      "DOTNET_SHARED_STORE"sv,
                                      "CORECLR_PROFILER"sv,
                                      "CORECLR_PROFILER_PATH"sv,
                                      "CORECLR_ENABLE_PROFILING"sv,
                                      "R_PROFILE"sv,
                                      "R_PROFILE_USER"sv,
                                      "R_ENVIRON"sv,
                                      "R_ENVIRON_USER"sv,
                                      "R_LIBS"sv,
                                      "R_LIBS_USER"sv,
                                      "TCLLIBPATH"sv,
                                      "TCL_LIBRARY"sv,
                                      "GUILE_LOAD_PATH"sv,
                                      "GUILE_LOAD_COMPILED_PATH"sv,
                                      "AWKPATH"sv,
                                      "AWKLIBPATH"sv};

// Lua reads LUA_PATH_5_4 and the like before LUA_PATH, so these are kept as well.
bool is_kept(std::string_view name) {
  if (std::ranges::find(kLoaderVariables, name) != kLoaderVariables.end()) return true;
  return name.starts_with("LUA_INIT_") || name.starts_with("LUA_PATH_") ||
         name.starts_with("LUA_CPATH_");
}

}  // namespace

std::vector<LoaderVariable> parse_loader_variables(std::string_view environ) {
  std::vector<LoaderVariable> variables;
  while (!environ.empty() && variables.size() < kMaxVariables) {
    std::string_view value = take_until(environ, '\0');
    const std::string_view name = take_until(value, '=');
    if (!is_kept(name)) continue;
    variables.push_back({sanitize(name, 64), mask_secrets(sanitize(value))});
  }
  std::sort(variables.begin(), variables.end());
  variables.erase(std::unique(variables.begin(), variables.end()), variables.end());
  return variables;
}

}  // namespace netmon
