"""Acceptance of calls to us by real peers: see callers.sh.
usage: callers.py TELEMARK DIR"""
import json, os, subprocess, sys, time, wave

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
import service
from house import PORTS, Failed, House, main, port_range, stop

SIP, AGENTS, PHONE, KEYS, PEER, CALLERS = (PORTS + i for i in range(6))
SOUND = PORTS + 12  # of the softphone
CLOCK = '2026-11-23T18:00:00Z'
OURS, OTHER = '+12125550100', '+12125550101'
KEY = '/usr/share/sip-tester/dtmf_2833_%s.pcap'
SCENARIOS = os.path.join(os.path.dirname(__file__), '..', 'sipp')
CAMPAIGN = f'''name = line
seller = Lakeside
caller_kind = seller
purpose = informational
list = callers
country = US
trunk = main
caller_id = {OURS}
caller_name = Lakeside
caller_id_authority = yes
channel = voice_live
dial_mode = manual
wrap_limit = 60s
max_calls = 10
calls_per_second = 1
ring_timeout = 25s
[dispositions]
helped = done success
no_interest = done
do_not_call = opt_out
[inbound]
numbers = {OURS}
calls = 8
target = 20s
max_wait = 2m
greeting = "Welcome."
wait_say = "Please wait."
wait_every = 5s
closed_say = "Closed. Press 9 to be left alone."
callback_key = 1
callback_say = "We call you back."
opt_out_key = 9
opt_out_say = "You will not be called again."
missed = keep
'''
# Nobody of this town answers; all who missed a call call back.
DIAL = f'''name = dial
seller = Lakeside
caller_kind = survey
purpose = survey
leads_to_sale = no
list = people
country = US
trunk = main
caller_id = {OURS}
caller_id_authority = yes
channel = voice_prerecorded
dial_mode = agentless
max_calls = 3
calls_per_second = 5
ring_timeout = 15s
[keys]
9 = removed
[step hello]
say = "This is Lakeside. Press 9 to be removed. 212 555 0100."
next = bye
[step bye]
do = end
say = "Goodbye."
[step removed]
do = opt_out
say = "You are removed."
'''
NOBODY = '''name = nobody
[people]
people_seed = 7
p_human = 0 %
p_machine = 0 %
p_busy = 0 %
p_reject = 0 %
p_disconnected = 0 %
p_optout = 50 %
alert_t = uniform 0.1 0.3
'''


class Caller:
    """A sipp that calls us once: its scenario is test/sipp/caller_NAME.xml."""

    used = 0

    def __init__(self, h, name, number, to=OURS, address='127.0.0.1', more=(),
                 **fill):
        text = open(f'{SCENARIOS}/caller_{name}.xml').read()
        for key, value in fill.items():
            text = text.replace(key.upper(), str(value))
        i = Caller.used % 4  # four at once
        Caller.used += 1
        self.h, self.name = h, f'{name}-{Caller.used}'
        self.out = h.path(f'sipp-{self.name}.out')
        self.process = subprocess.Popen(
            ['sipp', '-sf', h.write(f'{self.name}.xml', text), '-i', address,
             '-p', str(CALLERS + i), '-mi', '127.0.0.1', '-mp',
             str(PORTS + 20 + 4 * i), '-m', '1', '-s', to, '-key', 'caller',
             number, '-nostdin', '-timeout', '120s', '-trace_err', '-error_file',
             h.path(f'sipp-{self.name}.err'), *more, f'127.0.0.1:{SIP}'],
            cwd=h.folder, stdin=subprocess.DEVNULL, stdout=open(self.out, 'w'),
            stderr=subprocess.STDOUT)

    def end(self, seconds=60):
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed(f'{self.name}: sipp does not end')
        tail = open(self.out, errors='replace').read()[-1500:]
        self.h.check(code == 0, f'{self.name}: sipp ended with {code}: {tail}')


