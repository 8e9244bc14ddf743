#!/bin/sh
# telemark simulate of campaigns that people call: figures, the same callers for
# each policy, one run in words, a campaign that takes no calls.
# timeout: 240
set -eu

file=$SOURCE_DIR/bench/pacing/talk45.scn
small="--set days=1 --set hours=1 --set agents=12 --set callers=120"

fail() {
    echo "$*"
    exit 1
}

# shellcheck disable=SC2086 # words are what is meant
"$TELEMARK" simulate "$file" $small --seeds 2 --policy predictive \
    --policy progressive --check --json --csv "$TEST_DIR/runs.csv" \
    --html "$TEST_DIR/page.html" --jobs 2 >"$TEST_DIR/two.json"
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" $small --set callers=0 --json \
    >"$TEST_DIR/none.json"
python3 - "$TEST_DIR" <<'END'
import csv, json, sys
folder = sys.argv[1]
lines = [json.loads(x) for x in open(folder + "/two.json")]
none = json.loads(open(folder + "/none.json").read())
a, b = lines
assert 180 < a["callers"] < 300, a["callers"]
# Whatever the campaign does, the same people call; a few meet a busy trunk.
assert a["callers"] == b["callers"]
for o in lines:
    assert o["callers_with_agent"] + o["callers_gave_up"] + \
        o["callers_turned_away"] + o["callers_called_back"] + \
        o["callers_opted_out"] + o["callers_unheard"] == o["callers"], o
    assert o["callers_with_agent"] > 0.8 * o["callers"]
    assert 0 < o["callers_in_target_pct"] <= 100
    assert 0 < o["callers_wait_s"] <= o["callers_longest_s"]
    assert o["leads_made"] == 0  # nobody is a lead of an endless list
    # Callers are in no count of the law.
    assert o["talks"] + o["lost"] == o["live"], o
assert none["callers"] == none["callers_with_agent"] == 0
# Outbound dialling gives way to them.
assert a["dials_h"] < none["dials_h"]
rows = list(csv.DictReader(open(folder + "/runs.csv", newline="")))
assert sum(int(r["callers"]) for r in rows if r["policy"] == "predictive") \
    == a["callers"]
END
grep -q "Calls to us: " "$TEST_DIR/page.html" || fail "no callers in the page"
grep -q "people who called us" "$TEST_DIR/page.html" ||
    fail "no curve of callers in the page"

# In words, and in the table.
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" $small --replay 1 >"$TEST_DIR/words"
for words in "somebody calls us" "a caller waits" "the caller, with agent" \
    "the caller gives up" "the caller has talked" "people called us, "; do
    grep -q "$words" "$TEST_DIR/words" || fail "the replay has no \"$words\""
done
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" $small >"$TEST_DIR/table" 2>/dev/null
grep -q "^calls to us " "$TEST_DIR/table" || fail "no callers in the table"
if grep -q "found all lines taken" "$TEST_DIR/table"; then fail "no line"; fi
"$TELEMARK" simulate "$SOURCE_DIR/examples/blended.scn" --set trunk_calls=1 \
    --set callers=60 --set hours=0.1 >"$TEST_DIR/full" ||
    fail "simulate with a full trunk"
grep -q "found all lines taken" "$TEST_DIR/full" ||
    fail "nobody is said to have found all lines taken: $(cat "$TEST_DIR/full")"

# Most find the trunk full of calls that we place: they are people who called.
"$TELEMARK" simulate "$SOURCE_DIR/examples/blended.scn" --set hours=1 \
    --set trunk_calls=6 --set callers=200 --csv "$TEST_DIR/full.csv" \
    --html "$TEST_DIR/full.html" >"$TEST_DIR/full"
"$TELEMARK" simulate "$SOURCE_DIR/examples/blended.scn" --set hours=1 \
    --set trunk_calls=6 --set callers=200 --json >"$TEST_DIR/full.json"
python3 - "$TEST_DIR" <<'END'
import csv, json, re, sys
folder = sys.argv[1]
o = json.loads(open(folder + "/full.json").read())
n, unheard = o["callers"], o["callers_unheard"]
assert n > 150 and 0.8 * n < unheard <= n, o
assert o["callers_in_target_pct"] <= 100 - 100 * unheard / n + 0.01, o
row = list(csv.DictReader(open(folder + "/full.csv", newline="")))[0]
assert (int(row["callers"]), int(row["callers_unheard"])) == (n, unheard), row
assert abs(float(row["callers_in_target_pct"]) -
           o["callers_in_target_pct"]) < 0.01, row
text = open(folder + "/full").read()
row = text.split("calls to us")[1].split("\n")[2].split()
assert row[1] == str(n), row
assert abs(float(row[2]) - 100 * unheard / n) < 0.1, row
assert abs(float(row[4]) - o["callers_in_target_pct"]) < 0.1, row
assert "predictive: %d found all lines taken" % unheard in text, text
page = open(folder + "/full.html").read()
assert "Calls to us: %d people, %d found all lines taken" % (n, unheard) in page
END

