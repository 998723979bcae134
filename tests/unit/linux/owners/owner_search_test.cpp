#include "linux/owners/owner_search.h"

#include <doctest/doctest.h>

#include <memory>

#include "linux/fixture.h"
#include "netmon/core/values/error.h"
#include "owners/holders.h"

// owners_test.cpp says what fixtures/proc holds: 5000020 and 5000030 hold socket 111.

namespace netmon {
namespace {

ProcHost fixture_host() {
  return {fixture_path("proc"), UserNames(fixture("passwd")),
          BootClock{std::chrono::seconds(1'000'000'000), 100}};
}

// A walk that succeeds `times` times and fails afterwards. Its copies share the counter, because
// the search runs a copy in a thread.
WalkDescriptors walk_that_succeeds(int times) {
  return [left = std::make_shared<int>(times)] {
    if (*left == 0) throw Error("bpf", "Cannot allocate memory");
    --*left;
    DescriptorWalk walk;
    walk.holders.resize(1);
    return walk;
  };
}

}  // namespace

TEST_CASE("a walk that fails after a good one is made up for in /proc, and the good one stays") {
  const ProcHost proc = fixture_host();
  const WalkDescriptors walk = walk_that_succeeds(1);
  OwnerSearch search(proc, std::nullopt, walk);
  REQUIRE(search.descriptors() != nullptr);
  CHECK(holders(search.find(std::vector<std::uint32_t>{111}), 111).empty());
  CHECK_FALSE(search.walk_again());
  REQUIRE(search.descriptors() != nullptr);
  CHECK(search.descriptors()->holders.size() == 1);
  CHECK(holders(search.find(std::vector<std::uint32_t>{111}), 111).size() == 2);
}

TEST_CASE("a walk that fails at first is replaced by one through /proc, unless BPF was asked for") {
  const ProcHost proc = fixture_host();
  const WalkDescriptors walk = walk_that_succeeds(0);
  OwnerSearch search(proc, std::nullopt, walk);
  CHECK(search.descriptors() == nullptr);
  CHECK_FALSE(search.walk_again());
  CHECK(holders(search.find(std::vector<std::uint32_t>{111}), 111).size() == 2);
  OwnerSearch by_name(proc, OwnerMethod::bpf, walk);
  CHECK_THROWS_AS(by_name.descriptors(), Error);
}

TEST_CASE("a walk that is forgotten is not looked in any more") {
  const ProcHost proc = fixture_host();
  const WalkDescriptors walk = walk_that_succeeds(1);
  OwnerSearch search(proc, std::nullopt, walk);
  REQUIRE(search.descriptors() != nullptr);
  search.forget_walk();
  CHECK(search.descriptors() == nullptr);
  CHECK(holders(search.find(std::vector<std::uint32_t>{111}), 111).size() == 2);
}

}  // namespace netmon
