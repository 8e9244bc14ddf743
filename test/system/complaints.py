#!/usr/bin/env python3
"""complaints.py TELEMARK FOLDER: complaints as a user meets them. Attempts are
put into the books by hand, so that each complaint has its call."""
import datetime, json, os, sqlite3, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + '/lib')
from house import PORTS, House, main, port_range, stop

SIP_PORT = PORTS
MINUTE = 60 * 10**6
DAY = 24 * 60 * MINUTE
PEOPLE = ''.join(f'212-555-01{i:02d},P{i},written,2026-01-05\n'
                 for i in range(60))
PLAN = '''name = two
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
[keys]
9 = removed
[step hello]
say = "Northwind, 202 555 0100. Press 9 to be removed."
do = end
[step removed]
do = opt_out
say = "You will not be called again."
'''
FTC = ('Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,'
       'Consumer_State,Consumer_Area_Code,Subject,'
       'Recorded_Message_Or_Robocall\n')


def now_us():
    return int(datetime.datetime.now(datetime.timezone.utc).timestamp()
               * 10**6)


def eastern(us):
    """As the FTC writes it."""
    import zoneinfo
    return datetime.datetime.fromtimestamp(
        us / 10**6, zoneinfo.ZoneInfo('America/New_York')).strftime(
            '%Y-%m-%d %H:%M:%S')


def attempt(h, number, at_us, id, live=1, abandoned=0):
    """A call of campaign 1, as the engine would have left it."""
    db = sqlite3.connect(f'{h.data}/telemark.db', timeout=20)
    seller, = db.execute('SELECT seller FROM campaign WHERE id = 1').fetchone()
    db.execute('INSERT INTO attempt (tenant, id, seller, campaign, lead, e164,'
               ' recorded_us, permit_until_us, rules, versions, placed_us,'
               ' answered_us, ended_us, outcome, live, abandoned) VALUES'
               " (1, ?, ?, 1, 1, ?, ?, ?, '', '', ?, ?, ?, 'completed', ?, ?)",
               (id, seller, number, at_us, at_us + MINUTE, at_us, at_us,
                at_us + MINUTE, live, abandoned))
    db.commit()
    db.close()


def show(h, id):
    return h.json('complaint', 'show', str(id))


def start(h):
    h.began = now_us() // MINUTE * MINUTE - 10 * DAY
    h.must('import', h.write('people.csv', 'phone,name,consent,consent_date\n'
                             + PEOPLE), '--list', 'people', '--seller',
           'Northwind')
    h.must('trunk', 'load', h.write('p.trunk', '[trunk peer]\n'
                                    f'host = 127.0.0.1\nport = {PORTS + 7}\n'))
    h.must('campaign', 'load', h.write('two.campaign', PLAN))
    for i in range(10):
        attempt(h, 12125550100 + i, h.began + i * 60 * MINUTE, 100 + i)


def test_large_file(h):
    """Of a day of everybody's complaints only those about our number."""
    rows = [f'8005{i:06d},{eastern(h.began)},{eastern(h.began)},X,TX,512,'
            f'Other,N\n' for i in range(20000)]
    ours = f'2025550100,{eastern(h.began + DAY)},{eastern(h.began)},New York,' \
           'NY,212,"Medical, other",Y\n'
    rows.insert(9999, ours)
    rows.append('2025550100,,,Nowhere,OH,614,Other,N\n')
    rows.append(ours)
    done = h.json('complaint', 'import', h.write('day.csv',
                                                 FTC + ''.join(rows)))
    h.check((done['rows'], done['cases'], done['others'], done['duplicates'],
             done['rejected']) == (20003, 1, 20000, 1, 1), f'counts: {done}')
    rejects = open(done['rejects_file']).read()
    h.check('20003,"it has no date' in rejects, f'rejects: {rejects}')
    k = show(h, 1)
    h.check(k['matches'][0]['attempt'] == 100 and
            k['matches'][0]['grade'] == 'likely' and
            'our number was shown' in k['matches'][0]['why'], f'match: {k}')
    h.check(k['place'] == 'US-NY' and k['complainant'] is None, f'{k}')
    again = h.json('complaint', 'import', h.path('day.csv'))
    h.check(again['cases'] == 0 and again['duplicates'] == 2, f'{again}')


