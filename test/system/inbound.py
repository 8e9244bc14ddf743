"""Acceptance of calls to us: see inbound.sh. usage: inbound.py TELEMARK DIR"""
import json, os, socket, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from carrier import Carrier
import service
from house import PORTS, Failed, House, main, port_range, stop

SIP, PEER = PORTS, PORTS + 2
CLOCK = '2026-11-23T18:00:00Z'
LINE, OTHER, NOBODYS = '+18005550123', '+18005550124', '+18005550199'
ANN = '+12125550123'
CAMPAIGN = '''name = line
seller = Northwind
caller_kind = seller
purpose = informational
list = callers
country = US
trunk = peer
caller_id = +12125550100
caller_name = Northwind
caller_id_authority = yes
channel = voice_live
dial_mode = preview
preview_limit = 20s
preview_end = skip
wrap_limit = 20s
max_calls = 5
calls_per_second = 1
ring_timeout = 15s
[hours]
weekdays = 09:00-20:00
[dispositions]
sale = done success inquiry
later = callback
do_not_call = opt_out
answering_machine = machine
[inbound]
numbers = +18005550123 +18005550124
calls = 3
target = 3s
max_wait = 1m
greeting = "Hello."
wait_say = "Please wait."
wait_every = 5s
closed_say = "We are closed. Press 9 to be left alone. Goodbye."
callback_key = 1
callback_say = "Yes."
opt_out_key = 9
opt_out_say = "Done."
'''
TRUNK = f'''[trunk peer]
host = 127.0.0.1
port = {PEER}
max_calls = 20
'''


def serve(h):
    return h.serve_ready('--clock', CLOCK, '--sip-port', str(SIP),
                         '--media-ports', port_range(10, 400), '--drain', '10')


def status(h):
    return h.json('agent', 'status', 'bob')[0]


def in_state(h, *states):
    return h.wait(f'bob {states}', lambda: status(h)['state'] in states and
                  status(h), 20)


def row(h, call, columns):
    """Of the newest call to us from this number."""
    got = h.rows(f'SELECT {columns} FROM incoming WHERE e164 = {call} '
                 'ORDER BY id DESC LIMIT 1')
    return got[0] if got else None


def outcome(h, e164, wanted):
    h.wait(f'{e164} {wanted}', lambda: row(h, e164, 'ended_us') and
           row(h, e164, 'ended_us')[0] > 0, 15)
    got = row(h, e164, 'outcome')[0]
    h.check(got == wanted, f'{e164}: {got}, not {wanted}')


def lead_state(h, e164):
    got = h.rows('SELECT m.state, m.reason FROM campaign_lead m JOIN lead_phone '
                 f'p ON p.lead = m.lead WHERE p.e164 = {e164}')
    return got[0] if got else None


def wrong_use(h):
    """What a user gets wrong before anybody calls."""
    h.must('import', h.write('callers.csv', f'phone,name\n{ANN},Ann Lee\n'),
           '--list', 'callers')
    said = h.must('trunk', 'load', h.write('shut.trunk', TRUNK +
                                           'incoming = no\n'))
    h.check('takes no calls to us (incoming = no)' in said, said)
    said = h.must('trunk', 'load', h.write('peer.trunk', TRUNK))
    h.check('takes no calls' not in said, said)
    said = h.must('campaign', 'load', h.write('line.campaign', CAMPAIGN))
    h.check(f'takes calls to {LINE}, {OTHER}' in said, said)
    second = CAMPAIGN.replace('name = line', 'name = second')
    h.refused(['campaign', 'load', h.write('second.campaign', second)],
              ["campaign 'line' answers calls to +18005550123", 'load that'])
    bare = second.replace(' = +18005550123 +18005550124', ' = 800 555 0123')
    h.refused(['campaign', 'load', h.write('bare.campaign', bare)],
              ['[inbound] numbers', '+'])
    h.must('agent', 'add', 'bob', '--phone', '212-555-0177', '--trunk', 'peer')
    one = h.json('campaign', 'status', 'line')[0]
    h.check(one['inbound_numbers'] == [LINE, OTHER], one)
    h.check('callers' not in one, one)


