#!/bin/sh
# Files that are not what they should be: each is refused with what, where and
# what to do, and nothing is half-done (bad_files.py).
# timeout: 300
set -eu
command -v python3 >/dev/null 2>&1 || {
    echo "python3 is not installed"
    exit 77
}
exec python3 "${SOURCE_DIR:?}/test/system/bad_files.py" "${TELEMARK:?}" \
    "${TEST_DIR:?}"
