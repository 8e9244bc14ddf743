#!/bin/sh
# telemark simulate as people type it: report, JSON, checker, bad input.
# timeout: 120
set -eu

file=$SOURCE_DIR/examples/day.scn
small="--set list_size=800 --set trunk_calls=30"

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

# shellcheck disable=SC2086 # words are what is meant
"$TELEMARK" simulate "$file" --seed 7 $small --check >"$TEST_DIR/report"
for word in Calls Outcomes Answers Proof 'used up' 'hash [0-9a-f]\{64\}'; do
    grep -q "$word" "$TEST_DIR/report" || fail "the report has no $word"
done

# Several runs: their sums.
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" --seed 7 --seeds 2 $small >"$TEST_DIR/report"
for word in Calls Outcomes Leads Answers: exhausted 'sums of 2 runs'; do
    grep -q "$word" "$TEST_DIR/report" || fail "the sums have no $word"
done

# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" --seed 7 --seeds 3 $small --check --json \
    >"$TEST_DIR/out.json"
python3 - "$TEST_DIR/out.json" <<'END'
import json, sys
lines = open(sys.argv[1]).read().splitlines()
assert len(lines) == 1, "one object a policy"
o = json.loads(lines[0])
for key in ("scenario policy seeds agents talk_min_h talk_hw util aband_pct "
            "aband_hw worst_day_pct window_viol wait_s dials_h dials_per_live "
            "journal_hash").split():
    assert key in o, key
assert o["scenario"] == "day" and o["policy"] == "agentless"
assert o["seeds"] == 3 and o["leads"] == 2400
assert len(o["journal_hash"]) == 64
assert sum(o["outcomes"].values()) == o["attempts"] > 1000
assert sum(o["lead_states"].values()) == o["leads"]
assert sum(g["leads"] for g in o["leads_by_reason"]) == o["leads"]
assert sum(h["placed"] for h in o["hours"]) == o["placed"]
assert "report" not in o
assert o["aband_pct"] == 0 and o["window_viol"] == 0
assert sum(o["answers"]["service"].values()) > 100
END

# One run has the report of a real day, from other code than our own counts.
# shellcheck disable=SC2086
"$TELEMARK" simulate "$file" --seed 7 $small --json >"$TEST_DIR/out.json"
python3 - "$TEST_DIR/out.json" <<'END'
import json, sys
o = json.loads(open(sys.argv[1]).read())
r = json.dumps(o["report"])
for n in (o["leads"], o["placed"], o["live"], o["completed"], o["opt_outs"]):
    assert ": %d" % n in r, n
assert o["journal_hash"] in r
END

printf 'name = x\nagents = few\n' >"$TEST_DIR/bad.scn"
printf 'name = x\ncampaign = missing.campaign\n' >"$TEST_DIR/missing.scn"
head -c 300 /dev/urandom >"$TEST_DIR/noise.scn"
refused 1 "bad.scn:2: agents is a whole number" "$TEST_DIR/bad.scn"
refused 1 "missing.campaign" "$TEST_DIR/missing.scn"
refused 1 "noise.scn" "$TEST_DIR/noise.scn"
refused 1 "no-such-file" "$TEST_DIR/no-such-file"
refused 1 "no key of a scenario" "$file" --set nonsense=1
refused 1 "KEY=VALUE" "$file" --set nonsense
refused 2 "agentless" "$file" --policy predictive
refused 2 "one scenario file"
refused 2 "seed" "$file" --seed some
echo "report, JSON, checker and nine kinds of bad input: good"
