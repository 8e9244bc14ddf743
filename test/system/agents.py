"""Acceptance of live agents: see agents.sh. usage: agents.py TELEMARK DIR"""
import json, os, random, socket, subprocess, sys, threading, time, wave

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from house import PORTS, Failed, House, main, port_range, stop

SECONDS = int(os.environ.get('AGENTS_SECONDS', '40'))
SIP, AGENTS, TOWN, PHONE, KEYS, RTP = (PORTS + i for i in (0, 1, 2, 10, 20,
                                                           40))
CLOCK = '2026-11-23T18:00:00Z'
WORDS = ['sale', 'not_interested', 'callback', 'try_again', 'do_not_call',
         'wrong_number']
CAMPAIGN = '''name = live
seller = Northwind
caller_kind = survey
purpose = survey
leads_to_sale = no
list = people
country = US
trunk = town
caller_id = +12025550100
caller_name = Northwind
caller_id_authority = yes
channel = voice_live
dial_mode = predictive
pacing = predictive
abandon_limit = 3 %
hold = 2s
abandoned_say = "This is Northwind, a telemarketing call. Call 202 555 0100, or press 9 to be taken off our list."
wrap_limit = 20s
max_calls = 50
calls_per_second = 20
ring_timeout = 15s
[hours]
weekdays = 09:00-20:00
[retry]
no_answer = 9 x 20s
busy = 9 x 10s
'''
# Quick people: a real hour has few that answer within seconds.
WORLD = '''name = quick
[people]
people_seed = 5
p_human = 70 %
p_machine = 5 %
p_busy = 10 %
p_reject = 2 %
p_hangup = 0 %
p_optout = 10 %
ring = uniform 1 3
mach_t = uniform 2 4
busy_t = uniform 0.5 1
alert_t = uniform 0.1 0.3
patience = uniform 6 20
'''
TRUNK = f'''[trunk town]
host = 127.0.0.1
port = {TOWN}
max_calls = 60
calls_per_second = 40
'''


class Phone:
    """A baresip that registers as NAME and answers by itself."""

    def __init__(self, house, name, index, password):
        self.house, self.name, self.index = house, name, index
        self.folder = house.path(f'phone-{name}')
        os.makedirs(self.folder, exist_ok=True)
        quiet = f'{self.folder}/quiet.wav'
        with wave.open(quiet, 'wb') as w:
            w.setnchannels(1), w.setsampwidth(2), w.setframerate(8000)
            w.writeframes(bytes(8000 * 2 * (SECONDS + 240)))
        house.write(f'{self.folder}/config', f'''sip_listen 127.0.0.1:{PHONE + 2 * index}
audio_source aufile,{quiet}
audio_player aufile,{self.folder}/heard.wav
audio_alert aufile,{self.folder}/ring.wav
rtp_ports {RTP + 40 * index}-{RTP + 40 * index + 38}
module_path {os.environ['BARESIP_MODULES']}
module cons.so
module g711.so
module aufile.so
module_app account.so
module_app menu.so
cons_listen 127.0.0.1:{KEYS + index}
''')
        house.write(f'{self.folder}/accounts',
                    f'<sip:{name}@127.0.0.1:{AGENTS}>;auth_user={name};'
                    f'auth_pass={password};regint=60;answermode=auto;'
                    'audio_codecs=PCMU/8000/1\n')
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ['baresip', '-f', self.folder], stdin=subprocess.DEVNULL,
            stdout=open(f'{self.folder}/out', 'a'), stderr=subprocess.STDOUT)

    def key(self, digits):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for digit in digits:
            s.sendto(digit.encode(), ('127.0.0.1', KEYS + self.index))
            time.sleep(0.25)
            s.sendto(b'\x04', ('127.0.0.1', KEYS + self.index))
            time.sleep(0.1)
        s.close()


