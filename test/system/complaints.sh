#!/bin/sh
# Complaints from files and by hand, matched to calls, answered in time, closed;
# what they could cost (complaints.py).
# timeout: 180
# ports: 20
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/complaints.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}"