def closed(h, carrier):
    """Nobody is signed in; nobody serves; the number is nobody's."""
    c = carrier.call(LINE, ANN)
    h.wait('a refusal', lambda: c.code, 10)
    h.check(c.code == 480 and 180 not in c.codes, f'not started: {c.codes}')
    h.wait('a line about it', lambda: [e for e in h.events('telephony') if
           'peer' in e['text'] and 'does not run' in e['text']], 5)
    h.must('campaign', 'start', 'line')
    c = carrier.call(NOBODYS, ANN)
    h.wait('a refusal', lambda: c.code, 10)
    h.check(c.code == 404, f'of no campaign: {c.codes}')
    h.check(not h.rows('SELECT 1 FROM incoming'), 'refused ones are recorded')
    said = h.must('trunk', 'list')
    h.check('refused since the server was started: 2' in said and
            '1: nobody served them then (480)' in said and
            '1: no campaign has the number (404)' in said, said)
    hidden = carrier.call(LINE, 'anonymous', privacy=True)
    h.wait('words', lambda: hidden.answered, 10)
    away = carrier.call(LINE, '+12125550150')
    h.wait('words', lambda: away.answered, 10)
    away.key('9')
    h.wait('the end', lambda: hidden.ended and away.ended, 30)
    outcome(h, 0, 'turned_away')
    outcome(h, 12125550150, 'opted_out')
    h.check(row(h, 0, 'lead') == (0,), 'who withholds his number has a lead')
    h.check(h.rows('SELECT attempt > 0 FROM opt_out WHERE e164 = 12125550150')
            == [(1,)], 'the request is not kept')
    h.check(lead_state(h, 12125550150) == ('denied', 'opted_out'),
            lead_state(h, 12125550150))
    h.check(hidden.heard > 20, 'closed_say was not heard')


def garbage(h):
    """What is no SIP is told in the log's own form, and once."""
    ack = (f'ACK  SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{PEER}\r\n'
           'CSeq: 1 ACK\r\n\r\n').encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for text in (ack, b'hello there\r\n\r\n', ack):
            out.sendto(text, ('127.0.0.1', SIP))
    told = h.wait('a line about it', lambda: [e for e in h.events('telephony')
                  if 'cannot be read as SIP' in e['text']], 5)
    h.check(len(told) == 1, told)
    raw = [line for line in open(h.log) if not line.startswith('{')]
    h.check(not raw, f'the log has lines of another form: {raw}')


def sign_in(h, carrier):
    before = set(carrier.calls)
    h.must('agent', 'sign-in', 'bob')
    in_state(h, 'ready')
    return [c for i, c in carrier.calls.items() if i not in before][0]


def a_talk(h, carrier):
    """A lead of the list: joined, on the agent's screen, disposed."""
    c = carrier.call(LINE, ANN)
    a = in_state(h, 'talking')
    h.check(a['incoming'] and a['caller'] == ANN, a)
    h.check(a['lead']['fields'].get('name') == 'Ann Lee', a)
    said = h.must('agent', 'status', 'bob')
    h.check(f'a call to us from {ANN}' in said, said)
    h.check(180 in c.codes, f'it did not ring: {c.codes}')
    h.check(lead_state(h, 12125550123)[0] == 'in_call', 'the lead is free')
    h.refused(['agent', 'dispose', 'bob', 'answering_machine'], [''],
              books=False)
    return c


def said_in_the_talk(h):
    """It is seen at once, also by who watches, and the last word counts."""
    seen = h.path('watch.jsonl')
    watch = subprocess.Popen(h.args(['agent', 'watch', 'bob', '--json']),
                             stdin=subprocess.DEVNULL, stdout=open(seen, 'w'),
                             stderr=subprocess.DEVNULL, env=h.env())
    try:
        h.wait('the first line', lambda: open(seen).read().strip(), 10)
        h.must('agent', 'dispose', 'bob', 'later', '--at', '2h')
        a = status(h)
        h.check(a['state'] == 'talking' and a['said'] == 'later' and
                a['call_back'].startswith('2026-11-23T20:'), a)
        said = h.must('agent', 'status', 'bob')
        h.check('said: later, call back at 2026-11-23T20:' in said and
                'for the person Mon 15:' in said, said)
        h.wait('it is watched', lambda: '"said":"later"' in
               open(seen).read().replace('": ', '":'), 10)
        said = h.must('agent', 'dispose', 'bob', 'later', '--at', '3h')
        h.check('in place of' not in said, said)
        said = h.must('agent', 'dispose', 'bob', 'sale')
        h.check("in place of 'later'" in said and 'said: sale\n' in said, said)
    finally:
        watch.terminate()
        watch.wait()


