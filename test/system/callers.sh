#!/bin/sh
# Callers by sipp reach an agent on a softphone that no one here wrote, wait
# for her, press keys, give up, are refused; then the store, the journal and the
# report are compared (callers.py says what must hold).
# timeout: 300
# ports: 600
set -eu
for tool in baresip sipp python3; do
    command -v $tool >/dev/null 2>&1 || {
        echo "$tool is not installed"
        exit 77
    }
done
[ "$(id -u)" -eq 0 ] || {
    echo "sipp sends its keys through a raw socket: it needs root"
    exit 77
}
modules=$(dirname "$(dpkg -L baresip-core 2>/dev/null | grep '/menu.so$')")
[ -f "$modules/cons.so" ] || {
    echo "baresip's modules are not where its package puts them"
    exit 77
}
BARESIP_MODULES=$modules
export BARESIP_MODULES
exec python3 "${SOURCE_DIR:?}/test/system/callers.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}" "$@"
