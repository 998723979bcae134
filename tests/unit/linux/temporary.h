// Files and folders that are removed at the end of the test.
#pragma once

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace netmon {

// sha256sum(1) of "netmon\n", which tests write into files.
inline constexpr auto kDigestOfNetmon =
    "5a87e927395485ec518b6f2d606ad037df87623fabfc870d425214caebeeed72";

class TemporaryFolder {
 public:
  TemporaryFolder() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }

  // Also makes the folders above it. NOLINTNEXTLINE(modernize-use-nodiscard): makes a file
  std::string file(const std::string& name, std::string_view text = "") const {
    const std::filesystem::path path = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  // NOLINTNEXTLINE(modernize-use-nodiscard): makes a folder
  std::string folder(const std::string& name) const {
    std::filesystem::create_directories(std::filesystem::path(path_) / name);
    return path_ + "/" + name;
  }
  void link(const std::string& name, const std::string& target) const {
    std::filesystem::create_symlink(target, std::filesystem::path(path_) / name);
  }

 private:
  std::string path_ = "/tmp/netmon-test-XXXXXX";
};

}  // namespace netmon
