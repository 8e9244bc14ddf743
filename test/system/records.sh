#!/bin/sh
# The records of a period, handed out and read back by other code; periods and
# erasure by time (records.py).
# timeout: 150
# ports: 30
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/records.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}"
