#!/usr/bin/env python3
"""bad_server.py TELEMARK FOLDER: what may go wrong around `telemark serve`,
and the commands that users type beside it."""
import atexit, os, random, signal, socket, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + '/lib')
from house import PORTS, Failed, House, main, port_range, stop

SIP, TOWN, MEDIA = PORTS + 8, PORTS, port_range(200, 900)
CLOCK = ['--clock', '2026-11-23T18:00:00Z']
SERVE = ['--sip-port', str(SIP), '--media-ports', MEDIA, '--drain', '3',
         *CLOCK]
PLAN = """
name = {name}
seller = S
caller_kind = survey
purpose = survey
leads_to_sale = no
list = people
country = US
trunk = {trunk}
caller_id = +12025550100
caller_id_authority = yes
channel = voice_prerecorded
dial_mode = agentless
max_calls = {calls}
calls_per_second = {rate}
ring_timeout = 15s
start_after = 100ms
[caps]
number_24h = 3
[retry]
busy = 1 x 1s
no_answer = 1 x 1s
unknown = 1 x 1s
failed = 1 x 1s
congestion = 1 x 1s
[keys]
9 = removed
[step ask]
say = "S calls. Press 9 to be removed. Press 1."
question = q Which?
key.1 = one -> bye
timeout = 1s
next = bye
[step bye]
do = end
say = "Bye. 202 555 0100."
[step removed]
do = opt_out
say = "You are removed."
"""
WORLD = """
[people]
people_seed = 5
p_human = 90 %
p_machine = 2 %
p_busy = 4 %
p_disconnected = 4 %
ring = uniform 0.1 0.6
alert_t = uniform 0.01 0.1
busy_t = uniform 0.1 0.3
greeting = uniform 0.1 0.2
react = uniform 0.05 0.4
keys = 1:60 none:40
p_optout = 5 %
"""


def people(n, first=100):
    area = [212, 312, 404, 713, 602, 206, 617, 303, 215, 305]
    rows = [f'{area[i % 10]}-555-{first + i // 10:04d},written,2026-01-05'
            for i in range(n)]
    return 'phone,consent,consent_date\n' + '\n'.join(rows) + '\n'


def crowd(n):
    """So many people that an import of them takes seconds."""
    area = [212, 312, 404, 713, 602, 206, 617, 303, 215, 305]
    rows = [f'{area[i % 10]}-{230 + i // 100000}-{i // 10 % 10000:04d},'
            'written,2026-01-05' for i in range(n)]
    return 'phone,consent,consent_date\n' + '\n'.join(rows) + '\n'


def prepare(h, n, trunk='town', port=TOWN, calls=50, rate=20, name='c'):
    h.must('import', h.write('people.csv', people(n)), '--list', 'people',
           '--seller', 'S')
    h.must('dnc', 'import', h.write('dnc.txt', '212,5559999\n'), '--list',
           'us_national', '--obtained', '2026-11-20')
    h.must('trunk', 'load', h.write('t.trunk', f'[trunk town]\nhost = '
           f'127.0.0.1\nport = {port}\nmax_calls = 200\n'
           'calls_per_second = 100\n'))
    load(h, name, trunk, calls, rate)
    h.must('campaign', 'start', name)


def load(h, name, trunk='town', calls=50, rate=20):
    plan = PLAN.format(name=name, trunk=trunk, calls=calls, rate=rate)
    return h.must('campaign', 'load', h.write(f'{name}.campaign', plan))


def town(h):
    log = h.path('town.jsonl')
    p = subprocess.Popen(
        h.args(['town', '--port', str(TOWN), '--world',
                h.write('world.scn', WORLD), '--log', log, '--media-ports',
                port_range(1200, 2000)]), stderr=open(h.path('town.err'), 'a'),
        stdout=subprocess.DEVNULL)
    h.wait('town', lambda: os.path.exists(log))
    time.sleep(0.3)
    return p


def invites(h):
    import json
    found = {}
    for line in open(h.path('town.jsonl')):
        if line.endswith('\n'):
            e = json.loads(line)
            if e['event'] == 'invite':
                found.setdefault(e['call_id'], e)
    return found


