#!/bin/sh
# 200 times kill -9 at a random moment, start again; then the store is compared
# with what the telephone network saw (crash.py says what must hold).
# timeout: 600
# ports: 6000
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
# Half of them each, side by side: nearly all of the time is spent waiting.
seed=${CRASH_SEED:-$(date +%s)}
runs=${CRASH_RUNS:-200}
half() {
    mkdir "${TEST_DIR:?}/$1"
    python3 "${SOURCE_DIR:?}/test/system/crash.py" "${TELEMARK:?}" \
        "$TEST_DIR/$1" "$2" "$((seed + $1))" "$1"
}
half 1 $((runs / 2)) >"$TEST_DIR/1.log" 2>&1 &
other=$!
code=0
half 0 $((runs - runs / 2)) || code=1
wait $other || code=1
cat "$TEST_DIR/1.log"
exit $code
