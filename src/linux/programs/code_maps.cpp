#include "linux/programs/code_maps.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <optional>

#include "linux/procfs/scan.h"

namespace netmon {
namespace {

struct Line {
  MappedFile file;
  bool executable = false;
};

// A range of addresses as in the names of /proc/PID/map_files, where the kernel does not pad
// addresses to eight digits as it does in /proc/PID/maps.
std::string range_in_map_files(std::string_view range) {
  const auto without_zeros = [](std::string_view digits) {
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return std::string(digits);
  };
  const std::string_view start = take_until(range, '-');
  return without_zeros(start) + "-" + without_zeros(range);
}

// Parses a line such as
// "55d1c0a00000-55d1c0a21000 r-xp 00002000 fe:01 393230    /usr/bin/cat".
std::optional<Line> parse_line(std::string_view line) {
  Line parsed;
  const std::string_view range = take_word(line);
  const std::string_view permissions = take_word(line);
  take_word(line);  // offset
  std::string_view device = take_word(line);
  const auto major = parse_number<std::uint32_t>(take_until(device, ':'), 16);
  const auto minor = parse_number<std::uint32_t>(device, 16);
  const auto inode = parse_number<std::uint64_t>(take_word(line));
  if (permissions.size() != 4 || !major || !minor || !inode) return std::nullopt;
  parsed.executable = permissions[2] == 'x';
  if (parsed.executable) parsed.file.range = range_in_map_files(range);
  parsed.file.device = ::makedev(*major, *minor);
  parsed.file.inode = *inode;
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  parsed.file.path = line;
  return parsed;
}

bool is_kernels(std::string_view path) {
  using namespace std::string_view_literals;
  constexpr std::array kKernelMappings{"[vdso]"sv,    "[vdso32]"sv,  "[vsyscall]"sv,
                                       "[uprobes]"sv, "[vectors]"sv, "[sigpage]"sv};
  return std::ranges::find(kKernelMappings, path) != kKernelMappings.end();
}

}  // namespace

CodeMaps parse_code_maps(std::string_view maps) {
  CodeMaps code;
  maps = maps.substr(0, maps.find_last_of('\n') + 1);  // npos + 1 is 0
  while (!maps.empty()) {
    std::optional<Line> line = parse_line(take_until(maps, '\n'));
    if (!line || !line->executable || is_kernels(line->file.path)) continue;
    const bool has_file = line->file.inode != 0 && !line->file.path.starts_with("[");
    if (!has_file) {
      code.anonymous = true;
      continue;
    }
    const auto same = [&](const MappedFile& known) {
      return known.inode == line->file.inode && known.device == line->file.device &&
             known.path == line->file.path;
    };
    // The search runs backwards because the mappings of one file are mostly next to one another.
    if (std::none_of(code.files.rbegin(), code.files.rend(), same)) {
      code.files.push_back(std::move(line->file));
    }
  }
  return code;
}

bool maps_file(std::string_view maps, std::uint64_t device, std::uint64_t inode) {
  while (!maps.empty()) {
    const std::optional<Line> line = parse_line(take_until(maps, '\n'));
    if (line && line->file.device == device && line->file.inode == inode) return true;
  }
  return false;
}

}  // namespace netmon
