#!/bin/sh
# The demonstration: a whole campaign with the commands one would type by
# hand, over real SIP and RTP on this machine's loopback. The people are
# `telemark town`, a telephone network of its own process. Everything is left
# in a folder that it names at the end.
#
#   TELEMARK=build/telemark PEOPLE=2600 examples/demo/run.sh
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
telemark=${TELEMARK:-$root/build/telemark}
people=${PEOPLE:-2600}
out=${DEMO_DIR:-$root/build/demo}
# A Monday, 18:00 UTC: all of the US mainland may be called, some zones not.
start=2026-11-23T18:00:00Z
town_port=${TOWN_PORT:-5062}
sip_port=${SIP_PORT:-5070}
town_pid=
serve_pid=

step() {
    printf '\n== %s\n' "$1"
}

# Shows a command as it is typed, then runs it.
show() {
    printf '$ telemark'
    for word in "$@"; do
        case $word in
        *' '*) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$telemark" "$@"
}

clean_up() {
    for pid in $serve_pid $town_pid; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}
trap clean_up EXIT
trap 'exit 130' INT TERM

rm -rf "$out"
mkdir -p "$out"
TELEMARK_DATA=$out/data
export TELEMARK_DATA

step "The town: $people people who can be called at 127.0.0.1:$town_port"
"$telemark" town --port "$town_port" --world "$root/examples/town.scn" \
    --log "$out/town.jsonl" >"$out/town.out" 2>&1 &
town_pid=$!
"$telemark" town list --people "$people" --seed 7 --today 2026-11-20 \
    --out "$out/customers.csv" --dnc "$out/registry.txt" \
    --internal "$out/internal.txt"
tries=0
until grep -q . "$out/town.out" || [ "$tries" -ge 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done

step "The list, as messy as real ones, and the do-not-call lists"
show import "$out/customers.csv" --list customers \
    --seller "Northwind Insurance"
show dnc import "$out/registry.txt" --list us_national --obtained 2026-11-20
show dnc import "$out/internal.txt" --list northwind --kind internal \
    --seller "Northwind Insurance" --obtained 2026-11-20

# The states that keep lists of their own, with some of their area codes. The
# lists are made of the registry's numbers there; 555-0199 is nobody's, so that
# none is empty. An emergency in Louisiana stops every call there.
while read -r state codes; do
    for code in $codes; do
        sed -n "s/^\($code\),/+1\1/p" "$out/registry.txt"
        echo "+1${code}5550199"
    done >"$out/state.$state.txt"
    show dnc import "$out/state.$state.txt" --list "state.$state" \
        --obtained 2026-11-20
done <<END
CO 303 719 970
FL 305 407 561 813 850 904 954
IN 219 317 574 812
LA 225 318 504
MA 413 508 617 978
MO 314 417 573 816
OK 405 580 918
PA 215 412 570 610 717 814
TN 423 615 865 901
TX 210 214 361 512 713 806 817 915
WY 307
END
cat >"$out/emergency.csv" <<END
area,county,status,from,to,proof
US-NY,,none,2026-11-01,,
US-LA,,reporting,2026-11-20,2026-11-30,R-29617
END
show ledger import emergency "$out/emergency.csv"
# Who sells by telephone has a subscription to the registry.
show ledger add licence kind=san area=US account=10012345 from=2026-01-15

step "The trunk and the campaign"
sed "s/^port .*/port = $town_port/" "$root/examples/town.trunk" \
    >"$out/town.trunk"
show trunk load "$out/town.trunk"
show campaign load "$root/examples/demo/survey.campaign"
show campaign start customer-survey

step "Calling. The clock starts at $start and runs at real speed"
printf '$ telemark serve --clock %s --until-idle 1m 2>serve.jsonl\n' "$start"
"$telemark" serve --clock "$start" --until-idle 1m --sip-port "$sip_port" \
    2>"$out/serve.jsonl" &
serve_pid=$!
seconds=0
while kill -0 "$serve_pid" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    [ $((seconds % 15)) -ne 0 ] ||
        "$telemark" campaign status customer-survey 2>/dev/null || true
    [ "$seconds" -lt "${DEMO_SECONDS:-720}" ] || {
        echo "demo: the campaign did not finish in time; see $out/serve.jsonl" >&2
        exit 1
    }
done
wait "$serve_pid" || {
    tail -n 5 "$out/serve.jsonl" >&2
    exit 1
}
serve_pid=

step "The report"
show report customer-survey
show report customer-survey --html "$out/report.html"
show journal verify

step "Why was this person called, and why was that one not?"
called=$(sed -n 's/.*"event":"invite".*"to":"\(+*[0-9]*\)".*/\1/p' \
    "$out/town.jsonl" | head -n 1)
[ -z "$called" ] || show why "$called"
listed=$(head -n 1 "$out/internal.txt")
show why "$listed" || true

printf '\nEverything is in %s: report.html, customers.csv, serve.jsonl,\n' "$out"
printf 'town.jsonl (what the telephone network saw) and the data folder.\n'
