#!/bin/sh
# On a fresh Debian 12: installs what is needed and runs all tests: the program's own with GCC and
# optimisation; then makes the packages; then the unit tests, the fuzz targets and most of the
# program's own with clang, AddressSanitizer and UndefinedBehaviorSanitizer.
set -eu
cd "$(dirname "$0")/.."

sh packaging/install-debian-12.sh --tests
cmake --preset release -DBUILD_TESTING=ON
cmake --build --preset release --target all bench
ctest --preset release
sh packaging/package.sh
cmake --preset dev
cmake --build --preset dev
ctest --preset dev
