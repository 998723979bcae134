// Reads dpkg's database. Input: its status file, a NUL, the list of a package's files.
#include "netmon/linux/packages.h"

#include <filesystem>
#include <string>
#include <string_view>

#include "support/check.h"
#include "support/temp_folder.h"
#include "support/text_checks.h"

namespace netmon {
namespace {

constexpr auto kOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

void check(std::string_view input) {
  static const fuzz::TempFolder root;
  static const auto dpkg = root / "var/lib/dpkg";
  std::filesystem::create_directories(dpkg / "info");
  std::filesystem::create_directories(root / "usr/sbin");
  const std::size_t end = std::min(input.find('\0'), input.size());
  fuzz::write_file(dpkg / "status", input.substr(0, end));
  fuzz::write_file(dpkg / "info/nginx-core.list", input.substr(std::min(end + 1, input.size())));
  fuzz::write_file(root / "usr/sbin/nginx", "");
  const RecordedFile nginx{"/usr/sbin/nginx", kOfNothing};
  const auto packages = packages_of(
      {nginx, {"/usr/sbin/nginx", "other"}, {"/usr/bin/ls", kOfNothing}}, (root / "").string());
  for (const auto& [file, package] : packages) {
    fuzz::require(file == nginx, "only a file with the content that was asked for is answered");
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