class Agent(threading.Thread):
    """Follows `agent watch` and does an agent's work, by commands or keys."""

    def __init__(self, house, name, phone=None):
        super().__init__(daemon=True)
        self.house, self.name_, self.phone = house, name, phone
        self.random = random.Random(name)
        self.said, self.faults, self.seen = {}, [], []
        self.resting = False
        self.start()

    def do(self, *words):
        done = self.house.run('agent', *words)
        # The call may have ended, or its time be up, a moment before.
        if done.returncode not in (0, 1) or 'Sanitizer' in done.stderr:
            self.faults.append(f'{words}: {done.stderr}')
        return done.returncode == 0

    def talk(self, a):
        time.sleep(self.random.uniform(1, 3))
        if self.phone:
            self.phone.key('**')
            return
        if self.random.random() < 0.4 and self.do('hold', self.name_):
            time.sleep(0.5)
            self.do('retrieve', self.name_)
        self.do('hang-up', self.name_)

    def wrap(self, a):
        time.sleep(self.random.uniform(0.3, 1))
        i = self.random.choice([0, 0, 1, 1, 1, 3, 4, 5, 2])
        if self.phone and i != 2: # a call back needs an instant
            self.phone.key(str(i + 1))
            self.said[a['attempt']] = WORDS[i]
            return
        at = ('--at', '2h') if WORDS[i] == 'callback' else ()
        if self.do('dispose', self.name_, WORDS[i], *at):
            self.said[a['attempt']] = WORDS[i]

    def run(self):
        h = self.house
        self.watch = subprocess.Popen(
            h.args(['agent', 'watch', self.name_, '--json']), env=h.env(),
            stdout=subprocess.PIPE, text=True)
        done = set()
        for line in self.watch.stdout:
            a = json.loads(line)
            self.seen.append(a)
            key = (a['state'], a['attempt'])
            if self.resting or key in done:
                continue
            if a['state'] in ('talking', 'wrap_up'):
                done.add(key)
                if a['state'] == 'talking' and not a.get('lead', {}).get('id'):
                    self.faults.append(f'talks with nobody: {a}')
                (self.talk if a['state'] == 'talking' else self.wrap)(a)


def prepare(h):
    rows = ['phone,name,consent,consent_date']
    for i in range(min(7000, max(50, 2 * SECONDS))):
        rows.append(f'212-555-{1000 + i:04d},Person {i},written,2026-01-05')
    h.must('import', h.write('people.csv', '\n'.join(rows) + '\n'), '--list',
           'people', '--seller', 'Northwind')
    h.must('dnc', 'import', h.write('dnc.txt', '212,5559999\n'), '--list',
           'us_national', '--obtained', '2026-11-20')
    h.must('trunk', 'load', h.write('town.trunk', TRUNK))
    h.must('campaign', 'load', h.write('live.campaign', CAMPAIGN))


HOME = '\n'.join(f'{k} = 0 %' for k in (
    'p_machine', 'p_busy', 'p_reject', 'p_hangup', 'p_disconnected', 'habit'))
HOME = f"""name = home
[people]
p_human = 100 %
{HOME}
ring = uniform 1 2
alert_t = uniform 0.1 0.3
patience = uniform 12 20
"""


def town(h, world=WORLD):
    return subprocess.Popen(
        h.args(['town', '--port', str(TOWN), '--world',
                h.write('town.scn', world), '--media-ports',
                port_range(1200, 1000), '--log', h.path('town.jsonl')]),
        stdin=subprocess.DEVNULL, stdout=open(h.path('town.out'), 'w'),
        stderr=subprocess.STDOUT)


def serve(h, clock=CLOCK):
    return h.serve_ready('--clock', clock, '--sip-port', str(SIP), '--agents',
                         f'127.0.0.1:{AGENTS}', '--media-ports',
                         port_range(200, 1000), '--drain', '20')


def end(processes):
    """Ours, and softphones that want to say goodbye to who is gone."""
    for p in processes:
        if p.poll() is None:
            p.terminate() if 'telemark' in p.args[0] else p.kill()
    for p in processes:
        try:
            p.wait(20)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()


def status(h, name):
    return h.json('agent', 'status', name)[0]


def wait_state(h, name, *states, seconds=20):
    return h.wait(f'{name} {states}',
                  lambda: status(h, name)['state'] in states, seconds)


# --- wrong use -----------------------------------------------------------------

