#!/bin/sh
# A server in trouble: taken ports, a full disk while it dials, carriers that
# answer nonsense or nothing, commands beside it (bad_server.py).
# timeout: 400
# ports: 4500
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/bad_server.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}"
