#!/bin/sh
# On a fresh Debian 12: installs what is needed and runs all tests, with GCC and optimisation, then
# with clang, AddressSanitizer and UndefinedBehaviorSanitizer, the fuzz targets among them.
set -eu
cd "$(dirname "$0")/.."

sh packaging/install-debian-12.sh --tests
for preset in release dev; do
  cmake --preset "$preset" -DBUILD_TESTING=ON
  cmake --build --preset "$preset"
  ctest --preset "$preset"
done
