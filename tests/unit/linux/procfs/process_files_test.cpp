#include "linux/procfs/process_files.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "linux/temporary.h"

// A folder with links "root" and "cwd" replaces /proc/PID.

namespace netmon {
namespace {

struct FakeProcess {
  FakeProcess() {
    folder.link("root", folder.folder("its root"));
    folder.link("cwd", folder.folder("its root/srv"));
    dir = open_directory(AT_FDCWD, folder.path().c_str()).fd;
  }
  [[nodiscard]] std::string in_root(const std::string& name) const { return "its root/" + name; }
  [[nodiscard]] int error_of(const std::string& path) const {
    return open_in_root(dir.get(), path).error;
  }

  TemporaryFolder folder;
  Fd dir;
};

}  // namespace

TEST_CASE("a path leads to what it is in the process's root") {
  const FakeProcess process;
  const std::string path = process.folder.file(process.in_root("srv/app.py"), "x");
  const OpenResult found = open_in_root(process.dir.get(), "/srv/app.py");
  REQUIRE(found.fd);
  CHECK(read_status(found.fd.get()).status.version ==
        read_status(AT_FDCWD, path.c_str()).status.version);
  CHECK(process.error_of("/srv/none.py") == ENOENT);
}

TEST_CASE("no link leads out of the process's root") {
  const FakeProcess process;
  process.folder.link(process.in_root("absolute"), "/etc");
  process.folder.link(process.in_root("up"), "../../../../etc");
  CHECK(process.error_of("/absolute/passwd") == ENOENT);
  CHECK(process.error_of("/up/passwd") == ENOENT);
  CHECK(process.error_of("/../../../etc/passwd") == ENOENT);
}

TEST_CASE("links of the kernel's own are not followed") {
  const FakeProcess process;
  const OpenResult self = open_directory(AT_FDCWD, "/proc/self");
  CHECK(open_in_root(self.fd.get(), "/proc/self/fd/0").error == ELOOP);
}

TEST_CASE("a relative path begins in the working directory, as the process's root has it") {
  const FakeProcess process;
  CHECK(path_in_root(process.dir.get(), "app.py") == "/srv/app.py");
  CHECK(path_in_root(process.dir.get(), "/opt/app.py") == "/opt/app.py");
}

TEST_CASE("a plain path has no detours") {
  CHECK(plain_path("/srv//./app/../app.py") == "/srv/app.py");
  CHECK(plain_path("/../..") == "/");
  CHECK(plain_path("") == "/");
}

TEST_CASE("a file is protected where root alone can write to it and to the folders above it") {
  if (::geteuid() != 0) return;  // only root can give files to root
  const FakeProcess process;
  const std::string path = process.folder.file(process.in_root("usr/bin/app"), "x");
  const auto is_safe = [&] {
    return is_protected(process.dir.get(), "/usr/bin/app",
                        read_status(AT_FDCWD, path.c_str()).status);
  };
  const std::string bin = process.folder.path() + "/its root/usr/bin";
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
  REQUIRE(::chmod(bin.c_str(), 0755) == 0);
  REQUIRE(is_safe());
  SUBCASE("the file is another user's") { REQUIRE(::chown(path.c_str(), 1, 0) == 0); }
  SUBCASE("its group may write") { REQUIRE(::chmod(path.c_str(), 0775) == 0); }
  SUBCASE("a folder is another user's") { REQUIRE(::chown(bin.c_str(), 1, 0) == 0); }
  SUBCASE("a folder is everyone's, sticky or not") { REQUIRE(::chmod(bin.c_str(), 01777) == 0); }
  SUBCASE("a folder is a link") {
    std::filesystem::rename(bin, bin + "2");
    std::filesystem::create_symlink("bin2", bin);
  }
  SUBCASE("another file is there by now") {
    const FileStatus status = read_status(AT_FDCWD, path.c_str()).status;
    std::filesystem::remove(path);
    process.folder.file(process.in_root("usr/bin/app"), "another");
    REQUIRE(::chmod(path.c_str(), 0755) == 0);
    CHECK_FALSE(is_protected(process.dir.get(), "/usr/bin/app", status));
    return;
  }
  CHECK_FALSE(is_safe());
}

}  // namespace netmon
