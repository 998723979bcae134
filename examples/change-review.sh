#!/usr/bin/env bash
# Reviews a change by what it did to the host's network behaviour.
#
# A small host with a web server, a database and a resolver is captured before and after a change.
# The ticket, CHG-1042.toml in this folder, says what the update of the web server may do. More than
# that happened: `netmon diff` compares the two and ends with 1.
#
#   change-review.sh [--reports FOLDER]    FOLDER then has the review in all its formats
#
# Everything happens in throw-away namespaces: nothing reaches this machine's network, and nothing
# is left behind. Runs as root, or as a user who may create user namespaces. Needs a built netmon
# ($NETMON, build/release/netmon or one in PATH), unshare, nsenter, ip (iproute2) and python3.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
readonly self=$here/change-review.sh
readonly tor_exit=185.220.101.5
nest=(unshare --net --uts --pid --fork --mount --mount-proc --kill-child)

# start NAME CODE: starts a process with the name NAME. It runs the Python CODE from its configuration
# file and keeps what that opened; with other CODE it is the same program with another configuration.
# Returns when CODE has been run, with the pid in `started`.
start() {
  ln -sf "$python" "$world/$1"
  printf '%s\n' "$2" >"$world/$1.conf"
  "$world/$1" -c "
from socket import *
import signal
exec(open('$world/$1.conf').read())
open('$world/started', 'w').close()
signal.pause()" &
  started=$!
  timeout 30 cat "$world/started" || { echo "$1 did not start" >&2; exit 1; }
}

# The internet's side. It starts the host in namespaces of its own and connects the two. netmon runs on
# the host and cannot see this side.
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

# netmon ARGUMENT...: prints the command and runs it.
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
old_api = create_server(('10.9.0.2', 8080))
backend = create_connection(('127.0.0.1', 5432))"
  start postgres "database = create_server(('127.0.0.1', 5432))"
  start unbound "resolver = socket(AF_INET, SOCK_DGRAM); resolver.bind(('127.0.0.1', 53))"
  start nginx "$web_server"
  local -r web=$started
  netmon capture --label pre-change --ticket CHG-1042

  { kill "$web" && wait "$web"; } 2>/dev/null || true
  start nginx "$web_server
new_api = create_server(('10.9.0.2', 8443))"
  start node_exporter "metrics = create_server(('10.9.0.2', 9100))"
  start python3 "
shell = create_server(('0.0.0.0', 31337))
home = create_connection(('$tor_exit', 4444))"
  netmon capture --label post-change --ticket CHG-1042

  local -a files=()
  local format
  if [[ -n $reports ]]; then
    for format in txt csv json md html sarif; do files+=(-o "$reports/review.$format"); done
  fi
  local code=0
  netmon diff pre-change post-change --expect "$here/CHG-1042.toml" "${files[@]}" || code=$?
  cat <<END

netmon diff ended with $code. It should have shown:
  - unapproved: the listener on port 31337 and the connection to $tor_exit:4444, both of python3
    and both high, each with a warning on standard error;
  - expired: the listener of node_exporter on port 9100, whose approval is over;
  - expected, but missing: the old API endpoint on port 8080 should have gone;
  - approved: the new API endpoint of nginx on port 8443, with the ticket and its reason;
  - nothing else about nginx, which was restarted: another pid and other sockets are no change;
  - exit code 1: not all that happened was approved, and not all that was promised happened.
END
  [[ $code == 1 ]]
}

case ${1:-} in
  internet | host) "$1" ;;
  '' | --reports)
    reports=
    if [[ $# != 0 ]]; then
      mkdir -p "${2:?names a folder}"
      reports=$(realpath "$2")
    fi
    . "$here/find-netmon.sh"
    export NETMON=$program reports PATH=$PATH:/usr/sbin:/sbin
    [[ $EUID == 0 ]] || nest+=(--user --map-root-user)
    exec "${nest[@]}" "$self" internet
    ;;
  *)
    echo "usage: $0 [--reports FOLDER]" >&2
    exit 2
    ;;
esac