def promised(h, carrier):
    """Those who were promised a call, and the rules forbid it."""
    said = h.must('campaign', 'status', 'line')
    h.check('promised' not in said, said)
    sign_in(h, carrier)
    h.wait('the rules are asked', lambda: lead_state(h, 12125550160)[0] ==
           'denied', 20)
    said = h.must('campaign', 'status', 'line')
    h.check('1 who was promised a call may not be called (US-' in said and
            'telemark why lead:' in said, said)
    h.check('1 signed in, 1 of them ready; none to dial for' in said, said)
    h.check(h.json('campaign', 'status', 'line')[0]['promised_refused'] == 1,
            'not in JSON')
    lead = said.split('why lead:')[1].split()[0]
    h.check('us_national' in h.must('why', f'lead:{lead}'), 'why says nothing')


def the_queue(h, carrier, talking):
    """While the agent talks: one asks to be called back, one gives up, the
    fourth is one too many."""
    back = carrier.call(OTHER, '+12125550160')
    h.wait('the answer', lambda: back.answered, 10)
    quits = carrier.call(LINE, '+12125550161')
    h.wait('the answer', lambda: quits.answered, 10)
    one = h.wait('two who wait', lambda: (lambda s: s if s['callers'] == 2
                 else None)(h.json('campaign', 'status', 'line')[0]), 10)
    h.check(one['oldest_caller'], one)
    said = h.must('campaign', 'status', 'line')
    h.check('2 wait, the first for' in said and 'an hour expected' in said,
            said)
    said = h.must('why', '--campaign', 'line')
    h.check('called us and wait for an agent' in said, said)
    many = carrier.call(LINE, '+12125550162')
    h.wait('a refusal', lambda: many.code, 10)
    h.check(many.code == 486, f'one too many: {many.codes}')
    h.check(row(h, 12125550162, 'id') is None, 'it is recorded')
    said = h.must('campaign', 'status', 'line')
    h.check('refused since the server was started: 1 busy, 1 not served' in
            said, said)
    h.check('found all lines taken, at whichever number: 1 on trunk' in said,
            said)
    back.key('1')
    h.wait('the promise', lambda: back.ended, 15)
    outcome(h, 12125550160, 'callback')
    h.check(lead_state(h, 12125550160) == ('callback', 'callback'),
            lead_state(h, 12125550160))
    quits.hang_up()
    outcome(h, 12125550161, 'gave_up')
    h.check(lead_state(h, 12125550161) == ('callback', 'missed_call'),
            lead_state(h, 12125550161))
    said_in_the_talk(h)
    # The next one waits for the agent, and gets him.
    third = carrier.call(OTHER, '+12125550163')
    h.wait('the answer', lambda: third.answered, 10)
    time.sleep(1)
    h.must('agent', 'dispose', 'bob', 'sale')
    talking.hang_up()
    outcome(h, 12125550123, 'talked')
    got = row(h, 12125550123, 'disposition, agent, bridged_us > answered_us')
    h.check(got == ('sale', 1, 1), got)
    got = h.rows("SELECT word, e164, attempt > 0 FROM ledger "
                 "WHERE kind = 'relationship'")
    h.check(got == [('inquiry', 12125550123, 1)], got)
    h.check(lead_state(h, 12125550123)[0] == 'done', lead_state(h, 12125550123))
    a = h.wait('the third', lambda: (lambda s: s if s.get('caller') ==
               '+12125550163' else None)(status(h)), 30)
    h.check(a['state'] == 'talking', a)
    h.check(row(h, 12125550163, 'wait_ms')[0] >= 300, 'no wait is written')
    return third


