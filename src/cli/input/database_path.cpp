#include "cli/input/database_path.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include "netmon/core/values/error.h"
#include "netmon/posix/static_program.h"

namespace netmon::cli {
namespace {

constexpr const char* kRootFolder = "/var/lib/netmon";
constexpr const char* kFile = "netmon.db";

// The XDG Base Directory Specification says that a relative path in such a variable is ignored.
std::filesystem::path absolute_from_environment(const char* name) {
  const char* value = std::getenv(name);
  const std::filesystem::path path = value == nullptr ? "" : value;
  return path.is_absolute() ? path : std::filesystem::path{};
}

std::filesystem::path home_of_user() {
  if (auto home = absolute_from_environment("HOME"); !home.empty()) return home;
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  if (!is_static_program()) {
    ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
  }
  if (found == nullptr || found->pw_dir == nullptr || found->pw_dir[0] != '/') {
    throw Error("database", fmt::format("user {} has no home directory: give --db PATH or set "
                                        "NETMON_DB",
                                        ::getuid()));
  }
  return found->pw_dir;
}

std::filesystem::path default_path() {
  if (::geteuid() == 0) return std::filesystem::path(kRootFolder) / kFile;
  auto state = absolute_from_environment("XDG_STATE_HOME");
  if (state.empty()) state = home_of_user() / ".local" / "state";
  return state / "netmon" / kFile;
}

bool is_there(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

std::string quoted(std::string_view argument) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@~=,+-";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(argument);
  }
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

std::filesystem::path database_path(const std::string& option) {
  if (!option.empty()) return option;
  const char* from_environment = std::getenv("NETMON_DB");
  if (from_environment != nullptr && *from_environment != '\0') return from_environment;
  return default_path();
}

std::filesystem::path existing_database_path(const std::string& option) {
  std::filesystem::path path = database_path(option);
  // Others may not enter root's folder, so they can only see that it exists.
  const bool is_own_default = ::geteuid() != 0 && path == default_path();
  if (is_own_default && !is_there(path) && is_there(kRootFolder)) {
    throw Error(path.string(), fmt::format("no such database; root keeps one, which '{}' reads",
                                           command_for_root()));
  }
  return path;
}

std::string command_for_root() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string arguments{std::istreambuf_iterator<char>(file), {}};
  std::string command = "sudo netmon";
  std::size_t begin = arguments.find('\0');  // the program's own name is left out
  while (begin != std::string::npos && begin + 1 < arguments.size()) {
    const std::size_t end = arguments.find('\0', begin + 1);
    command += " " + quoted(std::string_view(arguments).substr(begin + 1, end - begin - 1));
    begin = end;
  }
  return command;
}

}  // namespace netmon::cli
