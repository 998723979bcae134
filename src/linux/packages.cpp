#include "netmon/linux/packages.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "linux/procfs/files.h"
#include "linux/procfs/scan.h"
#include "linux/programs/executables.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::string_view kListSuffix = ".list";
constexpr std::size_t kMaxListBytes = 16 * kMebibyte;
constexpr std::size_t kMaxStatusBytes = 64 * kMebibyte;
constexpr std::uint64_t kMaxHashedBytes = 512 * kMebibyte;

// The paths asked for, by the path under which dpkg may list each: a package may still list
// "/bin/…" where /usr has been merged.
using Wanted = std::unordered_map<std::string_view, std::string_view>;

void add_wanted(Wanted& wanted, const std::string& path) {
  wanted.emplace(path, path);
  constexpr std::string_view kUsr = "/usr";
  const std::string_view text = path;
  if (text.starts_with("/usr/bin/") || text.starts_with("/usr/sbin/") ||
      text.starts_with("/usr/lib")) {
    wanted.emplace(text.substr(kUsr.size()), path);
  }
}

// Package names by the path asked for: "nginx-core", or "libc6:amd64" where dpkg keeps the packages
// of several architectures apart.
std::map<std::string, std::string> owners_of(int info, const Wanted& wanted) {
  std::map<std::string, std::string> owners;
  for_each_entry(info, [&](std::string_view name) {
    if (!name.ends_with(kListSuffix)) return Walk::go_on;
    const ReadResult list = read_file(info, std::string(name).c_str(), kMaxListBytes);
    std::string_view rest = list.text;
    while (!rest.empty()) {
      const auto found = wanted.find(take_until(rest, '\n'));
      if (found == wanted.end()) continue;
      owners[std::string(found->second)] = name.substr(0, name.size() - kListSuffix.size());
    }
    return Walk::go_on;
  });
  return owners;
}

struct Paragraph {
  std::string_view package;
  std::string_view architecture;
  std::string_view version;
  bool installed = false;
};

// Takes the next paragraph off deb822(5) text.
Paragraph take_paragraph(std::string_view& text) {
  Paragraph paragraph;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (line.empty()) break;
    if (line.front() == ' ') continue;
    const std::string_view key = take_until(line, ':');
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (key == "Package") paragraph.package = line;
    if (key == "Architecture") paragraph.architecture = line;
    if (key == "Version") paragraph.version = line;
    if (key == "Status") paragraph.installed = line.ends_with(" installed");
  }
  return paragraph;
}

// Texts such as "nginx-core 1.22.1-9", by package name as owners_of() returns it.
std::map<std::string, std::string> versions_of(std::string_view status,
                                               const std::set<std::string>& names) {
  std::map<std::string, std::string> versions;
  while (!status.empty()) {
    const Paragraph paragraph = take_paragraph(status);
    if (!paragraph.installed) continue;
    const std::string package(paragraph.package);
    for (const std::string& name : {package, package + ":" + std::string(paragraph.architecture)}) {
      if (names.contains(name)) versions[name] = package + " " + std::string(paragraph.version);
    }
  }
  return versions;
}

// Packages with their version, by path.
std::map<std::string, std::string> listed_packages(const std::vector<RecordedFile>& files,
                                                   const std::string& root) {
  const std::string dpkg = root + "/var/lib/dpkg";
  const OpenResult info = open_directory(AT_FDCWD, (dpkg + "/info").c_str());
  if (!info.fd || files.empty()) return {};
  Wanted wanted;
  for (const RecordedFile& file : files) add_wanted(wanted, file.path);
  std::map<std::string, std::string> packages = owners_of(info.fd.get(), wanted);
  std::set<std::string> names;
  for (const auto& [path, name] : packages) names.insert(name);
  const ReadResult status = read_file(AT_FDCWD, (dpkg + "/status").c_str(), kMaxStatusBytes);
  const auto versions = versions_of(status.text, names);
  std::erase_if(packages, [&](const auto& entry) { return !versions.contains(entry.second); });
  for (auto& [path, name] : packages) name = sanitize(versions.at(name), 256);
  return packages;
}

// The digest of the file at a path; "" where it cannot be read or is larger than `left`, the number
// of bytes that may still be read. Subtracts the file's size from `left`.
std::string digest_at(const std::string& path, std::uint64_t& left) {
  const OpenResult file = open_file(AT_FDCWD, path.c_str());
  struct stat status {};
  if (!file.fd || ::fstat(file.fd.get(), &status) != 0 || status.st_size < 0) return {};
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > left) return {};
  left -= size;
  return read_content(file.fd.get()).content.sha256;
}

}  // namespace

std::map<RecordedFile, std::string> packages_of(const std::vector<RecordedFile>& files,
                                                const std::string& root) {
  std::uint64_t left = kMaxHashedBytes;
  std::map<std::string, std::string> digests;  // of the files that are there now, by path
  const std::map<std::string, std::string> listed = listed_packages(files, root);
  for (const auto& [path, package] : listed) digests[path] = digest_at(root + path, left);
  std::map<RecordedFile, std::string> packages;
  for (const RecordedFile& file : files) {
    const auto digest = digests.find(file.path);
    if (digest == digests.end() || digest->second.empty()) continue;
    if (digest->second == file.sha256) packages[file] = listed.at(file.path);
  }
  return packages;
}

std::string this_machine_id() {
  const ReadResult id = read_file(AT_FDCWD, "/etc/machine-id");
  std::string_view text = id.text;
  return sanitize(take_until(text, '\n'), 64);
}

}  // namespace netmon
