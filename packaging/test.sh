#!/bin/sh
# For a fresh Debian 12: installs what is needed and runs all tests with an optimised build by GCC; then
# makes the packages; then runs the unit tests, the fuzz targets and a part of the end-to-end tests with
# clang, AddressSanitizer and UndefinedBehaviorSanitizer.
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
