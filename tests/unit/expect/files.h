// Files that the tests of this layer read.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>

namespace netmon::test {

// The root folder of the sources.
inline std::filesystem::path root() {
  return std::filesystem::path(NETMON_TEST_DATA).parent_path();
}

inline std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

// The TOML files of the folder, sorted; there is at least one.
inline std::set<std::filesystem::path> toml_files(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") files.insert(entry.path());
  }
  if (files.empty()) throw std::runtime_error("no TOML file in " + folder.string());
  return files;
}

}  // namespace netmon::test