# At night nobody may be called: it says so.
"$TELEMARK" simulate "$SOURCE_DIR/examples/blended.scn" --set hours=0.5 \
    --set start=2026-11-29T03:00Z --html "$TEST_DIR/night.html" \
    >"$TEST_DIR/night"
"$TELEMARK" simulate "$SOURCE_DIR/examples/blended.scn" --set hours=0.5 \
    --set start=2026-11-29T03:00Z --replay 1 >"$TEST_DIR/night.words"
for file_of in night night.html night.words; do
    grep -q "No line is dialled: the run starts at 2026-11-29T03:00:00Z," \
        "$TEST_DIR/$file_of" || fail "$file_of says nothing of the night"
    grep -q "the first until 2026-11-30T14:00:00Z\." "$TEST_DIR/$file_of" ||
        fail "$file_of does not say until when"
done
for file_of in full full.html table; do
    if grep -q "No line is dialled" "$TEST_DIR/$file_of"; then
        fail "$file_of: there are lines"
    fi
done

# A campaign that takes no calls.
code=0
"$TELEMARK" simulate "$SOURCE_DIR/bench/pacing/us.scn" --set callers=5 \
    >"$TEST_DIR/out" 2>"$TEST_DIR/err" || code=$?
[ "$code" -eq 2 ] || [ "$code" -eq 1 ] || fail "callers without [inbound]: $code"
grep -q "takes no calls" "$TEST_DIR/err" ||
    fail "callers without [inbound]: $(cat "$TEST_DIR/err")"
# The example of both ways: simulated, every rule and oracle looked at; loaded.
"$TELEMARK" simulate "$SOURCE_DIR/examples/blended.scn" --check --json \
    >"$TEST_DIR/both.json"
python3 - "$TEST_DIR" <<'END'
import json, sys
o = json.loads(open(sys.argv[1] + "/both.json").read())
assert o["talks"] > 300 and o["callers"] > 150, o
assert o["callers_with_agent"] > 0.8 * o["callers"], o
END
printf 'phone\n' >"$TEST_DIR/none.csv"
printf '[trunk main]\nhost = 127.0.0.1\nmax_calls = 100\n' \
    >"$TEST_DIR/main.trunk"
export TELEMARK_DATA="$TEST_DIR/data"
"$TELEMARK" import "$TEST_DIR/none.csv" --list customers >"$TEST_DIR/out"
"$TELEMARK" trunk load "$TEST_DIR/main.trunk" >"$TEST_DIR/out"
"$TELEMARK" campaign load "$SOURCE_DIR/examples/blended.campaign" \
    >"$TEST_DIR/out" 2>"$TEST_DIR/err" || fail "$(cat "$TEST_DIR/err")"
! grep -q "machines" "$TEST_DIR/err" ||
    fail "the example: $(cat "$TEST_DIR/err")"
grep -q "takes calls to +12125550100" "$TEST_DIR/out" ||
    fail "the example takes no calls: $(cat "$TEST_DIR/out")"

# Dialling leaves callers their lines, or the user is told.
said() {
    printf '%b' "$1" >"$TEST_DIR/main.trunk"
    "$TELEMARK" trunk load "$TEST_DIR/main.trunk" >"$TEST_DIR/out"
    "$TELEMARK" campaign load "$TEST_DIR/blended.campaign" >"$TEST_DIR/out" \
        2>"$TEST_DIR/err" || fail "$(cat "$TEST_DIR/err")"
    grep "dialling may take" "$TEST_DIR/err" || true
}
cp "$SOURCE_DIR/examples/blended.campaign" "$TEST_DIR/blended.campaign"
main="[trunk main]\nhost = 127.0.0.1\nmax_calls"
more="\n[trunk more]\nhost = 127.0.0.2\nmax_calls"
for lines in "100" "80" "79\nincoming = no$more = 20" "60$more = 20"; do
    [ -z "$(said "$main = $lines\n")" ] || fail "$lines: $(said "$main = $lines\n")"
done
case $(said "$main = 79\n") in
*"max_calls = 60: dialling may take all but 19 of the 79 lines of trunk 'main'"*) ;;
*) fail "79 lines: $(cat "$TEST_DIR/err")" ;;
esac
case $(said "$main = 30$more = 19\n") in
*"may take all 30 lines of trunk 'main': callers then hear busy (486); keep max_calls + calls <= 30 "*) ;;
*) fail "30 lines: $(cat "$TEST_DIR/err")" ;;
esac
sed -i "s/^dial_mode .*/dial_mode = preview/; /^pacing /d; /^abandoned_/d; /^hold /d; /^detect/d; /^abandon_limit/d" \
    "$TEST_DIR/blended.campaign"
[ -z "$(said "$main = 30\n")" ] || fail "preview: $(cat "$TEST_DIR/err")"
echo "calls to us are simulated"
