#include "linux/programs/script_reader.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <chrono>
#include <string>

#include "linux/temporary.h"

// A folder with links "root" and "cwd" replaces /proc/PID.

namespace netmon {
namespace {

using namespace std::string_literals;

Timestamp after_now(std::chrono::milliseconds later) {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) + later;
}

class FakeProcess {
 public:
  FakeProcess() {
    folder.link("root", folder.folder("root folder"));
    folder.link("cwd", folder.folder("root folder/srv"));
    folder.folder("fd");
    dir_ = open_directory(AT_FDCWD, folder.path().c_str()).fd;
  }
  [[nodiscard]] ScriptRead read(Interpreter interpreter, const std::string& cmdline,
                                Timestamp started = after_now(std::chrono::hours(1)),
                                std::string_view maps = "") const {
    const ExecutableDigests nothing;
    FileContents contents(nothing);
    const NamedScript named = name_script(dir_.get(), interpreter, "/usr/bin/x", cmdline);
    return read_script(dir_.get(), interpreter, named, started, maps, contents);
  }

  TemporaryFolder folder;

 private:
  Fd dir_;
};

}  // namespace

TEST_CASE("a script is read in the process's own root and working directory") {
  const FakeProcess process;
  process.folder.file("root folder/srv/app.py", "netmon\n");
  const ScriptRead found = process.read(Interpreter::python, "python3\0./app.py\0"s);
  CHECK(found.script == Script{ScriptKind::file, "/srv/app.py", kDigestOfNetmon, true});
  CHECK(found.unread.empty());
}

TEST_CASE("a script that changed after the process started has no digest") {
  const FakeProcess process;
  process.folder.file("root folder/srv/app.py", "netmon\n");
  const auto at = [&](std::chrono::milliseconds later) {
    return process.read(Interpreter::python, "python3\0app.py\0"s, after_now(later));
  };
  CHECK(at(std::chrono::milliseconds(-1000)).unread == "it changed after the process started");
  CHECK_FALSE(at(std::chrono::milliseconds(-1000)).script->sha256.has_value());
  // The process started within the tick in which the file was written.
  CHECK(at(std::chrono::milliseconds(0)).script->sha256 == kDigestOfNetmon);
}

TEST_CASE("a script that is not there, or no file, is named and not read") {
  const FakeProcess process;
  const auto unread = [&](const std::string& name) {
    const ScriptRead found = process.read(Interpreter::perl, "perl\0"s + name + "\0"s);
    CHECK_FALSE(found.script->sha256.has_value());
    return found.unread;
  };
  CHECK(unread("app.pl") == "No such file or directory");
  REQUIRE(::mkfifo((process.folder.path() + "/root folder/srv/pipe").c_str(), 0600) == 0);
  CHECK(unread("pipe") == "not a regular file");
  CHECK(unread("/") == "not a regular file");
}

TEST_CASE("a folder that Python runs has its main file's digest") {
  const FakeProcess process;
  process.folder.file("root folder/srv/app/__main__.py", "netmon\n");
  CHECK(process.read(Interpreter::python, "python3\0app\0"s).script ==
        Script{ScriptKind::file, "/srv/app", kDigestOfNetmon, true});
}

TEST_CASE("Node.js finds what its argument leaves out") {
  const FakeProcess process;
  process.folder.file("root folder/srv/a.js", "netmon\n");
  process.folder.file("root folder/srv/b/index.js", "netmon\n");
  CHECK(process.read(Interpreter::node, "node\0a\0"s).script->sha256 == kDigestOfNetmon);
  CHECK(process.read(Interpreter::node, "node\0b\0"s).script->sha256 == kDigestOfNetmon);
}

TEST_CASE("code has the digest of its text, a module none") {
  const FakeProcess process;
  CHECK(process.read(Interpreter::perl, "perl\0-e\0netmon\n\0"s).script ==
        Script{ScriptKind::code, "-e", kDigestOfNetmon, true});
  const ScriptRead module = process.read(Interpreter::python, "python3\0-m\0http.server\0"s);
  CHECK(module.script == Script{ScriptKind::module, "http.server", std::nullopt, true});
  CHECK(module.unread.empty());
}

TEST_CASE("a script that the process holds open or has mapped is more than a claim") {
  const FakeProcess process;
  const std::string path = process.folder.file("root folder/srv/app.sh", "netmon\n");
  const FileVersion version = read_status(AT_FDCWD, path.c_str()).status.version;
  const auto claimed = [&](const std::string& maps = "") {
    return process
        .read(Interpreter::shell, "bash\0app.sh\0"s, after_now(std::chrono::hours(1)), maps)
        .script->claimed;
  };
  const auto mapping = [&](std::uint64_t inode) {
    return fmt::format("1000-2000 r--p 0 {:x}:{:x} {} /x\n", ::major(version.device),
                       ::minor(version.device), inode);
  };
  CHECK(claimed());
  CHECK(claimed(mapping(version.inode + 1)));
  CHECK_FALSE(claimed(mapping(version.inode)));
  process.folder.link("fd/255", path);
  CHECK_FALSE(claimed());
}

TEST_CASE("a title names no script, which is said; an interactive shell has none") {
  const FakeProcess process;
  const ScriptRead title = process.read(Interpreter::python, "gunicorn: master [x]\0"s);
  CHECK_FALSE(title.script.has_value());
  CHECK(title.unread == "the process's arguments do not name it");
  const ScriptRead shell = process.read(Interpreter::shell, "-bash\0"s);
  CHECK_FALSE(shell.script.has_value());
  CHECK(shell.unread.empty());
}

}  // namespace netmon
