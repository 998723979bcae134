#!/usr/bin/env bash
# A change is reviewed by what it did to the host's network behaviour.
#
# A small host with a web server, a database and a resolver is captured before and after a change.
# The change was to update the web server; it also left a listener that nobody asked for, and a
# connection to an address on the internet. `netmon diff` names both and ends with 1.
#
# All of it happens in throw-away namespaces: nothing reaches this machine's network, and nothing
# is left behind. Runs as root, or as a user who may create user namespaces. Needs a built netmon
# ($NETMON, build/release/netmon or one in PATH), unshare, nsenter, ip (iproute2) and python3.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
readonly self=$here/change-review.sh
readonly tor_exit=185.220.101.5
nest=(unshare --net --uts --pid --fork --mount --mount-proc --kill-child)

# start NAME CODE: a process called NAME that runs Python CODE and then keeps what it opened.
# Returns when CODE has been run, with the pid in `started`.
start() {
  ln -sf "$python" "$world/$1"
  "$world/$1" -c "
from socket import *
import signal
$2
open('$world/started', 'w').close()
signal.pause()" &
  started=$!
  timeout 30 cat "$world/started" || { echo "$1 did not start" >&2; exit 1; }
}

# The internet's side: it starts the host in namespaces of its own and connects the two. netmon, on
# the host, can see nothing of this side.
internet() {
  export python world=/run/example
  python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')
  mount -t tmpfs -o mode=0755 tmpfs /run
  mkdir "$world"
  mkfifo "$world/started" "$world/booted" "$world/connected"
  ip link set lo up
  ip address add "$tor_exit/32" dev lo
  start attacker "attacker = create_server(('$tor_exit', 4444))"

  "${nest[@]}" "$self" host &
  local -r host=$!
  timeout 30 cat "$world/booted"
  ip link add uplink type veth peer name eth0 netns "$host"
  ip address add 10.9.0.1/24 dev uplink
  ip link set uplink up
  nsenter --net="/proc/$host/ns/net" ip address add 10.9.0.2/24 dev eth0
  nsenter --net="/proc/$host/ns/net" ip link set eth0 up
  nsenter --net="/proc/$host/ns/net" ip route add default via 10.9.0.1
  echo >"$world/connected"
  wait "$host"
}

# netmon ARGUMENT...: shows the command and runs it.
netmon() {
  printf '\n$ netmon %s\n' "$*"
  "$NETMON" "$@"
}

host() {
  hostname db1
  ip link set lo up
  export NETMON_DB=$world/netmon.db
  : >"$world/booted"
  timeout 30 cat "$world/connected" >/dev/null

  local -r web_server="
web = create_server(('0.0.0.0', 443))
backend = create_connection(('127.0.0.1', 5432))"
  start postgres "database = create_server(('127.0.0.1', 5432))"
  start unbound "resolver = socket(AF_INET, SOCK_DGRAM); resolver.bind(('127.0.0.1', 53))"
  start nginx "$web_server"
  local -r web=$started
  netmon capture --label pre-change --ticket CHG-1042

  { kill "$web" && wait "$web"; } 2>/dev/null || true
  start nginx "$web_server"
  start python3 "
shell = create_server(('0.0.0.0', 31337))
home = create_connection(('$tor_exit', 4444))"
  netmon capture --label post-change --ticket CHG-1042

  local code=0
  netmon diff pre-change post-change || code=$?
  cat <<END

netmon diff ended with $code. What was to be seen:
  - the listener on port 31337 and the connection to $tor_exit:4444, both of python3 and both
    high, each with a warning on standard error;
  - nothing of nginx, which was restarted: another pid, other sockets and other ports are no change;
  - exit code 1: there are changes that nobody has approved.
END
  [[ $code == 1 ]]
}

find_netmon() {
  local candidate
  for candidate in "${NETMON:-}" "$here/../build/release/netmon" "$(type -P netmon || true)"; do
    [[ -n $candidate && -x $candidate ]] && { realpath "$candidate"; return; }
  done
  echo "no netmon: build it (cmake --preset release && cmake --build --preset release)" >&2
  return 1
}

case ${1:-} in
  internet | host) "$1" ;;
  '')
    NETMON=$(find_netmon)
    export NETMON PATH=$PATH:/usr/sbin:/sbin
    [[ $EUID == 0 ]] || nest+=(--user --map-root-user)
    exec "${nest[@]}" "$self" internet
    ;;
  *)
    echo "usage: $0" >&2
    exit 2
    ;;
esac