class Phone:
    """The agent's softphone; it registers and answers by itself."""

    def __init__(self, h, name, password):
        folder = h.path('phone')
        os.makedirs(folder, exist_ok=True)
        with wave.open(f'{folder}/quiet.wav', 'wb') as w:
            w.setnchannels(1), w.setsampwidth(2), w.setframerate(8000)
            w.writeframes(bytes(8000 * 2 * 300))
        h.write(f'{folder}/config', f'''sip_listen 127.0.0.1:{PHONE}
audio_source aufile,{folder}/quiet.wav
audio_player aufile,{folder}/heard.wav
audio_alert aufile,{folder}/ring.wav
rtp_ports {SOUND}-{SOUND + 4}
module_path {os.environ['BARESIP_MODULES']}
module cons.so
module g711.so
module aufile.so
module_app account.so
module_app menu.so
cons_listen 127.0.0.1:{KEYS}
''')
        h.write(f'{folder}/accounts',
                f'<sip:{name}@127.0.0.1:{AGENTS}>;auth_user={name};'
                f'auth_pass={password};regint=60;answermode=auto;'
                'audio_codecs=PCMU/8000/1\n')
        self.process = subprocess.Popen(
            ['baresip', '-f', folder], stdin=subprocess.DEVNULL,
            stdout=open(f'{folder}/out', 'a'), stderr=subprocess.STDOUT)


def serve(h, clock=CLOCK):
    return h.serve_ready('--clock', clock, '--sip-port', str(SIP), '--agents',
                         f'127.0.0.1:{AGENTS}', '--media-ports',
                         port_range(100, 400), '--drain', '20')


def end(processes):
    for p in processes:
        if p.poll() is None:
            p.kill()
        p.wait()


def ann(h):
    return h.json('agent', 'status', 'ann')[0]


def wait_ann(h, *states, seconds=20):
    h.wait(f'ann {states}', lambda: ann(h)['state'] in states, seconds)
    return ann(h)


def waiting(h):
    return h.json('campaign', 'status', 'line')[0]['callers']


def callers(h):
    """attempt -> the journal's entries of a call to us, by kind."""
    calls = {}
    for e in map(json.loads, h.must('journal', 'list').splitlines()):
        if e['kind'] == 'incoming':
            calls[e['attempt']] = {'incoming': [e]}
        elif e.get('attempt') in calls:
            calls[e['attempt']].setdefault(e['kind'], []).append(e)
    return calls


def call_of(h, number):
    """The last call of a number."""
    id_ = h.rows(f'SELECT max(id) FROM incoming WHERE e164 = {number[1:]}')
    return callers(h)[id_[0][0]]


def wait_outcome(h, number, want):
    """The store is a moment behind."""
    def there():
        got = h.rows('SELECT outcome FROM incoming WHERE e164 = '
                     f'{number[1:]} ORDER BY id DESC LIMIT 1')
        return got and got[0][0] == want
    h.wait(f'{number} {want}', there, 10)


# --- tests --------------------------------------------------------------------

def prepare(h):
    h.must('import', h.write('one.csv', 'phone,name,consent,consent_date\n'
                             '202-555-0120,Known,written,2026-01-05\n'),
           '--list', 'callers', '--seller', 'Lakeside')
    h.must('dnc', 'import', h.write('dnc.txt', '212,5559999\n'), '--list',
           'us_national', '--obtained', '2026-11-20')

    def refused(text, *says):
        h.refused(['trunk', 'load', h.write('bad.trunk', text)], list(says))
    top = '[trunk main]\nhost = 127.0.0.1\n'
    refused(top + 'incoming = perhaps\n', 'bad.trunk:3', 'yes or no')
    refused(top + 'incoming_from = carrier.example\n', 'bad.trunk:3',
            'carrier.example', '192.0.2.0/24')
    refused(top + 'incoming_from = 10.0.0.0/40\n', '10.0.0.0/40')
    refused(top + 'country = usa\n', 'bad.trunk:3', 'such as US')
    refused(top + 'country = XX\n', 'bad.trunk:3', 'such as US')
    h.must('trunk', 'load', h.write('main.trunk', f'''{top}port = {PEER}
incoming = yes
incoming_from = 127.0.7.0/24
country = US
max_calls = 20
calls_per_second = 10
'''))
    h.must('campaign', 'load', h.write('line.campaign', CAMPAIGN))
    h.write('ann.txt', 'correct-horse-7\n')
    h.must('agent', 'add', 'ann', '--password-file', h.path('ann.txt'),
           '--campaigns', 'line')


def the_line(h):
    server = serve(h)
    running = [server]
    try:
        refusals(h)
        running.append(Phone(h, 'ann', 'correct-horse-7').process)
        h.wait('registration', lambda: ann(h)['telephone'], 90)
        h.must('agent', 'sign-in', 'ann')
        wait_ann(h, 'ready')
        the_queue(h)
        odd_callers(h)
        a_call_back(h)
        h.must('agent', 'sign-out', 'ann')
        wait_ann(h, 'off')
        h.check(stop(server, 60) == 0, 'the server ended badly')
    finally:
        end(running)