def killed(h, carrier, server, third):
    """The server dies while one talks and one waits. The next one ends both
    calls; who waited was missed."""
    waits = carrier.call(LINE, '+12125550164')
    h.wait('the answer', lambda: waits.answered, 10)
    time.sleep(1)
    server.kill()
    server.wait()
    h.check(h.rows('SELECT count(*) FROM incoming WHERE ended_us = 0') == [(2,)],
            'two are open')
    server = serve(h)
    h.wait('BYE', lambda: third.by_them and waits.by_them, 15)
    outcome(h, 12125550163, 'unknown')
    outcome(h, 12125550164, 'unknown')
    h.check(lead_state(h, 12125550164) == ('callback', 'missed_call'),
            lead_state(h, 12125550164))
    h.check(lead_state(h, 12125550163)[0] == 'waiting',
            lead_state(h, 12125550163))
    h.check(h.json('campaign', 'status', 'line')[0]['state'] == 'running',
            'it does not run any more')
    again = carrier.call(LINE, ANN)
    h.wait('words', lambda: again.answered and again.ended, 30)
    h.wait('its end', lambda: h.rows(
        'SELECT count(*) FROM incoming WHERE ended_us = 0') == [(0,)], 10)
    return server


TELLS = '+12125550165'


def told_an_agent(h, carrier):
    """Who asks the agent to be left alone pressed no key."""
    c = carrier.call(LINE, TELLS)
    in_state(h, 'talking')
    h.must('agent', 'dispose', 'bob', 'do_not_call')
    c.hang_up()
    outcome(h, int(TELLS), 'talked')
    h.wait('the request', lambda: lead_state(h, int(TELLS)) ==
           ('denied', 'opted_out'), 15)
    for number, means in (TELLS, 'agent'), ('+12125550150', 'key'):
        said = h.must('ledger', 'show', 'revocation', number, '--json')
        got = [json.loads(line) for line in said.splitlines()]
        h.check([x['means'] for x in got] == [means], f'{number}: {got}')


def bundle(h, number):
    out = h.path(f'evidence{number}')
    said = h.must('evidence', number, '--verify', '--out', out)
    return (json.load(open(f'{out}/evidence.json')),
            open(f'{out}/evidence.html').read(), said)


def the_evidence(h):
    """Calls to us are in the folder about the caller."""
    v, page, said = bundle(h, TELLS)
    h.check('0 calls, 1 calls to us, 1 requests to stop' in said, said)
    h.check(v['calls'] == [] and len(v['calls_to_us']) == 1, v)
    c = v['calls_to_us'][0]
    h.check(c['called'] == LINE and c['number'] == TELLS and
            c['outcome'] == 'talked' and c['agent'] == 'bob' and
            c['agent_disposition'] == 'do_not_call' and c['pressed'] == [] and
            c['agent_joined'] and c['ended'] and c['talk_s'] > 0 and
            c['on_line_s'] >= c['talk_s'], c)
    kinds = [x['kind'] for x in c['journal']]
    h.check(kinds[0] == 'incoming' and 'bridged' in kinds and
            'disposition' in kinds and all(x['fits'] for x in c['journal']),
            kinds)
    h.check(v['journal']['entries_shown'] == len(kinds), v['journal'])
    p = v['persons'][0]
    h.check(p['file'] == '' and 'of none: the number called us' in page, p)
    o = v['opt_outs'][0]
    h.check(o['source'] == 'agent' and o['heard_in_call'] == c['id'], o)
    h.check('No call is on file' not in page and 'called us 1 time' in page and
            f'told an agent in <a href="#c{c["id"]}">' in page and
            f'id="c{c["id"]}"' in page, 'the page')
    h.check(any('no recording of 1 of the calls to us' in u
                for u in v['not_known']), v['not_known'])
    v, page, said = bundle(h, ANN)
    h.check([c['outcome'] for c in v['calls_to_us']] ==
            ['talked', 'turned_away'], v['calls_to_us'])
    h.check('first on' in page and 'sale' in page, 'two calls')
    h.check(v['persons'][0]['file'].endswith('callers.csv'), v['persons'])
    for number, pressed in (('+12125550150', ['opt_out']),
                            ('+12125550160', ['callback']),
                            ('+12125550161', [])):
        v, page, said = bundle(h, number)
        c = v['calls_to_us'][0]
        h.check(c['pressed'] == pressed and c['agent'] is None and
                c['talk_s'] == 0, c)
        h.check(('the key to be' in page) == bool(pressed), f'{number}: page')
    v, page, said = bundle(h, '+12125550199')
    h.check(v['calls_to_us'] == [] and v['not_known'] == [] and
            'and none from it' in page, 'who never called')


