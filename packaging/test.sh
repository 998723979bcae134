#!/bin/sh
# On a fresh Debian 12: installs what is needed and runs all tests: the program's own with GCC and
# optimisation; then the unit tests, the fuzz targets and most of the program's own with clang,
# AddressSanitizer and UndefinedBehaviorSanitizer.
set -eu
cd "$(dirname "$0")/.."

sh packaging/install-debian-12.sh --tests
cmake --preset release -DBUILD_TESTING=ON -DNETMON_UNIT_TESTS=OFF
cmake --preset dev -DBUILD_TESTING=ON
for preset in release dev; do
  cmake --build --preset "$preset"
  ctest --preset "$preset"
done
