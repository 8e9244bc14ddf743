#!/bin/sh
# The scenarios of bench/pacing run, each as its own name, and the checker
# finds nothing. With TELEMARK_PACING_DATA=FOLDER they must mean what the
# research's files of the same names mean: the same journal, hash for hash.
# timeout: 240
set -eu
n=0
for file in "$SOURCE_DIR"/bench/pacing/*.scn; do
    name=$(basename "$file" .scn)
    sets="--set days=1 --set agents=12 --set hours=0.1"
    [ "$name" != us ] || sets="$sets --set list_size=20000"
    # shellcheck disable=SC2086 # words are what is meant
    "$TELEMARK" simulate "$file" $sets --check --json >"$TEST_DIR/out" || {
        echo "$name: the checker found something"
        exit 1
    }
    grep -q "^{\"scenario\":\"$name\",\"policy\":\"predictive\"" \
        "$TEST_DIR/out" || {
        echo "$name: $(cat "$TEST_DIR/out")"
        exit 1
    }
    n=$((n + 1))
done
[ "$n" -eq 17 ] || {
    echo "$n scenarios"
    exit 1
}

hash() {
    "$TELEMARK" simulate "$1" --set days=1 --set agents=12 --seed 3 --json |
        sed -n 's/.*"journal_hash":"\([0-9a-f]*\)".*/\1/p'
}
other=${TELEMARK_PACING_DATA:-}
if [ -n "$other" ]; then
    for file in "$other"/*.scn; do
        name=$(basename "$file")
        ours=$(hash "$SOURCE_DIR/bench/pacing/$name")
        theirs=$(hash "$file")
        [ -n "$ours" ] && [ "$ours" = "$theirs" ] || {
            echo "$name is not the same as $file"
            exit 1
        }
    done
    echo "the same as in $other"
fi
echo "$n scenarios run"
