#!/bin/sh
# sipp as the called party completes the survey by RFC 4733 keys.
# timeout: 120
# ports: 1200
set -eu
command -v sipp >/dev/null 2>&1 || {
    echo "sipp (package sip-tester) is not installed"
    exit 77
}
[ "$(id -u)" -eq 0 ] || {
    echo "sipp sends its keys through a raw socket: it needs root"
    exit 77
}
. "${SOURCE_DIR:?}/test/system/lib/one_call.sh"

prepare
(cd "$TEST_DIR" && exec sipp -sf "$SOURCE_DIR/test/sipp/survey_uas.xml" \
    -i 127.0.0.1 -p "$peer_port" -mi 127.0.0.1 -mp $((peer_port + 8)) -m 1 \
    -nostdin -timeout 60s -trace_err) >"$TEST_DIR/sipp.out" 2>&1 &
peer=$!
trap 'kill $peer 2>/dev/null || true' EXIT
sleep 1
serve_once
code=0
wait $peer || code=$?
[ "$code" -eq 0 ] || {
    tail -n 30 "$TEST_DIR/sipp.out" >&2
    fail "sipp ended with $code: its scenario did not complete"
}
expect_answers
