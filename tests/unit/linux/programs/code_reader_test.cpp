#include "linux/programs/code_reader.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "netmon/posix/fd.h"

namespace netmon {
namespace {

// An executable page of this process, with a memory file or without a file.
class Page {
 public:
  explicit Page(int file)
      : at_(::mmap(nullptr, kBytes, PROT_READ | PROT_EXEC,
                   MAP_PRIVATE | (file < 0 ? MAP_ANONYMOUS : 0), file, 0)) {
    REQUIRE(at_ != MAP_FAILED);
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;
  ~Page() { ::munmap(at_, kBytes); }

 private:
  static constexpr std::size_t kBytes = 4096;
  void* at_;
};

Fd memory_file(const std::string& name) {
  Fd file(::memfd_create(name.c_str(), MFD_CLOEXEC));
  REQUIRE(file);
  REQUIRE(::ftruncate(file.get(), 4096) == 0);
  return file;
}

}  // namespace

TEST_CASE("the executable mappings of a process are those that its file of maps has") {
  const Fd file = memory_file("a \nb\\012");
  const Page code(file.get());
  const Page anonymous(-1);
  const OpenResult self = open_directory(AT_FDCWD, "/proc/self");
  REQUIRE(self.fd);
  const CodeMaps asked = parse_code_maps(read_code_mappings(self.fd.get()).text);
  const CodeMaps read = parse_code_maps(read_file(self.fd.get(), "maps", kMaxMapsBytes).text);
  CHECK(asked == read);
  CHECK(asked.anonymous);
  CHECK(std::ranges::any_of(asked.files, [](const MappedFile& mapped) {
    return mapped.path == "/memfd:a \\012b\\012 (deleted)";
  }));
}

TEST_CASE("a process that is gone has no mappings") {
  const OpenResult empty = open_directory(AT_FDCWD, "/proc/self/fd");
  REQUIRE(empty.fd);
  CHECK(read_code_mappings(empty.fd.get()).error == ENOENT);
}

}  // namespace netmon
