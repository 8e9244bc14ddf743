#!/usr/bin/env python3
"""ledgers.py TELEMARK FOLDER: the ledgers as a user meets them, and what they
do to a server that dials."""
import glob, json, os, subprocess, sys, time
from datetime import datetime

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + '/lib')
from house import PORTS, Failed, House, main, port_range, stop

SOURCE = os.path.dirname(os.path.abspath(__file__)) + '/../..'
SIP, TOWN = PORTS + 8, PORTS
SERVE = ['--sip-port', str(SIP), '--media-ports', port_range(10, 200),
         '--drain', '2', '--clock', '2026-11-23T18:00:00Z']
LEADS = 40
PLAN = f"""
name = calls
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
calls_per_second = 50
ring_timeout = 15s
start_after = 100ms
[caps]
number_24h = 20
lead = 20
[retry]
busy = 19 x 2s
unknown = 19 x 2s
failed = 19 x 2s
congestion = 19 x 2s
[keys]
9 = removed
[step ask]
say = "Northwind. Press 9 to be removed, or 1."
question = q Which?
key.1 = one -> bye
timeout = 1s
next = bye
[step bye]
do = end
say = "Goodbye. 202 555 0100."
[step removed]
do = opt_out
say = "You are removed."
"""
# Everybody is busy for ever: each number is called again after a second.
WORLD = """
[people]
people_seed = 5
p_human = 0
p_machine = 0
p_busy = 100 %
p_reject = 0
p_congestion = 0
p_disconnected = 0
busy_t = uniform 0.05 0.1
alert_t = uniform 0.01 0.05
"""


# A sales call into Louisiana, for which the law wants to know more.
SALE = (PLAN.replace('caller_kind = survey', 'caller_kind = seller')
        .replace('purpose = survey', 'purpose = sale')
        .replace('leads_to_sale = no',
                 'carries = disclose_seller_purpose_goods')
        .replace('Hello.', 'Hello, this is Northwind, 202 555 0100, with a '
                           'sales call about roofs.'))


def number(i, area=212):
    return f'+1{area}555{100 + i:04d}'


def entries(h, *what):
    said = h.must('ledger', 'show', *what, '--json')
    return [json.loads(line) for line in said.splitlines()]


def examples(h):
    """The files of the manual are taken in whole, and once."""
    for path in sorted(glob.glob(f'{SOURCE}/examples/ledgers/*.csv')):
        kind = os.path.basename(path)[:-4]
        rows = len(open(path).read().splitlines()) - 1
        first = h.json('ledger', 'import', kind, path)
        h.check((first['rows'], first['taken']) == (rows, rows),
                f'{kind}: {first}')
        before = h.books()
        again = h.json('ledger', 'import', kind, path)
        h.check(again['again'] and h.books() == before, f'{kind}: {again}')
        h.check(len(entries(h, kind)) >= rows, f'{kind}: not shown')
    kinds = {e['ledger'] for e in entries(h, 'all')}
    h.check(len(kinds) == 9, f'shown: {kinds}')
    h.verify()