def wrong_use(h):
    prepare(h)
    h.write('ann.txt', 'correct-horse-7\n')
    h.write('short.txt', 'horse\n')
    add = ['agent', 'add']
    h.refused(['agent', 'status', 'ann'], ["there is no agent 'ann'"])
    h.refused([*add, 'an n', '--password-file', h.path('ann.txt')],
              ['no name for an agent'])
    h.refused([*add, 'ann', '--password-file', h.path('short.txt')],
              ['too short'])
    h.refused([*add, 'ann', '--phone', '212-555-0177'], ['--trunk'])
    h.refused([*add, 'ann', '--phone', '12', '--trunk', 'town'], ['--phone 12'])
    h.refused([*add, 'ann', '--phone', '212-555-1003', '--trunk', 'town'],
              ['lead of the list "people"', 'his own'])
    h.must('dnc', 'add', '212-555-0166', '--seller', 'Northwind')
    h.refused([*add, 'ann', '--phone', '212-555-0166', '--trunk', 'town'],
              ['asked not to be called'])
    h.refused([*add, 'ann', '--password-file', h.path('ann.txt'),
               '--campaigns', 'none'], ['none'])
    h.refused([*add, 'ann', '--password-file', h.path('ann.txt'), '--leg',
               'wooden'], ['permanent or per_call'])
    said = h.must(*add, 'ann', '--password-file', h.path('ann.txt'),
                  '--campaigns', 'live', '--extension', '201')
    h.check('telemark agent sign-in ann' in said, said)
    h.refused([*add, 'ann', '--password-file', h.path('ann.txt')],
              ['already'])
    h.refused([*add, 'dan', '--password-file', h.path('ann.txt'),
               '--extension', '201'], ["that of agent 'ann'"])
    h.must(*add, 'bob', '--password-file', h.path('ann.txt'))
    h.must(*add, 'cleo', '--phone', '212-555-0177', '--trunk', 'town')
    h.refused(['agent', 'sign-in', 'ann'], ["telemark serve"])
    h.refused(['agent', 'watch', 'ann'], ["telemark serve"])
    h.refused(['agent', 'dispose', 'ann'], ['which word'], code=2)
    h.refused(['agent', 'fly', 'ann'], ["unknown word 'fly'"], code=2)
    h.check('correct-horse-7' not in h.must('agent', 'list', '--json'), 'secret')
    raw = open(f'{h.data}/telemark.db', 'rb').read()
    h.check(b'correct-horse-7' not in raw, 'the password is in the database')
    h.must('agent', 'disable', 'cleo')
    h.must('agent', 'remove', 'cleo')
    h.must('agent', 'add', 'cleo', '--phone', '212-555-0178', '--trunk', 'town')
    h.must('agent', 'remove', 'cleo')
    h.check(len(h.json('agent', 'list')) == 2, 'cleo is still there')


# --- an hour, in a minute ------------------------------------------------------

def not_yet(h):
    """Orders that make no sense now, while the server runs."""
    def no(words, *says):
        h.refused(['agent', *words], list(says), books=False)
    no(['sign-in', 'ann'], "telephone of 'ann' is not registered",
       f'port {AGENTS}', 'realm telemark')
    no(['sign-in', 'nobody'], 'there is: ann, bob')
    no(['ready', 'ann'], "state 'off'")
    no(['hang-up', 'ann'], "state 'off'")
    no(['dispose', 'ann', 'sale', '--at', 'soon'], '--at is an instant')
    h.must('agent', 'disable', 'bob')
    no(['sign-in', 'bob'], 'agent enable bob')
    h.must('agent', 'enable', 'bob')


def lunch_until_lost(h):
    for _ in range(8):
        for name in ('ann', 'bob'):
            h.run('agent', 'pause', name, '--reason', 'lunch', '--now')
        time.sleep(5)
        for name in ('ann', 'bob'):
            h.run('agent', 'ready', name)
        if [e for e in h.events('ended') if e['abandoned']]:
            return
        time.sleep(3)
    raise Failed('nobody is ever abandoned')


