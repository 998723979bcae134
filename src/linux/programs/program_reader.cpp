#include "linux/programs/program_reader.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <future>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "linux/gaps.h"
#include "linux/procfs/process_files.h"
#include "linux/programs/code_reader.h"
#include "linux/programs/script_reader.h"
#include "netmon/core/values/error.h"

namespace netmon {
namespace {

// Reads the programs of one thread's share of the processes. What several of them have in common is
// read once.
class ProgramReader {
 public:
  ProgramReader(const ProcHost& host, FileContents& contents)
      : host_(host), contents_(contents), code_(contents) {}

  Process read(const FoundProcess& found) {
    Process process = found.process;
    const OpenResult dir =
        open_directory(AT_FDCWD, (host_.root + "/" + std::to_string(process.pid)).c_str());
    if (!dir.fd || !is_same(dir.fd.get(), process)) {
      const int error = dir.fd ? ESRCH : dir.error;
      const int exe_error = found.file.error != 0 ? found.file.error : error;
      note(GapCode::executables_not_hashed, unread_reason(exe_error));
      note(GapCode::code_not_read, errno_text(error));
      return process;
    }
    const OpenResult living = open_living(dir.fd.get(), found);
    const int task = living.fd ? living.fd.get() : dir.fd.get();
    read_executable(process, found, task);
    // A script that is mapped at all need not be mapped as code, so all mappings of an interpreter
    // are read.
    const ReadResult maps =
        interpreter_ ? read_file(task, "maps", kMaxMapsBytes) : read_code_mappings(task);
    if (interpreter_) read_script_of(process, found, task, maps.text);
    CodeRead code = code_.read(task, found, maps);
    process.code = std::move(code.code);
    note(GapCode::code_not_read, code.gap);
    return process;
  }

  std::vector<Gap> take_gaps() { return std::move(gaps_); }

 private:
  // Whether the process still has this pid, which may have been reused by now.
  static bool is_same(int dir, const Process& process) {
    const auto stat = parse_stat(read_file(dir, "stat").text);
    return stat && stat->start_ticks == process.start_ticks;
  }

  void note(GapCode code, std::string reason) {
    if (!reason.empty()) add_gap(gaps_, {code, std::nullopt, std::nullopt, std::move(reason), 1});
  }

  void read_executable(Process& process, const FoundProcess& found, int dir) {
    interpreter_ = found.interpreter;
    if (found.file.error != 0) {
      note(GapCode::executables_not_hashed, unread_reason(found.file.error));
      return;
    }
    process.exe_protected = is_exe_protected(found, dir);
    auto read = contents_.get(found.file.status.version, dir, "exe");
    if (!read.content) {
      note(GapCode::executables_not_hashed, unread_reason(read.error));
      return;
    }
    // The bytes of an executable count for more than its name.
    if (const auto by_bytes = parse_interpreter(read.content->interpreter)) interpreter_ = by_bytes;
    process.interpreter = interpreter_.has_value();
    process.exe_sha256 = std::move(read.content->sha256);
  }

  // Remembers the answer: it is the same for all processes of a mount namespace that run the same
  // file by the same path.
  bool is_exe_protected(const FoundProcess& found, int dir) {
    const std::string path = found.process.exe.value_or("");
    const auto [at, is_new] = protected_.try_emplace(
        std::tuple(found.mount_namespace, found.file.status.version, path), false);
    if (is_new) at->second = is_protected(dir, path, found.file.status);
    return at->second;
  }

  void read_script_of(Process& process, const FoundProcess& found, int dir, std::string_view maps) {
    const std::string exe = process.exe.value_or("");
    // The arguments were parsed for the interpreter of the executable's name, which may be another
    // one than that of its bytes.
    const NamedScript named = found.interpreter == interpreter_
                                  ? found.script
                                  : name_script(dir, *interpreter_, exe, found.cmdline);
    ScriptRead read = read_script(dir, *interpreter_, named, process.started_at, maps, contents_);
    process.script = std::move(read.script);
    process.name = process_name(process.comm, exe, process.script ? process.script->name : "");
    note(GapCode::scripts_not_hashed, std::move(read.unread));
  }

  const ProcHost& host_;
  FileContents& contents_;
  CodeReader code_;
  std::map<std::tuple<std::uint64_t, FileVersion, std::string>, bool> protected_;
  std::optional<Interpreter> interpreter_;  // that of the process that is being read
  std::vector<Gap> gaps_;
};

}  // namespace

ProgramReading read_programs(const ProcHost& host, std::span<const FoundProcess> found,
                             const std::vector<bool>& wanted, const ExecutableDigests& known) {
  FileContents contents(known);
  ProgramReading programs;
  programs.processes.resize(found.size());
  // Each thread takes every other process, because processes of similar age are of similar size.
  const auto read_share = [&](std::size_t first) {
    ProgramReader reader(host, contents);
    for (std::size_t i = first; i < found.size(); i += 2) {
      programs.processes[i] = wanted[i] ? reader.read(found[i]) : found[i].process;
    }
    return reader.take_gaps();
  };
  // A thread costs as much as a few processes. Where it does not pay off, the second share is read
  // after the first.
  constexpr std::ptrdiff_t kMinForThread = 6;
  const bool many = std::count(wanted.begin(), wanted.end(), true) >= kMinForThread;
  std::future<std::vector<Gap>> other =
      std::async(many ? std::launch::async : std::launch::deferred, read_share, 1U);
  programs.gaps = read_share(0);
  for (Gap& gap : other.get()) add_gap(programs.gaps, std::move(gap));
  programs.fresh = std::move(contents).take_fresh();
  return programs;
}

}  // namespace netmon
