#!/usr/bin/env python3
"""bad_files.py TELEMARK FOLDER: bad input of every kind to the commands that
take in files. After each refusal the books are as they were."""
import os, random, resource, signal, sqlite3, subprocess, sys, tempfile, time
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + '/lib')
from house import House, Failed, main

GOOD = 'phone,name,consent,consent_date\n212-555-0123,Ann,written,2026-01-05\n'
MIB = 1 << 20


def start(h):
    h.must('import', h.write('good.csv', GOOD), '--list', 'people',
           '--seller', 'S')
    h.must('dnc', 'import', h.write('dnc.txt', '212,5559999\n'), '--list',
           'us_national', '--obtained', '2026-11-20')


def import_refused(h, name, content, says, more=(), code=1):
    path = h.write(name, content) if content is not None else h.path(name)
    h.refused(['import', path, '--list', 'bad', *more], says, code)


def test_no_list_in_it(h):
    import_refused(h, 'empty.csv', '', ['empty.csv', 'is empty'])
    import_refused(h, 'blank.csv', '\n\n\r\n', ['blank.csv', 'no rows'])
    import_refused(h, 'nophone.csv', 'name,city\nAnn,Rome\n',
                   ['nophone.csv', 'no column holds', '--map', '--country'])
    import_refused(h, 'twice.csv', 'phone,name,Name\n2125550123,a,b\n',
                   ['twice.csv', "columns 2 and 3", "'name'", '--map'])
    import_refused(h, 'consent.csv', GOOD, ['--seller', '--map consent=-'])
    import_refused(h, 'open.csv', '"phone,name\n2125550123,a\n',
                   ['open.csv', 'first row', 'quote'])
    import_refused(h, 'cells.csv', ',' * 600 + '\n', ['512 cells'])


def test_titles_above(h):
    """The header is found below titles; who opted out is not called."""
    table = ('Name;Phone;State;Opt out\n\nAnn;212-555-0151;NY;\n'
             'Bob;212-555-0152;NY;2026-11-02\n')
    for name, above, line in (
            ('export', 'Kundenliste Export 2026-11-20;;;\n;;;\n', 3),
            ('month', 'Customers of November\n\n', 3),
            ('comma', 'Customers, of November, all\n"a\nb"\n', 4)):
        path = h.write(f'{name}.csv', above + table)
        said = h.must('import', path, '--list', name, '--seller', 'S')
        h.check(f'line {line} is the header; the lines above it are left out'
                in said and '2 imported' in said and
                "'opt_out' is consent_withdrawn" in said, said)
        again = h.json('import', path, '--list', name, '--seller', 'S')
        h.check(again['again'] and again['header_line'] == line, again)
    out = h.must('why', '+12125550152')
    h.check('asked' in out and 'left alone' in out, out)
    h.check('left alone' not in h.must('why', '+12125550151'), 'not Ann')
    wide = 'Export;of;all;people\n' + table
    import_refused(h, 'wide.csv', wide,
                   ['wide.csv', 'row 2 looks like the header', '--header yes'])