def ready(h, p):
    def look():
        if p.poll() is not None:
            raise Failed(f'serve ended with {p.returncode}: '
                         f'{open(h.log).read()[-2000:]}')
        return h.events('ready')
    h.wait('ready', look)


def test_taken_port(h):
    prepare(h, 3)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(('127.0.0.1', SIP))
    try:
        said = h.refused(['serve', *SERVE], [str(SIP), 'in use'])
        h.check('another port' in said, f'does not say what to do: {said}')
    finally:
        s.close()


def test_two_servers(h):
    p = h.serve(*SERVE)
    try:
        ready(h, p)
        done = h.run('serve', '--sip-port', '0', '--media-ports',
                     port_range(3200, 1000))
        h.check(done.returncode == 1 and str(p.pid) in done.stderr and
                h.data in done.stderr, f'second server: {done}')
        # One that does not answer its socket: the lock speaks.
        os.rename(f'{h.data}/control.sock', f'{h.data}/away')
        done = h.run('campaign', 'pause', 'c')
        h.check(done.returncode == 1 and str(p.pid) in done.stderr, f'{done}')
        os.rename(f'{h.data}/away', f'{h.data}/control.sock')
        h.must('campaign', 'pause', 'c')
    finally:
        h.check(stop(p) == 0, 'the server did not end well')


def test_commands_beside(h):
    h = House(h.telemark, h.folder, 'beside')
    prepare(h, 40, calls=150, rate=40)
    t = town(h)
    p = h.serve(*SERVE)
    try:
        ready(h, p)
        h.wait('calls', lambda: len(invites(h)) >= 30)
        # Two long imports at once; a running campaign finds their leads.
        h.write('more.csv', people(300, 200))
        h.write('other.csv', people(20000, 200))
        both = [subprocess.Popen(
            h.args(['import', h.path(f), '--list', name, '--seller', 'S',
                    '--json']), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=h.env())
            for f, name in (('more.csv', 'people'), ('other.csv', 'other'))]
        said = [q.communicate(timeout=60)[0].decode() for q in both]
        h.check([q.returncode for q in both] == [0, 0], f'{said}')
        h.check('"imported":300' in said[0], said[0])
        # Commands while it dials, each with its own words.
        h.check('is paused' in h.must('campaign', 'pause', 'c'), 'pause')
        h.refused(['campaign', 'load', h.path('nofile')], ['No such file'], books=False)
        out = h.must('campaign', 'start', 'c')
        h.check('is running' in out and 'when' not in out, out)
        h.refused(['campaign', 'load', h.path('c.campaign')],
                  ['running', 'pause'], books=False)
        h.check('is loaded' in load(h, 'second'), 'load beside')
        states = {s['campaign']: s for s in h.json('campaign', 'status')}
        h.check(states['c']['server'] and states['c']['state'] == 'running' and
                states['second']['state'] == 'loaded', f'{states}')
        h.must('dnc', 'add', '+1 305 555 0229', '--seller', 'S')
        old = set(os.listdir(f'{h.data}/dnc'))
        out = h.json('dnc', 'import', h.write('d2.txt', '212,5558888\n'),
                     '--list', 'us_national', '--obtained', '2026-11-21')
        h.check(out['numbers'] == 1, f'{out}')
        # The former image is proof of what it said when calls were decided.
        h.check(old < set(os.listdir(f'{h.data}/dnc')), 'old images stay')
        h.check('former trunks' in h.must('trunk', 'load', h.path('t.trunk')),
                'trunk load')
        h.refused(['import', h.path('nofile'), '--list', 'x'], ['No such'], books=False)
        done = h.run('import', '--wat')
        h.check(done.returncode == 2, f'{done}')
        h.wait('the new leads', lambda: len(
            {e['to'] for e in invites(h).values()}) >= 330, 60)
        h.wait('the end', lambda: h.json('campaign', 'status',
               'c')[0]['state'] == 'finished', 60)
        called = {e['to'].lstrip('+') for e in invites(h).values()}
        h.check('13055550229' not in called or len(called) == 340,
                'who was left alone')
        # A finished campaign stays so, and the user is told what to do.
        out = h.must('import', h.write('late.csv', people(10, 900)), '--list',
                     'people', '--seller', 'S')
        h.check('telemark campaign start c' in out, out)
        out = h.must('campaign', 'start', 'c')
        h.wait('the last leads', lambda: len(
            {e['to'] for e in invites(h).values()}) >= len(called) + 10)
        h.must('campaign', 'stop', 'c')
    finally:
        code = stop(p)
        stop(t)
    h.check(code == 0, f'serve: {code}')
    h.verify()
    log = open(h.log).read() + open(h.path('town.err')).read()
    h.check('Sanitizer' not in log, log[-3000:])


