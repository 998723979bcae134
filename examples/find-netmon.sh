# The examples source this file. It sets `program` to a built netmon, from $NETMON, build/release or PATH.
for program in "${NETMON:-}" "$(dirname "${BASH_SOURCE[0]}")/../build/release/netmon" \
  "$(type -P netmon || true)"; do
  [[ -n $program && -x $program ]] && break
done
if [[ -z $program || ! -x $program ]]; then
  echo "no netmon: build it (cmake --preset release && cmake --build --preset release)" >&2
  exit 2
fi
program=$(realpath "$program")
