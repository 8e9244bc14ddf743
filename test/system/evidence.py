#!/usr/bin/env python3
"""A small campaign against a town of people who pick up, one of whom asks to
be left alone; then `telemark evidence` is read as a person would, changed
behind its back, and asked for what is not there.

    evidence.py TELEMARK FOLDER
"""
import glob, hashlib, json, os, shutil, signal, sqlite3, subprocess, sys, time
from html.parser import HTMLParser

sys.path.insert(0, f"{os.path.dirname(os.path.abspath(__file__))}/lib")
from house import PORTS, Failed, House, port_range

TOWN_PORT, SIP_PORT = PORTS, PORTS + 8
WORLD = """
[people]
people_seed = 7
p_human = 100 %
p_machine = 0 %
p_busy = 0 %
p_disconnected = 0 %
ring = uniform 0.1 0.3
alert_t = uniform 0.01 0.05
greeting = uniform 0.1 0.2
react = uniform 0.05 0.2
keys = 9:100
p_optout = 100 %
"""
CAMPAIGN = """
name = evidence
seller = Northwind <b>
spoken_name = Northwind
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
start_after = 100ms
ring_timeout = 15s
record = yes
recording_notice = Recorded.
[keys]
9 = removed
[step ask]
say = "Press 1. Northwind, 9 removes you."
question = q Which?
key.1 = one -> bye
timeout = 2s
next = bye
[step bye]
do = end
say = "Goodbye. 202 555 0100."
[step removed]
do = opt_out
say = "You are removed."
"""
NUMBER, NEVER = '+12125550123', '+12125550199'


