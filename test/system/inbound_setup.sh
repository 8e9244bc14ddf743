#!/bin/sh
# A line that takes calls is set up wrong in the ways that are easy: each is
# refused, or told with its line and what to do; and the commands of
# docs/inbound.md, one after the other (inbound_setup.py).
# timeout: 120
# ports: 1000
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/inbound_setup.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}"
