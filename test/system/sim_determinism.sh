#!/bin/sh
# The same seed gives the same journal: twice with each compiler, with agents as
# without. And a day of 100,000 leads takes less than ten seconds of one core
# (its time, whatever else runs).
# timeout: 450
# needs: clang
set -eu

file=$SOURCE_DIR/examples/day.scn
[ -x "$TELEMARK_CLANG" ] || {
    echo "no clang build at $TELEMARK_CLANG"
    exit 1
}

# hash PROGRAM [arguments]: the journal's hash of one run.
hash() {
    program=$1
    shift
    "$program" simulate "$file" "$@" --json >"$TEST_DIR/out.json"
    sed -n 's/.*"journal_hash":"\([0-9a-f]\{64\}\)".*/\1/p' \
        "$TEST_DIR/out.json"
}

first=$(hash "$TELEMARK" --seed 7)
[ -n "$first" ] || {
    echo "no journal_hash in:"
    cat "$TEST_DIR/out.json"
    exit 1
}
took=$(sed -n 's/.*"cpu_s":\([0-9.]*\).*/\1/p' "$TEST_DIR/out.json")
calls=$(sed -n 's/.*"leads":[0-9]*,"attempts":\([0-9]*\).*/\1/p' \
    "$TEST_DIR/out.json")
echo "gcc: $first, $calls calls in $took s"
[ "$calls" -gt 50000 ] || {
    echo "a day of 100,000 leads has more calls than that"
    exit 1
}

for program in "$TELEMARK" "$TELEMARK_CLANG" "$TELEMARK_CLANG"; do
    again=$(hash "$program" --seed 7)
    echo "$program: $again"
    [ "$again" = "$first" ] || {
        echo "another hash: the simulation is not deterministic"
        exit 1
    }
done

# Another seed is another day.
other=$(hash "$TELEMARK" --seed 8 --set list_size=2000)
same=$(hash "$TELEMARK" --seed 7 --set list_size=2000)
[ "$other" != "$same" ] || {
    echo "two seeds, one journal"
    exit 1
}

# Several runs in one go are the runs in their order.
[ "$(hash "$TELEMARK" --seed 3 --seeds 3 --set list_size=500)" = \
    "$(hash "$TELEMARK_CLANG" --seed 3 --seeds 3 --set list_size=500)" ]

# Campaigns with agents too: what pacing decides must not hang on a compiler.
for file in "$SOURCE_DIR/bench/pacing/talk45.scn" \
    "$SOURCE_DIR/bench/pacing/jump.scn" \
    "$SOURCE_DIR/bench/pacing/amd_err.scn"; do
    first=$(hash "$TELEMARK" --seed 5 --set days=2 --set hours=3)
    echo "$(basename "$file"): $first"
    [ -n "$first" ] && [ "$first" = \
        "$(hash "$TELEMARK_CLANG" --seed 5 --set days=2 --set hours=3)" ] || {
        echo "another hash with clang: pacing is not deterministic"
        exit 1
    }
done

[ "${took%%.*}" -lt 10 ] || {
    echo "100,000 leads took $took s; the limit is 10 s"
    exit 1
}
