#!/usr/bin/env python3
"""Kills a dialling server again and again and compares the books.

    crash.py TELEMARK FOLDER RUNS [SEED [PLACE]]

A town of quick people on loopback writes down each INVITE and each key that
is pressed. `telemark serve` dials them and is killed (SIGKILL) at a random
moment, RUNS times; the last run ends by itself. Two of these may run beside
each other, at PLACE 0 and 1, which have ports of their own. Then must hold:

 1. every Call-ID the town saw belongs to exactly one attempt in the store;
 2. no attempt (one permit each) has two Call-IDs;
 3. every attempt has an end; one whose INVITE the town never saw ended
    `unknown`, `cancelled` or without reaching the network;
 4. attempts that ended `unknown` count toward the caps: no number was called
    more often than the campaign's cap, counted from the town's log;
 5. every opt-out key that reached the living server which had placed the call
    is in force, and that number was not called again after it;
 6. the journal's chain verifies, and its ATTEMPT entries are the attempts;
 7. what calls were decided with stands once after each start, and journal and
    tables tell the same of every call; a name that leads to no text is found.
"""
import hashlib, json, os, random, re, shutil, signal, sqlite3, subprocess
import sys, time
from datetime import datetime, timezone

telemark, folder, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
seed = int(sys.argv[4]) if len(sys.argv) > 4 else int(time.time())
place = int(sys.argv[5]) if len(sys.argv) > 5 else 0
print(f"seed {seed}: crash.py {telemark} FOLDER {runs} {seed}")
rng = random.Random(seed)
os.environ['TELEMARK_DATA'] = f'{folder}/data'
PORTS = int(os.environ['TEST_PORTS']) + 3000 * place
TOWN_PORT, SIP_PORT = PORTS, PORTS + 1
MEDIA = f'{PORTS + 2}-{PORTS + 998}'
TOWN_MEDIA = f'{PORTS + 1000}-{PORTS + 2998}'
CAP = 3
# A key that reaches nobody cannot be honoured: it counts as heard when the
# server that had placed the call lived on for this long (a loaded machine may
# pause it), or when that server went on to end the call itself.
HEARD_S = 2.0

WORLD = """
[people]
people_seed = %d
p_human = 80 %%
p_machine = 4 %%
p_busy = 8 %%
p_disconnected = 2 %%
ring = uniform 0.1 0.6
alert_t = uniform 0.01 0.1
busy_t = uniform 0.1 0.3
greeting = uniform 0.1 0.2
react = uniform 0.05 0.4
keys = 1:40 2:30 9:20 none:5 leave:5
p_optout = 25 %%
p_barge = 60 %%
barge_t = uniform 0.1 0.8
"""
CAMPAIGN = f"""
name = crash
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
max_calls = 120
calls_per_second = 60
ring_timeout = 15s
start_after = 100ms
hopper = 300
[caps]
number_24h = {CAP}
[retry]
busy = 2 x 1s
no_answer = 2 x 1s
hung_up = 2 x 2s
no_input = 2 x 2s
partial = 2 x 2s
unknown = 2 x 2s
failed = 2 x 1s
congestion = 2 x 1s
[keys]
9 = removed
[step ask]
say = "Northwind. Press 9 to be removed, 1 or 2."
question = q Which?
key.1 = one -> bye
key.2 = two -> bye
timeout = 2s
next = bye
[step bye]
do = end
say = "Goodbye. 202 555 0100."
[step removed]
do = opt_out
say = "You are removed."
"""


def run(*args):
    done = subprocess.run([telemark, *args], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f'telemark {" ".join(args)}: {done.stdout}{done.stderr}')
    return done.stdout


def write(name, text):
    with open(f'{folder}/{name}', 'w') as f:
        f.write(text)
    return f'{folder}/{name}'


def prepare():
    rows = ['phone,consent,consent_date']
    area = [212, 312, 404, 713, 602, 206, 617, 303, 215, 305]
    for i in range(6000):
        rows.append(f'{area[i % 10]}-555-{100 + i // 10:04d},'
                    'written,2026-01-05')
    run('import', write('people.csv', '\n'.join(rows) + '\n'), '--list',
        'people', '--seller', 'Northwind')
    run('dnc', 'import', write('dnc.txt', '212,5559999\n'), '--list',
        'us_national', '--obtained', '2026-11-20')
    run('trunk', 'load', write('t.trunk', f'[trunk town]\nhost = 127.0.0.1\n'
        f'port = {TOWN_PORT}\nmax_calls = 200\ncalls_per_second = 100\n'))
    run('campaign', 'load', write('crash.campaign', CAMPAIGN))
    run('campaign', 'start', 'crash')


