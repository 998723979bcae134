#include "linux/programs/code_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <iterator>
#include <optional>
#include <utility>

#include "linux/procfs/process_files.h"
#include "linux/programs/loader_variables.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

// The kernel allows arguments and environment together three quarters of 8 MiB, execve(2).
constexpr std::size_t kMaxEnvironmentBytes = 8 * kMebibyte;
constexpr std::size_t kMaxForeign = 256;
constexpr std::uint64_t kMaxForeignBytes = 256 * kMebibyte;

// The argument of PROCMAP_QUERY of linux/fs.h (since Linux 6.11), which returns the first mapping
// at or after an address that matches the flags.
struct MappingQuery {
  std::uint64_t size;
  std::uint64_t query_flags;
  std::uint64_t query_addr;
  std::uint64_t vma_start;
  std::uint64_t vma_end;
  std::uint64_t vma_flags;
  std::uint64_t vma_page_size;
  std::uint64_t vma_offset;
  std::uint64_t inode;
  std::uint32_t dev_major;
  std::uint32_t dev_minor;
  std::uint32_t vma_name_size;  // with its NUL; 0 for a mapping without a name
  std::uint32_t build_id_size;
  std::uint64_t vma_name_addr;
  std::uint64_t build_id_addr;
};
constexpr unsigned long kQueryMapping = _IOWR('f', 17, MappingQuery);
constexpr std::uint64_t kExecutable = 0x04;
constexpr std::uint64_t kCoveringOrNext = 0x10;

// Adds a line in the format of /proc/PID/maps, where a newline in a name is written in octal
// digits.
void add_line(std::string& lines, const MappingQuery& mapping, std::string_view name) {
  fmt::format_to(std::back_inserter(lines), "{:x}-{:x} --x- {:x} {:x}:{:x} {} ", mapping.vma_start,
                 mapping.vma_end, mapping.vma_offset, mapping.dev_major, mapping.dev_minor,
                 mapping.inode);
  for (const char c : name) {
    if (c == '\n') {
      lines += "\\012";
    } else {
      lines += c;
    }
  }
  lines += '\n';
}

// The executable mappings, as lines of /proc/PID/maps. Absent where the kernel cannot tell all of
// them.
std::optional<std::string> query_code_mappings(int maps) {
  std::string lines;
  std::array<char, PATH_MAX> name{};
  MappingQuery query{};
  query.size = sizeof query;
  query.query_flags = kExecutable | kCoveringOrNext;
  query.vma_name_addr = reinterpret_cast<std::uint64_t>(name.data());
  while (lines.size() < kMaxMapsBytes) {
    query.vma_name_size = name.size();
    if (::ioctl(maps, kQueryMapping, &query) != 0) {
      if (errno == ENOENT && !lines.empty()) return lines;
      return std::nullopt;
    }
    const std::size_t bytes = std::min<std::size_t>(query.vma_name_size, name.size());
    add_line(lines, query, {name.data(), bytes > 0 ? bytes - 1 : 0});
    query.query_addr = query.vma_end;
  }
  return std::nullopt;
}

// The kernel's own link to the mapped file, below /proc/PID. CAP_CHECKPOINT_RESTORE is needed to
// follow it.
std::string map_link(const MappedFile& file) { return "map_files/" + file.range; }

std::string link_text(const Process& process) {
  return file_text(process.exe.value_or(""), process.exe_deleted);
}

// Whether the mapped file is the one that /proc/PID/exe names. Device and inode tell that. On btrfs
// and overlayfs the map has another device than stat(2), so the same inode with the same path
// counts as well; it could be another file only where one with the same inode number was mounted
// over it. Where only the path agrees, the kernel's own link decides.
bool is_exe(int process, const FoundProcess& found, const MappedFile& file) {
  const FileVersion& exe = found.file.status.version;
  const bool same_path = file.path == link_text(found.process);
  if (file.inode == exe.inode && (file.device == exe.device || same_path)) return true;
  if (!same_path) return false;
  const StatusResult mapped = read_status(process, map_link(file).c_str());
  return mapped.error == 0 && mapped.status.version.device == exe.device &&
         mapped.status.version.inode == exe.inode;
}

