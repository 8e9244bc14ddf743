#!/bin/sh
# telemark decide and telemark rules as people type them.
# timeout: 120
set -eu

fail() {
    echo "$*"
    exit 1
}

data=$SOURCE_DIR/test/data
out=$TEST_DIR/out

# Every case file agrees, by the packs built in and by those of a folder.
for file in "$data"/cases-*.jsonl; do
    "$TELEMARK" rules test "$file" >"$out" || fail "$(cat "$out")"
    grep -q ', 0 disagree, 0 expect nothing' "$out" || fail "$(cat "$out")"
done
"$TELEMARK" rules test "$data/cases-law.jsonl" --rules "$SOURCE_DIR/rules" \
    >"$out" || fail "the folder's packs: $(cat "$out")"

# One answer a line, in order; the same bytes again.
"$TELEMARK" decide <"$data/cases-law.jsonl" >"$out"
"$TELEMARK" decide <"$data/cases-law.jsonl" | cmp -s - "$out" ||
    fail "other bytes for the same cases"
python3 - "$data/cases-law.jsonl" "$out" <<'END'
import json, sys
cases = [json.loads(l) for l in open(sys.argv[1])]
answers = [json.loads(l) for l in open(sys.argv[2])]
assert [c["id"] for c in cases] == [a["id"] for a in answers]
for c, a in zip(cases, answers):
    assert a["verdict"] == c["expected"]["verdict"], c["id"]
    assert ("not_before" in a) == (a["verdict"] == "not_before"), c["id"]
    for key in "rules duties remedy unknown packs tzdata".split():
        assert key in a, (c["id"], key)
    assert all(set(r) == {"id", "effect", "citation"} for r in a["rules"])
END

# A malformed line is named and costs the exit code, not the other answers.
code=0
{
    head -n 1 "$data/cases-law.jsonl"
    echo '{"id":"B","now":"2026-11-23T13:00:00Z","contact":{"channel":"telex"}}'
    echo '{"id":"C"'
    head -n 2 "$data/cases-law.jsonl" | tail -n 1
} | "$TELEMARK" decide >"$out" || code=$?
[ "$code" -eq 1 ] || fail "exit code $code for a malformed line"
[ "$(wc -l <"$out")" -eq 4 ] || fail "not four answers: $(cat "$out")"
grep -q '^{"id":"B","error":"contact.channel: ' "$out" || fail "$(cat "$out")"
grep -q '^{"id":null,"error":"not JSON' "$out" || fail "$(cat "$out")"

# list, show, diff, manual.
"$TELEMARK" rules list >"$out"
for id in US-FTC-HRS US-FL-CAP CA-CASL FR-OPTIN TZ-AB-2026 PH-REC; do
    grep -q "^$id " "$out" || fail "list has no $id"
done
"$TELEMARK" rules list US-RI >"$out"
grep -q '^US-RI-HRS ' "$out" || fail "list US-RI: $(cat "$out")"
! grep -q '^US-FL' "$out" || fail "list US-RI has Florida"
"$TELEMARK" rules show FR-HRS-C >"$out"
[ "$(grep -c '^rules/law/france.rules:' "$out")" -eq 2 ] ||
    fail "show has not both versions: $(cat "$out")"
code=0
"$TELEMARK" rules show NO-SUCH >"$out" 2>&1 || code=$?
[ "$code" -eq 1 ] || fail "show of an unknown rule: exit code $code"
cp -R "$SOURCE_DIR/rules" "$TEST_DIR/rules"
sed 's/^max_age = 31d/max_age = 30d/' "$SOURCE_DIR/rules/law/canada.rules" \
    >"$TEST_DIR/rules/law/canada.rules"
"$TELEMARK" rules diff "$SOURCE_DIR/rules" "$TEST_DIR/rules" >"$out"
grep -q '^~ CA-DNCL-AGE' "$out" && grep -q '^  + max_age = 30d' "$out" &&
    grep -q '^1 rule differs' "$out" || fail "diff: $(cat "$out")"
"$TELEMARK" rules manual "$TEST_DIR/manual" >"$out"
diff -r "$TEST_DIR/manual" "$SOURCE_DIR/docs/rules" >"$out" ||
    fail "docs/rules is old: telemark rules manual docs/rules"

# A pack that is wrong is refused with file and line.
echo 'colour = red' >>"$TEST_DIR/rules/law/canada.rules"
code=0
"$TELEMARK" rules list --rules "$TEST_DIR/rules" >"$out" 2>&1 || code=$?
[ "$code" -eq 1 ] || fail "a wrong pack: exit code $code"
grep -q 'canada.rules:[0-9]*: .*unknown key "colour"' "$out" ||
    fail "a wrong pack: $(cat "$out")"