def messy(h):
    """A file as offices make them: what can be used is, the rest is told."""
    text = ('Telephone;HOW;Received;Remark\r\n'
            '(212) 555-0180;Post;2026-11-01;"a; b"\r\n'
            '212-555-0181;SMS;01.11.2026;\r\n'
            ';web;2026-11-01;nobody\r\n'
            '212-555-0182;pigeon;2026-11-01;\r\n'
            '\r\n'
            '212-555-0180;letter;2026-11-01;"a; b"\r\n'
            '212 555 0183\r\n')
    acme = h.write('acme.csv', 'number,type,given\n2125550170,express_oral,'
                   '2026-01-01\n')
    h.must('ledger', 'import', 'consent', acme, '--seller', 'Acme')
    path = h.write('messy.csv', b'\xff\xfe' + text.encode('utf-16-le'))
    said = h.json('ledger', 'import', 'revocation', path, '--seller', 'Acme')
    h.check((said['rows'], said['taken'], said['duplicates'],
             said['rejected']) == (7, 2, 1, 3) or
            (said['rows'], said['taken'], said['duplicates'],
             said['rejected']) == (6, 2, 1, 3), f'messy: {said}')
    rejects = open(said['rejects_file'], newline='').read()
    for line, why in ((3, 'is no date: write it like 2026-11-21'),
                      (4, 'neither a number nor an e-mail address'),
                      (5, "'pigeon' is not one of: key voice")):
        h.check(f'\r\n{line},' in rejects and why in rejects,
                f'rejects: {rejects}')
    shown = entries(h, 'revocation', '2125550180')
    h.check(len(shown) == 1 and shown[0]['note'] == 'a; b' and
            shown[0]['means'] == 'letter' and shown[0]['seller'] == 'Acme' and
            shown[0]['deadline'] == '2026-11-13' and
            shown[0]['days_late'] > 0, f'{shown}')
    said = h.must('ledger', 'show', 'revocation', '2125550180')
    h.check('; received 2026-11-01, on file since 20' in said and
            'days late (law: until 2026-11-13; 10 business' in said, said)
    h.must('ledger', 'add', 'revocation', 'number=2125550195')
    said = h.must('ledger', 'show', 'revocation', '2125550195')
    h.check(': in time (law: until ' in said, said)
    # By e-mail alone: the numbers of its leads are not called either.
    h.must('import', h.write('mail.csv', 'phone,phone 2,mail\n2125550197,'
                             '2125550198,Ann@Example.org \n2125550199,,'
                             'bo@example.org\n2125550189,,cy@example.org\n'),
           '--list', 'mail', '--seller', 'Acme')
    said = h.must('ledger', 'add', 'revocation', 'email=ann@example.ORG',
                  '--seller', 'Acme')
    h.check('+12125550197, of a lead' in said and '+12125550198,' in said, said)
    said = h.json('ledger', 'import', 'revocation', h.write(
        'mails.csv', 'email,channels\nbo@example.org,\ncy@example.org,email'
        '\n'), '--seller', 'Acme')
    h.check(said['numbers_by_address'] == 1, f'by address: {said}')
    stopped = h.rows('SELECT e164 FROM opt_out WHERE e164 BETWEEN 12125550189 '
                     'AND 12125550199 AND e164 NOT BETWEEN 12125550190 AND '
                     '12125550196 ORDER BY e164')
    h.check(stopped == [(12125550197,), (12125550198,), (12125550199,)],
            f'stopped: {stopped}')
    # The column of a list: on file since today, whenever it was said.
    h.must('import', h.write('old.csv', 'phone,consent,consent_date,'
                             'consent_withdrawn\n2125550196,written,'
                             '2024-01-05,2024-03-01\n'), '--list', 'old',
           '--seller', 'Acme')
    shown = entries(h, 'revocation', '2125550196')
    h.check(len(shown) == 1 and shown[0]['at'].startswith('2024-03-01') and
            shown[0]['recorded'] > '2026' and shown[0]['days_late'] > 100,
            f'{shown}')
    h.refused(['ledger', 'import', 'consent', path, '--seller', 'Acme'],
              ["'HOW'", 'the columns of consent are: type, given'])
    h.refused(['ledger', 'import', 'consent',
               h.write('c.csv', 'number,type,given\n2125550101,oral,'
                       '2026-01-01\n')], ['--seller NAME'])
    h.refused(['ledger', 'import', 'gossip', path], ["'gossip' is no ledger"],
              code=2)
    h.refused(['ledger', 'import', 'consent', h.path('none.csv'), '--seller',
               'Acme'], ['none.csv', 'No such file'])
    h.refused(['ledger', 'add', 'revocation', 'number=2125550190', 'means=web',
               '--seller', 'Akme'], ['there is no seller "Akme"'])
    h.refused(['ledger', 'end', '1'], ['--reason'], code=2)
    h.refused(['ledger', 'import', 'revocation', path, '--seller', 'Akme'],
              ['there is no seller "Akme"; there are: ', 'Acme'])
    sellers = h.rows('SELECT name FROM seller')
    said = h.json('ledger', 'import', 'revocation', h.write(
        'akme.csv', 'number,seller\n2125550191,Akme\n2125550192,Acme\n'
        '2125550193,all\n'))
    h.check((said['taken'], said['rejected']) == (2, 1), f'Akme: {said}')
    h.check('there is no seller ""Akme""; there are: ' in
            open(said['rejects_file']).read() and h.rows('SELECT name FROM seller') == sellers, 'Akme was made')