def the_hour(h):
    h.data = f'{h.folder}/data'
    running = [town(h)]
    server = serve(h)
    try:
        not_yet(h)
        phones = [Phone(h, 'ann', 0, 'correct-horse-7'),
                  Phone(h, 'bob', 1, 'correct-horse-7')]
        running += [p.process for p in phones]
        h.wait('registrations', lambda: len(h.events('agent_registered')) >= 2)
        running += [Phone(h, 'eve', 2, 'correct-horse-7').process]
        agents = [Agent(h, 'ann'), Agent(h, 'bob', phones[1])]
        h.wait('the watchers', lambda: all(a.seen for a in agents))
        for name in ('ann', 'bob'):
            h.must('agent', 'sign-in', name)
        h.check(status(h, 'ann')['state'] == 'ready', 'ann is not ready')
        h.refused(['agent', 'sign-in', 'ann'], ['signed in already'],
                  books=False)
        h.must('campaign', 'start', 'live')
        time.sleep(SECONDS)
        # More lines than agents, who then go for lunch: people find nobody.
        h.must('campaign', 'pace', 'live', '--mode', 'power', '--pacing',
               'power:r=3')
        # She may have said it all a moment before.
        h.wait('what ann may say', lambda: 'sale' in h.run(
            'agent', 'dispose', 'ann', 'nonsense').stderr)
        lunch_until_lost(h)
        h.must('campaign', 'pause', 'live')
        # Lines that still ring bring the last people.
        h.wait('the last call', lambda:
               h.json('campaign', 'status', 'live')[0]['calls'] == 0 and
               all(status(h, n)['state'] == 'ready' for n in ('ann', 'bob')),
               60)
        for a in agents:
            a.resting = True
        h.must('agent', 'pause', 'ann', '--reason', 'lunch')
        h.check(status(h, 'ann')['reason'] == 'lunch', 'why she pauses')
        phones[1].key('0')
        wait_state(h, 'bob', 'paused')
        time.sleep(1)
        h.must('agent', 'sign-out', 'ann')
        wait_state(h, 'ann', 'off')
        h.check(stop(server, 60) == 0, 'the server ended badly')
        for a in agents:
            a.watch.wait(20)
            h.check(not a.faults, f'{a.name_}: {a.faults}')
        h.seen = {a.name_: a.seen for a in agents}
        h.said = {k: v for a in agents for k, v in a.said.items()}
        h.check(not any(e.get('event') == 'agent_registered' and 'eve' in
                        e['text'] for e in h.events()), 'a stranger came in')
    finally:
        end([server, *running])


def journal(h):
    out = h.must('journal', 'list')
    return [json.loads(line) for line in out.splitlines()]


def calls_of(entries):
    """attempt -> what the journal says of it."""
    calls = {}
    for e in entries:
        if e['kind'] == 'attempt':
            calls[e['attempt']] = {'bridged': [], 'word': None, 'ended': None,
                                   'answered': None}
        c = calls.get(e.get('attempt'))
        if c is None:
            continue
        if e['kind'] == 'bridged':
            c['bridged'].append(e)
        elif e['kind'] == 'disposition':
            c['word'] = e['key']
        elif e['kind'] in ('ended', 'answered'):
            c[e['kind']] = e
    return calls


def served_or_abandoned(h):
    calls = calls_of(journal(h))
    answered = [c for c in calls.values() if c['answered']]
    bridged = [c for c in answered if c['bridged']]
    lost = [c for c in answered if c['ended'] and c['ended']['abandoned']]
    h.check(all(c['ended'] for c in calls.values()), 'a call without an end')
    h.check(len(bridged) >= 8, f'only {len(bridged)} people talked')
    h.check(len(lost) >= 1, 'nobody was abandoned: the test is no test')
    for c in answered:
        e = c['ended']
        h.check(bool(c['bridged']) != e['abandoned'],
                f'neither bridged nor abandoned, or both: {c}')
        h.check(e['live'], f'answered and not live: {c}')
        for b in c['bridged']:
            h.check(b.get('wait_ms', 0) <= 2000, f'waited too long: {b}')
        if c['bridged']:
            late = c['bridged'][0]['at_us'] - c['answered']['at_us']
            h.check(late <= 2_050_000, f'joined late: {c}')
    print(f'{len(calls)} calls, {len(bridged)} people talked, {len(lost)} '
          'abandoned')


def nobody_twice(h):
    """No agent has two people, by bridges and by states."""
    entries = journal(h)
    calls = calls_of(entries)
    spans = {}
    for c in calls.values():
        for b in c['bridged']:
            spans.setdefault(b['agent'], []).append(
                (b['at_us'], c['ended']['at_us']))
    h.check(len(spans) == 2, f'agents who talked: {spans.keys()}')
    for agent, list_ in spans.items():
        list_.sort()
        for (_, end), (begin, _) in zip(list_, list_[1:]):
            h.check(begin >= end, f'agent {agent} has two people')
    talking = {}
    for e in entries:
        if e['kind'] == 'agent':
            talking[e['agent']] = e['state']
    h.check(set(talking.values()) == {0}, f'not signed out: {talking}')
    legs = {}
    for e in entries:
        if e['kind'] == 'staff':
            legs.setdefault(e['attempt'], []).append(e['key'])
    h.check(len(legs) == 2 and
            all(l == ['recorded', 'answered', 'ended'] for l in legs.values()),
            f'legs: {legs}')
    h.check(not set(legs) & set(calls), 'an id was used twice')