def refusals(h):
    """Nobody has started the campaign; strangers; other numbers; no agent."""
    somebody = '+12025550121'
    h.must('campaign', 'start', 'line')
    Caller(h, 'is_refused', somebody, address='127.0.0.9', code=403).end()
    Caller(h, 'is_refused', somebody, to=OTHER, code=404).end()
    Caller(h, 'is_refused', somebody, to='sales', code=404).end()
    h.check(not callers(h), 'a refused call is in the journal')
    Caller(h, 'stays', somebody).end()
    wait_outcome(h, somebody, 'turned_away')


def the_queue(h):
    first = Caller(h, 'stays', '+12025550120')
    a = wait_ann(h, 'talking')
    h.check(a['incoming'] and a['caller'] == '+12025550120', f'{a}')
    # National numbers, as the trunk's country writes them.
    second = Caller(h, 'stays', '2025550122', to='2125550100')
    h.wait('the second waits', lambda: waiting(h) == 1)
    third = Caller(h, 'presses', '+12025550123', after=4000, key=KEY % 9)
    fourth = Caller(h, 'leaves', '+12025550124', after=4000)
    third.end()
    fourth.end()
    wait_outcome(h, '+12025550123', 'opted_out')
    wait_outcome(h, '+12025550124', 'gave_up')
    h.check(waiting(h) == 1 and ann(h)['caller'] == '+12025550120',
            'the second does not wait any more')
    h.must('agent', 'hang-up', 'ann')
    first.end()
    h.check(waiting(h) == 1, 'she has not said what it was')
    h.must('agent', 'dispose', 'ann', 'helped')
    a = wait_ann(h, 'talking')
    h.check(a['caller'] == '+12025550122', f'{a}')
    h.must('agent', 'hang-up', 'ann')
    h.must('agent', 'dispose', 'ann', 'no_interest')
    second.end()
    wait_outcome(h, '+12025550122', 'talked')
    one, two = call_of(h, '+12025550120'), call_of(h, '+12025550122')
    h.check(two['bridged'][0]['at_us'] >= one['ended'][0]['at_us'],
            'two at once')
    stopped = h.rows('SELECT count(*) FROM opt_out WHERE e164 = 12025550123')
    h.check(stopped[0][0] == 1, f'the opt-out: {stopped}')


def odd_callers(h):
    """Honest peers that do it their way."""
    for name, number, more in (
            ('offers_late', '+12025550125', ()),
            ('holds', '+12025550127', ()),
            ('stays', '+12025550128', ('-lost', '15')),
            ('stays', 'anonymous', ())):
        wait_ann(h, 'ready')
        c = Caller(h, name, number, more=more)
        wait_ann(h, 'talking', seconds=40)
        time.sleep(4 if name == 'holds' else 1)
        h.must('agent', 'hang-up', 'ann')
        h.must('agent', 'dispose', 'ann', 'helped')
        c.end()
    a = h.rows('SELECT lead, e164, outcome FROM incoming ORDER BY id DESC '
               'LIMIT 1')[0]
    h.check(a[:2] == (0, 0), f'who withheld his number: {a}')
    # From another address of the carrier.
    wait_ann(h, 'ready')
    c = Caller(h, 'leaves', '+12025550129', address='127.0.7.7', after=4000)
    wait_ann(h, 'talking')
    c.end()
    wait_ann(h, 'wrap_up')
    h.must('agent', 'dispose', 'ann', 'helped')


def a_call_back(h):
    """Asked for by the key while she talks; she rests then."""
    first = Caller(h, 'stays', '+12025550120')
    wait_ann(h, 'talking')
    Caller(h, 'presses', '+12025550126', after=4000, key=KEY % 1).end()
    wait_outcome(h, '+12025550126', 'callback')
    h.must('agent', 'pause', 'ann')
    h.must('agent', 'hang-up', 'ann')
    h.must('agent', 'dispose', 'ann', 'helped')
    first.end()
    wait_ann(h, 'paused')


def after_a_crash(h):
    """Who talked when the server was killed is hung up on by the next."""
    server = serve(h, '2026-11-23T19:00:00Z')
    running = [server, Phone(h, 'ann', 'correct-horse-7').process]
    try:
        h.wait('registration', lambda: ann(h)['telephone'], 60)
        h.must('agent', 'sign-in', 'ann')
        wait_ann(h, 'ready')
        c = Caller(h, 'stays', '+12025550130')
        wait_ann(h, 'talking')
        time.sleep(1)
        server.kill()
        server.wait()
        server = serve(h, '2026-11-23T19:10:00Z')
        running.append(server)
        c.end()
        h.check(stop(server, 60) == 0, 'the server ended badly')
    finally:
        end(running)