def serve(*more):
    log = open(f'{folder}/serve.jsonl', 'a')
    return subprocess.Popen(
        [telemark, 'serve', '--sip-port', str(SIP_PORT), '--media-ports',
         MEDIA, *more], stderr=log)


def kill_often():
    """[(started, killed)] of each run, and the last that ends by itself."""
    lives = []
    start = datetime(2026, 11, 23, 18, tzinfo=timezone.utc).timestamp()
    began = time.time()
    for i in range(runs):
        at = start + (time.time() - began)
        clock = datetime.fromtimestamp(at, timezone.utc)
        server = serve('--clock', clock.strftime('%Y-%m-%dT%H:%M:%SZ'))
        born = time.time()
        short, long = rng.uniform(0, 0.3), rng.uniform(0.3, 2.0)
        time.sleep(rng.choices([short, long, rng.uniform(3.5, 5)],
                               [60, 30, 10])[0])
        if server.poll() is not None:
            sys.exit(f'run {i}: the server ended by itself with '
                     f'{server.returncode}; see serve.jsonl')
        lives.append((born, time.time()))
        server.send_signal(signal.SIGKILL)
        server.wait()
    at = datetime.fromtimestamp(start + time.time() - began, timezone.utc)
    server = serve('--clock', at.strftime('%Y-%m-%dT%H:%M:%SZ'))
    born = time.time()
    time.sleep(5)
    server.send_signal(signal.SIGTERM)
    if server.wait(60) != 0:
        sys.exit('the last run did not end well; see serve.jsonl')
    lives.append((born, time.time()))
    return lives


def instant(text):
    return datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp()


def town_log():
    with open(f'{folder}/town.jsonl') as f:
        return [json.loads(line) for line in f if line.strip()]


findings = []


def check(good, text):
    if not good:
        findings.append(text)


def compare(lives):
    db = sqlite3.connect(f'file:{folder}/data/telemark.db?mode=ro', uri=True)
    attempts = {row[0]: row for row in db.execute(
        'SELECT id, e164, placed_us, ended_us, outcome, call_id FROM attempt')}
    opted = {row[0] for row in db.execute('SELECT e164 FROM opt_out')}
    journal = {row[0] for row in db.execute(
        "SELECT attempt FROM journal WHERE kind = 'attempt'")}
    log = town_log()
    invites = {}
    per_number, last_invite = {}, {}
    for e in log:
        if e['event'] != 'invite' or e['call_id'] in invites:
            continue
        invites[e['call_id']] = e
        number = int(e['to'].lstrip('+'))
        per_number[number] = per_number.get(number, 0) + 1
        last_invite[number] = instant(e['t'])
    by_attempt = {}
    for call_id, e in invites.items():
        m = re.match(r'(\d+)-([0-9a-f]+)@', call_id)
        check(m, f'a Call-ID of another form: {call_id}')
        if not m:
            continue
        attempt = int(m.group(1))
        by_attempt.setdefault(attempt, set()).add(call_id)
        check(attempt in attempts, f'{call_id}: no attempt {attempt}')
        if attempt in attempts:
            check(attempts[attempt][1] == int(e['to'].lstrip('+')),
                  f'attempt {attempt} is for another number than {call_id}')
    for attempt, ids in by_attempt.items():
        check(len(ids) == 1, f'attempt {attempt} has Call-IDs {sorted(ids)}')
    not_seen = {'unknown', 'cancelled', 'failed', 'congestion'}
    for a, row in attempts.items():
        check(row[3] != 0, f'attempt {a} has no end')
        if a not in by_attempt:
            check(row[4] in not_seen, f'attempt {a}: no INVITE, yet {row[4]}')
    for number, n in per_number.items():
        check(n <= CAP, f'{number} was called {n} times, the cap is {CAP}')
    counted = {}
    for row in attempts.values():
        if row[4] != 'cancelled':  # the law counts what may have rung
            counted[row[1]] = counted.get(row[1], 0) + 1
    for number, n in counted.items():
        check(n <= CAP, f'{number} has {n} attempts, the cap is {CAP}')
    check(journal == set(attempts), 'journal and attempts differ: '
          f'{len(journal ^ set(attempts))} entries')
    ended_by_us = {e['call_id']: instant(e['t']) for e in log
                   if e['event'] == 'ended' and e.get('how') == 'bye'}
    keys = heard = 0
    for e in log:
        if e['event'] != 'digit_sent' or e['digit'] != '9':
            continue
        number = int(invites[e['call_id']]['to'].lstrip('+'))
        sent = instant(e['t'])
        keys += 1
        placed = instant(invites[e['call_id']]['t'])
        life = [d for b, d in lives if b < placed < d and sent < d]
        ended = ended_by_us.get(e['call_id'], 0)
        if not life or not (sent + HEARD_S < life[0] or
                            sent < ended < life[0]):
            continue
        heard += 1
        check(number in opted, f'{number} pressed 9 in {e["call_id"]} at '
              f'{e["t"]} and is not opted out')
        check(last_invite[number] <= sent + HEARD_S,
              f'{number} was called again after it had pressed 9')
    unknown = sum(1 for row in attempts.values() if row[4] == 'unknown')
    print(f'{runs} kills: {len(invites)} INVITEs, {len(attempts)} attempts, '
          f'{unknown} closed unknown, {keys} opt-out keys of which {heard} '
          f'reached a living server, {len(opted)} opt-outs')
    check(len(invites) > runs, 'too few calls to mean anything')
    check(heard > runs / 20, 'too few opt-outs to mean anything')
    check(unknown > runs / 10, 'too few broken calls to mean anything')
    done = subprocess.run([telemark, 'journal', 'verify'],
                          capture_output=True, text=True)
    check(done.returncode == 0, f'journal: {done.stdout}{done.stderr}')
    print(done.stdout.strip())