def watchers_saw_all(h):
    """Each change of the journal, also the shortest, once and in order."""
    names = ['off', 'calling_in', 'ready', 'paused', 'preview', 'dialling',
             'ringing', 'talking', 'hold', 'wrap_up']
    ids = {a['agent']: a['id'] for a in h.json('agent', 'list')}
    entries = [e for e in journal(h) if e['kind'] == 'agent']
    for name, seen in getattr(h, 'seen', {}).items():
        want = [names[e['state']] for e in entries if e['agent'] == ids[name]]
        got = [a['state'] for i, a in enumerate(seen) if i > 0 and
               (a['state'], a['since']) !=
               (seen[i - 1]['state'], seen[i - 1]['since'])]
        h.check(got == want, f'{name}: saw {got}, there was {want}')
    talks = [a for seen in getattr(h, 'seen', {}).values() for a in seen
             if a['state'] == 'talking']
    h.check(talks and all(
        a['lead']['calling'] == a['lead']['phones'][0] and
        a['lead']['local'].startswith(('Mon 13:', 'Mon 14:')) and
        a['dispositions'][:len(WORDS)] == WORDS for a in talks), f'{talks[:1]}')


def town_agrees(h):
    """The other side saw the same calls; Call-IDs begin with the attempt."""
    calls = calls_of(journal(h))
    saw = {}
    for line in open(h.path('town.jsonl')):
        e = json.loads(line)
        saw.setdefault(e['event'], set()).add(int(e['call_id'].split('-')[0]))
    h.check(saw['invite'] == set(calls), f"called: {saw['invite']}")
    ours = {k for k, c in calls.items() if c['answered']}
    h.check(saw['answered'] == ours,
            f"answered: the town {saw['answered']}, the journal {ours}")
    h.check(saw['ended'] == set(calls), f"ended: {saw['ended']}")


def report_agrees(h):
    calls = calls_of(journal(h))
    r = h.json('report', 'live')
    a, g = r['attempts'], r['agents']
    ended = [c['ended'] for c in calls.values()]
    talked = [c for c in calls.values() if c['bridged']]
    waits = [b.get('wait_ms', 0) for c in talked for b in c['bridged']]

    def same(what, got, want):
        h.check(got == want, f'{what}: the report has {got}, the journal '
                f'{want}')
    same('recorded', a['recorded'], len(calls))
    same('answered', a['answered'],
         len([c for c in calls.values() if c['answered']]))
    same('live', a['live'], sum(e['live'] for e in ended))
    same('abandoned', a['abandoned'], sum(e['abandoned'] for e in ended))
    same('people', g['people'], len(talked))
    same('joins', g['joins'], len(waits))
    same('waited', g['wait_ms_sum'], sum(waits))
    same('longest', g['wait_ms_max'], max(waits))
    same('silent', g['no_disposition'],
         len([c for c in talked if not c['word']]))
    for w in g['dispositions']:
        same(w['word'], w['n'],
             len([c for c in talked if c['word'] == w['word']]))
    said = getattr(h, 'said', {})
    for k, v in said.items():
        if calls[k]['word'] is not None:
            same(f'what was said of {k}', calls[k]['word'], v)
    h.check(not said or len([k for k in said if calls[k]['word']]) >= 6,
            'few were said')