def called_back(h):
    """People whom an agentless campaign called in vain call the number back
    that they saw: the line is closed, some ask by the key to be left alone."""
    people = ['+12025550141', '+12025550142', '+12025550143']
    rows = ''.join(f'{n},P,written,2026-01-05\n' for n in people)
    h.must('import', h.write('people.csv', 'phone,name,consent,consent_date\n' +
                             rows), '--list', 'people', '--seller', 'Lakeside')
    h.must('campaign', 'load', h.write('dial.campaign', DIAL))
    town = subprocess.Popen(
        h.args(['town', '--port', str(PEER), '--media-ports',
                port_range(500, 100), '--world', h.write('nobody.scn', NOBODY), '--log',
                h.path('town.jsonl'), '--calls-back', '100%',
                '--calls-back-after', '1-3']), stdin=subprocess.DEVNULL,
        stdout=open(h.path('town.out'), 'w'), stderr=subprocess.STDOUT)
    server = serve(h, '2026-11-23T20:00:00Z')
    try:
        h.must('campaign', 'start', 'dial')
        h.wait('calls back', lambda: len(
            [n for n in people if h.rows('SELECT 1 FROM incoming WHERE e164 = '
                                         f'{n[1:]} AND ended_us > 0')]) == 3,
               60)
        h.check(stop(server, 60) == 0, 'the server ended badly')
        h.check(stop(town) == 0, 'the town ended badly')
        said = [json.loads(x) for x in open(h.path('town.jsonl'))]
        back = [e for e in said if e['event'] == 'back_answered']
        keys = [e for e in said if e['event'] == 'back_digit']
        h.check(len(back) == 3, f'{back}')
        outcomes = [r[0] for r in h.rows(
            'SELECT outcome FROM incoming WHERE e164 BETWEEN 12025550141 AND '
            '12025550143')]
        h.check(set(outcomes) <= {'turned_away', 'opted_out', 'gave_up'} and
                outcomes.count('opted_out') <= len(keys), f'{outcomes}')
    finally:
        end([server, town])


def the_books(h):
    h.verify()
    calls = callers(h)
    r = h.json('report', 'line')
    us = r['calls_to_us']

    def same(what, got, want):
        h.check(got == want, f'{what}: the report has {got}, not {want}')

    def having(kind):
        return len([c for c in calls.values() if kind in c])
    for c in calls.values():
        h.check(len(c['ended']) == 1, f'{c}')
        h.check(not c['ended'][0].get('live') and
                not c['ended'][0].get('abandoned'), f'{c}')
        h.check(len(c.get('bridged', [])) <= 1, f'joined twice: {c}')
    waits = [c['bridged'][0].get('wait_ms', 0) for c in calls.values()
             if 'bridged' in c]
    same('callers', us['callers'], len(calls))
    # He whom the crash cut off had an agent.
    same('talked', us['talked'], having('bridged'))
    same('others', us['others'], 0)
    same('opt-outs', us['opt_outs'], having('opt_out'))
    same('call backs', us['callbacks'], having('callback'))
    same('the longest', us['wait_ms_max'], max(waits))
    same('withheld', us['number_withheld'], 1)
    same('gave up', us['gave_up'], 1)
    same('turned away', us['turned_away'], 1)
    same('open', us['open'], 0)
    same('calls of ours', r['attempts']['recorded'], 0)
    journal = [json.loads(x) for x in h.must('journal', 'list').splitlines()]
    wrong = service.compare(us, journal, next(
        c['incoming'][0]['campaign'] for c in calls.values()))
    h.check(not wrong, f'{wrong}')
    h.check(us['wrap_up_ms_sum'] > 0 and us['half_hours'], f'{us}')
    said = h.must('report', 'line', '--zone', 'America/New_York')
    h.check('service level' in said and '\n  14:00 ' in said, said)
    same('rows', h.rows('SELECT count(*) FROM incoming')[0][0], len(calls))
    log = [e['text'] for e in h.events() if '403' in e.get('text', '')]
    h.check(any('127.0.0.9' in text for text in log), f'strangers: {log}')
    print(h.must('report', 'line'), end='')


if __name__ == '__main__':
    main(House(sys.argv[1], sys.argv[2], 'callers'),
         [prepare, the_line, after_a_crash, the_books, called_back])
