#!/bin/sh
# Survey calls of `telemark serve` to `telemark town` on loopback: calls per
# second and CPU time per call, beside what the same signalling costs sipp and
# what the same packets cost the kernel, in the same run. About a minute.
#
#   RATE=50 SECONDS_MEASURED=30 bench/calls.sh
#
# RATE: calls begun per second; NAMES: how many different first names are
# spoken (each is one text to synthesise); TELEMARK: the program.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
command -v python3 >/dev/null 2>&1 || {
    echo "calls: python3 is needed to count (apt-get install python3)" >&2
    exit 1
}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/telemark-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
TELEMARK=${TELEMARK:-$here/../build/telemark}
FLOOR=${FLOOR:-$(dirname "$(readlink -f "$TELEMARK")")/bench/bench_udp_floor}
export TELEMARK FLOOR
python3 "$here/calls.py" "$scratch"
