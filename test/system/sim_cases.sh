#!/bin/sh
# Every question that a simulated day puts to the rules, written as a case and
# judged again by telemark rules test.
# timeout: 120
set -eu
cases=$TEST_DIR/cases.jsonl
"$TELEMARK" simulate "$SOURCE_DIR/examples/day.scn" --set list_size=2000 \
    --cases "$cases" >"$TEST_DIR/out"
n=$(wc -l <"$cases")
[ "$n" -ge 2000 ] || { echo "$n cases only"; exit 1; }
"$TELEMARK" rules test "$cases" >"$TEST_DIR/out"
grep -q "^$n cases, 0 disagree, 0 expect nothing" "$TEST_DIR/out" ||
    { tail -n 20 "$TEST_DIR/out"; exit 1; }
for verdict in allow deny not_before; do
    grep -q "\"verdict\":\"$verdict\"" "$cases" ||
        { echo "no $verdict"; exit 1; }
done