def test_server_goes_away(h):
    h = House(h.telemark, h.folder, 'away')
    prepare(h, 3)
    h.must('campaign', 'stop', 'c')
    many = 600000  # what remains when the signal comes must not be little
    path = h.write('long.csv', crowd(many))
    words = ['import', path, '--list', 'long', '--seller', 'S']
    for sign, says in ((signal.SIGKILL, 'went away'),
                       (signal.SIGTERM, 'going down')):
        p = h.serve(*SERVE)
        ready(h, p)
        q = subprocess.Popen(h.args(words), stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=h.env(), text=True)
        done = h.rows('SELECT coalesce(max(next_row), 0) FROM import_file')[0]
        h.wait('rows', lambda: h.rows(
            'SELECT max(next_row) FROM import_file') > [done])
        p.send_signal(sign)
        out, err = q.communicate(timeout=30)
        h.check(q.returncode == 1 and says in err and
                ('again' in err or 'goes on' in err),
                f'{q.returncode}: {err}')
        stop(p)
        open(h.log, 'w').close()
    said = h.json(*words)
    h.check(said['rows'] == many and said['rejected'] == 0 and
            said['imported'] + said['duplicates'] == many, f'{said}')
    n = h.rows("SELECT count(*) FROM lead l JOIN list i ON i.id = l.list "
               "WHERE i.name = 'long'")[0][0]
    h.check(n == said['imported'], f'{n} leads, {said}')
    h.no_parts('server away')
    h.verify()


