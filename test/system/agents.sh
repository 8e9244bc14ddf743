#!/bin/sh
# Two agents on softphones that no one here wrote register, sign in and take
# the people of a town from a predictive campaign; then the town's log, the
# journal and the reports are compared (agents.py says what must hold).
# AGENTS_SECONDS=3600 runs a whole hour.
# timeout: 300
# ports: 2200
set -eu
for tool in baresip python3; do
    command -v $tool >/dev/null 2>&1 || {
        echo "$tool is not installed"
        exit 77
    }
done
modules=$(dirname "$(dpkg -L baresip-core 2>/dev/null | grep '/menu.so$')")
[ -f "$modules/cons.so" ] || {
    echo "baresip's modules are not where its package puts them"
    exit 77
}
BARESIP_MODULES=$modules
export BARESIP_MODULES
exec python3 "${SOURCE_DIR:?}/test/system/agents.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}" "$@"
