#!/bin/sh
# telemark decide beside a second, naive reading of the law (test/law), and
# beside packs with one thing changed, which that reading must notice.
# More: ./dev sim rules --help
# timeout: 600
# It computes all the time: who waits for something beside it goes first.
set -eu
PYTHONPATH=$SOURCE_DIR/test PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE
nice -n 5 python3 -m law "$TELEMARK" --seed "${SEED:-7}" --cases "${CASES:-200000}" \
    --jobs "${JOBS:-2}"
nice -n 5 python3 -m law "$TELEMARK" --seed "${SEED:-7}" --rules "$SOURCE_DIR/rules" \
    --mutants "${MUTANTS:-40}"
