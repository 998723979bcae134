#include "netmon/packages.h"

#include <doctest/doctest.h>

namespace netmon {
namespace {

const std::string kRoot = NETMON_TEST_DATA "/unit/linux/fixtures/dpkg";

std::map<std::string, std::string> packages(const std::vector<std::string>& paths) {
  return packages_of(paths, kRoot);
}

using Packages = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("a file is its package's, with the version that is installed") {
  CHECK(packages({"/usr/sbin/nginx"}) == Packages{{"/usr/sbin/nginx", "nginx-core 1.22.1-9"}});
}

TEST_CASE("a package of several architectures is found by its list's name") {
  CHECK(packages({"/usr/lib/x86_64-linux-gnu/libc.so.6"}) ==
        Packages{{"/usr/lib/x86_64-linux-gnu/libc.so.6", "libc6 2.36-9"}});
}

TEST_CASE("a package that lists the folder /usr was merged with is found") {
  CHECK(packages({"/usr/bin/bash"}) == Packages{{"/usr/bin/bash", "bash 5.2.15-2"}});
}

TEST_CASE("only whole paths count, and only installed packages") {
  CHECK(packages({"/usr/sbin/ngin", "/usr/sbin/nginx2", "/sbin/nginx"}).empty());
  CHECK(packages({"/usr/sbin/removed"}).empty());
}

TEST_CASE("a host without dpkg knows no package") {
  CHECK(packages_of({"/usr/sbin/nginx"}, "/nonexistent").empty());
}

}  // namespace netmon
