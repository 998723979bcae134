#include "linux/programs/program_reader.h"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "linux/procfs/host.h"
#include "linux/temporary.h"

namespace netmon {
namespace {

// This test's own process, as a walk would have found it.
FoundProcess own_process() {
  const OpenResult dir = open_directory(AT_FDCWD, "/proc/self");
  auto found =
      read_owner(dir.fd.get(), static_cast<std::uint32_t>(::getpid()), read_proc_host("/proc"));
  REQUIRE(found.has_value());
  return std::move(*found);
}

ProgramReading read(const std::vector<FoundProcess>& found, const ExecutableDigests& known = {}) {
  return read_programs(read_proc_host("/proc"), found, std::vector<bool>(found.size(), true),
                       known);
}

// A page of a file that is mapped as code during the lifetime of this object.
class Mapped {
 public:
  explicit Mapped(int fd)
      : page_(::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0)) {
    REQUIRE(page_ != MAP_FAILED);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() { ::munmap(page_, 4096); }

 private:
  void* page_;
};

// A shell at `path` that waits for input during the lifetime of this object.
class WaitingShell {
 public:
  explicit WaitingShell(const std::string& path) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const Fd reader(ends[0]);
    writer_ = Fd(ends[1]);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(reader.get(), 0);
      ::execl(path.c_str(), path.c_str(), "-c", "read x; exit", nullptr);
      ::_exit(1);
    }
    // Until exec(2) has finished, the process has the arguments of this test, or none.
    const std::string arguments = "/proc/" + std::to_string(pid_) + "/cmdline";
    while (!read_file(AT_FDCWD, arguments.c_str()).text.starts_with(path)) ::usleep(1000);
  }
  WaitingShell(const WaitingShell&) = delete;
  WaitingShell& operator=(const WaitingShell&) = delete;
  ~WaitingShell() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] FoundProcess found() const {
    const OpenResult dir = open_directory(AT_FDCWD, ("/proc/" + std::to_string(pid_)).c_str());
    auto found =
        read_owner(dir.fd.get(), static_cast<std::uint32_t>(pid_), read_proc_host("/proc"));
    REQUIRE(found.has_value());
    return std::move(*found);
  }

 private:
  Fd writer_;  // closing it would end the input
  pid_t pid_ = 0;
};

const ForeignCode* find(const Code& code, std::string_view path) {
  for (const ForeignCode& foreign : code.foreign) {
    if (foreign.path == path) return &foreign;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("a process's executable is read, and is what it has mapped") {
  const ProgramReading programs = read({own_process()});
  const Process& process = programs.processes.at(0);
  REQUIRE(process.exe_sha256.has_value());
  CHECK(process.exe_sha256->size() == 64);
  CHECK_FALSE(process.exe_elsewhere);
  CHECK(process.exe_changed_at.has_value());
  CHECK(process.credentials.has_value());
  REQUIRE(process.code.has_value());
  CHECK(process.code->exe_mapped);
  CHECK(programs.gaps.empty());
  CHECK(programs.fresh.size() >= 1);
}

TEST_CASE("a link to another executable than is mapped is noticed") {
  FoundProcess found = own_process();
  found.file = read_status(AT_FDCWD, "/bin/sh");
  found.process.exe = "/usr/bin/dash";
  CHECK_FALSE(read({found}).processes.at(0).code->exe_mapped);
}

TEST_CASE("what is known of a file is not read again") {
  const FoundProcess own = own_process();
  const ProgramReading programs = read({own}, {{own.file.status.version, {"known", "perl"}}});
  CHECK(programs.processes.at(0).exe_sha256 == "known");
  CHECK(programs.processes.at(0).interpreter);
  CHECK_FALSE(programs.fresh.contains(own.file.status.version));
}

TEST_CASE("a file that others may write is foreign once it is mapped as code") {
  const TemporaryFolder folder;
  const std::string path = folder.file("lib.so", std::string(4096, 'x'));
  REQUIRE(::chmod(path.c_str(), 0666) == 0);
  const OpenResult file = open_file(AT_FDCWD, path.c_str());
  const Mapped mapped(file.fd.get());
  const Process first = read({own_process()}).processes.at(0);
  const ForeignCode* foreign = find(*first.code, path);
  REQUIRE(foreign != nullptr);
  CHECK_FALSE(foreign->deleted);
  std::filesystem::remove(path);
  const Process second = read({own_process()}).processes.at(0);
  foreign = find(*second.code, path);
  REQUIRE(foreign != nullptr);
  CHECK(foreign->deleted);
}

TEST_CASE("memory in the form of a file is foreign, and has no digest") {
  const Fd memory(::memfd_create("jit", MFD_CLOEXEC));
  REQUIRE(::ftruncate(memory.get(), 4096) == 0);
  const Mapped mapped(memory.get());
  const Process process = read({own_process()}).processes.at(0);
  const ForeignCode* foreign = find(*process.code, "/memfd:jit");
  REQUIRE(foreign != nullptr);
  CHECK_FALSE(foreign->sha256.has_value());
}

TEST_CASE("a library of root's that was deleted meanwhile is not foreign") {
  if (::geteuid() != 0) return;  // only root can make files of root
  const TemporaryFolder folder;
  const std::string path = folder.file("lib.so", std::string(4096, 'x'));
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  const OpenResult file = open_file(AT_FDCWD, path.c_str());
  const Mapped mapped(file.fd.get());
  std::filesystem::remove(path);
  CHECK(find(*read({own_process()}).processes.at(0).code, path) == nullptr);
}

TEST_CASE("processes of which nothing was wanted are returned as they are") {
  const FoundProcess own = own_process();
  const std::vector<FoundProcess> found = {own, own};
  const ProgramReading programs = read_programs(read_proc_host("/proc"), found, {false, true}, {});
  CHECK(programs.processes.at(0) == own.process);
  CHECK(programs.processes.at(1).code.has_value());
}

TEST_CASE("what could not be read is counted by the reason") {
  FoundProcess gone;
  gone.process.pid = 5000001;  // above the kernel's limit
  FoundProcess refused = gone;
  refused.file.error = EACCES;
  const ProgramReading programs = read({gone, refused, refused});
  REQUIRE(programs.gaps.size() == 3);
  CHECK(programs.gaps[0] ==
        Gap{GapCode::executables_not_hashed, {}, {}, "No such file or directory", 1});
  CHECK(programs.gaps[1] == Gap{GapCode::code_not_read, {}, {}, "No such file or directory", 3});
  CHECK(programs.gaps[2] == Gap{GapCode::executables_not_hashed, {}, {}, "Permission denied", 2});
}

TEST_CASE("a pid that is another process's by now lends it nothing") {
  FoundProcess stale = own_process();
  --stale.process.start_ticks;
  const ProgramReading programs = read({stale});
  CHECK_FALSE(programs.processes.at(0).exe_sha256.has_value());
  CHECK_FALSE(programs.processes.at(0).code.has_value());
  CHECK(programs.gaps.size() == 2);
}

TEST_CASE("the code of a copied interpreter is known by its bytes") {
  const TemporaryFolder folder;
  const std::string copy = folder.path() + "/svcd";
  std::filesystem::copy_file("/bin/sh", copy);
  const WaitingShell shell(copy);
  const Process process = read({shell.found()}).processes.at(0);
  CHECK_FALSE(shell.found().process.interpreter);
  CHECK(process.interpreter);
  REQUIRE(process.script.has_value());
  CHECK(process.script->kind == ScriptKind::code);
}

}  // namespace netmon
