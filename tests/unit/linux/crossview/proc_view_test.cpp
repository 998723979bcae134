#include "linux/crossview/proc_view.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "linux/fixture.h"

// fixtures/view replaces /proc/net: tcp has two listeners, then an established connection; udp has
// one socket; the other files do not exist. fixtures/damaged has a damaged tcp.

namespace netmon {
namespace {

ViewPlan only(std::size_t table, ViewDepth depth) {
  ViewPlan plan{};
  plan[table] = depth;
  return plan;
}

std::vector<std::uint32_t> inodes_of(const ProcView& view) {
  std::vector<std::uint32_t> inodes(view.rows.size());
  std::transform(view.rows.begin(), view.rows.end(), inodes.begin(),
                 [](const Socket& row) { return row.inode; });
  return inodes;
}

}  // namespace

TEST_CASE("a table is read as /proc/net shows it") {
  const ProcView view = read_proc_view(fixture_path("view"), only(2, ViewDepth::all));
  REQUIRE(view.rows.size() == 1);
  CHECK(view.rows[0].inode == 30);
  CHECK(view.rows[0].state == State::unconnected);
  CHECK(view.rows[0].local == Endpoint{*parse_ip_address("127.0.0.1"), 53});
  CHECK(view.failures[2].empty());
}

TEST_CASE("of a long table the listeners alone are read") {
  const ProcView view = read_proc_view(fixture_path("view"), only(0, ViewDepth::listeners));
  CHECK(inodes_of(view) == std::vector<std::uint32_t>{10, 11});
}

TEST_CASE("a table that is not asked for is not read") {
  CHECK(read_proc_view(fixture_path("view"), ViewPlan{}).rows.empty());
}

TEST_CASE("a missing table is empty where the folder is the kernel's own, else not read") {
  ViewPlan plan{};
  plan.fill(ViewDepth::all);
  plan[0] = ViewDepth::none;
  const ProcView view = read_proc_view(fixture_path("view"), plan);
  CHECK(std::all_of(view.failures.begin(), view.failures.end(),
                    [](const std::string& failure) { return failure.empty(); }));
  const ProcView nowhere = read_proc_view(fixture_path("nowhere"), plan);
  CHECK(nowhere.failures[0].empty());
  CHECK(nowhere.failures[2] == "/proc/net/udp: No such file or directory");
}

TEST_CASE("a table with a line that nobody understands is not believed") {
  const ProcView view = read_proc_view(fixture_path("damaged"), only(0, ViewDepth::all));
  CHECK(view.rows.empty());
  CHECK(view.failures[0] == "/proc/net/tcp has lines that netmon does not understand");
}

}  // namespace netmon
