#!/bin/sh
# People call us: a server on loopback, a carrier written as SIP text that also
# has the agent's telephone, callers who wait, press keys, give up, talk, and a
# server that is killed in a talk (inbound.py).
# timeout: 150
# ports: 410
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/inbound.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}"
