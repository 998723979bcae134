#!/bin/sh
# For Debian 12: installs what is needed, builds netmon, and makes its packages in
# build/release/packages: the .deb, the .rpm, and a tarball with a statically linked program.
set -eu
cd "$(dirname "$0")/.."

sh packaging/install-debian-12.sh --packages
cmake --preset release
cmake --build --preset release --target netmon documents static_tarball
cd build/release
rm -rf packages
cpack -G DEB -B packages
cpack -G RPM -B packages
mv netmon-*-static.tar.gz packages/
rm -rf packages/_CPack_Packages
ls packages