class Links(HTMLParser):
    """Anchors and their targets; nothing may come from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.refs, self.outside, self.text = set(), set(), [], ''
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for k, v in attrs:
            if k == 'id':
                self.ids.add(v)
            if k == 'href':
                self.refs.add(v)
            if k in ('src', 'href') and not v.startswith('#'):
                self.outside.append(v)
        if tag in ('script', 'link', 'img', 'iframe', 'b' * 2):
            self.outside.append(tag)

    def handle_data(self, data):
        self.text += data


def dial(h):
    h.write('people.csv', 'phone,name,consent,consent_date\n'
            '212-555-0123,Ann,written,2026-01-05\n')
    h.write('dnc.txt', '212,5559999\n')
    h.write('peer.trunk', f'[trunk town]\nhost = 127.0.0.1\n'
            f'port = {TOWN_PORT}\n')
    h.must('import', h.path('people.csv'), '--list', 'people', '--seller',
           'Northwind <b>')
    h.must('dnc', 'import', h.path('dnc.txt'), '--list', 'us_national',
           '--obtained', '2026-11-20')
    h.must('trunk', 'load', h.path('peer.trunk'))
    h.must('campaign', 'load', h.write('e.campaign', CAMPAIGN))
    h.must('campaign', 'start', 'evidence')
    town = subprocess.Popen(
        h.args(['town', '--port', str(TOWN_PORT), '--world',
                h.write('town.scn', WORLD), '--media-ports',
                port_range(10, 490)]),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        server = h.serve('--clock', '2026-11-23T18:00:00Z', '--until-idle',
                         '2s', '--sip-port', str(SIP_PORT), '--media-ports',
                         port_range(500, 500))
        h.check(server.wait(60) == 0, f'serve ended with {server.returncode}')
    finally:
        town.send_signal(signal.SIGTERM)
        town.wait(20)


def bundle(h, number, name, *more, code=0):
    out = h.path(name)
    shutil.rmtree(out, ignore_errors=True)
    done = h.run('evidence', number, '--out', out, *more)
    h.check(done.returncode == code,
            f'evidence {number}: {done.returncode} {done.stderr}')
    for line in open(f'{out}/manifest.sha256'):
        said, file = line.rstrip('\n').split('  ')
        real = hashlib.sha256(open(f'{out}/{file}', 'rb').read()).hexdigest()
        h.check(said == real, f'manifest: {file}')
    page = Links(open(f'{out}/evidence.html').read())
    h.check(not page.outside, f'from elsewhere: {page.outside}')
    for ref in page.refs:
        h.check(ref[1:] in page.ids, f'a link leads nowhere: {ref}')
    h.check(os.stat(out).st_mode & 0o077 == 0, 'others may read it')
    return json.load(open(f'{out}/evidence.json')), page


def check_call(h, v, page):
    h.check(len(v['calls']) == 1, f"{len(v['calls'])} calls")
    c = v['calls'][0]
    h.check(c['on_behalf_of'] == 'Northwind <b>', c['on_behalf_of'])
    h.check('Northwind <b>' in page.text, 'the seller as text')
    h.check(c['shown_number'] == '+12025550100', 'number shown')
    h.check(c['person_answered'] and c['answered'], 'answered by a person')
    h.check(c['decided_local'].endswith('America/New_York'), 'local time')
    effects = {r['id']: r['effect'] for r in c['rules']}
    h.check(effects.get('OP-DNC') == 'passed' and
            effects.get('US-FTC-HRS') == 'lifted', f'rules: {effects}')
    texts = v['decided_with'][c['decided_with']]
    known = {r['id']: r for r in texts['rules']}
    for rule in effects:
        h.check(rule in known, f'{rule} has no text')
        h.check(known[rule]['text'] in page.text, f'{rule}: text on the page')
        h.check(known[rule]['citation'], f'{rule}: citation')
    return c, texts


def check_texts(h, texts):
    """The packs of then are in the folder, whole."""
    h.check(all(p['on_file'] for p in texts['packs']), 'packs on file')
    kept = {hashlib.blake2b(open(f, 'rb').read(), digest_size=32)
               .hexdigest() for f in glob.glob(h.path('bundle/packs/*'))}
    for p in texts['packs']:
        h.check(p['blake2b'] in kept, f"{p['name']}: not in the folder")
        h.check(p['blake2b'].startswith(p['recorded_hash']), 'hash of record')
    lists = texts['do_not_call_lists']
    h.check([(x['name'], x['rows'], x['number_on_list']) for x in lists] ==
            [('us_national', 1, False)], f'lists: {lists}')


def check_rest(h, v, c):
    kinds = [x['kind'] for x in c['journal']]
    h.check(kinds[0] == 'attempt' and 'opt_out' in kinds and
            kinds.count('ended') == 1, f'journal: {kinds}')
    h.check(all(x['fits'] for x in c['journal']), 'entries fit')
    h.check(v['journal']['entries_that_do_not_fit'] == 0, 'no misfit')
    o = v['opt_outs'][0]
    h.check(o['heard_in_call'] == c['id'] and o['calls_after'] == 0,
            f'opt-out: {o}')
    p = v['persons'][0]
    h.check(p['file'].endswith('people.csv'), f'source: {p}')
    h.check(p['consents'][0]['type'] == 'express_written', 'consent')
    r = c['recording']
    real = open(f"{h.data}/{r['file']}", 'rb').read()
    h.check(hashlib.sha256(real).hexdigest() == r['sha256'], 'recording')
    h.check('say = "Press 1' in v['campaign_files'][0]['text'], 'plan')


def check_replay(h):
    """The same call judged again: by the rules, list and plan of then."""
    v, page = bundle(h, NUMBER, 'replay', '--replay')
    r = v['calls'][0]['replay']
    h.check(r['result'] == 'as_then', f'replay: {r}')
    h.check(r['differences'] == [] and r['caveats'] == [], f'replay: {r}')
    done = subprocess.run([h.telemark, 'decide'], input=r['case'],
                          capture_output=True, text=True)
    answer = json.loads(done.stdout)
    h.check(answer.get('verdict') == 'allow', f'decide: {done.stdout[:300]}')
    h.check(answer['input'] == r['input'], 'the hash of the input')


def check_later(h):
    """What became known later changes nothing about then: a revocation, a new
    list with the number on it, another plan. The list itself may be gone."""
    later = 1795600000000000  # 2026-11-25, by the clock of the calls
    db = sqlite3.connect(f'{h.data}/telemark.db')
    for kind, word in ('revocation', 'letter'), ('consent', 'express'):
        db.execute("INSERT INTO ledger (tenant, id, kind, e164, word, "
                   "from_us, recorded_us) SELECT 1, max(id) + 1, ?, ?, ?, ?, ? "
                   "FROM ledger", (kind, int(NUMBER), word, later, later))
    db.commit()
    db.close()
    h.write('dnc2.txt', '212,5550123\n212,5559999\n')
    h.must('dnc', 'import', h.path('dnc2.txt'), '--list', 'us_national',
           '--obtained', '2026-11-20')
    h.must('campaign', 'load',
           h.write('e.campaign', CAMPAIGN.replace('purpose = survey',
                                                  'purpose = sale')))
    v, page = bundle(h, NUMBER, 'later', '--replay')
    c = v['calls'][0]
    h.check(c['purpose'] == 'survey', 'the plan of then')
    r = c['replay']
    h.check(r['result'] == 'as_then' and r['differences'] == [],
            f'replay after changes: {r}')
    for f in glob.glob(f'{h.data}/dnc/us_national.1.*'):
        os.rename(f, h.path('taken'))
    v, page = bundle(h, NUMBER, 'gone', '--replay')
    c = v['calls'][0]
    h.check(c['replay']['result'] == 'not_replayable' and
            'us_national #1 is gone' in c['replay']['why'], f'{c["replay"]}')
    h.check(v['decided_with'][0]['do_not_call_lists'][0]['number_on_list']
            is None, 'unknown whether it was on the list')
    h.check(any('us_national #1' in u for u in v['not_known']), 'not known')


def check_corrected(h):
    """A place corrected after the call accuses nobody, and a letter that was
    entered after the call was not known at the call, whatever its date."""
    shutil.copytree(h.data, h.path('spare'), ignore=
                    shutil.ignore_patterns('control.sock'))
    db = sqlite3.connect(f'{h.data}/telemark.db')
    at, = db.execute('SELECT min(recorded_us) FROM attempt').fetchone()
    letter, entered = at - 3 * 86400 * 10**6, at + 86400 * 10**6
    db.execute("INSERT INTO ledger (tenant, id, kind, e164, word, from_us, "
               "recorded_us) SELECT 1, coalesce(max(id), 0) + 1, 'revocation', "
               "?, 'letter', ?, ? FROM ledger",
               (int(NUMBER), letter, entered))
    db.execute("INSERT INTO opt_out (tenant, seller, e164, at_us, attempt, "
               "campaign, source) VALUES (1, 0, ?, ?, 0, 0, 'letter')",
               (int(NUMBER), letter))
    db.commit()
    db.close()
    v, page = bundle(h, NUMBER, 'letter', '--replay')
    r = v['calls'][0]['replay']
    h.check(r['result'] == 'as_then', f'a letter entered later: {r}')
    h.must('person', 'correct', NUMBER, 'name=Anne')
    v, page = bundle(h, NUMBER, 'named', '--replay')
    r = v['calls'][0]['replay']
    h.check(r['result'] == 'as_then' and 'name was corrected' in
            ' '.join(r['caveats']), f'a name corrected later: {r}')
    h.must('person', 'correct', NUMBER, 'region=HI')
    v, page = bundle(h, NUMBER, 'moved', '--replay')
    r = v['calls'][0]['replay']
    h.check(r['result'] == 'not_replayable' and 'place of the person' in
            r['why'], f'a place corrected later: {r}')
    h.check(any('region was corrected' in c for c in r['caveats']) and
            'region was corrected' in page.text, f'caveats: {r}')
    shutil.rmtree(h.data)
    os.rename(h.path('spare'), h.data)


def check_tampering(h):
    """One byte of an entry changed: the page says so."""
    db = sqlite3.connect(f'{h.data}/telemark.db')
    db.execute("UPDATE journal SET payload = zeroblob(length(payload)) "
               "WHERE kind = 'ended'")
    db.commit()
    db.close()
    v, page = bundle(h, NUMBER, 'changed', '--verify', code=1)
    h.check(v['journal']['entries_that_do_not_fit'] > 0, 'misfit')
    h.check(v['journal']['broken_seq'] > 0, 'chain')
    h.check('does not fit' in page.text, 'the page names it')


def main(telemark, folder):
    h = House(telemark, folder, 'evidence')
    dial(h)
    v, page = bundle(h, '212-555-0123', 'bundle', '--verify')
    h.check(v['made'].startswith('2026-11-23T18:0'), f"made: {v['made']}")
    c, texts = check_call(h, v, page)
    check_texts(h, texts)
    check_rest(h, v, c)
    h.check(v['journal']['whole_chain_checked'] and
            v['journal']['broken_seq'] == 0, 'whole chain')
    v, page = bundle(h, NEVER, 'never')
    h.check(v['calls'] == [] and 'No call is on file' in page.text, 'never')
    v, page = bundle(h, NUMBER, 'before', '--to', '2026-11-22')
    h.check(v['calls'] == [], 'other days')
    v, page = bundle(h, NUMBER, 'day', '--from', '2026-11-23', '--to',
                     '2026-11-23')
    h.check(len(v['calls']) == 1, 'its day')
    h.refused(['evidence', NUMBER, '--out', h.path('bundle')],
              ['is there already'])
    h.refused(['evidence', NUMBER, '--from', 'May', '--out', h.path('x')],
              ['--from', 'is no date'])
    h.refused(['evidence', NUMBER, '--from', '2026-11-24', '--to',
               '2026-11-23', '--out', h.path('x')], ['is before'])
    h.refused(['evidence', '12', '--out', h.path('x')], ['country'])
    h.refused(['evidence'], ['one number'], code=2)
    h.refused(['evidence', NUMBER, '--out', h.path('no/such/folder')],
              ['cannot make'])
    check_replay(h)
    check_corrected(h)
    check_later(h)
    check_tampering(h)
    print(f'evidence: {House.checks} checks')


try:
    main(sys.argv[1], sys.argv[2])
except Failed as x:
    sys.exit(f'FAILED: {x}')
