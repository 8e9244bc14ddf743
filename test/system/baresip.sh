#!/bin/sh
# A softphone that no one here wrote answers, and keys typed on its console
# complete the survey.
# timeout: 120
# ports: 1200
set -eu
for tool in baresip python3; do
    command -v $tool >/dev/null 2>&1 || {
        echo "$tool is not installed"
        exit 77
    }
done
. "${SOURCE_DIR:?}/test/system/lib/one_call.sh"

modules=$(dirname "$(dpkg -L baresip-core 2>/dev/null | grep '/menu.so$')")
[ -f "$modules/cons.so" ] || {
    echo "baresip's modules are not where its package puts them"
    exit 77
}
phone=$TEST_DIR/phone
mkdir -p "$phone"
cat >"$phone/config" <<END
sip_listen 127.0.0.1:$peer_port
audio_source aufile,$phone/quiet.wav
audio_player aufile,$phone/heard.wav
audio_alert aufile,$phone/ring.wav
rtp_ports $((peer_port + 10))-$((peer_port + 108))
module_path $modules
module cons.so
module g711.so
module aufile.so
module_app account.so
module_app menu.so
cons_listen 127.0.0.1:$((peer_port + 2))
END
echo "<sip:+12125550123@127.0.0.1:$peer_port>;regint=0;answermode=auto;audio_codecs=PCMU/8000/1" \
    >"$phone/accounts"
python3 - "$phone/quiet.wav" <<'END'
import sys, wave
w = wave.open(sys.argv[1], 'wb')
w.setnchannels(1), w.setsampwidth(2), w.setframerate(8000)
w.writeframes(bytes(8000 * 2 * 60))
w.close()
END

prepare
baresip -f "$phone" >"$TEST_DIR/baresip.out" 2>&1 &
peer=$!
trap 'kill $peer 2>/dev/null || true' EXIT
sleep 2
# Types a key 4 s after the call is up and another 4 s later, as a hand would.
python3 - "$TEST_DIR/baresip.out" "$((peer_port + 2))" <<'END' &
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(300):
    if 'Call established' in open(sys.argv[1], errors='replace').read():
        break
    time.sleep(0.1)
for key in (b'1', b'2'):
    time.sleep(4)
    s.sendto(key, ('127.0.0.1', int(sys.argv[2])))
END
serve_once
grep -q "send DTMF digit: '2'" "$TEST_DIR/baresip.out" ||
    fail "the softphone was not asked to send its keys"
expect_answers
