#!/usr/bin/env python3
"""records.py TELEMARK FOLDER: export of records, periods, erasure by time."""
import csv, datetime, hashlib, json, os, resource, sqlite3, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + '/lib')
from house import PORTS, House, main, port_range, stop

PLAN = """
name = spring
seller = Northwind
caller_kind = seller
purpose = sale
carries = disclose_seller_purpose_goods
goods = other
list = people
country = US
trunk = peer
caller_id = +12025550100
caller_name = NORTHWIND
caller_id_authority = yes
channel = voice_prerecorded
dial_mode = agentless
[keys]
9 = removed
[step ask]
say = "This is Northwind{WORD}. Press 9 to be removed."
next = bye
[step bye]
do = end
say = "Bye. 202 555 0100."
[step removed]
do = opt_out
say = "You are removed."
"""
CALLS = 3000
START = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)


def us(t):
    return int(t.timestamp()) * 1000000


def utc(n):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(
        seconds=n // 1000000)).strftime('%Y-%m-%dT%H:%M:%SZ') if n else ''


def insert(h, first, n, seller=1):
    """Calls as the store writes them, one every two hours."""
    words = ['completed', 'hung_up', 'abandoned', 'machine', 'no_answer',
             'busy', 'unknown', 'cancelled']
    db = sqlite3.connect(f'{h.data}/telemark.db')
    rows = []
    for i in range(first, first + n):
        at = us(START) + (i - 1) * 7200 * 10**6 + 400000
        word = words[i % 8]
        live = word in ('completed', 'hung_up', 'abandoned')
        answered = at + 9000000 if live or word == 'machine' else 0
        number = 12125550100 + i % 90 if i % 9 else 442079460018
        rows.append((i, seller, number, at, at, 0 if word == 'cancelled'
                     else at + 1000, answered, at + 30000000, word, live,
                     word == 'abandoned', 61500 if answered else 0))
    db.executemany(
        'INSERT INTO attempt (tenant, id, seller, campaign, lead, e164, '
        'recorded_us, permit_until_us, rules, versions, placed_us, '
        'answered_us, ended_us, outcome, live, abandoned, talk_ms) VALUES '
        "(1, ?, ?, 1, 1, ?, ?, ?, '', '', ?, ?, ?, ?, ?, ?, ?)", rows)
    db.commit()
    db.close()


def prepare(h):
    h.must('import', h.write('people.csv', 'phone,name,consent,consent_date,'
           'last_purchase\n212-555-0101,"Lee, Ann =1+1",written,2026-01-05,'
           '2026-02-01\n212-555-0102,Bo,,,\n'), '--list', 'people',
           '--seller', 'Northwind')
    h.must('dnc', 'import', h.write('dnc.txt', '212,5559999\n'), '--list',
           'us_national', '--obtained', '2026-02-20')
    h.must('dnc', 'add', '212-555-0188', '--seller', 'Northwind')
    h.must('trunk', 'load', h.write('t.trunk', '[trunk peer]\n'
           f'host = 127.0.0.1\nport = {PORTS}\n'))
    for word in ('', ', spring sale'):
        h.must('campaign', 'load', h.write('c.campaign',
               PLAN.replace('{WORD}', word)))
    # The first plan was in use until the calls of April.
    db = sqlite3.connect(f'{h.data}/telemark.db')
    db.execute('DROP TRIGGER plan_version_is_evidence')
    db.execute('UPDATE plan_version SET loaded_us = CASE version '
               'WHEN 1 THEN 1 ELSE ? END',
               (us(START + datetime.timedelta(days=31)),))
    db.execute("CREATE TRIGGER plan_version_is_evidence BEFORE UPDATE ON "
               "plan_version BEGIN SELECT RAISE(ABORT, 'no'); END")
    db.commit()
    db.close()
    insert(h, 1, CALLS)


def read(folder, name):
    with open(f'{folder}/{name}', newline='', encoding='utf-8') as f:
        return list(csv.DictReader(f))


def shown(n):
    t = str(n)
    return f'{t[1:4]}-{t[4:7]}-{t[7:]}' if t[0] == '1' else f'+{t}'


def check_call(h, row, db):
    (number, at, placed, answered, ended, outcome, live, abandoned,
     talk) = db
    h.check(row['called_number'] == shown(number), row)
    h.check(row['time'] == utc(placed or at), row)
    h.check(row['answered'] == utc(answered), row)
    h.check(row['duration_s'] == str((talk + 500) // 1000), row)
    want = ('unknown' if outcome == 'unknown' else 'dropped' if abandoned
            else 'connected' if live else 'answered' if answered
            else 'not answered')
    h.check(row['disposition'] == want and row['outcome'] == outcome, row)
    h.check(row['calling_number'] == '202-555-0100' and
            row['caller_id_name'] == 'NORTHWIND', row)
    h.check(row['prerecorded'] == 'yes' and row['purpose'] == 'sale' and
            row['direction'] == 'outbound' and row['transferred'] == 'no'
            and row['seller'] == 'Northwind', row)
    version = 1 if at < us(START + datetime.timedelta(days=31)) else 2
    h.check(row['script'] == f'spring version {version}', row)


def test_export(h):
    prepare(h)
    out = h.path('out')
    h.must('records', 'export', '--from', '2026-03-02', '--to', '2026-05-31',
           '--out', out)
    low = us(START + datetime.timedelta(days=1))
    high = us(datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc))
    books = {r[0]: r[1:] for r in h.rows(
        'SELECT id, e164, recorded_us, placed_us, answered_us, ended_us, '
        'outcome, live, abandoned, talk_ms FROM attempt WHERE recorded_us >= '
        f"{low} AND recorded_us < {high} AND outcome <> 'cancelled'")}
    calls = read(out, 'calls.csv')
    h.check(len(calls) > 500 and {int(c['call']) for c in calls}
            == set(books), 'other calls than in the books')
    for c in calls:
        check_call(h, c, books[int(c['call'])])
    manifest = json.load(open(f'{out}/manifest.json'))
    for f in manifest['files']:
        data = open(f'{out}/{f["file"]}', 'rb').read()
        h.check(hashlib.blake2b(data, digest_size=32).hexdigest()
                == f['blake2b_256'] and len(data) == f['bytes'], f)
        h.check(len(read(out, f['file'])) == f['rows'], f)
    missing = {m['what']: m for m in manifest['missing']}
    h.check(any(w.startswith('staff') for w in missing), missing)
    h.check(missing['right to show the caller ID, with proof and period']
            ['rows'] == len(calls), missing)
    consent = read(out, 'consents.csv')
    # Recorded today, which is behind the period.
    h.check(consent == [], consent)


def test_all_tables(h):
    out = h.path('all')
    for seller, rows in (('Northwind', 'san,10012345,US-212\n'
                          'san,10012345,US-315\ndncl_subscription,C77,CA\n'),
                         ('Acme', 'san,999,US\n')):
        h.must('ledger', 'import', 'licence', h.write(f'{seller}.csv',
               'kind,account,area\n' + rows), '--seller', seller)
    h.must('records', 'export', '--from', '2026-01-01', '--to', '2099-12-31',
           '--out', out)
    h.check(read(out, 'registry.csv')[0]['accounts']
            == 'Acme: 999; Northwind: 10012345', read(out, 'registry.csv'))
    for form in ('csv', 'json'):
        h.must('records', 'export', '--from', '2026-01-01', '--to',
               '2099-12-31', '--out', out, '--format', form,
               '--seller', 'Northwind')
    consent = read(out, 'consents.csv')
    h.check([(c['name'], c['number'], c['given'], c['type'])
             for c in consent] == [('Lee, Ann =1+1', '212-555-0101',
                                    '2026-01-05', 'express_written')],
            consent)
    relation = read(out, 'relationships.csv')
    h.check([(r['type'], r['from']) for r in relation]
            == [('transaction', '2026-02-01')], relation)
    h.check(consent[0]['channels'] == 'voice' and
            relation[0]['seller'] == 'Northwind', f'{consent} {relation}')
    request = read(out, 'requests.csv')
    h.check(len(request) == 1 and request[0]['number'] == '212-555-0188',
            request)
    registry = read(out, 'registry.csv')
    h.check([(r['list'], r['obtained']) for r in registry]
            == [('us_national', '2026-02-20T00:00:00Z')], registry)
    h.check(registry[0]['accounts'] == '10012345' and
            registry[0]['in_use_until'] == '', registry)
    said = [m['message'] for m in read(out, 'messages.csv')]
    h.check('This is Northwind. Press 9 to be removed.' in said and
            'This is Northwind, spring sale. Press 9 to be removed.'
            in said, said)
    h.check(len(read(out, 'scripts.csv')) == 2, 'scripts')
    for f in json.load(open(f'{out}/manifest.json'))['files']:
        lines = [json.loads(x) for x in open(f'{out}/{f["file"]}')]
        h.check(len(lines) == f['rows'], f)
        if lines:
            other = read(out, f['file'].replace('.jsonl', '.csv'))
            h.check(list(lines[0]) == list(other[0]), f)
            h.check([x['seller'] if 'seller' in x else None for x in lines]
                    == [(x['seller'] or None) if 'seller' in x else None
                        for x in other], f)
    h.check(h.rows("SELECT count(*) FROM export WHERE kind = 'records'")
            == [(4,)], 'exports are not noted')
    h.refused(['records', 'export', '--from', '2026-01-01', '--to',
               '2026-01-02', '--out', out, '--seller', 'Nobody'], ['Nobody'])
    h.refused(['records', 'export', '--from', '2026-01-01', '--to',
               '2026-01-02', '--out', out, '--format', 'xml'], ['csv or json'],
              code=2)
    h.refused(['records', 'export', '--from', '2026-01-01', '--to',
               '2026-01-02', '--out', '/proc/none'], ['/proc/none'])


def test_days(h):
    """Days that the calendar cannot add to, and years that are slips."""
    p = h.serve('--sip-port', str(PORTS + 2), '--media-ports', port_range(4, 20),
                '--drain', '1')
    try:
        h.wait('ready', lambda: h.events('ready'))
        for day in ('9999-12-31', '2200-01-01', '1899-12-31', '0001-01-01'):
            h.refused(['records', 'export', '--from', '2026-01-01', '--to',
                       day, '--out', h.path('x')],
                      ['between 1900 and 2199'])
            h.refused(['exposure', '--to', day], ['between 1900 and 2199'])
            h.refused(['complaint', 'list', '--due', day], ['1900 and 2199'])
            h.refused(['complaint', 'due', '1', day], ['1900 and 2199'],
                      code=2)
            h.refused(['dnc', 'import', h.write('d.txt', '212,5559999\n'),
                       '--list', 'us_national', '--obtained', day],
                      ['1900 and 2199'])
        h.must('exposure', '--from', '1900-01-01', '--to', '2199-12-31')
        h.check(p.poll() is None, 'the server died')
    finally:
        if p.poll() is None:
            stop(p)


def open_to_others(folder):
    return [p for where, names, files in os.walk(folder)
            for p in (os.path.join(where, n) for n in names + files)
            if os.lstat(p).st_mode & 0o077]


def test_private(h):
    """Nothing that names people may be read by another user, whatever the
    user's umask is."""
    before = os.umask(0o022)
    try:
        other = House(h.telemark, h.folder, 'private')
        other.must('import', h.write('p.csv', 'phone,name\n212-555-0101,A\n'
                   '12,B\n'), '--list', 'people', '--seller', 'Northwind')
        other.must('complaint', 'add', '--number', '212-555-0101', '--about',
                   'a call', '--at', '2026-03-02 10:00')
        other.must('complaint', 'show', '1', '--html', other.path('case.html'))
        h.must('report', 'spring', '--html', other.path('report.html'))
        h.check(open_to_others(other.folder) == [],
                open_to_others(other.folder))
        h.check(os.path.exists(other.path('report.html')) and
                os.path.exists(f'{other.data}/telemark.db'), 'not written')
    finally:
        os.umask(before)


def test_formulas(h):
    """A rejected row is opened in a spreadsheet: nothing in it may act there.
    A plain telephone number stays as it is."""
    said = h.json('import', h.write('f.csv', 'phone,name,note\n'
                  '=HYPERLINK("http://x"),@SUM(1),-2+cmd\n'
                  '+1 (212) 555-01,"\t=1",+A1\n-12,\'x,a=b\n'),
                  '--list', 'formulas', '--seller', 'Northwind')
    h.check(said['rejected'] == 3, said)
    with open(said['rejects_file'], newline='') as f:
        rows = [r['row'].split(' | ') for r in csv.DictReader(f)]
    h.check(rows == [['\'=HYPERLINK("http://x")', "'@SUM(1)", "'-2+cmd"],
                     ['+1 (212) 555-01', "'\t=1", "'+A1"],
                     ['-12', "'x", 'a=b']], rows)


def peak(h, out):
    """Kilobytes that an export took at most."""
    code = ('import resource, subprocess, sys; '
            'subprocess.run(sys.argv[1:], check=True, '
            'stdout=subprocess.DEVNULL); '
            'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)')
    done = subprocess.run(
        [sys.executable, '-c', code, h.telemark, 'records', 'export',
         '--from', '2026-01-01', '--to', '2099-12-31', '--out', out],
        capture_output=True, text=True, timeout=120,
        env=dict(h.env(), ASAN_OPTIONS='quarantine_size_mb=1'))
    h.check(done.returncode == 0, done.stderr)
    return int(done.stdout)


def test_memory(h):
    few = peak(h, h.path('few'))
    insert(h, CALLS + 1, 60000)
    many = peak(h, h.path('many'))
    h.check(os.path.getsize(h.path('many/calls.csv')) > 10 * 10**6, 'size')
    print(f'peak {few} KB, {many} KB')
    h.check(many < few + 12000, f'{few} KB for {CALLS} calls, {many} KB for '
            f'{CALLS + 60000}')


def test_periods(h):
    told = h.must('records', 'periods')
    h.check('16 CFR 310.5' in told and '36 months 14 days' in told, told)
    h.refused(['records', 'periods', '--set', 'call', '--months', '59',
               '--country', 'US'], ['at least 60 months'])
    h.refused(['records', 'periods', '--set', 'calls', '--months', '90'],
              ["no kind 'calls'"], code=2)
    h.must('records', 'periods', '--set', 'call', '--months', '61',
           '--country', 'US')
    h.check('61 months' in h.must('records', 'periods'), 'not set')
    before = h.books()
    said = h.must('records', 'erase', '--dry-run')
    h.check('would be erased' in said and ' rows of staff\n' in said and
            h.books() == before, said)
    # Nothing is five years old but what is made so.
    db = sqlite3.connect(f'{h.data}/telemark.db')
    long_ago = us(datetime.datetime(2015, 1, 1,
                                    tzinfo=datetime.timezone.utc))
    db.execute('UPDATE attempt SET recorded_us = ? WHERE id <= 100',
               (long_ago,))
    db.commit()
    db.close()
    h.must('hold', 'add', 'h', '--number', '212-555-0101', '--reason', 'r')
    held = h.rows('SELECT count(*) FROM attempt WHERE id <= 100 AND '
                  '(e164 = 12125550101 OR lead = 1)')[0][0]
    said = h.must('records', 'erase')
    h.check(f'{held} whose time is over stay' in said, said)
    h.must('hold', 'release', 'h')
    said = h.must('records', 'erase')
    h.check('100 calls' in said, said)
    h.check(h.rows('SELECT min(id) FROM attempt') == [(101,)], 'calls')
    h.verify()


if __name__ == '__main__':
    main(House(sys.argv[1], sys.argv[2], 'records'),
         [test_export, test_all_tables, test_days, test_private, test_formulas,
          test_memory, test_periods])
