#include "linux/executables.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "linux/fixture.h"

namespace netmon {
namespace {

// sha256sum of "netmon\n"
constexpr auto kDigest = "5a87e927395485ec518b6f2d606ad037df87623fabfc870d425214caebeeed72";

// A file that goes away with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text) : fd_(::mkstemp(path_.data())) {
    REQUIRE(fd_);
    REQUIRE(::write(fd_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { ::unlink(path_.c_str()); }

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  std::string path_ = "/tmp/netmon-test-XXXXXX";
  Fd fd_;
};

// This test's own process, as a walk would have found it.
FoundProcess own_process() {
  struct stat status {};
  REQUIRE(::stat("/proc/self/exe", &status) == 0);
  FoundProcess found;
  found.process.pid = static_cast<std::uint32_t>(::getpid());
  found.file = {version_of(status), 0};
  return found;
}

FoundProcess unreadable(int error) {
  FoundProcess found;
  found.process.pid = 5000001;
  found.file.error = error;
  return found;
}

}  // namespace

TEST_CASE("the digest of a file is its SHA-256") {
  const TemporaryFile file("netmon\n");
  const FileDigest digest = digest_file(file.fd());
  CHECK(digest.error == 0);
  CHECK(digest.sha256 == kDigest);
  CHECK(digest.version.size_bytes == 7);
  CHECK(digest_file(TemporaryFile("").fd()).sha256 ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("what is not a regular file is not read") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const Fd reader(ends[0]);
  const Fd writer(ends[1]);
  CHECK(digest_file(reader.get()).error == EINVAL);
}

TEST_CASE("an executable is read once for all processes that run it") {
  const FoundProcess own = own_process();
  FoundProcess twin = own;
  twin.process.pid = 5000001;  // gone: it would fail if it were asked
  const std::vector<FoundProcess> processes = {own, twin};
  const auto hashed = hash_executables("/proc", processes, {true, true}, {});
  CHECK(hashed.fresh.size() == 1);
  CHECK(hashed.digests == hashed.fresh);
  CHECK(hashed.gaps.empty());
  const auto other_way_round = hash_executables("/proc", std::vector{twin, own}, {true, true}, {});
  CHECK(other_way_round.fresh == hashed.fresh);
  CHECK(other_way_round.gaps.empty());
}

TEST_CASE("a known executable is not read again") {
  FoundProcess gone = own_process();
  gone.process.pid = 5000001;  // it would fail if it were asked
  const auto hashed =
      hash_executables("/proc", std::vector{gone}, {true}, {{gone.file.version, "known"}});
  CHECK(hashed.digests.at(gone.file.version) == "known");
  CHECK(hashed.fresh.empty());
  CHECK(hashed.gaps.empty());
}

TEST_CASE("processes that were not asked for are no gap") {
  const auto hashed =
      hash_executables("/proc", std::vector{own_process(), unreadable(EACCES)}, {false, false}, {});
  CHECK(hashed.digests.empty());
  CHECK(hashed.gaps.empty());
}

TEST_CASE("an executable that could not be read is counted with the reason") {
  FoundProcess replaced = own_process();
  ++replaced.file.version.size_bytes;  // another file than the one that runs
  FoundProcess gone = own_process();
  gone.process.pid = 5000001;
  gone.file.version.inode = 0;
  const std::vector<FoundProcess> processes = {unreadable(EACCES), unreadable(EACCES), replaced,
                                               gone};
  const auto hashed = hash_executables("/proc", processes, {true, true, true, true}, {});
  CHECK(hashed.fresh.empty());
  REQUIRE(hashed.gaps.size() == 3);
  CHECK(hashed.gaps[0] == Gap{GapCode::executables_not_hashed, {}, {}, "Permission denied", 2});
  CHECK(hashed.gaps[1].reason == "it changed while it was read");
  CHECK(hashed.gaps[2].reason == "No such file or directory");
}

TEST_CASE("a process whose leader has ended runs what its threads run") {
  namespace fs = std::filesystem;
  std::string root = "/tmp/netmon-test-XXXXXX";
  REQUIRE(::mkdtemp(root.data()) != nullptr);
  const fs::path process = fs::path(root) / "41";
  fs::create_directories(process / "task/41");
  fs::create_directories(process / "task/42");
  std::ofstream(process / "stat") << "41 (svc) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0 4100 0 0\n";
  std::ofstream(fs::path(root) / "svc") << "netmon\n";
  fs::create_symlink(fs::path(root) / "svc", process / "task/42/exe");

  const OpenResult dir = open_directory(AT_FDCWD, process.c_str());
  const auto found = read_owner(dir.fd.get(), 41, {root, {}, {}});
  REQUIRE(found);
  CHECK(found->process.exe == root + "/svc");
  CHECK(found->exe_path == "task/42/exe");
  const auto hashed = hash_executables(root, std::vector{*found}, {true}, {});
  CHECK(hashed.digests == ExecutableDigests{{found->file.version, kDigest}});

  fs::remove(process / "task/42/exe");
  const auto without = read_owner(dir.fd.get(), 41, {root, {}, {}});
  REQUIRE(without);
  CHECK_FALSE(without->process.exe);
  CHECK(without->file.error == ENOENT);
  fs::remove_all(root);
}

TEST_CASE(
    "processes that listen, connect outwards or hold a raw socket are exposed, others are not") {
  Snapshot snapshot;
  snapshot.namespaces.resize(1);
  snapshot.processes.resize(5);
  const auto add = [&](State state, std::uint16_t port, std::uint16_t peer, std::uint32_t process) {
    Socket socket;
    socket.state = state;
    socket.local = {*parse_ip_address("10.0.0.1"), port};
    if (peer != 0) socket.remote = {*parse_ip_address("10.0.0.2"), peer};
    socket.first_owner = static_cast<std::uint32_t>(snapshot.owners.size());
    socket.owner_count = 1;
    snapshot.owners.push_back({process, 0, 3});
    snapshot.sockets.push_back(socket);
  };
  add(State::listen, 80, 0, 0);
  add(State::established, 80, 40000, 1);   // inbound
  add(State::established, 40001, 443, 2);  // outbound
  add(State::bound, 81, 0, 3);
  add(State::unconnected, 0, 0, 4);
  snapshot.sockets.back().protocol = Protocol::packet;
  CHECK(exposed_processes(snapshot) == std::vector<bool>{true, false, true, false, true});
}

}  // namespace netmon
