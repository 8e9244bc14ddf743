#!/bin/sh
# telemark simulate of campaigns with agents, as people type it: policies
# compared, fields, hashes, files, one run in words, bad input.
# timeout: 240
set -eu

file=$SOURCE_DIR/bench/pacing/talk45.scn
small="--set days=1 --set hours=1 --set agents=12"

fail() {
    echo "$*"
    exit 1
}

# refused CODE TEXT arguments...: the exit code and what the message says.
refused() {
    want=$1 says=$2
    shift 2
    code=0
    "$TELEMARK" simulate "$@" >"$TEST_DIR/out" 2>"$TEST_DIR/err" || code=$?
    [ "$code" -eq "$want" ] || fail "simulate $*: exit code $code, not $want"
    grep -q -- "$says" "$TEST_DIR/err" ||
        fail "simulate $*: says $(cat "$TEST_DIR/err")"
    [ ! -s "$TEST_DIR/out" ] || fail "simulate $*: wrote to standard output"
}

# Three policies on the same seeds: fields, order, files.
# shellcheck disable=SC2086 # words are what is meant
"$TELEMARK" simulate "$file" $small --seeds 3 --policy predictive \
    --policy progressive --policy vicidial:mode=hard,max=4 --check --json \
    --csv "$TEST_DIR/runs.csv" --html "$TEST_DIR/page.html" --jobs 2 \
    >"$TEST_DIR/two.json"
python3 - "$TEST_DIR" <<'END'
import csv, html.parser, json, sys
folder = sys.argv[1]
lines = [json.loads(x) for x in open(folder + "/two.json")]
assert [o["policy"] for o in lines] == [
    "predictive", "progressive", "vicidial:mode=hard,max=4"]
for o in lines:
    for key in ("scenario policy seeds agents talk_min_h talk_hw util "
                "aband_pct aband_hw worst_day_pct window_viol wait_s dials_h "
                "dials_per_live journal_hash").split():
        assert key in o, key
    assert o["scenario"] == "talk45" and o["seeds"] == 3 and o["agents"] == 12
    assert len(o["journal_hash"]) == 64 and o["talk_hw"] > 0
    assert abs(o["agent_hours"] - 3 * 12) < 0.1, o["agent_hours"]
    assert o["talks"] + o["lost"] == o["live"] > 100
    assert abs(o["aband_pct"] - 100 * o["lost"] / o["live"]) < 0.3
    assert 3.5 < o["dials_per_live"] < 7
predictive, progressive = lines[0], lines[1]
assert predictive["talk_min_h"] > 1.2 * progressive["talk_min_h"]
assert progressive["lost"] == 0 and progressive["withdrawn"] == 0
assert len({o["journal_hash"] for o in lines}) == 3

rows = list(csv.DictReader(open(folder + "/runs.csv", newline="")))
assert [(r["policy"], r["seed"]) for r in rows] == [
    (o["policy"], str(s)) for o in lines for s in (1, 2, 3)]
for o in lines:
    mine = [r for r in rows if r["policy"] == o["policy"]]
    for key in "dials live lost talks withdrawn".split():
        assert sum(int(r[key]) for r in mine) == o[key], key
    mean = sum(float(r["talk_min_h"]) for r in mine) / 3
    assert abs(mean - o["talk_min_h"]) < 0.001
    # Student's t with two degrees of freedom.
    spread = (sum((float(r["talk_min_h"]) - mean) ** 2
                  for r in mine) / 2 / 3) ** 0.5
    assert abs(4.303 * spread - o["talk_hw"]) < 0.002

class Page(html.parser.HTMLParser):
    plots, open = 0, []
    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "img", "link"), tag
        for name, value in attrs:
            assert name not in ("src", "href"), value
        self.plots += ("class", "chart plot") in attrs
        self.open.append(tag)
    def handle_startendtag(self, tag, attrs):
        pass
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
page, text = Page(), open(folder + "/page.html", encoding="utf-8").read()
page.feed(text)
assert page.plots == 12 and not page.open
assert ">nan" not in text and "vicidial:mode=hard,max=4" in text
END

# The result does not depend on how many processes there are.
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" $small --seeds 3 --policy predictive \
    --policy progressive --policy vicidial:mode=hard,max=4 --json --jobs 1 \
    >"$TEST_DIR/one.json"
hashes() {
    sed -n 's/.*"journal_hash":"\([0-9a-f]*\)".*/\1/p' "$1"
}
[ "$(hashes "$TEST_DIR/one.json")" = "$(hashes "$TEST_DIR/two.json")" ] ||
    fail "another hash with one process"

# For people.
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" $small --seeds 2 --policy predictive \
    --policy power:r=2 >"$TEST_DIR/report"
