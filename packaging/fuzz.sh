#!/bin/sh
# Runs the fuzz targets for a long time: packaging/fuzz.sh [SECONDS [TARGET...]]. The defaults are 600
# seconds for each target, and all targets. New inputs are kept in build/fuzz-long/grown/TARGET for the
# next run; an input that breaks a property is written to build/fuzz-long/grown/TARGET-*. The exit status
# is 1 after a finding. The targets are optimised here, whereas those of the tests are made to build fast.
set -eu
cd "$(dirname "$0")/.."

seconds="${1:-600}"
[ "$#" -eq 0 ] || shift
build=build/fuzz-long
cmake --preset dev -B "$build" -DCMAKE_BUILD_TYPE=RelWithDebInfo
cmake --build "$build" --target fuzz
# shellcheck disable=SC2046 # the list is meant to be split
[ "$#" -gt 0 ] || set -- $(ls tests/fuzz/corpus)

status=0
for target in "$@"; do
  grown="$build/grown/$target"
  mkdir -p "$grown"
  echo "== $target, $seconds s"
  "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
    -verbosity=0 -print_final_stats=1 -artifact_prefix="$grown-" "$grown" \
    "tests/fuzz/corpus/$target" || status=1
done
exit "$status"
