#!/usr/bin/env bash
# Shows how evidence leaves a host: a system owner captures before and after a change, signs, and hands
# over one file; a reviewer verifies and reviews that file with the owner's public key.
#
#   examples/hand-over.sh
#
# Both parts run on this host, with a new key, in a temporary folder that is removed again. Needs a
# built netmon ($NETMON, build/release/netmon or one in PATH), python3 and ssh-keygen.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
. "$here/find-netmon.sh"
folder=$(mktemp -d)
service=
finish() {
  if [[ -n $service ]]; then kill "$service" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT
cd "$folder"

# netmon ARGUMENT...: prints the command and runs it.
netmon() {
  printf '\n$ netmon %s\n' "$*"
  "$program" "$@"
}

echo "--- The owner, on the host"
export NETMON_DB=$folder/netmon.db
netmon capture --label pre-change --ticket CHG-1042
mkfifo started
python3 -c "
import signal, socket, sys
service = socket.create_server(('127.0.0.1', 0))
with open('started', 'w') as started:
    print(service.getsockname()[1], file=started)
signal.pause()" --password=not-for-reviewers &
service=$!
read -r -t 30 port < <(cat started)
netmon capture --label post-change --ticket CHG-1042

cat >CHG-1042.toml <<END
ticket = "CHG-1042"
[[expect]]
change = "listener-added"
match = { protocol = "tcp", port = $port }
reason = "the new service"
END
ssh-keygen -q -t ed25519 -N '' -C owner@example.org -f key
head=$("$program" verify | sed -n 's/^head *//p')
printf '%s\n' "$head" | ssh-keygen -q -Y sign -n netmon -f key >head.sig
netmon export pre-change post-change -o review.netmon --expect CHG-1042.toml --signature head.sig

printf '\n--- The reviewer, elsewhere, with review.netmon and the public key\n'
unset NETMON_DB
printf 'owner@example.org namespaces="netmon" %s\n' "$(cat key.pub)" >signers
netmon verify --db review.netmon --digest "$head" --allowed-signers signers
code=0
netmon diff pre-change post-change --db review.netmon --expect db:CHG-1042.toml || code=$?
if grep -q not-for-reviewers review.netmon; then
  echo "The password in the service's arguments should have stayed on the host." >&2
  exit 1
fi
if [[ $code != 0 ]]; then
  printf '\nnetmon diff ended with %s: something else happened on this host meanwhile.\n' "$code"
  exit "$code"
fi
printf '\nThe evidence is intact, signed and approved; the password in the arguments of the service stayed on the host.\n'