for word in 'talk, minutes' 'Most talk within the budget' '0 of 2' \
    'hash [0-9a-f]\{64\}' 'the same people'; do
    grep -q "$word" "$TEST_DIR/report" || fail "the report has no $word"
done
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" $small --set agents=0 >"$TEST_DIR/report"
grep -q 'Nobody is signed in' "$TEST_DIR/report" || fail "zero agents"

# One run in words, the same run, and only the part that was asked for.
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" $small --replay 2 --policy predictive \
    --from 09:10 --to 09:12:30 >"$TEST_DIR/told"
grep -q '^day 1 09:1[01]:.* predictive: .*price' "$TEST_DIR/told" ||
    fail "no decision is told"
grep -q 'a person, ' "$TEST_DIR/told" || fail "no person is told of"
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" $small --replay 2 --policy predictive \
    --to 09:00:10 >"$TEST_DIR/begins"
grep -q 'agent [0-9]* is ready' "$TEST_DIR/begins" &&
    ! grep -q 'on a pause' "$TEST_DIR/begins" ||
    fail "nobody is ready when the day begins"
grep -q '0 wanted, .*; one line more would risk' "$TEST_DIR/told" ||
    fail "a decision against a line without its reason"
if grep '^day' "$TEST_DIR/told" | grep -qv '^day 1 09:1[012]:'; then
    fail "another part of the day is told"
fi
# shellcheck disable=SC2086
one=$("$TELEMARK" simulate "$file" $small --seed 2 --policy predictive --json |
    sed -n 's/.*"journal_hash":"\([0-9a-f]*\)".*/\1/p')
grep -q "$one" "$TEST_DIR/told" || fail "the replay is another run"

# Agents ask for their leads where no machine dials, replayed as well.
# shellcheck disable=SC2086
manual=$("$TELEMARK" simulate "$file" $small --policy manual --check --json)
echo "$manual" | python3 -c '
import json, sys
o = json.load(sys.stdin)
assert o["dials"] > 200 and o["talks"] > 30 and o["lost"] == 0, o
' || fail "manual: $manual"
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" $small --policy manual --replay 1 --from 10:00 \
    --to 10:01 | grep -q "$(echo "$manual" |
    sed -n 's/.*"journal_hash":"\([0-9a-f]*\)".*/\1/p')" ||
    fail "the replay of manual is another run"

# Random worlds: the same twice, whatever the number of processes.
"$TELEMARK" simulate --random --seeds 6 --jobs 2 >"$TEST_DIR/worlds" ||
    fail "$(cat "$TEST_DIR/worlds")"
first=$(grep -o 'journals [0-9a-f]*' "$TEST_DIR/worlds")
"$TELEMARK" simulate --random --minutes 0.02 --seed 5 >"$TEST_DIR/worlds" ||
    fail "a second of worlds"
"$TELEMARK" simulate --random --seeds 6 --jobs 1 >"$TEST_DIR/worlds"
[ "$first" = "$(grep -o 'journals [0-9a-f]*' "$TEST_DIR/worlds")" ] ||
    fail "other worlds with one process"

printf 'name = x\nring_timeout = 9\n' >"$TEST_DIR/ring.scn"
printf 'name = x\nagents = few\n' >"$TEST_DIR/few.scn"
refused 1 "must ring at least 15s" "$TEST_DIR/ring.scn"
refused 1 "few.scn:2: agents is a whole number" "$TEST_DIR/few.scn"
refused 1 "no way of pacing is called 'best'" "$file" --policy best
refused 1 "no setting of the pacing" "$file" --policy power:x=2
refused 1 "has agents" "$file" --policy agentless
# shellcheck disable=SC2086
refused 1 "no such\|No such" "$file" $small --csv "$TEST_DIR/no/such/folder"
refused 2 "jobs" "$file" --jobs 0
refused 2 "replay" "$file" --from 10:00
refused 2 "one --policy" "$file" --replay 1 --policy credit --policy power
refused 1 "is not before" "$file" --replay 1 --from 11:00 --to 10:00
refused 1 "scenario's clock" "$file" --replay 1 --from noon
refused 1 "scenario's clock" "$file" --replay 1 --from 25:00
refused 1 "scenario's clock" "$file" --replay 1 --from 99/10:00
refused 2 "draws its own worlds" "$file" --random
refused 2 "goes with --random" "$file" --minutes 3
refused 2 "a time as 10 or 0.5" --random --minutes 0.0
refused 2 "with agents" "$SOURCE_DIR/examples/day.scn" --html x.html
echo "policies, files, replay, worlds and fifteen kinds of bad input: good"
