#!/bin/sh
# The ledgers from outside: files good and messy, entries by hand, and beside
# a server that dials: a withdrawal stops the calls within a second
# (ledgers.py).
# timeout: 240
# ports: 410
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/ledgers.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}"
