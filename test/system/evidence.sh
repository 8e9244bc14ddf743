#!/bin/sh
# telemark evidence: one call with an opt-out, and the folder that proves it.
# timeout: 120
# ports: 1000
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/evidence.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}"
