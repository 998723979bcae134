#!/usr/bin/env bash
# Does netmon's main job on this host: finds out what a change did to its network behaviour.
#
#   examples/main-job.sh [--db PATH]
#
# Captures the host, makes a real change (a Python process that listens on a loopback port and
# connects to it), captures it again and shows the difference. Ends with 0 when netmon found the
# listener and ended with 1. Without --db the snapshots go to a temporary database. As root, netmon
# names every process; as another user, it names those of that user. Needs a built netmon ($NETMON,
# build/release/netmon or one in PATH) and python3.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
listener=
finish() {
  if [[ -n $listener ]]; then kill "$listener" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

export NETMON_DB=$folder/netmon.db
if [[ $# == 2 && $1 == --db ]]; then
  NETMON_DB=$2
elif [[ $# != 0 ]]; then
  echo "usage: $0 [--db PATH]" >&2
  exit 2
fi

. "$here/find-netmon.sh"

# netmon ARGUMENT...: prints the command and runs it.
netmon() {
  printf '\n$ netmon %s\n' "$*"
  "$program" "$@"
}

netmon capture --label pre-change

mkfifo "$folder/started"
python3 -c "
import signal, socket, sys
try:
    listener = socket.create_server(('127.0.0.1', 31337))
except OSError:  # taken
    listener = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(listener.getsockname())
session, _ = listener.accept()
with open(sys.argv[1], 'w') as started:
    print(listener.getsockname()[1], file=started)
signal.pause()" "$folder/started" &
listener=$!
read -r -t 30 port < <(cat "$folder/started")
printf '\n(a change happens: a listener appears on 127.0.0.1:%s, and a connection to it)\n' "$port"

netmon capture --label post-change

code=0
netmon diff pre-change post-change 2>"$folder/warnings" || code=$?
cat "$folder/warnings" >&2
printf '\nnetmon diff ended with %s.\n' "$code"

if [[ $code != 1 ]]; then
  echo "It should have ended with 1: there is a change that nobody approved." >&2
  exit 1
fi
if ! grep -q "new listener: tcp 127.0.0.1:$port " "$folder/warnings"; then
  echo "It should have named the listener on 127.0.0.1:$port." >&2
  exit 1
fi
echo "It named the new listener on 127.0.0.1:$port."
