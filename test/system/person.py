#!/usr/bin/env python3
"""person.py TELEMARK FOLDER: export, correct, erase, hold."""
import json, os, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + '/lib')
from house import PORTS, House, main, port_range, stop

SIP, TOWN = PORTS, PORTS + 8
SERVE = ['--sip-port', str(SIP), '--media-ports', port_range(10, 200),
         '--drain', '3', '--clock', '2026-11-23T18:00:00Z']
PLAN = """
name = c
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
start_after = 300ms
[keys]
9 = removed
[step ask]
say = "Northwind. Press 9 to be removed, or 1."
question = q Which?
key.1 = one -> bye
timeout = 2s
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
p_human = 100 %
p_machine = 0
p_busy = 0
p_reject = 0
p_congestion = 0
p_disconnected = 0
p_silent = 0
p_hangup = 0
habit = 0
p_optout = 0
ring = uniform 0.1 0.3
alert_t = uniform 0.01 0.1
greeting = uniform 0.1 0.2
react = uniform 0.05 0.2
keys = 1:1
"""
LIST = '''phone,first_name,last_name,email,consent,consent_date,state
(212) 555-0123,Zebulon,Quackenbush,Zeb@Example.org,written,2026-01-05,NY
+44 20 7946 0018,Oona,Smithers,oona@example.org,written,2026-01-05,
312-555-0147,Ann,Lee,ann@example.org,written,2026-01-05,IL
020 7946 0018,Oona,Smithers,oona@example.org,,,
nonsense,Oona,Smithers,oona@example.org,,,
404-555-0133,"O'Hara, ""Bo""",Ng,bo@example.org,written,2026-01-05,GA
'''


def number_bytes(n):
    """As SQLite stores it: six bytes, big endian."""
    return n.to_bytes(6, 'big')


def found(h, part):
    """Where the bytes stand in the data folder, with how often."""
    places = {}
    for folder, _, names in os.walk(h.data):
        for name in names:
            path = os.path.join(folder, name)
            if name != 'control.sock':
                n = open(path, 'rb').read().lower().count(part.lower())
                if n:
                    places[os.path.relpath(path, h.data)] = n
    return places


def prepare(h):
    h.must('import', h.write('people.csv', LIST), '--list', 'people',
           '--seller', 'Northwind')
    h.must('dnc', 'import', h.write('dnc.txt', '212,5559999\n'), '--list',
           'us_national', '--obtained', '2026-11-20')
    h.must('trunk', 'load', h.write('t.trunk', '[trunk town]\n'
           f'host = 127.0.0.1\nport = {TOWN}\n'))
    h.must('campaign', 'load', h.write('c.campaign', PLAN))
    h.must('campaign', 'start', 'c')


def test_wrong_words(h):
    prepare(h)
    for words, says in [
            (['person', 'export', '2125550123'], ['--out']),
            (['person', 'erase'], ['which number']),
            (['person', 'burn', '2125550123'], ['export, correct or erase']),
            (['person', 'correct', '2125550123'], ['FIELD=VALUE']),
            (['hold', 'add', 'x', '--number', '2125550123'], ['--reason']),
            (['hold', 'add', 'x', '--reason', 'r'], ['one of']),
            (['records', 'export', '--from', '2026-01-01'], ['--to'])]:
        h.refused(words, says, code=2)
    for words, says in [
            (['person', 'export', '12', '--out', 'x'], ["'12'"]),
            (['person', 'export', '--email', 'ann', '--out', 'x'],
             ['no e-mail']),
            (['person', 'erase', '617-555-0199'], ['nobody is on file']),
            (['person', 'correct', '617-555-0199', 'region=OH'],
             ['no list has']),
            (['person', 'correct', '2125550123', 'region'], ['region=OH']),
            (['person', 'correct', '2125550123', 'region=XX'],
             ['US has no region XX', 'OH']),
            (['person', 'correct', '2125550123', 'region=Ontario'],
             ['not in US', 'country=CA']),
            (['person', 'correct', '2125550123', 'region=Oz'], ['Oz', 'OH']),
            (['hold', 'release', 'x'], ['no legal hold']),
            (['hold', 'add', 'x', '--campaign', 'none', '--reason', 'r'],
             ['none']),
            (['records', 'export', '--from', '2026-13-01', '--to',
              '2026-01-01', '--out', 'x'], ['--from']),
            (['records', 'export', '--from', '2026-02-01', '--to',
              '2026-01-01', '--out', 'x'], ['before'])]:
        h.refused(words, says)