def ends(h):
    """What was wrong counts no more and stays on file."""
    h.must('ledger', 'add', 'holiday', 'area=UT', 'date=2026-12-24')
    entry = entries(h, 'holiday')[-1]
    h.must('ledger', 'end', str(entry['id']), '--reason', 'not proclaimed')
    again = entries(h, 'holiday')[-1]
    h.check(again['ended_reason'] == 'not proclaimed' and
            again['recorded'] == entry['recorded'], f'{again}')
    h.refused(['ledger', 'end', str(entry['id']), '--reason', 'x'],
              ['is ended already: not proclaimed'])
    h.verify()


def invites(h):
    """[(instant, number)] of every INVITE that the town saw."""
    found = []
    for line in open(h.path('town.jsonl')):
        e = json.loads(line) if line.endswith('\n') else {'event': ''}
        if e['event'] == 'invite':
            at = datetime.fromisoformat(e['t'].replace('Z', '+00:00'))
            found.append((at.timestamp(), e['to']))
    return found


def last_call(h, who):
    return max([t for t, to in invites(h) if to == who], default=0)


def still_called(h, who, since=None):
    """Waits until each of these numbers is called once more."""
    since = since or time.time()
    h.wait(f'another call to each of {who}', lambda: all(
        last_call(h, w) > since for w in who))


def asks(h, who, *words):
    """The command carries a request of these numbers, which are called all
    the time; (numbers, begin)."""
    still_called(h, who)
    began = time.time()
    h.must(*words)
    took = time.time() - began
    h.check(took < 1, f'{words}: {took:.2f} s')
    print(f'  {" ".join(words[:3])}: {took * 1000:.0f} ms')
    return who, began


def prepare(h, plan, area):
    rows = '\n'.join(f'{number(i, area)},written,2026-01-05'
                     for i in range(LEADS))
    h.must('import', h.write('people.csv', f'phone,consent,consent_date\n'
                             f'{rows}\n'),
           '--list', 'people', '--seller', 'Northwind')
    h.must('dnc', 'import', h.write('dnc.txt', '212,5559999\n'), '--list',
           'us_national', '--obtained', '2026-11-20')
    h.must('dnc', 'import', h.write('la.txt', '504,5559999\n'), '--list',
           'state.LA', '--obtained', '2026-11-20')
    h.must('trunk', 'load', h.write('t.trunk', '[trunk town]\nhost = 127.0.0.1'
                                    f'\nport = {TOWN}\nmax_calls = 200\n'
                                    'calls_per_second = 100\n'))
    h.must('campaign', 'load', h.write('c.campaign', plan))
    h.must('campaign', 'start', 'calls')


def with_server(h, work, calls=LEADS):
    """The work beside a town and a server that dials into it."""
    open(h.path('town.jsonl'), 'w').close()
    town = subprocess.Popen(
        [h.telemark, 'town', '--port', str(TOWN), '--world',
         h.write('w.scn', WORLD), '--log', h.path('town.jsonl'),
         '--media-ports', port_range(210, 200)],
        stdout=subprocess.DEVNULL, stderr=open(h.path('town.err'), 'w'))
    server = None
    try:
        time.sleep(1)
        server = h.serve(*SERVE)
        h.wait('a call', lambda: len(invites(h)) > calls)
        work(h)
    finally:
        for p in (server, town):
            if p is not None:
                stop(p)
    h.verify()


def dialling(h):
    prepare(h, PLAN, 212)
    with_server(h, beside)


