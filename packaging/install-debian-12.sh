#!/bin/sh
# Installs the Debian 12 packages that are needed to build and run netmon. With --packages, also those
# that are needed to package it; with --tests, also those that its tests need.
set -eu

build="cmake g++ ninja-build
  bpftool clang libbpf-dev
  libcli11-dev libfmt-dev libncurses-dev libnftnl-dev libsqlite3-dev libsqlitecpp-dev nettle-dev
  libsystemd-dev libtomlplusplus-dev libutf8proc-dev nlohmann-json3-dev"
run="iproute2 openssh-client python3"
packaging="dpkg-dev file rpm scdoc"
tests="binutils chromium-headless-shell clang-format doctest-dev fish ipset iptables libclang-rt-dev lintian
  lld mount nftables poppler-utils python3-jsonschema sqlite3 strace systemd tmux util-linux zsh"

packages="$build $run"
case "${1:-}" in
  "") ;;
  --packages) packages="$packages $packaging" ;;
  --tests) packages="$packages $packaging $tests" ;;
  *)
    echo "usage: $0 [--packages|--tests]" >&2
    exit 2
    ;;
esac

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
# shellcheck disable=SC2086 # the list is meant to be split
$as_root apt-get install -q -y --no-install-recommends $packages