def test_examples(h):
    folder = os.environ['SOURCE_DIR'] + '/examples/complaints'
    counts = {}
    for name in ('ftc.csv', 'ftc.json', 'canada.csv', 'own.csv'):
        counts[name] = h.json('complaint', 'import', f'{folder}/{name}')
        h.check(counts[name]['rejected'] == 0, f'{name}: {counts[name]}')
    h.check(counts['ftc.csv']['cases'] == 2 and counts['ftc.csv']['others'] == 2
            and counts['ftc.json']['duplicates'] == 1 and
            counts['canada.csv']['layout'] == 'canada', f'{counts}')
    listed = h.json('complaint', 'list')['complaints']
    h.check([c['due'] for c in listed] == sorted(c['due'] for c in listed),
            f'not by date: {listed}')
    h.check('16 complaints' not in h.must('complaint', 'list', '--open'), '')


def test_by_hand(h):
    said = h.must('complaint', 'add', '--number', '(212) 555-0101', '--about',
                  'I said no', '--source', 'letter', '--at',
                  eastern(h.began + 65 * MINUTE))
    h.check('attempt 101 (exact' in said and 'will not be called' in said, said)
    id = said.split()[1]
    h.case = id
    k = show(h, id)
    h.check(k['opt_out'] is not None and k['matches'][0]['number'] ==
            '+12125550101', f'{k}')
    duties = [d['id'] for d in k['due']]
    h.check('US-FCC-DNC-ENT' in duties and 'OWN-ANSWER' in duties, f'{duties}')
    why = h.must('why', '2125550101')
    h.check('asked Northwind' in why and 'complaint' in why, why)
    h.check(h.must('complaint', 'add', '--number', '2125550101', '--about',
                   'I said no', '--source', 'letter', '--at',
                   eastern(h.began + 65 * MINUTE)).startswith(
                       f'complaint {id} is there already'), 'added twice')
    said = h.must('complaint', 'add', '--number', '2125550102', '--about',
                  'too loud, but do call', '--no-opt-out')
    h.check('will not be called' not in said, said)
    h.check('complaint' not in h.must('why', '2125550102'), 'opted out')
    h.verify()


def test_life(h):
    id = h.case
    h.must('complaint', 'answer', id, '--text', 'a letter of regret')
    h.check(show(h, id)['state'] == 'answered', 'not answered')
    h.must('complaint', 'due', id, '2027-01-15')
    h.must('complaint', 'match', id, 'none')
    k = show(h, id)
    h.check(k['settled'] and k['attempt'] == 0, f'{k}')
    h.must('complaint', 'match', id, '105')
    k = show(h, id)
    h.check(k['attempt'] == 105 and any(
        m['attempt'] == 105 and m['why'] == 'settled by hand' and m['score'] == 0
        for m in k['matches']), f'{k}')
    attempt(h, 13125550777, h.began - 70 * DAY, 150, live=0)
    h.refused(['complaint', 'match', id, '150'], ['--force', 'another day'])
    h.must('complaint', 'match', id, '150', '--force', '--text', 'his cell')
    k = show(h, id)
    h.check(k['attempt'] == 150 and any(
        m['attempt'] == 150 and m['why'] == 'settled by hand: his cell'
        for m in k['matches']), f'{k}')
    h.must('complaint', 'match', id, '101')
    h.must('complaint', 'close', id, '--outcome', 'violation', '--breach',
           'opt_out', '--text', 'the list came late')
    k = show(h, id)
    h.check(k['state'] == 'closed' and k['breach'] == 'opt_out', f'{k}')
    kinds = [e['kind'] for e in k['events']]
    h.check(kinds == ['received', 'opt_out', 'answered', 'due', 'settled',
                      'settled', 'settled', 'settled', 'closed', 'note'], f'{kinds}')
    h.refused(['complaint', 'answer', id, '--text', 'x'], ['is closed'])
    h.must('complaint', 'note', id, '--text', 'filed')
    page = h.path('case.html')
    h.must('complaint', 'show', id, '--html', page)
    html = open(page).read()
    h.check('<h1>Complaint' in html and 'the list came late\n' in html and
            '\ufffd' not in html, html)
    db = sqlite3.connect(f'{h.data}/telemark.db')
    for sql in ('UPDATE complaint SET about = 1',
                'UPDATE complaint_event SET about = 1'):
        try:
            db.execute(sql)
            h.check(False, f'{sql}: was done')
        except sqlite3.IntegrityError as e:
            h.check('never changed' in str(e), str(e))
    db.close()


def test_letters(h):
    """How it came stands in the ledger, once for two complaints; closing a
    case is no answer to the person."""
    ids = []
    for source, word in (('letter', 'letter'), ('email', 'email'),
                         ('phone', 'agent'), ('regulator', 'other')):
        number = f'21255501{30 + len(ids)}'
        for about in ('first', 'second'):
            said = h.must('complaint', 'add', '--number', number, '--about',
                          about, '--source', source, '--seller', 'Northwind')
            ids.append(said.split()[1])
        found = h.rows('SELECT word FROM ledger WHERE e164 = 1' + number)
        h.check(found == [(word,)], f'{source}: {found}')
    h.must('complaint', 'close', ids[0], '--outcome', 'lawful')
    due = [d for d in show(h, ids[0])['due'] if d['id'] == 'OWN-ANSWER']
    h.check(due and all(d['met'] is None for d in due), f'{due}')
    h.must('complaint', 'answer', ids[1], '--text', 'sorry')
    due = [d for d in show(h, ids[1])['due'] if d['id'] == 'OWN-ANSWER']
    h.check(due and all(d['met'] is not None for d in due), f'{due}')