class Carrier(threading.Thread):
    """A port that answers each request with nonsense, or not at all."""

    def __init__(self, port, mute):
        super().__init__(daemon=True)
        self.awake = False
        self.mute, self.heard, self.rng = mute, set(), random.Random(7)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', port))

    def run(self):
        while True:
            try:
                data, peer = self.socket.recvfrom(65535)
            except OSError:
                return
            ids = [l for l in data.split(b'\r\n')
                   if l.lower().startswith(b'call-id:')]
            if data.startswith(b'INVITE') and ids:
                self.heard.add(ids[0])
            if self.awake:
                self.socket.sendto(self.sensible(data), peer)
            elif not self.mute:
                for reply in self.nonsense(data):
                    self.socket.sendto(reply[:65000], peer)

    def sensible(self, data):
        head = [l + b';tag=x' if l.lower().startswith(b'to:') else l
                for l in data.split(b'\r\n\r\n')[0].split(b'\r\n')[1:]
                if l.split(b':')[0].lower() in (b'via', b'from', b'to',
                                                b'call-id', b'cseq')]
        busy = data.startswith(b'INVITE')
        return (b'SIP/2.0 ' + (b'486 Busy Here' if busy else b'200 OK') +
                b'\r\n' + b'\r\n'.join(head) +
                b'\r\nContent-Length: 0\r\n\r\n')

    def nonsense(self, data):
        r = self.rng
        head = [l for l in data.split(b'\r\n\r\n')[0].split(b'\r\n')[1:]
                if l.split(b':')[0].lower() in (b'via', b'from', b'to',
                                                b'call-id', b'cseq')]
        whole = b'\r\n'.join(head)
        kinds = [
            r.randbytes(r.randrange(1, 900)),
            b'SIP/2.0 200 OK\r\n\r\n',
            b'SIP/2.0 999 What\r\n' + whole + b'\r\n\r\n',
            b'SIP/2.0 99 Low\r\n' + whole + b'\r\n\r\n',
            b'SIP/2.0 183 X\r\n' + whole + b'\r\nContent-Type: application/sdp'
            b'\r\nContent-Length: 99999\r\n\r\nv=0\r\nm=audio 0 RTP/AVP 0\r\n',
            b'SIP/2.0 180 Ringing\r\n' + whole.replace(b'INVITE', b'BYE') +
            b'\r\n\r\n',
            b'SIP/2.0 180 ' + b'A' * 30000 + b'\r\n' + whole + b'\r\n\r\n',
            b'\x00' * 200, b'\r\n\r\n', data[:len(data) // 2], data,
            b'BYE sip:x SIP/2.0\r\n' + whole + b'\r\n\r\n',
        ]
        if r.random() < 0.1:  # answered, without a word on media
            kinds.append(b'SIP/2.0 200 OK\r\n' + whole + b'\r\nContact: '
                         b'<sip:x@127.0.0.1:1>\r\n\r\n')
        if r.random() < 0.1:
            kinds.append(b'SIP/2.0 200 OK\r\n' + whole + b'\r\nContent-Type: '
                         b'application/sdp\r\n\r\n' + r.randbytes(200))
        return r.sample(kinds, r.randrange(1, 4))


def sleep_and_wake(h, carrier, leads):
    """A carrier that answers nothing is left alone after a few calls, and
    nobody is tried again before it speaks."""
    ended = "SELECT count(*) FROM attempt WHERE outcome = 'failed'"
    h.wait('the first round', lambda: h.rows(ended) == [(leads,)], 60)
    h.check('did not answer' in open(h.log).read(), 'the log is silent')
    time.sleep(4)
    h.check(h.rows('SELECT count(*) FROM attempt') == [(leads,)],
            'calls to a carrier that is mute')
    carrier.awake = True


def carrier_run(h, name, mute, leads, place):
    h = House(h.telemark, h.folder, name)
    prepare(h, leads, port=TOWN + place)
    carrier = Carrier(TOWN + place, mute)
    carrier.start()
    p = h.serve('--sip-port', str(SIP + 2 * place), '--media-ports',
                port_range(4200 + 100 * place, 100), *CLOCK, '--until-idle',
                '5s')
    atexit.register(p.kill)  # when another test fails meanwhile
    try:
        if mute:
            sleep_and_wake(h, carrier, leads)
        code = p.wait(150)
    except subprocess.TimeoutExpired:
        raise Failed('the campaign does not come to its end')
    finally:
        if p.poll() is None:
            p.kill()
        carrier.socket.close()
    log = open(h.log).read()
    h.check(code == 0 and 'Sanitizer' not in log, f'{code}: {log[-3000:]}')
    rows = h.rows('SELECT e164, ended_us, outcome FROM attempt '
                  'ORDER BY id')
    h.check(all(r[1] != 0 and r[2] != 'none' for r in rows), f'{rows}')
    per = {}
    for number, _, outcome in rows:
        per.setdefault(number, []).append(outcome)
    h.check(len(per) == leads, f'{len(per)} of {leads} people were tried')
    h.check(len(carrier.heard) >= leads, f'{len(carrier.heard)} heard')
    h.check(all(len(v) <= 3 for v in per.values()), f'{per}')
    h.verify()
    return per


CARRIERS = []  # threads
TRIED = {}     # what became of each one's people, or a Failed


def begin_carriers(h):
    """One that talks nonsense and one that is mute, beside all other tests:
    they take their time, which is SIP's."""
    def run(name, mute, leads, place):
        try:
            TRIED[name] = carrier_run(h, name, mute, leads, place)
        except Exception as e:
            TRIED[name] = e
    for a in (('nonsense', False, 20, 1), ('mute', True, 8, 2)):
        CARRIERS.append(threading.Thread(target=run, args=a, daemon=True))
        CARRIERS[-1].start()


def test_carriers(h):
    if not CARRIERS:
        begin_carriers(h)
    for t in CARRIERS:
        t.join()
    for name, per in TRIED.items():
        if isinstance(per, Exception):
            raise Failed(f'{name}: {per!r}')
        print(f'  {name}: {sorted({o for v in per.values() for o in v})}')
    # Each was tried again as the campaign says: busy once more.
    h.check(all(v == ['failed', 'busy', 'busy']
                for v in TRIED['mute'].values()), f'{TRIED["mute"]}')


def test_unknown_trunk(h):
    h = House(h.telemark, h.folder, 'trunkless')
    prepare(h, 3, trunk='nosuch')
    p = h.serve(*SERVE)
    try:
        ready(h, p)
        time.sleep(2)
        status = h.json('campaign', 'status', 'c')[0]
        why = h.run('why', '--campaign', 'c')
        said = status['idle_why'] + why.stdout + open(h.log).read()
        h.check('nosuch' in said, f'nobody names the trunk: {said}')
    finally:
        stop(p)
    h.check(h.rows("SELECT count(*) FROM attempt WHERE placed_us > 0") ==
            [(0,)], 'a call without a trunk')


def test_plan_of_an_older_program(h):
    '''A stored plan that is refused today stops its campaign, no other; calls
    that it left open are closed.'''
    h = House(h.telemark, h.folder, 'oldplan')
    prepare(h, 3, trunk='nosuch')
    load(h, 'good', trunk='nosuch')
    import sqlite3
    db = sqlite3.connect(f'{h.data}/telemark.db')
    db.execute("UPDATE campaign SET plan = 'name = c' WHERE name = 'c'")
    db.execute('INSERT INTO attempt (tenant, id, seller, campaign, lead, e164, '
               'recorded_us, permit_until_us, rules, versions, placed_us) '
               "SELECT 1, 77, seller, id, 1, 12125550100, 5, 6, '', '', 7 "
               "FROM campaign WHERE name = 'c'")
    db.commit()
    db.close()
    p = h.serve(*SERVE)
    try:
        ready(h, p)
        told = [e for e in h.events('bad_plan') if "campaign 'c'" in e['text']]
        h.check(told, 'nobody tells of the plan')
        names = [s['campaign'] for s in h.json('campaign', 'status')]
        h.check('good' in names, f'the other campaign is gone: {names}')
    finally:
        stop(p)
    h.check(h.rows('SELECT outcome FROM attempt WHERE id = 77') ==
            [('unknown',)], 'the open attempt')


def test_full_disk_while_dialling(h):
    if os.geteuid() != 0:
        return 'only root can mount a small disk'
    at = tempfile.mkdtemp(dir=h.folder)
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=40m', 'none',
                           at], capture_output=True, text=True)
    if done.returncode != 0:
        return f'no small disk: {done.stderr.strip()}'
    h = House(h.telemark, h.folder, 'fulldisk')
    h.data = f'{at}/data'
    t = p = None
    try:
        prepare(h, 700, calls=100, rate=40)
        t = town(h)
        p = h.serve(*SERVE)
        ready(h, p)
        h.wait('calls', lambda: len(invites(h)) > 60)
        with open(f'{at}/ballast', 'wb', buffering=0) as f:
            try:
                while f.write(bytes(4096)) == 4096:
                    pass
            except OSError:
                pass
        down = h.wait('store_down', lambda: h.events('store_down'))
        h.check('cannot' in down[0]['text'] or 'no new calls' in
                down[0]['text'], f'{down}')
        time.sleep(1)
        before = len(invites(h))
        time.sleep(3)
        h.check(len(invites(h)) == before, 'calls on a full disk: '
                f'{before}, then {len(invites(h))}')
        h.check(p.poll() is None, 'the server died')
        os.unlink(f'{at}/ballast')
        h.wait('store_up', lambda: h.events('store_up'))
        h.wait('calls go on', lambda: len(invites(h)) > before + 50)
        stop(p)
        seen = invites(h)
        rows = h.rows('SELECT id, call_id, ended_us FROM attempt')
        h.check(all(r[2] for r in rows), 'attempts without an end')
        known = {r[0] for r in rows}
        lost = [c for c in seen if int(c.split('-')[0]) not in known]
        h.check(not lost, f'calls that are not in the books: {lost}')
        h.verify()
    finally:
        for q in (p, t):
            if q is not None and q.poll() is None:
                q.kill()
                q.wait()
        subprocess.run(['umount', '-l', at], check=False)


if __name__ == '__main__':
    main(House(sys.argv[1], sys.argv[2], 'server'),
         [begin_carriers, test_taken_port, test_two_servers, test_unknown_trunk,
          test_plan_of_an_older_program,
          test_server_goes_away, test_commands_beside,
          test_full_disk_while_dialling, test_carriers])