def sale(h):
    """Without what the ledgers say this call is forbidden; with it, allowed;
    and an emergency that is declared meanwhile ends it."""
    h = House(h.telemark, os.path.dirname(h.folder), 'sale')
    rows = ''.join(f'{number(i, 504)},written,voice,2026-02-03,yes\n'
                   for i in range(LEADS))
    h.must('ledger', 'import', 'consent', h.write(
        'c.csv', f'number,type,channels,given,not_condition\n{rows}'),
           '--seller', 'Northwind')
    h.must('ledger', 'add', 'emergency', 'area=LA', 'status=none',
           'from=2026-11-01')
    prepare(h, SALE, 504)
    with_server(h, emergency)


def emergency(h):
    h.must('ledger', 'add', 'emergency', 'area=LA', 'status=reporting',
           'from=2026-11-20')
    began = time.time()
    time.sleep(6)  # two rounds of calls
    late = max(t for t, _ in invites(h)) - began
    h.check(late < 1, f'a call {late:.1f} s after the emergency')
    why = h.must('why', number(0, 504))
    h.check('US-LA-EMG' in why and 'May not be called' in why, f'why: {why}')


def slow(h):
    """STOP to a text is no opt-out of calls, and yet the campaign, for which
    a withdrawal holds on all channels, no longer calls: nor the leads that
    it has at hand already."""
    h = House(h.telemark, os.path.dirname(h.folder), 'slow')
    prepare(h, PLAN.replace('calls_per_second = 50', 'calls_per_second = 3'),
            212)
    with_server(h, stops_by_text, 2)


def stops_by_text(h):
    path = h.write('stop.csv', 'number,means,channels\n' + ''.join(
        f'{number(i)},text,text\n' for i in range(LEADS)))
    h.must('ledger', 'import', 'revocation', path, '--seller', 'Northwind')
    began = time.time()
    time.sleep(4)  # some twelve calls, had nothing been said
    late = max(t for t, _ in invites(h)) - began
    h.check(late < 1, f'a call {late:.1f} s after STOP by text')
    again = h.json('ledger', 'import', 'revocation', path, '--seller',
                   'Northwind')
    h.check(again['again'] and again['taken'] == LEADS, f'{again}')


def beside(h):
    """Every means and every way in, while the server dials."""
    some = [number(i) for i in range(2, 12)]
    path = h.write('stop.csv', 'number,means,seller\n' + ''.join(
        f'{n},email,Northwind\n' for n in some))
    who = number(12)
    out = h.write('out.csv', f'phone,opt_out\n{who},yes\n')
    asked = [
        asks(h, [number(0)], 'ledger', 'add', 'revocation',
             f'number={number(0)}', 'means=letter', 'at=2026-11-23',
             '--seller', 'Northwind'),
        asks(h, [number(1)], 'ledger', 'add', 'revocation',
             f'number={number(1)}', 'means=agent'),  # of all sellers
        asks(h, some, 'ledger', 'import', 'revocation', path),
        asks(h, [who], 'import', out, '--list', 'others', '--seller',
             'Northwind')]
    # of another seller: calls go on
    h.must('ledger', 'import', 'consent', h.write(
        'one.csv', f'number,type,given\n{number(20)},express_oral,2026-01-01'
        '\n'), '--seller', 'Another')
    h.must('ledger', 'import', 'revocation', h.write(
        'other.csv', f'number,seller\n{number(21)},Another\n'))
    since = time.time()
    still_called(h, [number(i) for i in range(13, LEADS)], since + 2)
    for numbers, began in asked:
        for w in numbers:
            late = last_call(h, w) - began
            h.check(late < 1, f'{w} was called {late:.1f} s after it asked')
    # facts about the world reach the campaigns without a restart
    h.must('ledger', 'add', 'emergency', 'area=US-NY', 'status=none',
           'from=2026-11-01')
    why = h.must('why', number(0))
    h.check('left alone' in why or 'opt' in why.lower(), f'why: {why}')
    shown = entries(h, 'revocation', number(0))
    h.check(len(shown) == 1 and shown[0]['means'] == 'letter', f'{shown}')
    shown = entries(h, 'revocation', who)
    h.check(len(shown) == 1 and shown[0]['means'] == 'list', f'{shown}')


if __name__ == '__main__':
    main(House(sys.argv[1], sys.argv[2], 'ledgers'),
         [examples, messy, ends, dialling, slow, sale])