def test_wrong(h):
    for words, says in (
            (['complaint'], 'import, add'),
            (['complaint', 'wat'], 'import, add'),
            (['complaint', 'add', '--number', '2125550101'], '--about'),
            (['complaint', 'add', '--about', 'x'], '--number'),
            (['complaint', 'close', '1'], '--outcome'),
            (['complaint', 'close', '1', '--outcome', 'bad'], 'lawful'),
            (['complaint', 'close', '1', '--outcome', 'lawful', '--breach',
              'call'], 'belongs to'),
            (['complaint', 'close', '1', '--outcome', 'violation', '--breach',
              'wat'], 'robocall'),
            (['complaint', 'close', '1', '--outcome', 'violation'],
             'needs --breach'),
            (['complaint', 'note', 'x', '--text', 'y'], 'no complaint'),
            (['complaint', 'note', '1'], '--text'),
            (['complaint', 'due', '1', 'soon'], 'no date'),
            (['complaint', 'match', '1', 'soon'], 'no attempt'),
            (['complaint', 'list', '--outcome', 'x'], '--outcome'),
            (['exposure', 'x'], 'options only')):
        h.refused(words, [says], 2)
    for words, says in (
            (['complaint', 'show', '9999'], 'no complaint 9999'),
            (['complaint', 'note', '9999', '--text', 'x'], 'no complaint 9999'),
            (['complaint', 'match', '1', '9999'], 'no attempt 9999'),
            (['complaint', 'list', '--due', 'soon'], 'is no date'),
            (['complaint', 'add', '--number', '12', '--about', 'x'], 'digits'),
            (['complaint', 'add', '--number', '2125550101', '--about', 'x',
              '--at', 'soon'], 'cannot be read'),
            (['complaint', 'add', '--number', '2125550101', '--about', 'x',
              '--seller', 'Nobody'], 'Nobody'),
            (['complaint', 'reopen', '1', '--text', 'x'], 'not closed'),
            (['complaint', 'import', h.path('people.csv')], 'no file of'),
            (['complaint', 'import', h.path('gone.csv')], 'No such file'),
            (['complaint', 'import', h.write('e.csv', '')], 'is empty'),
            (['complaint', 'import', h.write('b.json', '[1]')], 'no object'),
            (['complaint', 'import', h.write('c.json', '{"x": 1}')],
             'no complaints'),
            (['complaint', 'import', h.write('d.json', '[{')], 'd.json:1'),
            (['complaint', 'import', h.write('x.bin', b'PK\0\0\1')],
             'no text file'),
            (['exposure', '--from', 'x'], 'no date'),
            (['exposure', '--from', '2026-02-01', '--to', '2026-01-01'],
             'before'),
            (['exposure', '--penalties', h.write('p', '[fine]\n')], 'p:1:')):
        h.refused(words, [says])
    messy = ('\ufeffComplainant;Shown;About;At\r\n'
             '"(212) 555-0119";;"two\r\nlines; and more";20/11/2026\r\n'
             '12;;bad number;\r\n\r\n;;nobody;\r\n')
    done = h.json('complaint', 'import', h.write('messy.csv', messy),
                  '--country', 'US')
    h.check(done['rows'] == 3 and done['rejected'] == 3, f'{done}')
    rejects = open(done['rejects_file']).read()
    for text in ('cannot be read', 'complainant', 'neither'):
        h.check(text in rejects, f'{text}: {rejects}')


def test_exposure(h):
    before = h.json('exposure')
    h.check(before['counts']['opt_out'] == 0, f'{before["counts"]}')
    h.check(before['counts']['complaint'] == 1, f'{before["counts"]}')
    ftc = [r for r in before['regimes'] if r['id'] == 'US-FTC-PEN']
    h.check(len(ftc) == 1 and ftc[0]['high'] == 53088 and ftc[0]['citation'],
            f'{ftc}')
    dnc = [r for r in before['regimes'] if r['id'] == 'US-FCC-PEN-DNC'][0]
    h.check(dnc['single_calls'] == 1 and dnc['high'] == 0, f'{dnc}')
    state = [r for r in before['regimes'] if r['id'] == 'US-STATE-PEN'][0]
    h.check(state['high'] is None, f'{state}')
    # A call after the request, which the engine would never make.
    attempt(h, 12125550101, now_us() - 1, 200)
    after = h.json('exposure')
    h.check(after['counts']['opt_out'] == 1, f'{after["counts"]}')
    dnc = [r for r in after['regimes'] if r['id'] == 'US-FCC-PEN-DNC'][0]
    h.check(dnc['low'] == 500 and dnc['high'] == 3000, f'{dnc}')
    h.check('not legal advice' in h.must('exposure'), 'no such words')
    h.check(h.json('exposure', '--to', '2020-01-01')['findings'] == [], 'past')


