#!/bin/sh
# The way of dialling changes while a server runs and holds when it starts
# again; what a campaign's history says of agents, lines and leads
# (pace_plan.py).
# timeout: 360
# ports: 104
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/pace_plan.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}" "$@"
