#!/bin/sh
# For a fresh Debian 12: installs what is needed, builds netmon and runs its main job on this host. To
# make packages instead: sh packaging/package.sh
set -eu
cd "$(dirname "$0")/.."

sh packaging/install-debian-12.sh
cmake --preset release
cmake --build --preset release

# The snapshots go to a temporary database. netmon runs as root so that it can name every process.
if [ "$(id -u)" = 0 ]; then
  examples/main-job.sh
else
  sudo examples/main-job.sh
fi

echo
echo "The program is build/release/netmon. To install it as a package, with its manual pages,"
echo "completions and timers: sh packaging/package.sh && sudo apt install ./build/release/packages/netmon_*.deb"
