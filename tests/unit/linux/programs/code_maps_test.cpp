#include "linux/programs/code_maps.h"

#include <doctest/doctest.h>
#include <sys/sysmacros.h>

#include <string>

namespace netmon {
namespace {

const std::string& maps() {
  static const std::string kMaps =
      "55d1c0a00000-55d1c0a02000 r--p 00000000 fe:01 393230                     /usr/bin/cat\n"
      "55d1c0a02000-55d1c0a07000 r-xp 00002000 fe:01 393230                     /usr/bin/cat\n"
      "55d1c0b00000-55d1c0b21000 rw-p 00000000 00:00 0                          [heap]\n"
      "7f0000000000-7f0000001000 r-xp 00000000 00:2e 17         /tmp/a b (deleted)\n"
      "7f0000001000-7f0000002000 r--p 00000000 00:2e 17         /tmp/a b (deleted)\n"
      "7f0000002000-7f0000003000 r-xp 00003000 00:2e 17         /tmp/a b (deleted)\n"
      "7f0000004000-7f0000005000 rwxs 00000000 00:01 2065       /memfd:jit (deleted)\n"
      "7f0000006000-7f0000007000 r-xp 00000000 00:00 0 \n"
      "7ffe00000000-7ffe00002000 r-xp 00000000 00:00 0                          [vdso]\n"
      "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";
  return kMaps;
}

CodeMaps parse_line(const std::string& line) { return parse_code_maps(line + "\n"); }

}  // namespace

TEST_CASE("files that are mapped executable are found, each once") {
  const CodeMaps code = parse_code_maps(maps());
  REQUIRE(code.files.size() == 3);
  CHECK(code.files[0] ==
        MappedFile{"55d1c0a02000-55d1c0a07000", ::makedev(0xfe, 1), 393230, "/usr/bin/cat"});
  CHECK(code.files[1] ==
        MappedFile{"7f0000000000-7f0000001000", ::makedev(0, 0x2e), 17, "/tmp/a b (deleted)"});
  CHECK(code.files[2].path == "/memfd:jit (deleted)");
  CHECK(code.anonymous);
}

TEST_CASE("a range is called as the kernel's own link to the mapping is") {
  const CodeMaps code = parse_line("00400000-00401000 r-xp 00000000 fe:01 5 /usr/bin/fixed");
  REQUIRE(code.files.size() == 1);
  CHECK(code.files[0].range == "400000-401000");
}

TEST_CASE("what the kernel lends is no code of the process's") {
  CHECK(parse_line("7ffe00000000-7ffe00002000 r-xp 00000000 00:00 0      [vdso]") == CodeMaps{});
  CHECK(parse_line("7ffe00000000-7ffe00002000 --xp 00000000 00:00 0      [uprobes]") == CodeMaps{});
}

TEST_CASE("executable memory without a file is noted") {
  CHECK(parse_line("7f0000006000-7f0000007000 r-xp 00000000 00:00 0 ").anonymous);
  CHECK(parse_line("7f0000006000-7f0000007000 rwxp 00000000 00:00 0      [stack]").anonymous);
  CHECK(parse_line("7f0000006000-7f0000007000 rwxp 00000000 00:00 0      [anon:JIT]").anonymous);
  CHECK_FALSE(parse_line("7f0000006000-7f0000007000 rw-p 00000000 00:00 0      [heap]").anonymous);
}

TEST_CASE("two files of one path are two") {
  const CodeMaps code = parse_code_maps(
      "1000-2000 r-xp 00000000 fe:01 5 /lib/x.so (deleted)\n"
      "3000-4000 r-xp 00000000 fe:01 6 /lib/x.so (deleted)\n");
  CHECK(code.files.size() == 2);
}

TEST_CASE("damaged lines are passed over, and a line that was cut is not taken") {
  CHECK(parse_line("") == CodeMaps{});
  CHECK(parse_line("1000-2000 r-xp 00000000 fe01 5 /x") == CodeMaps{});
  CHECK(parse_line("1000-2000 r-xp 00000000 fe:01 x /x") == CodeMaps{});
  CHECK(parse_code_maps("1000-2000 r-xp 00000000 fe:01 5 /usr/bin/c") == CodeMaps{});
  for (std::size_t size = 0; size < maps().size(); ++size) {
    CAPTURE(size);
    const CodeMaps cut = parse_code_maps(maps().substr(0, size));
    const CodeMaps whole = parse_code_maps(maps());
    REQUIRE(cut.files.size() <= whole.files.size());
    CHECK(std::equal(cut.files.begin(), cut.files.end(), whole.files.begin()));
  }
}

TEST_CASE("a file is mapped where any mapping is of its device and inode") {
  CHECK(maps_file(maps(), ::makedev(0, 0x2e), 17));
  CHECK_FALSE(maps_file(maps(), ::makedev(0, 0x2f), 17));
  CHECK_FALSE(maps_file(maps(), ::makedev(0, 0x2e), 18));
}

}  // namespace netmon
