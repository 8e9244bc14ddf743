#!/bin/sh
# The same people in both worlds: one world text, seed and list of numbers are
# called by the simulator and, over real SIP and sound, in the town. The first
# call of each number ends alike for 95 of 100; times that fall otherwise (a
# prompt spoken is not as long as a prompt reckoned) explain the rest.
# timeout: 120
# ports: 2000
set -eu

people=60
TELEMARK_DATA=$TEST_DIR/data
export TELEMARK_DATA
telemark=${TELEMARK:?}
town_pid=

clean_up() {
    [ -z "$town_pid" ] || kill "$town_pid" 2>/dev/null || true
}
trap clean_up EXIT

fail() {
    echo "FAILED: $*"
    [ ! -f "$TEST_DIR/serve.jsonl" ] || tail -n 5 "$TEST_DIR/serve.jsonl"
    exit 1
}

cat >"$TEST_DIR/two.campaign" <<'END'
name = two
seller = Northwind
caller_kind = survey
purpose = survey
leads_to_sale = no
list = people
country = US
trunk = town
caller_id = +12025550100
caller_id_authority = yes
channel = voice_prerecorded
dial_mode = agentless
max_calls = 60
calls_per_second = 20
start_after = 700ms
ring_timeout = 15s
[caps]
lead = 1
[keys]
9 = removed
[step hello]
say = "Northwind calls. Press 9 to be removed."
next = one
[step one]
say = "Press 1 or 2."
question = first The first?
key.1 = yes -> two
key.2 = no -> two
timeout = 6s
next = bye
[step two]
say = "And again."
question = second The second?
key.1 = yes -> bye
key.2 = no -> bye
timeout = 6s
next = bye
[step bye]
do = end
say = "Goodbye. 202 555 0100."
[step removed]
do = opt_out
say = "You are removed."
END

# The second prompt has other keys than the first: were they counted
# differently, most people would do something else.
cat >"$TEST_DIR/world.scn" <<END
name = two worlds
campaign = two.campaign
start = 2026-11-23T18:00:00Z
hours = 1
days = 1
list_size = $people
consent = 1
withdrawn = 0
on_national = 0
on_internal = 0
opted_out = 0
second_phone = 0
tried = 0
zones = eastern:1
trunk_calls = 60
cps = 20
[people]
people_seed = 11
p_human = 60 %
p_machine = 10 %
p_busy = 6 %
p_reject = 4 %
p_congestion = 2 %
p_disconnected = 5 %
habit = 0
p_silent = 3 %
p_hangup = 5 %
p_early = 25 %
p_optout = 8 %
p_leave = 0
p_barge = 10 %
p_inband = 10 %
ring = tri 1 2 4
mach_t = uniform 3 5
busy_t = uniform 1 2
reject_t = uniform 1 3
dead_t = uniform 0.4 1
mach_greeting = tri 3 4 6
record_t = const 20
react = const 1.2
patience = uniform 12 14
keys.0 = 1:50 2:35 9:5 leave:10
keys.1 = 1:50 2:20 9:10 leave:20
keys = 1:1
END

# Lead 7 there is lead 7 here: the list goes in in that order.
"$telemark" simulate "$TEST_DIR/world.scn" --seed 3 --check \
    --calls "$TEST_DIR/sim.csv" >"$TEST_DIR/sim.txt"
sort -t, -n "$TEST_DIR/sim.csv" >"$TEST_DIR/by_lead.csv"
{
    echo 'phone,name,consent,consent_date'
    cut -d, -f2 "$TEST_DIR/by_lead.csv" | sed 's/$/,Ann,written,2026-01-05/'
} >"$TEST_DIR/people.csv"
[ "$(wc -l <"$TEST_DIR/people.csv")" -eq $((people + 1)) ] ||
    fail "the simulator did not call each of $people people once"

"$telemark" town --port 0 --world "$TEST_DIR/world.scn" \
    --log "$TEST_DIR/town.jsonl" \
    --media-ports "$TEST_PORTS-$((TEST_PORTS + 998))" \
    >"$TEST_DIR/town.out" 2>&1 &
town_pid=$!
tries=0
until grep -q . "$TEST_DIR/town.out" || [ "$tries" -ge 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
port=$(sed -n 's/^town: [0-9.]*:\([0-9]*\) .*/\1/p' "$TEST_DIR/town.out" |
    head -n 1)
[ -n "$port" ] || fail "no port in $(cat "$TEST_DIR/town.out")"
printf '[trunk town]\nhost = 127.0.0.1\nport = %s\n' "$port" \
    >"$TEST_DIR/town.trunk"
printf '212,5559999\n' >"$TEST_DIR/dnc.txt"
"$telemark" import "$TEST_DIR/people.csv" --list people --seller Northwind
"$telemark" dnc import "$TEST_DIR/dnc.txt" --list us_national \
    --obtained 2026-11-20
"$telemark" trunk load "$TEST_DIR/town.trunk"
"$telemark" campaign load "$TEST_DIR/two.campaign"
"$telemark" campaign start two
timeout 90 "$telemark" serve --clock 2026-11-23T18:00:00Z --until-idle 2s \
    --sip-port 0 \
    --media-ports "$((TEST_PORTS + 1000))-$((TEST_PORTS + 1998))" \
    2>"$TEST_DIR/serve.jsonl" ||
    fail "serve ended with $?"

python3 - "$TEST_DIR/by_lead.csv" "$TEST_DIR/serve.jsonl" <<'END'
import collections, csv, json, sys

sim = {}
for row in csv.reader(open(sys.argv[1])):
    sim[int(row[0])] = row[3]
real = {}
for line in open(sys.argv[2]):
    r = json.loads(line)
    if r.get("event") == "ended":
        real.setdefault(r["lead"], r["state"])
both = collections.Counter(sim.values())
print("simulated:", dict(sorted(both.items())))
print("called:   ", dict(sorted(collections.Counter(real.values()).items())))
same = 0
for lead in sorted(set(sim) | set(real)):
    a, b = sim.get(lead, "no call"), real.get(lead, "no call")
    same += a == b
    if a != b:
        print("lead %d: %s simulated, %s called" % (lead, a, b))
print("%d of %d alike" % (same, len(sim)))
assert len(both) >= 5, "a world of one kind proves little"
assert same >= 0.95 * len(sim), "two worlds"
END
