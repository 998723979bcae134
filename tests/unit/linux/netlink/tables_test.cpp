#include "linux/netlink/tables.h"

#include <doctest/doctest.h>

#include "linux/fixture.h"

namespace netmon {
namespace {

TableSources sources_of(const std::string& host) {
  return choose_sources(fixture_path("hosts/" + host), "6.1.0");
}

}  // namespace

TEST_CASE("a kernel without modules cannot load one: sock_diag may be asked") {
  CHECK(sources_of("no_modules").raw == TableSource::diag);
  CHECK(sources_of("no_modules").packet == TableSource::diag);
}

TEST_CASE("a module that is loaded may be asked") {
  CHECK(sources_of("loaded").raw == TableSource::diag);
  CHECK(sources_of("loaded").packet == TableSource::proc);
}

TEST_CASE("a module that is built in may be asked, one of a similar name does not count") {
  CHECK(sources_of("builtin").packet == TableSource::diag);
  CHECK(sources_of("builtin").raw == TableSource::proc);
}

TEST_CASE("where nothing is known of the kernel, nothing is asked that could load a module") {
  CHECK(sources_of("unknown").raw == TableSource::proc);
  CHECK(sources_of("unknown").packet == TableSource::proc);
}

}  // namespace netmon
