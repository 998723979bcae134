#include "linux/programs/executables.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "linux/temporary.h"

namespace netmon {
namespace {

FileRead read(const std::string& path, std::uint64_t max_bytes = UINT64_MAX) {
  return read_content(open_file(AT_FDCWD, path.c_str()).fd.get(), max_bytes);
}

FileVersion version_at(const std::string& path) {
  return read_status(AT_FDCWD, path.c_str()).status.version;
}

}  // namespace

TEST_CASE("the digest of a file is its SHA-256") {
  const TemporaryFolder folder;
  const FileRead found = read(folder.file("a", "netmon\n"));
  CHECK(found.error == 0);
  CHECK(found.content == FileContent{kDigestOfNetmon, ""});
  CHECK(found.version.size_bytes == 7);
  CHECK(read(folder.file("empty")).content.sha256 ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("an ELF file with an interpreter's marks is one, a text that speaks of them is not") {
  const TemporaryFolder folder;
  CHECK(read(folder.file("a", "\177ELF....Py_BytesMain....")).content.interpreter == "python");
  CHECK(read(folder.file("b", "the symbol Py_BytesMain")).content.interpreter.empty());
}

TEST_CASE("what is not a regular file is not read, nor what is too large") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const Fd reader(ends[0]);
  const Fd writer(ends[1]);
  CHECK(read_content(reader.get()).error == EINVAL);
  const TemporaryFolder folder;
  CHECK(read(folder.file("a", "netmon\n"), 6).error == EFBIG);
  CHECK(read(folder.file("a", "netmon\n"), 7).error == 0);
}

TEST_CASE("a version has a birth that another file in its place has not") {
  const TemporaryFolder folder;
  const FileVersion first = version_at(folder.file("a", "x"));
  CHECK(first.born_ns > 0);
  CHECK(first.changed_ns >= first.born_ns);
  CHECK(version_at(folder.file("b", "x")) != first);
}

TEST_CASE("a file is read once and then known") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a", "netmon\n");
  const FileVersion version = version_at(path);
  const ExecutableDigests nothing;
  FileContents contents(nothing);
  CHECK(contents.get(version, AT_FDCWD, path).content->sha256 == kDigestOfNetmon);
  CHECK(contents.get(version, AT_FDCWD, "/nowhere").content->sha256 == kDigestOfNetmon);
  CHECK(std::move(contents).take_fresh() == ExecutableDigests{{version, {kDigestOfNetmon, ""}}});
}

TEST_CASE("what an earlier capture knew is not opened, and is not new") {
  const ExecutableDigests known{{{1, 2, 3, 4, 5}, {"known", "perl"}}};
  FileContents contents(known);
  CHECK(contents.get({1, 2, 3, 4, 5}, AT_FDCWD, "/nowhere").content ==
        FileContent{"known", "perl"});
  CHECK(contents.get({1, 2, 3, 4, 6}, AT_FDCWD, "/nowhere").error == ENOENT);
  CHECK(std::move(contents).take_fresh().empty());
}

TEST_CASE("a file that is another by now, or a device, is not read") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a", "netmon\n");
  FileVersion before = version_at(path);
  before.changed_ns -= 1;
  const ExecutableDigests nothing;
  FileContents contents(nothing);
  CHECK(contents.get(before, AT_FDCWD, path).error == EAGAIN);
  CHECK(contents.get({}, AT_FDCWD, "/dev/null").error == EINVAL);
}

TEST_CASE("why a file was not read is said in words") {
  CHECK(unread_reason(EAGAIN) == "it changed while it was read");
  CHECK(unread_reason(EINVAL) == "not a regular file");
  CHECK(unread_reason(EFBIG) == "too large to be read");
  CHECK(unread_reason(EACCES) == "Permission denied");
}

TEST_CASE("processes that listen, connect outwards or hold a raw socket are exposed, others not") {
  Snapshot snapshot;
  snapshot.namespaces.resize(1);
  snapshot.processes.resize(5);
  const auto add = [&](State state, std::uint16_t port, std::uint16_t peer, std::uint32_t process) {
    Socket socket;
    socket.state = state;
    socket.local = {*parse_ip_address("10.0.0.1"), port};
    if (peer != 0) socket.remote = {*parse_ip_address("10.0.0.2"), peer};
    socket.owner_state = OwnerState::held;
    socket.port_choice = PortChoice::connect;
    socket.first_owner = static_cast<std::uint32_t>(snapshot.owners.size());
    socket.owner_count = 1;
    snapshot.owners.push_back({process, 0, 3});
    snapshot.sockets.push_back(socket);
  };
  add(State::listen, 80, 0, 0);
  add(State::established, 80, 40000, 1);  // inbound: its parent listens
  snapshot.sockets.back().port_choice = PortChoice::kernel;
  snapshot.processes[1].parent = 0;
  add(State::established, 40001, 443, 2);  // outbound
  add(State::bound, 81, 0, 3);
  add(State::unconnected, 0, 0, 4);
  snapshot.sockets.back().protocol = Protocol::packet;
  CHECK(exposed_processes(snapshot) == std::vector<bool>{true, false, true, false, true});
}

}  // namespace netmon