def agents_report(h):
    entries = [e for e in journal(h) if e['kind'] == 'agent']
    names = ['off', 'calling_in', 'ready', 'paused', 'preview', 'dialling',
             'ringing', 'talking', 'hold', 'wrap_up']
    time_, last = {}, {}
    for e in entries:
        if e['agent'] in last:
            state, since = last[e['agent']]
            spent = time_.setdefault(e['agent'], {})
            spent[state] = spent.get(state, 0) + e['at_us'] - since
        last[e['agent']] = (e['state'], e['at_us'])
    r = h.json('report', '--agents')
    ids = {a['agent']: a['id'] for a in h.json('agent', 'list')}
    h.check(len(r['by_agent']) == 2, f'{r}')
    for row in r['by_agent']:
        spent = time_[ids[row['agent']]]
        for i, name in enumerate(names[1:], 1):
            got, want = row[f'{name}_ms'], spent.get(i, 0) // 1000
            h.check(got == want, f"{row['agent']} {name}: {got}, not {want}")
        h.check(row['calls'] > 2 and row['talking_ms'] > 0, f'{row}')
    ann = next(x for x in r['by_agent'] if x['agent'] == 'ann')
    h.check([p['reason'] for p in ann['pauses']] == ['lunch'], f'{ann}')
    for words in (['report', 'live'], ['report', '--agents'],
                  ['report', '--agents', 'live', '--csv']):
        h.check('ann' in h.must(*words), f'{words}')
    h.must('report', 'live', '--html', h.path('live.html'))
    h.must('report', '--agents', '--html', h.path('agents.html'))
    print(h.must('report', '--agents'), end='')


def proof(h):
    h.verify()
    calls = calls_of(journal(h))
    db = h.rows("SELECT id, e164 FROM attempt WHERE agent > 0 "
                "AND disposition <> '' LIMIT 1")
    h.check(db, 'no call with an agent')
    word = calls[db[0][0]]['word']
    why = h.must('why', f'+{db[0][1]}')
    h.check('talked with agent' in why and f'who says: {word}' in why, why)
    out = h.path('export')
    h.must('records', 'export', '--from', '2026-11-23', '--to', '2026-11-24',
           '--out', out)
    head = open(f'{out}/calls.csv').read()
    h.check(',agent,' in head.splitlines()[0] and 'ann' in head, head[:600])
    asked = [c for c in calls.values() if c['word'] == 'do_not_call']
    stopped = h.rows("SELECT count(*) FROM opt_out")[0][0]
    h.check(stopped >= (1 if asked else 0), 'an opt-out is lost')


# --- other telephones ----------------------------------------------------------

def promise(h):
    """What carl, who talks, may say of a call back."""
    dispose = ['agent', 'dispose', 'carl']
    h.refused([*dispose, 'sale', '--at', '2h'], ['no call back'], books=False)
    h.refused([*dispose, 'callback'], ['--at'], books=False)
    done = h.run(*dispose, 'callback', '--at', '2026-11-24T04:00:00Z')
    h.check(done.returncode == 0 and
            'for the person Mon 23:00 in America/New_York' in done.stdout and
            'but from 2026-11-24T14:00:00Z, Tue 09:00' in done.stderr,
            f'{done}')
    done = h.run(*dispose, 'callback', '--at', '2h')
    h.check(done.returncode == 0 and done.stderr == '' and
            'call back at 2026-11-23T20:3' in done.stdout, f'{done}')
    left_alone(h, dispose)


def left_alone(h, dispose):
    """A promise to who stands on the list, and what the agent sees of it."""
    number = status(h, 'carl')['lead']['calling']
    h.check('asked not to be called' not in
            h.must('agent', 'status', 'carl'), 'he has not asked')
    h.must('dnc', 'add', number, '--seller', 'Northwind')
    done = h.run(*dispose, 'callback', '--at', '2h')
    h.check(done.returncode == 0 and
            'he may not be called: he has asked to be left alone' in
            done.stderr and 'nobody will call him back' in done.stderr,
            f'{done}')
    h.check(f'asked not to be called: {number}' in
            h.must('agent', 'status', 'carl'), 'the screen is silent')
    h.check(status(h, 'carl')['left_alone'] == number, 'the status is silent')


def without_the_skill(h):
    """Ready, and nothing would ever come: that is said."""
    wants = CAMPAIGN.replace('name = live', 'name = skilled').replace(
        '[hours]', 'skills = chess\n[hours]')
    h.must('campaign', 'load', h.write('skilled.campaign', wants))
    h.must('campaign', 'start', 'skilled')
    said = h.must('agent', 'sign-in', 'dora')
    why = "works in no running campaign: 'skilled' wants the skill chess"
    h.check(why in said, said)
    h.check(status(h, 'dora')['note'] == why, 'the status is silent')
    h.must('agent', 'sign-out', 'dora')
    h.must('campaign', 'stop', 'skilled')


