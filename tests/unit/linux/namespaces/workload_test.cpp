#include "linux/namespaces/workload.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include "linux/fixture.h"
#include "linux/procfs/files.h"

namespace netmon {

TEST_CASE("a namespace goes by the oldest program that is more than an init") {
  CHECK(workload_of({{30, 3, "worker"}, {10, 1, "pause"}, {20, 2, "postgres"}}) == "postgres");
  CHECK(workload_of({{10, 1, "tini"}, {11, 7, "sh"}, {12, 8, "nginx"}}) == "nginx");
  CHECK(workload_of({{10, 2, "second"}, {10, 1, "first"}}) == "first");
}

TEST_CASE("where only inits are, it goes by the oldest of them; without any by nothing") {
  CHECK(workload_of({{20, 2, "sleep"}, {10, 1, "sh"}}) == "sh");
  CHECK(workload_of({}).empty());
}

TEST_CASE("the programs are read below the proc root, with their whole names") {
  const OpenResult proc = open_directory(AT_FDCWD, fixture_path("proc").c_str());
  const std::vector<std::uint32_t> pids = {5000030, 5000020, 5000999};
  CHECK(read_workload(proc.fd.get(), pids) == "a-very-long-name");
  CHECK(read_workload(proc.fd.get(), std::vector<std::uint32_t>{5000999}).empty());
}

}  // namespace netmon
