#!/bin/sh
# telemark decide beside a second, naive reading of the law (decide_naive.py).
# More: test/system/decide_naive.py TELEMARK SEED CASES
# timeout: 300
set -eu
python3 "$SOURCE_DIR/test/system/decide_naive.py" "$TELEMARK" 7 2000