def the_books(h):
    r = h.json('report', 'line')
    c = r['calls_to_us']
    want = {'callers': 9, 'talked': 3, 'gave_up': 1, 'turned_away': 2,
            'callbacks': 1, 'opt_outs': 1, 'others': 1, 'open': 0,
            'number_withheld': 1}
    h.check({k: c[k] for k in want} == want, c)
    h.check(c['target_ms'] == 3000 and c['within_target'] >= 1, c)
    h.check([n['number'] for n in c['numbers']] == [LINE, OTHER], c)
    journal = [json.loads(x) for x in h.must('journal', 'list').splitlines()]
    wrong = service.compare(c, journal, next(
        e['campaign'] for e in journal if e['kind'] == 'incoming'))
    h.check(not wrong, f'{wrong}')
    h.check(r['attempts']['recorded'] == 0, r['attempts'])
    h.check(r['rates']['abandoned']['of'] == 0, r['rates'])
    h.check(r['attempts']['opt_outs'] == 0 and r['attempts']['callbacks'] == 0,
            r['attempts'])
    all_ = r['agents']['all']
    h.check(all_['callers'] == 3 and all_['calls'] == 3, r['agents'])
    said = h.must('report', 'line')
    h.check('Calls to us' in said and 'within 3 s' in said, said)
    h.check('calls_to_us,callers,,9' in h.must('report', 'line', '--csv'), 'csv')
    h.verify()
    kinds = [e['event'] for e in h.events()]
    h.check(kinds.count('incoming') == 9, 'the log has not all')
    h.must('person', 'export', ANN, '--out', h.path('ann.json'))
    data = json.load(open(h.path('ann.json')))
    h.check(len(data['tables']['incoming']) == 2, list(data['tables']))
    said = h.must('why', ANN)
    h.check(f'{ANN} called us on' in said and 'agent bob, sale' in said, said)
    said = h.json('why', '+12125550161')
    h.check([c['outcome'] for c in said['calls_to_us']] == ['gave_up'], said)
    h.must('records', 'export', '--from', '2026-11-01', '--to',
           '2026-12-01', '--out', h.path('records'))
    lines = open(h.path('records/calls.csv')).read().splitlines()
    h.check(len(lines) == 10 and sum('inbound' in l for l in lines) == 9, lines)
    h.check('800-555-0123' in lines[1] and 'informational' in lines[1], lines)


def in_a_list_later(h):
    """Two who called us, in a file: their leads become the rows'."""
    rows = 'phone,name\n+12125550164,Eve Ray\n+12125550150,Ted Orr\n'
    made = h.rows('SELECT lead FROM lead_phone WHERE e164 = 12125550164')
    said = h.must('import', h.write('later.csv', rows), '--list', 'callers')
    h.check('2 imported' in said or '2 leads' in said, said)
    got = h.rows('SELECT p.lead, l.import_row > 0, l.fields FROM lead_phone p '
                 'JOIN lead l ON l.id = p.lead WHERE p.e164 = 12125550164')
    h.check([made[0] + (1, '{"name":"Eve Ray"}')] == got, got)
    h.check(lead_state(h, 12125550164) == ('callback', 'missed_call'),
            lead_state(h, 12125550164))
    h.check(lead_state(h, 12125550150) == ('denied', 'opted_out'),
            lead_state(h, 12125550150))
    h.verify()


def calls_to_us(h):
    carrier = Carrier(PEER, SIP)
    server = serve(h)
    try:
        closed(h, carrier)
        garbage(h)
        bob = sign_in(h, carrier)
        first = a_talk(h, carrier)
        third = the_queue(h, carrier, first)
        server = killed(h, carrier, server, third)
        h.check(bob.by_them, "the agent's telephone still hears")
        promised(h, carrier)
        told_an_agent(h, carrier)
        h.check(not carrier.faults, carrier.faults)
        h.check(stop(server) == 0, 'the server ended badly')
        the_books(h)
        the_evidence(h)
        in_a_list_later(h)
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()
        carrier.stop()


if __name__ == '__main__':
    main(House(sys.argv[1], sys.argv[2], 'inbound'), [wrong_use, calls_to_us])
