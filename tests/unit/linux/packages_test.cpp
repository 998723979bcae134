#include "netmon/linux/packages.h"

#include <doctest/doctest.h>

namespace netmon {
namespace {

const std::string kRoot = NETMON_TEST_DATA "/unit/linux/fixtures/dpkg";

// Digests of the fixture's files, which are all empty except bash.
constexpr auto kOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr auto kOfBash = "b16849f0ea734b1c3598b6108342a7d55c2f20d80e38692611b110431d426211";

using Packages = std::map<RecordedFile, std::string>;

Packages packages(const std::vector<std::string>& paths) {
  std::vector<RecordedFile> files;
  for (const std::string& path : paths) files.push_back({path, kOfNothing});
  return packages_of(files, kRoot);
}

}  // namespace

TEST_CASE("a file is its package's, with the version that is installed") {
  CHECK(packages({"/usr/sbin/nginx"}) ==
        Packages{{{"/usr/sbin/nginx", kOfNothing}, "nginx-core 1.22.1-9"}});
}

TEST_CASE("a package of several architectures is found by its list's name") {
  CHECK(packages({"/usr/lib/x86_64-linux-gnu/libc.so.6"}) ==
        Packages{{{"/usr/lib/x86_64-linux-gnu/libc.so.6", kOfNothing}, "libc6 2.36-9"}});
}

TEST_CASE("a package that lists the folder /usr was merged with is found") {
  const RecordedFile bash{"/usr/bin/bash", kOfBash};
  CHECK(packages_of({bash}, kRoot) == Packages{{bash, "bash 5.2.15-2"}});
}

TEST_CASE("another file at a package's path is not the package's") {
  const RecordedFile bash{"/usr/bin/bash", kOfBash};
  CHECK(packages({"/usr/bin/bash"}).empty());
  CHECK(packages_of({{"/usr/bin/bash", kOfNothing}, bash}, kRoot) ==
        Packages{{bash, "bash 5.2.15-2"}});
  CHECK(packages_of({{"/usr/bin/bash", ""}}, kRoot).empty());
  CHECK(packages({"/usr/bin/rbash"}).empty());  // listed, but it no longer exists
}

TEST_CASE("only whole paths count, and only installed packages") {
  CHECK(packages({"/usr/sbin/ngin", "/usr/sbin/nginx2", "/sbin/nginx"}).empty());
  CHECK(packages({"/usr/sbin/removed"}).empty());
}

TEST_CASE("a host without dpkg knows no package") {
  CHECK(packages_of({{"/usr/sbin/nginx", kOfNothing}}, "/nonexistent").empty());
}

}  // namespace netmon
