#!/bin/sh
# 200 times kill -9 at a random moment, start again; then the store is compared
# with what the telephone network saw (crash.py says what must hold).
# timeout: 600
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/crash.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}" "${CRASH_RUNS:-200}"
