#include "linux/programs/script_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <utility>

#include "linux/procfs/process_files.h"
#include "linux/programs/code_maps.h"

namespace netmon {
namespace {

constexpr std::uint64_t kMaxScriptBytes = 64 * kMebibyte;

struct FoundFile {
  Fd fd;  // O_PATH
  FileStatus status;
  int error = 0;
};

FoundFile find_file(int process, const std::string& path) {
  OpenResult file = open_in_root(process, path);
  if (!file.fd) return {{}, {}, file.error};
  const StatusResult status = read_status(file.fd.get());
  return {std::move(file.fd), status.status, status.error};
}

// The file that the interpreter reads for a path: Python takes the __main__.py of a folder, and
// Node.js adds ".js" or the index.js of a folder.
FoundFile find_script_file(int process, Interpreter interpreter, const std::string& path) {
  FoundFile file = find_file(process, path);
  if (interpreter == Interpreter::node && file.error == ENOENT)
    file = find_file(process, path + ".js");
  if (file.error != 0 || !S_ISDIR(file.status.mode)) return file;
  if (interpreter == Interpreter::python) return find_file(process, path + "/__main__.py");
  if (interpreter == Interpreter::node) return find_file(process, path + "/index.js");
  return file;
}

// Allows for 20 ms: the start of a process is known in whole ticks of 10 ms, and the time of the
// boot, from which they count, is rounded too.
bool changed_since(const FileStatus& file, Timestamp start) {
  const auto changed = Timestamp(
      std::chrono::floor<Timestamp::duration>(std::chrono::nanoseconds(file.version.changed_ns)));
  return changed > start + std::chrono::milliseconds(20);
}

// The descriptor numbers under which an interpreter keeps its script open.
std::span<const int> script_descriptors(Interpreter interpreter) {
  static constexpr std::array kOfShell{255, 10};  // Bash, dash
  static constexpr std::array kLow{3, 4, 5, 6};
  if (interpreter == Interpreter::shell || interpreter == Interpreter::multicall) return kOfShell;
  const bool keeps = interpreter == Interpreter::java || interpreter == Interpreter::perl;
  return keeps ? std::span<const int>(kLow) : std::span<const int>();
}

bool holds_open(int process, Interpreter interpreter, const FileStatus& file) {
  return std::ranges::any_of(script_descriptors(interpreter), [&](int fd) {
    const StatusResult held = read_status(process, ("fd/" + std::to_string(fd)).c_str());
    return held.error == 0 && held.status.version == file.version;
  });
}

bool is_shown_elsewhere(int process, Interpreter interpreter, const FileStatus& file,
                        std::string_view maps) {
  return maps_file(maps, file.version.device, file.version.inode) ||
         holds_open(process, interpreter, file);
}

}  // namespace

ScriptRead read_script(int process, Interpreter interpreter, const NamedScript& named,
                       Timestamp started_at, std::string_view maps, FileContents& contents) {
  ScriptRead read{named.script, {}};
  if (!named.understood) read.unread = "the process's arguments do not name it";
  if (!named.script || named.script->kind != ScriptKind::file) return read;
  const FoundFile file = find_script_file(process, interpreter, named.path);
  if (file.error != 0) {
    read.unread = unread_reason(file.error);
    return read;
  }
  read.script->claimed = !is_shown_elsewhere(process, interpreter, file.status, maps);
  if (changed_since(file.status, started_at)) {
    read.unread = "it changed after the process started";
    return read;
  }
  const std::string path = "/proc/self/fd/" + std::to_string(file.fd.get());
  const auto content = contents.get(file.status.version, AT_FDCWD, path, kMaxScriptBytes);
  if (content.content) {
    read.script->sha256 = content.content->sha256;
  } else {
    read.unread = unread_reason(content.error);
  }
  return read;
}

}  // namespace netmon