def test_abandoned(h):
    """3 % of live answers pass, one more does not: US, 30 days."""
    had = h.rows('SELECT count(*) FROM attempt WHERE live = 1')[0][0]
    for i in range(100 - had):
        attempt(h, 13125550000 + i, h.began + i * MINUTE, 300 + i,
                abandoned=1 if i < 3 else 0)
    h.check(h.json('exposure')['counts']['abandoned'] == 0, 'three of 100')
    attempt(h, 13125550999, h.began + 99 * MINUTE, 999, live=1, abandoned=1)
    x = h.json('exposure')
    found = [f for f in x['findings'] if f['kind'] == 'abandoned']
    h.check(len(found) == 4 and sum(f['sure'] for f in found) == 1, f'{found}')


def test_stale(h):
    """A list of 40 days: a breach only where the rule on its age held."""
    h.must('dnc', 'import', h.write('d.txt', '212,5559999\n'), '--list',
           'us_national', '--obtained', '2026-10-01')
    day = datetime.date.fromtimestamp(h.began / 10**6)
    versions = (f'lists=us_national {day - datetime.timedelta(40)} #1')
    for id, rules in ((700, 'US-FTC-SCRUB:lifted US-FCC-DNC-AGE:exempts'),
                      (701, ''), (702, 'US-FTC-DNC:passed'),
                      (703, 'US-FTC-SCRUB:lifted US-FCC-DNC-AGE:passed')):
        attempt(h, 12125550150, h.began, id)
        db = sqlite3.connect(f'{h.data}/telemark.db', timeout=20)
        db.execute('UPDATE attempt SET rules = ?, versions = ? WHERE id = ?',
                   (rules, versions, id))
        db.commit()
        db.close()
    found = [f['attempt'] for f in h.json('exposure')['findings']
             if f['kind'] == 'stale_list']
    h.check(found == [703], f'stale: {found}')


def test_old_plan(h):
    """A plan that today's checks would refuse still tells our number."""
    db = sqlite3.connect(f'{h.data}/telemark.db', timeout=20)
    plan, = db.execute('SELECT plan FROM campaign WHERE id = 1').fetchone()
    db.execute('UPDATE campaign SET plan = ? WHERE id = 1',
               (plan + '\n[no such section]\n',))
    db.commit()
    db.close()
    w = h.json('complaint', 'watch')
    h.check([n['number'] for n in w['numbers']] == ['+12025550100'], f'{w}')


def test_watch(h):
    w = h.json('complaint', 'watch')
    c = [c for c in w['campaigns'] if c['campaign'] == 'two'][0]
    h.check(c['calls_30_days'] == 101 and c['complaints_30_days'] >= 2 and
            c['trend'] == 'new' and c['violations'] == 1, f'{w}')
    h.check('a thousand' in h.must('complaint', 'watch'), 'no rate')


def test_beside_a_server(h):
    server = h.serve('--sip-port', str(SIP_PORT), '--media-ports',
                     port_range(8, 10))
    try:
        h.wait('the socket', lambda: os.path.exists(f'{h.data}/control.sock'))
        said = h.must('complaint', 'add', '--number', '2125550155', '--about',
                      'stop', '--at', '2026-11-20')
        h.check('will not be called again' in said, said)
        own = h.write('beside.csv', 'complainant,about\n212-555-0156,stop\n'
                      '212-555-0157,stop\n')
        done = h.json('complaint', 'import', own)
        h.check(done['cases'] == 2 and done['opt_outs'] == 2, f'{done}')
        h.check('asked every seller' in h.must('why', '2125550157'), 'why')
        h.check('stop' in h.must('complaint', 'list'), 'list')
    finally:
        code = stop(server)
    h.check(code == 0, f'serve: exit {code}')
    h.verify()


house = House(sys.argv[1], sys.argv[2], 'complaints')
start(house)
main(house, [test_large_file, test_examples, test_by_hand, test_life,
             test_letters,
             test_wrong, test_exposure, test_abandoned, test_watch,
             test_beside_a_server, test_stale, test_old_plan])
