#include "linux/programs/ended_program.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "linux/gaps.h"
#include "linux/procfs/process_files.h"
#include "linux/programs/loader_variables.h"
#include "linux/programs/script_reader.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::uint64_t kMaxEndedForeignBytes = 256 * kMebibyte;
// As many bytes of arguments as the BPF program keeps. Arguments of that length may be cut off.
constexpr std::size_t kMaxKeptArguments = 1024;

const char* const kEnded = "it ended before it could be read";

bool is_same_inode(const FileVersion& a, const FileVersion& b) {
  return a.device == b.device && a.inode == b.inode;
}

StatusResult status_at(const std::string& path) {
  return read_status(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
}

}  // namespace

bool is_same_file(const FileVersion& then, const FileVersion& now) {
  return is_same_inode(then, now) && then.size_bytes == now.size_bytes &&
         then.changed_ns == now.changed_ns;
}

bool is_same_program(const EventProcess& then, const FoundProcess& now) {
  const Process& was = then.process;
  const Process& is = now.process;
  if (now.file.error != 0 || !is_same_file(then.executable, now.file.status.version)) return false;
  if (was.start_ticks != is.start_ticks || was.comm != is.comm || was.uid != is.uid) return false;
  if (!then.own || !then.own->arguments) return true;
  const std::string& arguments = *then.own->arguments;
  const bool cut = arguments.size() >= kMaxKeptArguments;
  return cut ? now.cmdline.starts_with(arguments) : now.cmdline == arguments;
}

EndedProgramReader::EndedProgramReader(const ProcHost& host, const ExecutableDigests& known)
    : host_(host),
      self_(open_directory(AT_FDCWD, (host.root + "/self").c_str())),
      contents_(known) {}

void EndedProgramReader::note(GapCode code, std::string reason) {
  add_gap(gaps_, {code, std::nullopt, std::nullopt, std::move(reason), 1});
}

void EndedProgramReader::read(EventProcess& ended) {
  Process& process = ended.process;
  const EventProcessOwn& own = *ended.own;
  if (process.credentials) {
    process.credentials->own_user_namespace =
        host_.own.user != 0 && own.user_namespace != host_.own.user;
  }
  assign_groups(process, "0::" + own.cgroup + "\n", host_);
  if (own.arguments && own.arguments->size() < kMaxKeptArguments) {
    process.cmdline = join_cmdline(*own.arguments);
  }
  if (const auto interpreter = read_executable(ended)) read_script_of(ended, *interpreter);
  process.name = process_name(process.comm, process.exe.value_or(""),
                              process.script ? process.script->name : "");
  read_code(ended);
}

std::optional<Interpreter> EndedProgramReader::read_executable(EventProcess& ended) {
  Process& process = ended.process;
  const std::string path = process.exe.value_or("");
  auto interpreter = interpreter_by_name(base_name(path));
  process.interpreter = interpreter.has_value();
  const StatusResult now = status_at(path);
  const bool same = now.error == 0 && is_same_file(ended.executable, now.status.version);
  process.exe_elsewhere = ended.mount_namespace != host_.own.mount && !same;
  if (!same) {
    note(GapCode::executables_not_hashed, kEnded);
    return interpreter;
  }
  process.exe_protected = self_.fd && is_protected(self_.fd.get(), path, now.status);
  const auto read = contents_.get(now.status.version, AT_FDCWD, path);
  if (!read.content) {
    note(GapCode::executables_not_hashed, unread_reason(read.error));
    return interpreter;
  }
  if (const auto by_bytes = parse_interpreter(read.content->interpreter)) interpreter = by_bytes;
  process.interpreter = interpreter.has_value();
  process.exe_sha256 = read.content->sha256;
  return interpreter;
}

// Whether its paths had another meaning than netmon's, because its root was another.
bool EndedProgramReader::has_own_root(const EventProcess& ended) const {
  if (ended.mount_namespace != host_.own.mount) return true;
  const StatusResult root = status_at("/");
  return root.error != 0 || !is_same_inode(root.status.version, ended.own->root);
}

void EndedProgramReader::read_script_of(EventProcess& ended, Interpreter interpreter) {
  const EventProcessOwn& own = *ended.own;
  Process& process = ended.process;
  if (!own.arguments) {
    note(GapCode::scripts_not_hashed, kEnded);
    return;
  }
  const ScriptSearch found =
      find_script(interpreter, base_name(process.exe.value_or("")), *own.arguments);
  const NamedScript named = named_script(found, [&](std::string_view name) {
    return name.starts_with('/') ? std::string(name) : own.folder + "/" + std::string(name);
  });
  process.script = named.script;
  const bool is_file = named.script && named.script->kind == ScriptKind::file;
  if (is_file && has_own_root(ended)) {
    note(GapCode::scripts_not_hashed, kEnded);
    return;
  }
  ScriptRead read =
      read_script(self_.fd.get(), interpreter, named, process.started_at, {}, contents_);
  process.script = std::move(read.script);
  if (!read.unread.empty()) note(GapCode::scripts_not_hashed, std::move(read.unread));
  if (!is_file) return;
  const StatusResult file = read_status(AT_FDCWD, named.path.c_str());
  process.script->claimed = std::ranges::none_of(own.scripts, [&](const FileVersion& held) {
    return file.error == 0 && is_same_inode(held, file.status.version);
  });
}

void EndedProgramReader::read_code(EventProcess& ended) {
  if (!ended.own->loader || !ended.code_files) {
    note(GapCode::code_not_read, kEnded);
    return;
  }
  Code code;
  code.loader = parse_loader_variables(*ended.own->loader);
  for (const EventCodeFile& file : *ended.code_files) {
    ForeignCode foreign{file.path, file.deleted, std::nullopt};
    const StatusResult now = status_at(file.path);
    if (now.error == 0 && is_same_file(file.version, now.status.version)) {
      auto read = contents_.get(now.status.version, AT_FDCWD, file.path, kMaxEndedForeignBytes);
      if (read.content) foreign.sha256 = std::move(read.content->sha256);
    }
    code.foreign.push_back(std::move(foreign));
  }
  std::sort(code.foreign.begin(), code.foreign.end());
  if (std::ranges::any_of(code.foreign, lacks_digest)) {
    note(GapCode::code_not_read, "a foreign file that it had mapped could not be digested");
  }
  ended.process.code = std::move(code);
}

}  // namespace netmon
