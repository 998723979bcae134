#include "netmon/packages.h"

#include <fcntl.h>

#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "linux/files.h"
#include "linux/scan.h"
#include "netmon/text.h"

namespace netmon {
namespace {

constexpr std::string_view kListSuffix = ".list";
constexpr std::size_t kMaxListBytes = 16 * kMebibyte;
constexpr std::size_t kMaxStatusBytes = 64 * kMebibyte;

// A path as dpkg may list it: a package may still name the folder that /usr was merged with.
using Wanted = std::unordered_map<std::string_view, std::string_view>;  // listed path, asked path

void add_wanted(Wanted& wanted, const std::string& path) {
  wanted.emplace(path, path);
  constexpr std::string_view kUsr = "/usr";
  const std::string_view text = path;
  if (text.starts_with("/usr/bin/") || text.starts_with("/usr/sbin/") ||
      text.starts_with("/usr/lib")) {
    wanted.emplace(text.substr(kUsr.size()), path);
  }
}

// The package's name, with its architecture where dpkg keeps several, by the path asked for.
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

// The next paragraph of deb822(5) text.
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

// "nginx-core 1.22.1-9", by the name that dpkg's list files have: "libc6:amd64" or "nginx-core".
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

}  // namespace

std::map<std::string, std::string> packages_of(const std::vector<std::string>& paths,
                                               const std::string& root) {
  const std::string dpkg = root + "/var/lib/dpkg";
  const OpenResult info = open_directory(AT_FDCWD, (dpkg + "/info").c_str());
  if (!info.fd || paths.empty()) return {};
  Wanted wanted;
  for (const std::string& path : paths) add_wanted(wanted, path);
  std::map<std::string, std::string> packages = owners_of(info.fd.get(), wanted);
  std::set<std::string> names;
  for (const auto& [path, name] : packages) names.insert(name);
  const ReadResult status = read_file(AT_FDCWD, (dpkg + "/status").c_str(), kMaxStatusBytes);
  const auto versions = versions_of(status.text, names);
  std::erase_if(packages, [&](const auto& entry) { return !versions.contains(entry.second); });
  for (auto& [path, name] : packages) name = sanitize(versions.at(name), 256);
  return packages;
}

std::string this_machine_id() {
  const ReadResult id = read_file(AT_FDCWD, "/etc/machine-id");
  std::string_view text = id.text;
  return sanitize(take_until(text, '\n'), 64);
}

}  // namespace netmon
