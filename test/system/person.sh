#!/bin/sh
# A person's rights and legal holds as people type them, beside a server that
# makes calls; what was erased is looked for in every byte (person.py).
# timeout: 150
# ports: 410
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/person.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}"
