#!/bin/sh
# A small host that is watched: the scene of the picture of the live view in the README. Prints what is on
# the screen, with its colours, once the view shows what has come since its baseline.
#
#   live_scene.sh NETMON COLUMNS ROWS      as the first process of network, pid, uts and mount
#                                          namespaces of its own
set -eu
netmon=$1 columns=$2 rows=$3
scene=/run/scene

mount -t tmpfs -o mode=0755 tmpfs /run
mkdir "$scene"
hostname db1
ip link set lo up
ip address add 10.9.0.2/32 dev lo
python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')

# start NAME ADDRESS:PORT...: a process called NAME that listens; it is in place when this returns.
start() {
  name=$1
  shift
  ln -sf "$python" "$scene/$name"
  mkfifo "$scene/$name.ready"
  "$scene/$name" -c "
import signal, socket, sys
kept = [socket.create_server((where.rsplit(':', 1)[0], int(where.rsplit(':', 1)[1])))
        for where in sys.argv[2:]]
open(sys.argv[1], 'w').close()
signal.pause()" "$scene/$name.ready" "$@" &
  cat "$scene/$name.ready"
}

start sshd 0.0.0.0:22
start nginx 0.0.0.0:80 0.0.0.0:443
start postgres 10.9.0.2:5432 127.0.0.1:5433
start node_exporter 127.0.0.1:9100
export NETMON_DB="$scene/netmon.db"
"$netmon" capture --label pre-change >/dev/null
start python3 0.0.0.0:31337

screen() { tmux -S "$scene/tmux" "$@"; }
printf 'set -g status off\nset -g default-terminal tmux-256color\n' >"$scene/tmux.conf"
screen -f "$scene/tmux.conf" new-session -d -s it -x "$columns" -y "$rows" \
  "'$netmon' watch --interval 200ms --baseline pre-change"
tries=0
until screen capture-pane -p -t it | grep -q ' 1-[0-9]* of [0-9]*$'; do
  tries=$((tries + 1))
  [ "$tries" -lt 600 ] || { echo "the view does not come" >&2; exit 1; }
  sleep 0.1
done
screen capture-pane -p -e -t it
screen kill-server