def called(h):
    return h.rows('SELECT e164 FROM attempt WHERE ended_us > 0')


def test_beside_a_server(h):
    town = subprocess.Popen(
        h.args(['town', '--port', str(TOWN), '--world',
                h.write('world.scn', WORLD), '--media-ports',
                port_range(210, 200)]),
        stderr=open(h.path('town.err'), 'a'), stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    p = h.serve(*SERVE)
    try:
        h.wait('ready', lambda: h.events('ready'))
        h.wait('calls', lambda: (12125550123,) in called(h))
        h.wait('calls', lambda: len(called(h)) >= 3)
        in_server(h)
        h.check(p.poll() is None, 'the server died')
        stop(p)
        log = open(h.log).read()
        h.check('Sanitizer' not in log, log[-2000:])
        h.check('store_down' not in log, 'the store was in trouble')
    finally:
        for q in (p, town):
            if q.poll() is None:
                stop(q)


def in_server(h):
    h.must('person', 'correct', '2125550123', 'last_name=Quackenbush-Roe',
           'region=CT')
    def region():
        return h.rows("SELECT region, region_confirmed, fields FROM lead "
                      "WHERE fields LIKE '%Quackenbush-Roe%'")[0][:2]
    h.check(region() == ('CT', 1), 'not corrected')
    h.must('person', 'correct', '2125550123', 'region=New  York')
    h.check(region() == ('NY', 1), 'no whole name')
    h.must('person', 'correct', '2125550123', 'region=us-ct')
    h.check(region() == ('CT', 1), 'no code with its country')
    export(h)
    hold(h)
    erase_british(h)
    erase_american(h)


def export(h):
    out = h.path('zeb.json')
    said = h.must('person', 'export', '--email', 'ZEB@example.ORG', '--out',
                  out)
    told = json.load(open(out))
    tables = told['tables']
    h.check(tables['lead'][0]['fields']['last_name'] == 'Quackenbush-Roe',
            f'lead: {tables["lead"]}')
    for table in 'lead_phone consent campaign_lead attempt answer'.split():
        h.check(tables.get(table), f'{table} is not in {list(tables)}')
    h.check(tables['lead_phone'][0]['number'] == '212-555-0123',
            f'number: {tables["lead_phone"]}')
    h.check(tables['import_file'][0]['file'] == 'people.csv', 'file')
    h.check(told['rows'] == sum(len(t) for t in tables.values()), 'rows')
    page = open(h.path('zeb.html')).read()
    h.check('Quackenbush-Roe' in page and 'Calls to you' in page, 'page')
    h.check('zeb.html' in said, said)
    h.must('person', 'export', '404-555-0133', '--out', h.path('bo'))
    h.check('O&#39;Hara, &quot;Bo&quot;' in open(h.path('bo.html')).read(),
            'quotes in HTML')
    # One in the data folder, to be removed with the person; one beside.
    for where in (f'{h.data}/oona', h.path('oona')):
        h.must('person', 'export', '+442079460018', '--out', where)
    told = json.load(open(h.path('oona.json')))['tables']
    h.check(len(told['export']) == 2, f'exports: {told["export"]}')
    h.check(len(told['rejected rows']) >= 1, 'rejects')
    h.must('records', 'export', '--from', '2026-01-01', '--to', '2026-12-31',
           '--out', f'{h.data}/handed')


def hold(h):
    h.must('hold', 'add', 'case 41', '--number', '+442079460018',
           '--reason', 'letter of 3 November')
    before = h.rows('SELECT count(*) FROM lead')
    h.refused(['person', 'erase', '+442079460018'],
              ['nothing was erased', '"case 41"'], books=False)
    h.check(h.rows('SELECT count(*) FROM lead') == before, 'a lead went')
    h.refused(['hold', 'add', 'case 41', '--seller', 'Northwind',
               '--reason', 'r'], ['take another name'], books=False)
    h.must('hold', 'release', 'case 41')
    told = json.loads(h.must('hold', 'list', '--json'))
    h.check(told[0]['released'] and told[0]['added'], f'hold: {told}')


def erase_british(h):
    """No law wants anything of her kept: only the number stays, where it
    keeps us from calling it."""
    before = found(h, b'Smithers')
    h.check('telemark.db' in before and any(k.startswith('rejects/')
            for k in before) and 'oona.json' in before, f'before: {before}')
    said = h.must('person', 'erase', '+442079460018')
    for text in ('1 leads', 'erased an export', f'{h.path("oona.json")}',
                 'NOT erased', 'rejected rows', 'without end'):
        h.check(text in said, f'{text!r} is not in {said}')
    h.check('note:' not in said, said)
    told = json.loads(h.must('hold', 'list', '--json'))
    h.check(len(told) == 1 and told[0]['name'] == 'case 41' and
            told[0]['number'] is None and told[0]['released'] and
            told[0]['added'], f'hold: {told}')
    h.refused(['hold', 'add', 'case 41', '--seller', 'Northwind',
               '--reason', 'r'], ['take another name'], books=False)
    for part in (b'Smithers', b'Oona', b'oona@example.org', b'79460018',
                 b'7946 0018', b'442079460018'):
        h.check(found(h, part) == {}, f'{part}: {found(h, part)}')
    # The request never to be called again: its key and its index.
    rows = h.rows('SELECT count(*) FROM opt_out WHERE e164 = 442079460018')
    h.check(rows[0][0] == 1, f'opt_out: {rows}')
    h.check(found(h, number_bytes(442079460018)) == {'telemark.db': 2},
            f'number: {found(h, number_bytes(442079460018))}')
    h.check(not os.path.exists(f'{h.data}/handed'), 'the export is there')
    h.check(os.path.exists(h.path('oona.json')), 'what is not ours went')
    h.check('Ann | Lee' in open(h.path('people.csv')).read()
            or 'Ann,Lee' in open(h.path('people.csv')).read(), 'list')


def erase_american(h):
    """The law wants the call and the consent for five years."""
    call = h.rows('SELECT id FROM attempt WHERE e164 = 12125550123')[0][0]
    wav = f'{h.data}/recordings/{call}.wav'
    open(wav, 'wb').write(b'RIFF')
    said = h.must('person', 'erase', '212-555-0123')
    for text in ('1 leads', '1 answers', '1 recordings', 'calls, until 2031',
                 'consents, until 2031', '310.5'):
        h.check(text in said, f'{text!r} is not in {said}')
    h.check(not os.path.exists(wav), 'the recording is there')
    h.check(found(h, b'zeb@example.org') == {}, 'the address is there')
    kept = h.rows('SELECT name, word FROM kept')
    h.check(kept == [('Zebulon Quackenbush-Roe', 'express_written')],
            f'kept: {kept}')
    h.check(not h.rows("SELECT 1 FROM lead_phone WHERE e164 = 12125550123"),
            'the lead is there')


def test_afterwards(h):
    h.verify()
    kinds = dict(h.rows('SELECT kind, count(*) FROM journal GROUP BY kind'))
    for kind, n in (('erased', 2), ('corrected', 4), ('hold', 2)):
        h.check(kinds.get(kind) == n, f'{kind}: {kinds}')
    # Imported again: he is on the list and is not called.
    said = h.must('why', '212-555-0123')
    h.must('import', h.write('again.csv', LIST.replace('2026-01-05',
           '2026-01-06')), '--list', 'people', '--seller', 'Northwind')
    said = h.must('why', '212-555-0123')
    h.check('opt' in said or 'left alone' in said or 'asked' in said, said)
    # Alone, without a server: the same.
    h.must('person', 'erase', '212-555-0123')
    h.check(found(h, b'zeb@example.org') == {}, 'the address is there')
    h.check(not h.rows("SELECT 1 FROM lead_phone WHERE e164 = 12125550123"),
            'the lead is there')
    h.verify()


if __name__ == '__main__':
    main(House(sys.argv[1], sys.argv[2], 'person'),
         [test_wrong_words, test_beside_a_server, test_afterwards])
