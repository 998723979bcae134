// dpkg's database. Input: its status file, a NUL, the list of a package's files.
#include "netmon/packages.h"

#include <filesystem>
#include <string>
#include <string_view>

#include "check.h"
#include "temp_folder.h"
#include "text_checks.h"

namespace netmon {
namespace {

void check(std::string_view input) {
  static const fuzz::TempFolder root;
  static const auto dpkg = root / "var/lib/dpkg";
  std::filesystem::create_directories(dpkg / "info");
  const std::size_t end = std::min(input.find('\0'), input.size());
  fuzz::write_file(dpkg / "status", input.substr(0, end));
  fuzz::write_file(dpkg / "info/nginx-core.list", input.substr(std::min(end + 1, input.size())));
  const auto packages = packages_of({"/usr/sbin/nginx", "/usr/bin/ls", "x"}, (root / "").string());
  for (const auto& [path, package] : packages) {
    fuzz::require(path == "/usr/sbin/nginx" || path == "/usr/bin/ls" || path == "x",
                  "only what was asked for is answered");
    fuzz::require(
        fuzz::is_utf8(package) && package.size() <= 256 && package.starts_with("nginx-core "),
        "a package has its name and version");
  }
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  netmon::check(netmon::fuzz::text_of(data, size));
  return 0;
}