def texts():
    """What calls were decided with stands once after each start, in journal
    and tables, and is found for every call."""
    db = sqlite3.connect(f'file:{folder}/data/telemark.db?mode=ro', uri=True)
    stored = {row[0]: row[1:] for row in db.execute(
        'SELECT a.id, r.text, v.text FROM attempt a '
        'LEFT JOIN shared_text r ON r.tenant = a.tenant '
        'AND r.id = a.rules_text LEFT JOIN shared_text v '
        'ON v.tenant = a.tenant AND v.id = a.versions_text')}
    done = subprocess.run([telemark, 'journal', 'list'],
                          capture_output=True, text=True)
    check(done.returncode == 0, f'journal list: {done.stderr}')
    listed = {}
    for line in done.stdout.splitlines():
        e = json.loads(line)
        if e['kind'] == 'attempt':
            listed[e['attempt']] = e.get('rules'), e.get('versions')
    check(listed == stored, 'rules or versions of journal and tables differ')
    n, = db.execute('SELECT count(*) FROM shared_text').fetchone()
    check(0 < n < len(stored) / 20, f'{n} texts of {len(stored)} attempts')
    whole, = db.execute("SELECT sum(length(payload) > 300) FROM journal "
                        "WHERE kind = 'attempt'").fetchone()
    check(0 < whole <= (runs + 1) * n,
          f'{whole} of {len(stored)} entries have their own text')


def wrong_name():
    """An entry that names another one for a text which that one has not: the
    chain is as it should be, and verify says so all the same."""
    os.mkdir(f'{folder}/wrong')
    db = sqlite3.connect(f'{folder}/wrong/telemark.db')
    with sqlite3.connect(f'{folder}/data/telemark.db') as real:
        real.backup(db)
    shutil.copy(f'{folder}/data/salt', f'{folder}/wrong/salt')
    seq, payload, head = db.execute(
        "SELECT j.seq, j.payload, (SELECT b.hash FROM journal b WHERE b.seq = "
        "j.seq - 1) FROM journal j WHERE j.kind = 'attempt' AND "
        "length(j.payload) < 150 "
        "ORDER BY j.seq DESC LIMIT 1").fetchone()
    at = payload.rindex(b'\x16', 0, -1)  # versions: as in entry ...
    entries = [(seq, payload[:at] + b'\x16\x02')]  # the first one, a restart
    entries += db.execute('SELECT seq, payload FROM journal WHERE seq > ? '
                          'ORDER BY seq', (seq,)).fetchall()
    for n, payload in entries:
        head = hashlib.blake2b(head + n.to_bytes(8, 'big') + payload,
                               digest_size=32).digest()
        db.execute('UPDATE journal SET payload = ?, hash = ? WHERE seq = ?',
                   (payload, head, n))
    db.commit()
    db.close()
    done = subprocess.run([telemark, 'journal', 'verify', '--data',
                           f'{folder}/wrong'], capture_output=True, text=True)
    check(done.returncode == 1 and f'entry {seq} is broken: it names entry 1 '
          'for its versions' in done.stdout,
          f'a wrong name: {done.returncode} {done.stdout}{done.stderr}')


def main():
    town = subprocess.Popen(
        [telemark, 'town', '--port', str(TOWN_PORT), '--world',
         write('world', WORLD % seed), '--log', f'{folder}/town.jsonl',
         '--media-ports', TOWN_MEDIA], stdout=subprocess.DEVNULL)
    try:
        time.sleep(1)
        prepare()
        lives = kill_often()
        time.sleep(1)
    finally:
        town.terminate()
        town.wait()
    compare(lives)
    texts()
    wrong_name()
    for f in findings[:20]:
        print('FOUND:', f)
    if findings:
        sys.exit(f'{len(findings)} findings')


main()
