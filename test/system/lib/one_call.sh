# Shared by the tests with one real called party: a data folder with one lead,
# a trunk to PORT and a survey of two questions; then the books are read.
#   prepare ; serve_once ; expect_answers
# The called party listens on $peer_port and has the ports from it to
# $peer_port + 198.

TELEMARK_DATA=${TEST_DIR:?}/data
export TELEMARK_DATA
telemark=${TELEMARK:?}

fail() {
    echo "FAILED: $*" >&2
    [ ! -f "$TEST_DIR/serve.jsonl" ] || tail -n 20 "$TEST_DIR/serve.jsonl" >&2
    exit 1
}

peer_port=$((${TEST_PORTS:?} + 1000))

prepare() {
    printf 'phone,name,consent,consent_date\n212-555-0123,Ann,written,2026-01-05\n' \
        >"$TEST_DIR/people.csv"
    printf '212,5559999\n' >"$TEST_DIR/dnc.txt"
    printf '[trunk peer]\nhost = 127.0.0.1\nport = %s\n' "$peer_port" \
        >"$TEST_DIR/peer.trunk"
    cat >"$TEST_DIR/two.campaign" <<'END'
name = two
seller = Northwind
caller_kind = survey
purpose = survey
leads_to_sale = no
list = people
country = US
trunk = peer
caller_id = +12025550100
caller_id_authority = yes
channel = voice_prerecorded
dial_mode = agentless
start_after = 300ms
ring_timeout = 20s
[keys]
9 = removed
[step hello]
say = "Hello {name|}. This is Northwind. Press 9 to be removed."
next = one
[step one]
say = "Press 1 or 2."
question = first The first?
key.1 = yes -> two
key.2 = no -> two
timeout = 10s
next = bye
[step two]
say = "And again."
question = second The second?
key.1 = yes -> bye
key.2 = no -> bye
timeout = 10s
next = bye
[step bye]
do = end
say = "Goodbye. 202 555 0100."
[step removed]
do = opt_out
say = "You are removed."
END
    "$telemark" import "$TEST_DIR/people.csv" --list people \
        --seller Northwind
    "$telemark" dnc import "$TEST_DIR/dnc.txt" --list us_national \
        --obtained 2026-11-20
    "$telemark" trunk load "$TEST_DIR/peer.trunk"
    "$telemark" campaign load "$TEST_DIR/two.campaign"
    "$telemark" campaign start two
}

serve_once() {
    timeout 60 "$telemark" serve --clock 2026-11-23T18:00:00Z --until-idle 2s \
        --sip-port "$((peer_port + 190))" \
        --media-ports "$TEST_PORTS-$((TEST_PORTS + 998))" \
        2>"$TEST_DIR/serve.jsonl" ||
        fail "serve ended with $?"
}

# The journal has both answers and a completed call, and it verifies.
expect_answers() {
    "$telemark" journal verify || fail "the journal does not verify"
    "$telemark" journal list >"$TEST_DIR/journal.jsonl"
    grep -q '"kind":"answer".*"key":"first","value":"yes"' \
        "$TEST_DIR/journal.jsonl" || fail "no answer to the first question"
    grep -q '"kind":"answer".*"key":"second","value":"no"' \
        "$TEST_DIR/journal.jsonl" || fail "no answer to the second question"
    grep -q '"event":"ended".*"state":"completed"' "$TEST_DIR/serve.jsonl" ||
        fail "the call did not complete the survey"
}
