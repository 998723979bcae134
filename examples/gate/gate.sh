#!/usr/bin/env bash
# Runs a deployment between two snapshots, and fails if it opened something that nobody approved.
#
#   gate.sh [--ticket T] [--expect FILE]... [--fail-on low|medium|high] -- COMMAND...
#
# Exit status: that of COMMAND if it failed, else that of `netmon diff`: 0 nothing unapproved,
# 1 unapproved changes, 2 an error, 3 one side could not see enough, 4 damaged evidence.
#
# Unless it ends with 2, it writes the reports netmon-review.html, .md and .sarif to the current
# folder: keep them with the job. Reports of an earlier job are removed first. Needs netmon in PATH,
# or $NETMON.
set -uo pipefail

readonly netmon=${NETMON:-netmon}
ticket=()
review=()
while [[ ${1:-} == --* && $1 != -- ]]; do
  [[ $# -gt 1 ]] || { echo "gate.sh: $1 needs a value" >&2 && exit 2; }
  case $1 in
    --ticket) ticket=(--ticket "$2") ;;
    --expect | --fail-on) review+=("$1" "$2") ;;
    *) echo "gate.sh: no option $1" >&2 && exit 2 ;;
  esac
  shift 2
done
[[ ${1:-} == -- && $# -gt 1 ]] || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2 && exit 2; }
shift
rm -f netmon-review.html netmon-review.md netmon-review.sarif

# Prints the number of the new snapshot, "#17": several jobs may use a label at the same time.
snapshot() {
  local line
  line=$("$netmon" capture --label "$1" "${ticket[@]}") || return
  printf '%s\n' "$line" >&2
  printf '%s\n' "${line%% *}"
}

before=$(snapshot gate-before) || exit 2
command_code=0
"$@" || command_code=$?
# After a failed deployment the review matters more, not less.
after=$(snapshot gate-after) || exit 2
review_code=0
"$netmon" diff "$before" "$after" "${review[@]}" --quiet \
  -o netmon-review.html -o netmon-review.md -o netmon-review.sarif || review_code=$?
[[ $command_code == 0 ]] || exit "$command_code"
exit "$review_code"