def other_telephones(h):
    """One that rings for each person, and an ordinary one that is called."""
    running = [town(h, HOME)]
    server = serve(h, '2026-11-23T18:30:00Z')
    try:
        for name in ('carl', 'dora'):  # of a run before
            h.run('agent', 'remove', name)
        h.must('agent', 'add', 'carl', '--leg', 'per_call', '--password-file',
               h.path('ann.txt'))
        running.append(Phone(h, 'carl', 3, 'correct-horse-7').process)
        h.wait('registration', lambda: status(h, 'carl')['telephone'])
        h.must('agent', 'add', 'dora', '--phone', '212-555-9911', '--trunk',
               'town')
        h.must('agent', 'sign-in', 'dora')
        h.check(status(h, 'dora')['state'] == 'ready', 'dora is not ready')
        h.must('agent', 'sign-out', 'dora')
        without_the_skill(h)
        before = len(journal(h))
        h.must('agent', 'sign-in', 'carl')
        h.must('campaign', 'pace', 'live', '--mode', 'progressive',
               '--pacing', 'progressive')
        h.must('campaign', 'start', 'live')
        for word in ('sale', 'no word'):
            wait_state(h, 'carl', 'talking', seconds=40)
            said = h.must('agent', 'status', 'carl')
            h.check('calls +1212555' in said and 'America/New_York' in said and
                    'dispose: sale, not_interested, callback --at TIME' in
                    said, said)
            if word == 'sale':
                promise(h)
                h.must('agent', 'dispose', 'carl', word)
                h.must('agent', 'hang-up', 'carl')
            else:  # he says nothing, and goes on
                h.must('agent', 'hang-up', 'carl')
                h.must('agent', 'pause', 'carl')
                h.must('campaign', 'pause', 'live')
                h.run('agent', 'ready', 'carl')
        h.check(stop(server, 60) == 0, 'the server ended badly')
        tail = journal(h)[before:]
        bridged = [e for e in tail if e['kind'] == 'bridged']
        rung = [e for e in tail if e['kind'] == 'agent' and e['state'] == 6]
        legs = {e['attempt'] for e in tail if e['kind'] == 'staff'}
        h.check(len(bridged) >= 2 and len(rung) >= 1 and len(legs) >= 2,
                f'{len(bridged)} bridges, {len(rung)} rung, {len(legs)} legs')
        h.check(all(e.get('wait_ms', 0) <= 2000 for e in bridged), bridged)
        h.verify()
    finally:
        end([server, *running])


# --- kill -9 -------------------------------------------------------------------

def after_a_crash(h):
    running = [town(h)]
    server = serve(h, '2026-11-23T19:00:00Z')
    try:
        phones = [Phone(h, 'ann', 0, 'correct-horse-7')]
        running += [phones[0].process]
        h.wait('registration', lambda: status(h, 'ann')['telephone'])
        h.must('agent', 'sign-in', 'ann')
        before = len(journal(h))
        server.kill()
        server.wait()
        server = serve(h, '2026-11-23T19:10:00Z')
        tail = journal(h)[before:]
        h.check(['staff', 'agent'] == [e['kind'] for e in tail
                                       if e['kind'] in ('staff', 'agent')],
                f'{tail}')
        h.check(status(h, 'ann')['state'] == 'off', 'she is still signed in')
        if SECONDS < 600: # else it does so by itself within a minute
            phones[0].process.kill()
            phones[0].process.wait()
            phones[0].start()
            running += [phones[0].process]
        h.wait('the telephone registers again',
               lambda: status(h, 'ann')['telephone'], 90)
        h.must('agent', 'sign-in', 'ann')
        h.check(status(h, 'ann')['state'] == 'ready', 'she is not ready')
        h.check(stop(server, 60) == 0, 'the server ended badly')
        h.verify()
        ids = h.rows('SELECT id FROM staff_leg UNION ALL '
                     'SELECT id FROM attempt')
        h.check(len(ids) == len(set(ids)), 'an id was used twice')
        between = 1795460700 * 1000000 # 19:05: no server ran
        worked = h.rows('SELECT * FROM agent_event WHERE from_us < '
                        f'{between} AND until_us > {between}')
        h.check(worked == [], f'at work while no server ran: {worked}')
    finally:
        end([server, *running])


if __name__ == '__main__':
    main(House(sys.argv[1], sys.argv[2], 'house'),
         [wrong_use, the_hour, served_or_abandoned, nobody_twice, watchers_saw_all,
          town_agrees,
          report_agrees, agents_report, proof, other_telephones,
          after_a_crash])