def test_not_text(h):
    rng = random.Random(5)
    import_refused(h, 'random.bin', rng.randbytes(200000),
                   ['random.bin', 'no text file', 'CSV'])
    xlsx = h.path('list.xlsx')
    with zipfile.ZipFile(xlsx, 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('[Content_Types].xml', '<Types/>' * 50)
        z.writestr('xl/worksheets/sheet1.xml', '<c>212-555-0123</c>' * 500)
    import_refused(h, 'list.xlsx', None, ['spreadsheet', 'save it as CSV'])
    # Text at its beginning only: found before the first row is taken.
    late = GOOD + '212-555-0124,Bob,written,2026-01-05\n' * 20000 + '\0\0'
    import_refused(h, 'late.csv', late, ['late.csv', 'is zero', 'CSV'],
                   ['--seller', 'S'])


def test_no_file(h):
    import_refused(h, 'gone.csv', None, ['gone.csv', 'No such file'])
    h.refused(['import', h.folder, '--list', 'bad'], ['is a folder'])
    fifo = h.path('pipe')
    if not os.path.exists(fifo):
        os.mkfifo(fifo)
    for words in (['import', fifo, '--list', 'bad'],
                  ['dnc', 'import', fifo, '--list', 'us_national'],
                  ['campaign', 'load', fifo], ['trunk', 'load', fifo]):
        h.refused(words, ['pipe', 'write its contents to a file'])
    for words in (['dnc', 'import', h.folder, '--list', 'us_national'],
                  ['campaign', 'load', h.folder], ['trunk', 'load', h.folder]):
        h.refused(words, ['is a folder'])
    secret = h.write('secret.csv', GOOD)
    os.chmod(secret, 0)
    if os.geteuid() != 0:
        h.refused(['import', secret, '--list', 'bad'], ['Permission denied'])
    os.chmod(secret, 0o600)


def test_wrong_lines(h):
    good = h.path('good.csv')
    for words in (['import'], ['import', good], ['import', good, '--list'],
                  ['import', good, '--list', 'x', '--country', 'Germany'],
                  ['import', good, '--list', 'x', '--header', 'maybe'],
                  ['import', good, good, '--list', 'x'],
                  ['import', good, '--list', 'x', '--wat'],
                  ['dnc'], ['dnc', 'import', good], ['dnc', 'wat'],
                  ['dnc', 'import', good, '--list', 'x', '--kind', 'y'],
                  ['campaign'], ['campaign', 'wat', 'x'], ['campaign', 'load'],
                  ['trunk'], ['trunk', 'wat'], ['journal'], ['journal', 'x'],
                  ['report'], ['why'], ['serve', 'x'],
                  ['serve', '--sip-port', '70000'],
                  ['serve', '--media-ports', '5-4'],
                  ['serve', '--until-idle', 'soon'],
                  ['serve', '--clock', 'noon'], ['simulate'], ['wat'], []):
        h.refused(words, ['telemark'], 2)
    for name in ('import', 'dnc', 'trunk', 'campaign', 'serve', 'report',
                 'why', 'journal', 'simulate', 'town'):
        done = h.run(name, '--help')
        h.check(done.returncode == 0 and f'telemark {name}' in done.stdout,
                f'{name} --help: {done}')
        long = [l for l in done.stdout.split('\n') if len(l) > 80]
        h.check(not long, f'{name} --help is wider than 80: {long}')
        h.check(h.must('help', name) == done.stdout, f'help {name}')
    # Of one word only that; of what is no word all.
    for words in (['agent', 'dispose', '--help'], ['help', 'agent', 'dispose']):
        said = h.must(*words)
        h.check(said.startswith('usage: telemark agent dispose NAME WORD') and
                '\ndispose ' in said and 'sign-in' not in said and
                'All of it: telemark agent --help' in said, said)
    h.check('\npause ' in h.must('campaign', 'pause', '--help'), 'pause')
    h.check(h.must('agent', 'wat', '--help') == h.must('agent', '--help'), 'wat')
    h.refused(['help', 'wat'], ["unknown command 'wat'"], 2)
    for more, says in ((['--encoding', 'ebcdic'], 'windows-1252'),
                       (['--delimiter', 'ab'], 'one character'),
                       (['--map', 'x=y'], "no column 'x'"),
                       (['--map', 'phone'], 'column=field')):
        h.refused(['import', good, '--list', 'bad', '--seller', 'S', *more],
                  [says])


def test_encodings(h):
    text = 'phone;name\n212-555-01%02d;J\u00fcrgen \u20ac\n'
    n = 0
    for encoding, found in (('utf-8', 'UTF-8'), ('utf-8-sig', 'UTF-8'),
                            ('utf-16', 'UTF-16LE'), ('utf-16-le', 'UTF-16LE'),
                            ('utf-16-be', 'UTF-16BE'),
                            ('cp1252', 'Latin-1')):
        path = h.write('enc.csv', (text % n).encode(encoding))
        said = h.json('import', path, '--list', 'enc')
        h.check(said['encoding'] == found and said['imported'] == 1,
                f'{encoding}: {said}')
        n += 1
    names = h.rows("SELECT DISTINCT fields FROM lead WHERE fields LIKE '%J_r%'")
    h.check(names == [('{"name":"J\u00fcrgen \u20ac"}',)], f'{names}')
    path = h.write('u16.csv', '\ufeff'.encode('utf-16-be') +
                   (text % 50).encode('utf-16-be'))
    said = h.json('import', path, '--list', 'enc', '--encoding', 'utf-16')
    h.check(said['imported'] == 1, f'utf-16 with a mark: {said}')
    # Forced wrongly: refused, or told how many characters were none.
    h.refused(['import', path, '--list', 'bad', '--encoding', 'utf-8'],
              ['is zero', 'UTF-8'])
    h.refused(['import', path, '--list', 'bad', '--encoding', 'utf-16le'],
              ['no column holds'])
    path = h.write('latin.csv', (text % 60).encode('cp1252'))
    said = h.must('import', path, '--list', 'enc', '--encoding', 'utf-8')
    h.check('2 characters were not valid UTF-8' in said, said)


def test_rows_are_told(h):
    rows = ['phone,name', '212-ABC-01!3,Letters', '555,Short', ',Nobody',
            '2.12555E+09,Excel', '212-555-0170,Good', 'call after 6,Vanity',
            '+1 212 555 0170,Twice', 'x' * 5000 + ',Long', '"212-555-0171']
    said = h.json('import', h.write('rows.csv', '\n'.join(rows) + '\n'),
                  '--list', 'rows')
    h.check((said['rows'], said['imported'], said['duplicates'],
             said['rejected']) == (9, 1, 1, 7), f'{said}')
    lines = open(said['rejects_file'], newline='').read().split('\r\n')
    h.check([l.split(',')[0] for l in lines[1:-1]] ==
            ['2', '3', '4', '5', '7', '9', '10'], f'{lines}')
    for at, text in ((1, 'letters'), (2, 'too few'), (3, 'no telephone'),
                     (4, 'spreadsheet'), (5, 'letters'), (7, 'never closed')):
        h.check(text in lines[at], lines[at])
    bounded = [l for l in lines[1:-1] if len(l.split('","')[0]) > 260]
    h.check(not bounded, f'{bounded}')


def big(h, name, head, what, times, tail=b''):
    with open(h.path(name), 'wb') as f:
        f.write(head)
        for _ in range(times):
            f.write(what)
        f.write(tail)
    return h.path(name)


def import_measured(h, path, code):
    """Exit code, seconds and the most memory of an import."""
    began = time.time()
    p = subprocess.Popen(h.args(['import', path, '--list', 'big', '--json']),
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         env=h.env())
    said = p.stdout.read().decode()
    _, status, used = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    took = time.time() - began
    name = os.path.basename(path)
    print(f'  {name}: {os.path.getsize(path) // MIB} MiB, {took:.1f} s, '
          f'{used.ru_maxrss // 1024} MiB of memory')
    h.check(p.returncode == code, f'{name}: {p.returncode}: {said}')
    sanitized = b'__asan_init' in open(h.telemark, 'rb').read()
    h.check(sanitized or used.ru_maxrss < 100 * 1024,
            f'{name}: {used.ru_maxrss} KiB of memory')
    os.unlink(path)
    return said


def test_huge_lines(h):
    a = b'a' * MIB
    import_measured(h, big(h, 'oneline.csv', b'', a, 300), 1)
    import_measured(h, big(h, 'commas.csv', b'', b',' * MIB, 300), 1)
    said = import_measured(h, big(h, 'row.csv', b'phone,name\n2125550180,', a,
                                  300, b'\n2125550181,Bob\n'), 0)
    h.check('"rows":2,"imported":1,' in said and '"rejected":1' in said, said)
    said = import_measured(h, big(h, 'quote.csv', b'phone,n\n2125550182,A\n"',
                                  b'b,"",c ' * (MIB // 7), 300), 0)
    h.check('"rows":2,"imported":1,' in said, said)
    sparse = h.write('sparse.csv', 'phone\n212-555-0183\n')
    os.truncate(sparse, 300 * MIB)
    import_measured(h, sparse, 1)
    h.no_parts('huge lines')


def test_stray_quotes(h):
    """A quote left open costs its own row, and the lines behind are read."""
    rows = [f'212555{i:04},Ann' for i in range(1000, 1900)]
    rows[100] = '2125551100,"Ann'
    rows[500] = '2125551500,"Bob'
    rows[520] = '2125551520,"Carl"'
    path = h.write('stray.csv', 'phone,name\n' + '\n'.join(rows) + '\n')
    said = h.must('import', path, '--list', 'stray')
    h.check('900 rows = 898 imported + 0 duplicates + 2 rejected' in said,
            said)
    h.check('line 102' in said and 'a quote is opened on this line' in said
            and '1 more' in said, said)


def messy(h, people, seed):
    path = h.path(f'messy{seed}.csv')
    said = h.json('town', 'list', '--out', path, '--people', str(people),
                  '--seed', str(seed))
    return path, said


def test_messy_lists_add_up(h):
    for seed in range(1, 13):
        path, made = messy(h, 400 + 77 * seed, seed)
        said = h.json('import', path, '--list', f'messy{seed}', '--seller',
                      'S')
        h.check((said['rows'], said['imported'], said['duplicates'],
                 said['rejected']) == (made['rows'], made['usable'],
                                       made['duplicates'], made['unusable']),
                f'seed {seed}: {said} is not {made}')
        mine = f"list = (SELECT id FROM list WHERE name = 'messy{seed}')"
        told = h.rows(
            'SELECT c.type, x.lead IS NOT NULL, count(*) FROM consent c '
            'JOIN lead l ON l.id = c.lead LEFT JOIN consent_end x '
            'ON x.lead = c.lead AND x.position = c.position '
            f'WHERE l.{mine} GROUP BY 1, 2')
        told = {(t, ended): n for t, ended, n in told}
        written = [t for t, _ in told if 'written' in t][0]
        h.check(told.get((written, 0), 0) == made['written_consent'] and
                told.get((written, 1), 0) == made['withdrawn_consent'],
                f'seed {seed}: {told} is not {made}')
        lines = open(said['rejects_file'], newline='').read().count('\r\n')
        h.check(lines >= made['unusable'] + 1, f'seed {seed}: {lines} lines')
    print('  seeds 1 to 12')


def contents(h, name):
    """Who is in a list, without ids and times."""
    return h.rows(
        'SELECT p.e164, p.position, p.type, l.import_row, l.fields, l.country,'
        ' l.region, l.last_transaction, c.type, c.given, x.revoked_us '
        'FROM lead l JOIN lead_phone p ON p.lead = l.id '
        'LEFT JOIN consent c ON c.lead = l.id '
        'LEFT JOIN consent_end x ON x.lead = l.id '
        f"WHERE l.list = (SELECT id FROM list WHERE name = '{name}') "
        'ORDER BY p.e164')


def test_killed_import_goes_on(h):
    path, made = messy(h, 20000, 99)
    whole = h.json('import', path, '--list', 'whole', '--seller', 'S')
    rng, killed = random.Random(3), 0
    for _ in range(12):
        p = subprocess.Popen(h.args(['import', path, '--list', 'cut',
                                     '--seller', 'S', '--json']),
                             stdout=subprocess.PIPE, env=h.env())
        time.sleep(rng.uniform(0.05, 0.5))
        p.kill()
        killed += p.wait() == -signal.SIGKILL
        p.stdout.close()
    said = h.json('import', path, '--list', 'cut', '--seller', 'S')
    if said['again']:
        print(f'  finished before the last kill')
    else:
        for key in ('rows', 'imported', 'duplicates', 'rejected'):
            h.check(said[key] == whole[key], f'{key}: {said} is not {whole}')
    print(f'  {killed} imports killed')
    h.check(contents(h, 'cut') == contents(h, 'whole'), 'the lists differ')
    h.no_parts('killed import')
    before = h.books()
    again = h.json('import', path, '--list', 'cut', '--seller', 'S')
    h.check(again['again'] and again['imported'] == 0 and
            again['rows'] == whole['rows'], f'{again}')
    h.check(h.books() == before, 'the second time changed something')


def test_later_withdrawal(h):
    h.must('import', h.write('w1.csv', 'phone,consent\n2125550190,written\n'),
           '--list', 'w', '--seller', 'S')
    h.must('import', h.write('w2.csv', 'phone,consent,consent withdrawn\n'
                             '2125550190,written,2026-11-01\n'),
           '--list', 'w', '--seller', 'S')
    ends = h.rows('SELECT count(*) FROM consent_end x JOIN lead_phone p '
                  'ON p.lead = x.lead WHERE p.e164 = 12125550190 AND '
                  "p.list = (SELECT id FROM list WHERE name = 'w')")
    h.check(ends == [(1,)], f'a withdrawal in a duplicate row: {ends}')


def test_consents_are_told(h):
    """Consents of a second file about known numbers go nowhere: told."""
    words = ['--list', 'told', '--seller', 'S']
    first = h.json('import', h.write('t1.csv', 'phone,Einwilligung,Consent '
                                     'date\n212-555-0170,written,2026-01-05\n'
                                     '212-555-0171,ja,gestern\n'), *words)
    h.check((first['consents'], first['refused_consents'],
             first['ignored_consents']) == (1, 1, 0), f'{first}')
    said = h.must('import', h.write('t2.csv', 'phone,consent,consent_date\n'
                                    '212-555-0171,written,2026-02-05\n'
                                    '212-555-0172,oral,soon\n'), *words)
    for text in ('1 consents were taken', '1 consents of numbers already on '
                 'file were not taken: use telemark ledger import consent',
                 'the first is in line 3'):
        h.check(text in said, f'{text}: {said}')


def dnc_names(h, good):
    """A slip in a register's name, and a copy that is older than the one in
    force, are told and change nothing."""
    for name, meant in (('us-national', 'us_national'),
                        ('US_National', 'us_national'),
                        ('us_natonal', 'us_national'),
                        ('state FL', 'state.FL'), ('state_fl', 'state.FL'),
                        ('ca-dncl', 'ca_dncl')):
        for kind in ([], ['--kind', 'national']):
            h.refused(['dnc', 'import', good, '--list', name, *kind],
                      [f'did you mean {meant}?', '--kind internal'])
    h.refused(['dnc', 'import', good, '--list', 'mine'],
              ['--kind internal', '--kind national'])
    words = ['dnc', 'import', good, '--list', 'mine', '--kind', 'national',
             '--obtained']
    h.must(*words, '2026-10-02')
    h.refused([*words, '2026-10-01'], ['2026-10-02', '--force'])
    h.must(*words, '2026-10-01', '--force')
    said = h.run('dnc', 'list')
    h.check('mine: the copy is' in said.stderr and
            'the law allows 31' in said.stderr, said.stderr)


def test_dnc_files(h):
    bad = '\n'.join(['212,555%04d' % i for i in range(95)] + ['nonsense'] * 5)
    path = h.write('bad.txt', bad + '\n')
    words = ['dnc', 'import', path, '--list', 'five', '--kind', 'national',
             '--obtained', '2026-11-20']
    h.refused(words, ['--force', 'line 96'])
    said = h.json(*words, '--force')
    h.check(said['numbers'] == 95 and said['rejected'] == 5, f'{said}')
    h.refused(['dnc', 'import', h.write('none.txt', ''), '--list', 'none',
               '--kind', 'national'],
              ['telemark dnc: '])
    h.refused(['dnc', 'import', path, '--list', 'us_national',
               '--obtained', 'May'],
              ['--obtained', 'May', '2026-11-21'])
    good = h.write('good.txt', '212,5550101\n')
    h.refused(['dnc', 'import', good, '--list', 'state.NY'],
              ['state.NY', 'us_national'])
    h.refused(['dnc', 'import', good, '--list', 'ca_dncl', '--country', 'US'],
              ['ca_dncl', 'of CA'])
    added = h.write('added.txt', '212,5550101,2026-11-20,A\n')
    h.refused(['dnc', 'import', added, '--list', 'never', '--changes',
               '--kind', 'internal'],
              ['never', '--changes'])
    zipped = h.write('list.zip', b'PK\x03\x04' + bytes(2000))
    h.refused(['dnc', 'import', zipped, '--list', 'zip', '--kind',
               'internal'], ['unzip'])
    dnc_names(h, good)
    h.refused(['dnc', 'add', '12'], ['12: ', 'too few digits'])
    h.refused(['dnc', 'add', '212-555-0123', '--seller', 'Nobody'],
              ['Nobody'])
    for i in range(60):
        h.must('dnc', 'import', h.path('dnc.txt'), '--list', f'list_{i}',
               '--kind', 'internal', '--obtained', '2026-11-20')
    lists = h.json('dnc', 'list')
    h.check(len(lists) == 63, f'{len(lists)} lists')
    h.no_parts('dnc')


PLAN = open(os.path.dirname(os.path.abspath(__file__)) +
            '/../../examples/survey.campaign').read()


def plan_line(key, value):
    """The example campaign with one line changed; None: left out."""
    out, done = [], False
    for line in PLAN.split('\n'):
        if not done and line.split('=')[0].strip() == key:
            done = True
            if value is not None:
                out.append(f'{key} = {value}')
        else:
            out.append(line)
    if not done:
        raise Failed(f'{key} is not in the example')
    return '\n'.join(out)


def seldom_meant(h):
    """Loaded, and yet said."""
    text = open(os.path.dirname(os.path.abspath(__file__)) +
                '/../../examples/agents.campaign').read()
    for old, new in (('= customers ', '= people '), ('detect      = no',
                     'detect = yes'), ('hold        = 2s', 'hold = 100ms'),
                     ('= 2027-03-31', '= 2020-01-01'),
                     ('Autumn renewals', 'seldom')):
        h.check(old in text, f'{old!r} is not in the example')
        text = text.replace(old, new)
    path = h.write('seldom.campaign', text)
    done = h.run('campaign', 'load', path)
    h.check(done.returncode == 0 and 'hold = 100 ms with detect = yes' in
            done.stderr and 'its last day is over (ends = 2020-01-01)' in
            done.stderr, f'{done}')
    h.check('nothing tells machines' not in done.stderr and
            'not told from machines yet' in done.stderr, done.stderr)
    path = h.write('people.campaign', text.replace(
        'detect = yes', 'detect = no').replace(
        'voicemail   = machine', '# voicemail is not said'))
    done = h.run('campaign', 'load', path)
    h.check(done.returncode == 0 and 'nothing tells machines from people' in
            done.stderr and 'voicemail = machine' in done.stderr and
            'detect = yes' not in done.stderr, f'{done}')
    h.refused(['campaign', 'load', h.write('silent.campaign', ''.join(
        line for line in text.splitlines(True)
        if not line.startswith(('abandoned_', 'pacing'))).replace(
        '= predictive', '= progressive'))],
        ['with dial mode progressive somebody may answer and find no agent'])


def test_campaign_files(h):
    def refuse(text, *says):
        h.refused(['campaign', 'load', h.write('c.campaign', text)], says)
    refuse('wat = 1\n' + PLAN, 'c.campaign:1', 'wat')
    refuse(plan_line('ring_timeout', '10s'), 'c.campaign:', 'ring_timeout',
           '15')
    refuse(plan_line('caller_id', '12'), 'c.campaign:', 'caller_id')
    for key in ('name', 'seller', 'list', 'trunk', 'purpose', 'caller_id'):
        refuse(plan_line(key, None), 'c.campaign', key)
    refuse(PLAN.replace('opt_out', 'end'), 'c.campaign', 'opt_out')
    refuse('', 'c.campaign')
    refuse('\0\1\2' * 50, 'c.campaign')
    refuse('name = x\n' * 3, 'c.campaign:2', 'name')
    refuse(plan_line('list', 'nolist'), 'nolist')
    refuse(plan_line('voice', 'klingon'), 'voice = klingon', ' en-us ')
    seldom_meant(h)
    h.refused(['campaign', 'load', h.write('b.campaign', 'x' * (5 * MIB))],
              ['longer than', 'right file'])
    for verb in ('start', 'pause', 'stop', 'status'):
        h.refused(['campaign', verb, 'nobody'], ['nobody'])


def test_trunk_files(h):
    def refuse(text, *says):
        h.refused(['trunk', 'load', h.write('t.trunk', text)],
                  ['t.trunk', *says])
    refuse('[trunk a]\nport = 5060\n', 't.trunk:1', 'no host', "add 'host")
    refuse('[trunk a]\nhost = x\nwat = 1\n', 't.trunk:3', 'unknown key')
    refuse('[trunk a]\nhost = x\nport = 99999\n', ':3', '1 to 65535')
    refuse('[trunk a]\nhost = x\ntransport = smoke\n', ':3', 'udp, tcp or tls')
    refuse('[trunk a]\nhost = x\ncodecs = mp3\n', ':3', 'pcmu and pcma')
    refuse('[trunk a]\nhost = x\nregister = yes\n', 'user and password')
    refuse('[trunk a]\nhost = x\n[trunk a]\nhost = y\n', ':3', 'already')
    refuse('[carrier a]\nhost = x\n', ':1', '[trunk NAME]')
    refuse('host = x\n', ':1', 'below a [trunk NAME]')
    refuse('[trunk a]\nhost = x\ncaller_id = 0176\n', ':3', "'+'")


def test_damaged_database(h):
    h2 = House(h.telemark, h.folder, 'damaged')
    start(h2)
    db = f'{h2.data}/telemark.db'
    good = open(db, 'rb').read()
    for name, content, says in (
            ('no database', b'This is no database. ' * 1000, 'telemark.db'),
            ('cut', good[:len(good) // 2], 'telemark.db'),
            ('holes', good[:4096] + bytes(len(good) - 4096), 'telemark.db')):
        open(db, 'wb').write(content)
        for words in (['import', h2.path('good.csv'), '--list', 'p',
                       '--seller', 'S'], ['campaign', 'status'],
                      ['serve', '--sip-port', '0', '--until-idle', '1s']):
            done = h2.run(*words)
            h.check(done.returncode == 1 and says in done.stderr and
                    'Sanitizer' not in done.stderr,
                    f'{name}: {words}: {done}')
        h.check(open(db, 'rb').read() == content, f'{name}: was changed')
    open(db, 'wb').write(good)
    h2.must('campaign', 'status')
    con = sqlite3.connect(db)
    version = con.execute('PRAGMA user_version').fetchone()[0]
    con.execute(f'PRAGMA user_version = {version + 1}')
    con.commit()
    con.close()
    for words in (['campaign', 'status'], ['journal', 'verify'],
                  ['serve', '--sip-port', '0', '--until-idle', '1s'],
                  ['import', h2.path('good.csv'), '--list', 'p', '--seller',
                   'S']):
        h2.refused(words, ['newer'])


def test_locked_database(h):
    other = sqlite3.connect(f'{h.data}/telemark.db', isolation_level=None)
    other.execute('BEGIN IMMEDIATE')
    try:
        h.refused(['import', h.path('good.csv'), '--list', 'p', '--seller',
                   'S'], ['is locked', 'telemark.db', 'close that program'])
        h.refused(['serve', '--sip-port', '0', '--until-idle', '1s'],
                  ['is locked', 'close that program'])
    finally:
        other.close()


def mount(h, mib):
    """A small disk, or why not."""
    at = tempfile.mkdtemp(dir=h.folder)
    if os.geteuid() != 0:
        return None, 'only root can mount a small disk'
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={mib}m',
                           'none', at], capture_output=True, text=True)
    if done.returncode != 0:
        return None, f'no small disk: {done.stderr.strip()}'
    return at, None


def test_full_disk(h):
    at, why = mount(h, 12)
    if at is None:
        return why
    try:
        h2 = House(h.telemark, h.folder, 'full')
        h2.data = f'{at}/data'
        start(h2)
        path, made = messy(h, 30000, 5)
        words = ['import', path, '--list', 'p', '--seller', 'S']
        done = h2.run(*words)
        h.check(done.returncode == 1 and ('full' in done.stderr or
                'No space' in done.stderr), f'{done}')
        h.check('goes on' in done.stderr or 'rows' not in done.stderr,
                done.stderr)
        h2.no_parts('full disk')
        subprocess.run(['mount', '-o', 'remount,size=200m', at], check=True)
        said = h2.json(*words)
        h.check((said['rows'], said['imported'], said['duplicates'],
                 said['rejected']) == (made['rows'], made['usable'],
                                       made['duplicates'], made['unusable']),
                f'{said} is not {made}')
        h2.verify()
        # A do-not-call list that does not fit: the former one stays.
        numbers = h.write('many.txt', ''.join(
            f'{212 + i % 500},{2000000 + i}\n' for i in range(400000)))
        used = os.statvfs(at)
        free = used.f_bavail * used.f_frsize
        with open(f'{at}/ballast', 'wb') as f:
            f.write(bytes(free - MIB))
        words = ['dnc', 'import', numbers, '--list', 'us_national',
                 '--obtained', '2026-11-21', '--force']
        done = h2.run(*words)
        h.check(done.returncode == 1 and ('full' in done.stderr or
                'No space' in done.stderr), f'{done}')
        h2.no_parts('dnc on a full disk')
        h.check(h2.json('dnc', 'list')[0]['rows'] == 1, 'the list changed')
        os.unlink(f'{at}/ballast')
        h.check(h2.json(*words)['numbers'] == 400000, 'the new list')
        h2.verify()
    finally:
        subprocess.run(['umount', at], check=False)


if __name__ == '__main__':
    house = House(sys.argv[1], sys.argv[2], 'files')
    start(house)
    main(house, [test_no_list_in_it, test_titles_above, test_not_text, test_no_file,
                 test_wrong_lines, test_encodings, test_rows_are_told,
                 test_messy_lists_add_up, test_later_withdrawal,
                 test_consents_are_told, test_dnc_files, test_campaign_files, test_trunk_files,
                 test_killed_import_goes_on, test_damaged_database,
                 test_locked_database, test_full_disk, test_stray_quotes,
                 test_huge_lines])