// The status of the file at the path of a mapping; the error is ESTALE where it is not the mapped
// file.
StatusResult status_by_path(int process, const MappedFile& file) {
  const OpenResult opened = open_in_root(process, file.path);
  if (!opened.fd) return {{}, opened.error};
  StatusResult found = read_status(opened.fd.get());
  const FileVersion& version = found.status.version;
  const bool same = version.inode == file.inode && version.device == file.device;
  if (found.error == 0 && !same) found.error = ESTALE;
  return found;
}

}  // namespace

// Asks for executable mappings alone where the kernel can do that: few mappings are executable, and
// reading the file, with a line for each mapping, takes ten times as long.
ReadResult read_code_mappings(int process) {
  const OpenResult maps = open_file(process, "maps");
  if (!maps.fd) return {{}, maps.error};
  if (auto lines = query_code_mappings(maps.fd.get())) return {std::move(*lines), 0};
  return read_file(process, "maps", kMaxMapsBytes);
}

CodeRead CodeReader::read(int process, const FoundProcess& found, const ReadResult& maps) {
  if (maps.error != 0) return {std::nullopt, errno_text(maps.error)};
  if (maps.text.empty()) return {std::nullopt, errno_text(ESRCH)};  // the process has just ended
  const ReadResult environment = read_file(process, "environ", kMaxEnvironmentBytes);
  if (environment.error != 0) return {std::nullopt, errno_text(environment.error)};
  // What was read only in part counts as not read.
  if (environment.text.size() == kMaxEnvironmentBytes) {
    return {std::nullopt, "its environment is too long to be read to its end"};
  }
  if (maps.text.size() == kMaxMapsBytes) {
    return {std::nullopt, "its memory map is too long to be read to its end"};
  }

  CodeRead read{Code{}, {}};
  Code& code = *read.code;
  const CodeMaps mapped = parse_code_maps(maps.text);
  code.anonymous = mapped.anonymous;
  bool exe_mapped = false;
  for (const MappedFile& file : mapped.files) {
    const bool exe = found.file.error == 0 && is_exe(process, found, file);
    exe_mapped |= exe;
    if (!exe && !add_file(code, process, found, file)) {
      read.gap = "a file that it has mapped could not be read";
    }
  }
  code.exe_mapped = exe_mapped || found.file.error != 0;
  std::sort(code.foreign.begin(), code.foreign.end());
  if (code.foreign.size() > kMaxForeign) {
    return {std::nullopt, "it has mapped more foreign files than are kept"};
  }
  code.loader = parse_loader_variables(environment.text);
  if (std::ranges::any_of(code.foreign, lacks_digest)) {
    read.gap = "a foreign file that it has mapped could not be digested";
  }
  return read;
}

// A memory file (memfd) gets no digest, because it changes with whatever is compiled into it.
bool CodeReader::add_file(Code& code, int process, const FoundProcess& found,
                          const MappedFile& file) {
  const Judgement judgement = judge(process, found, file);
  if (!judgement.version && !judgement.foreign) return false;
  if (!judgement.foreign || code.foreign.size() > kMaxForeign) return true;
  const std::string path = sanitize(parse_file_name(file.path).path);
  ForeignCode foreign{path, judgement.deleted, std::nullopt};
  if (!is_memory_file(file.path)) {
    auto read = contents_.get(*judgement.version, process, map_link(file), kMaxForeignBytes);
    if (read.content) foreign.sha256 = std::move(read.content->sha256);
  }
  // Where a file was replaced and both versions are mapped, their digests tell them apart.
  if (std::ranges::find(code.foreign, foreign) == code.foreign.end()) {
    code.foreign.push_back(std::move(foreign));
  }
  return true;
}

CodeReader::Judgement CodeReader::judge(int process, const FoundProcess& found,
                                        const MappedFile& file) {
  FileKey key{found.mount_namespace, file.device, file.inode, file.path};
  if (const auto at = judged_.find(key); at != judged_.end()) return at->second;
  StatusResult status = read_status(process, map_link(file).c_str());
  if (status.error != 0) status = status_by_path(process, file);
  Judgement judgement;
  judgement.deleted = parse_file_name(file.path).deleted;
  judgement.foreign = is_memory_file(file.path);
  if (status.error == 0) {
    judgement.version = status.status.version;
    judgement.deleted = status.status.links == 0;
    judgement.foreign |= !status.status.is_roots_alone();
  }
  judged_.emplace(std::move(key), judgement);
  return judgement;
}

}  // namespace netmon
