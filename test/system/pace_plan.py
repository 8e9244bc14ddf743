"""telemark campaign pace and telemark plan, as people type them.
usage: pace_plan.py TELEMARK DIR"""
import json, os, random, sqlite3, sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from house import PORTS, House, main, port_range, stop

SIP, NOBODY = PORTS, PORTS + 2
NAME = 'live sales'
CAMPAIGN = '''name = live sales
seller = Northwind
caller_kind = seller
purpose = sale
leads_to_sale = yes
list = people
country = US
trunk = nobody
caller_id = +12025550100
channel = voice_live
dial_mode = predictive
abandon_limit = 2.5 %
abandoned_say = "This is Northwind, a telemarketing call. Call 202 555 0100, or press 9 to be taken off our list."
[hours]
weekdays = 09:00-17:00
[caps]
lead = 3
[retry]
no_answer = 2 x 1d
'''
AGENTLESS = '''name = robot
seller = Northwind
caller_kind = survey
purpose = survey
leads_to_sale = no
list = people
country = US
trunk = nobody
caller_id = +12025550100
[keys]
9 = stop
[step hello]
do = end
say = "Northwind here, a recorded call. Press 9 to be taken off our list. Call 202 555 0100."
[step stop]
do = opt_out
say = "You are off our list."
'''
LINE = '''name = line
seller = Northwind
caller_kind = seller
purpose = informational
leads_to_sale = no
list = callers
country = US
trunk = nobody
caller_id = +12025550109
channel = voice_live
dial_mode = preview
[inbound]
numbers = +12025550109
calls = 300
target = 80 % in 20s
max_wait = 10m
'''
TRUNK = f'''[trunk nobody]
host = 127.0.0.1
port = {NOBODY}
max_calls = 10
'''
LAW = '16 CFR 310.4(b)(4)(i)'


def pace(house, *words):
    return house.must('campaign', 'pace', NAME, *words)


def pace_words(house):
    """Without a server, and what is refused."""
    def no(words, *says, code=1):
        house.refused(['campaign', *words], says, code)
    no(['pace', NAME], 'what shall change', code=2)
    no(['pace', NAME, '--mode', 'fast'], 'no dial mode', 'predictive')
    no(['pace', NAME, '--mode', 'agentless'], 'has no agents')
    no(['pace', NAME, '--mode', 'power', '--pacing', 'predictive'],
       'power:r=2')
    no(['pace', NAME, '--mode', 'progressive', '--pacing', 'credit'],
       'no other pacing')
    no(['pace', NAME, '--pacing', 'power:r=0.5'], 'power')
    no(['pace', NAME, '--pacing', 'power:r=2'], 'dials predictive',
       'give --mode power')
    no(['pace', NAME, '--limit', '3.1 %'], LAW, '47 CFR 64.1200(a)(7)')
    no(['pace', NAME, '--limit', '2.6'], 'abandon_limit = 2.5 %')
    no(['pace', NAME, '--limit', 'much'], 'no share in per cent')
    no(['pace', NAME, '--limit', '0.01'], '0.1 % or more')
    no(['pace', 'robot', '--limit', '1'], 'agentless')
    no(['pace', 'nobody', '--limit', '1'], "no campaign 'nobody'")
    no(['pause', NAME, '--mode', 'power'], 'are for pace', code=2)
    # Not forbidden, as a campaign before its trunk; but said.
    done = house.run('agent', 'add', 'zed', '--phone', '212-555-0177',
                     '--trunk', 'city')
    house.check(done.returncode == 0 and
                "there is no trunk 'city'" in done.stderr, done.stderr)
    done = house.run('agent', 'add', 'yan', '--phone', '212-555-0178',
                     '--trunk', 'nobody')
    house.check(done.returncode == 0 and done.stderr == '', done.stderr)
    house.must('agent', 'remove', 'zed')
    house.refused(['agent', 'add', 'zed', '--ha1-md5=' + '0' * 32],
                  ['--password-file'], 2)
    house.must('agent', 'remove', 'yan')
    said = house.must('campaign', 'load', house.path('live.campaign'))
    house.check(f"telemark campaign start '{NAME}'" in said, said)
    said = pace(house, '--mode', 'power', '--limit', '2 %')
    house.check('dials power (power:r=2), at most 2 %' in said, said)


def live(house):
    return house.json('campaign', 'status', NAME)[0]


def serve(house):
    return house.serve_ready('--address', '127.0.0.1', '--sip-port', str(SIP),
                             '--media-ports', port_range(4, 100), '--clock',
                             '2026-12-01T15:00:00Z')


def pace_of_a_server(house):
    house.must('campaign', 'start', NAME)
    process = serve(house)
    try:
        house.check(live(house)['dial_mode'] == 'power', 'not kept')
        house.check(live(house)['pacing'] == 'power:r=2', 'not kept')
        house.check(live(house)['abandon_limit_percent'] == 2, 'not kept')
        pace(house, '--pacing', 'power:r=1.5')
        house.check(live(house)['pacing'] == 'power:r=1.5', 'not changed')
        pace(house, '--mode', 'predictive')
        now = live(house)
        house.check(now['dial_mode'] == 'predictive', 'not changed')
        for key in 'over_limit agents ready ringing waiting talking price'.split():
            house.check(key in now, f'status has no {key}')
        house.check(now['agents'] == 0 and now['calls'] == 0, str(now))
        said = house.must('campaign', 'status', NAME)
        house.check('dials predictive, at most 2 %' in said, said)
        house.check('agents: 0, 0 of them ready' in said, said)
        house.refused(['campaign', 'pace', NAME, '--limit', '5'], [LAW],
                      books=False)
        pace(house, '--mode', 'preview')
        pace(house, '--mode', 'progressive', '--limit', '1.5')
    finally:
        stop(process)
    process = serve(house)
    try:
        house.check(live(house)['dial_mode'] == 'progressive', 'not kept')
        house.check(live(house)['abandon_limit_percent'] == 1.5, 'not kept')
        # Another file: its own words count again.
        house.must('campaign', 'stop', NAME)
        house.write('live.campaign', CAMPAIGN + '# changed\n')
        house.must('campaign', 'load', house.path('live.campaign'))
        house.check(live(house)['dial_mode'] == 'predictive', 'not replaced')
        house.check(live(house)['abandon_limit_percent'] == 2.5,
                    'not replaced')
    finally:
        stop(process)
    house.must('journal', 'verify')


def add_history(house, days=3, dials=1200, human=0.25, machine=0.3):
    """Rows as a server would have left them; the journal knows nothing."""
    rng = random.Random(7)
    db = sqlite3.connect(f'{house.data}/telemark.db')
    campaign = db.execute('SELECT id, seller FROM campaign WHERE name = ?',
                          (NAME,)).fetchone()
    start = 1795521600000000  # 2026-11-24 12:00 UTC
    n = 0
    for day in range(days):
        for i in range(dials // days):
            n += 1
            at = start + day * 86400000000 + i * 60000000
            x, ring = rng.random(), int(rng.gauss(9000, 1500))
            row = dict(tenant=1, id=n, seller=campaign[1],
                       campaign=campaign[0], lead=1 + n % 900, e164=12025550100,
                       recorded_us=at, permit_until_us=at, rules='',
                       versions='', placed_us=at, ended_us=at + 26000000,
                       outcome='no_answer', ring_ms=25000)
            if x < human:
                talk = int(rng.expovariate(1 / 60) * 1e6)
                answered = at + ring * 1000
                row.update(outcome='talked', live=1, ring_ms=ring,
                           answered_us=answered, bridged_us=answered + 100000,
                           ended_us=answered + 100000 + talk, agent=1)
            elif x < human + machine:
                row.update(outcome='machine', ring_ms=20000)
            keys = ', '.join(row)
            db.execute(f'INSERT INTO attempt ({keys}) VALUES '
                       f'({", ".join("?" * len(row))})', list(row.values()))
            if x < human:
                end = row['ended_us']
                for state, a, b in (('talking', answered, end),
                                    ('wrap_up', end, end + 12000000)):
                    db.execute('INSERT INTO agent_event (tenant, agent, state, '
                               'reason, from_us, until_us, campaign, attempt) '
                               "VALUES (1, 1, ?, '', ?, ?, ?, ?)",
                               (state, a, b, campaign[0], n))
    db.commit()
    db.close()
    return n


def add_callers(house, days=3, hours=6.6, rate=60, talk=90):
    """Who called while it dialled, and as many at night."""
    db = sqlite3.connect(f'{house.data}/telemark.db')
    campaign = db.execute('SELECT id, seller FROM campaign WHERE name = ?',
                          (NAME,)).fetchone()
    start, n = 1795521600000000, 0
    for day in range(days):
        for i in range(int(rate * hours)):
            for night in 0, 12 * 3600 * 10**6:
                n += 1
                at = start + day * 86400 * 10**6 + night + \
                    int(i * 3600 / rate * 1e6)
                joined = at + 5 * 10**6
                row = dict(tenant=1, id=10**6 + n, seller=campaign[1],
                           campaign=campaign[0], lead=0, e164=0,
                           called=12025550100, recorded_us=at,
                           answered_us=at + 10**6, bridged_us=joined,
                           ended_us=joined + talk * 10**6, wait_ms=4000,
                           outcome='talked', agent=1)
                if i % 10 == 0:
                    row.update(outcome='gave_up', bridged_us=0, agent=0,
                               ended_us=at + 40 * 10**6)
                db.execute(f'INSERT INTO incoming ({", ".join(row)}) VALUES '
                           f'({", ".join("?" * len(row))})',
                           list(row.values()))
    db.commit()
    db.close()


def plan_with_callers(house):
    """They take agents from the people who are dialled."""
    alone = plan(house, '--agents', '4')
    house.check(alone['model']['callers_h']['value'] == 0, str(alone['model']))
    add_callers(house)
    # The plan takes no calls: nobody would call.
    house.check('caller' not in plan_text(house, '--scenario'), 'no [inbound]')
    house.write('live.campaign', CAMPAIGN +
                '[inbound]\nnumbers = +12025550100\ntarget = 25s\n')
    house.must('campaign', 'load', house.path('live.campaign'))
    both = plan(house, '--agents', '4')
    model, now, was = both['model'], both['now'], alone['now']
    house.check(abs(model['callers_h']['value'] - 60) < 2, str(model))
    house.check(model['callers_h']['low'] < 60 < model['callers_h']['high'],
                str(model))
    house.check(abs(model['caller_talk']['mean_s'] - 90) < 1, str(model))
    # An hour of theirs is 54 talks of 102 s, of four hours of agents.
    house.check(now['contacts_h']['mean'] < 0.8 * was['contacts_h']['mean'],
                f'{now} {was}')
    house.check(now['callers_in_target_pct'] > 50, str(now))
    said = plan_text(house, '--agents', '4')
    house.check('people who call us/h' in said and
                'have an agent within 25 s' in said, said)
    text = plan_text(house, '--scenario')
    house.check('\ncallers = ' in text and '\ncaller_talk = ' in text, text)
    house.must('simulate', house.write('both.scn', text), '--set', 'days=1',
               '--set', 'hours=0.2')


def erlang_a(agents, an_hour, handle_s, patience_s, target_s):
    """The share of callers who have an agent within the target: Poisson calls,
    exponential times, patience (Palm 1957), by the queue's own equations."""
    rate, done, leave = an_hour / 3600, 1 / handle_s, 1 / patience_s
    most = agents + 200
    p = [1.0]
    for n in range(1, most):
        p.append(p[-1] * rate / (min(n, agents) * done +
                                 max(n - agents, 0) * leave))
    whole = sum(p)
    served = sum(p[:agents]) / whole
    # Where he stands in the queue, and how likely he still does.
    queue = [x / whole for x in p[agents:]]
    step = 0.01
    for _ in range(int(target_s / step)):
        out = [q * step * (agents * done + i * leave)
               for i, q in enumerate(queue)]
        served += out[0]
        queue = [q - o - q * step * leave + (out[i + 1] if i + 1 < len(out)
                                             else 0)
                 for i, (q, o) in enumerate(zip(queue, out))]
    return 100 * served


def plan_of_a_line(house):
    """A line that takes calls: agents for its callers, not lines to dial."""
    house.must('import', house.write('callers.csv', 'phone\n'), '--list',
               'callers')
    house.must('campaign', 'load', house.write('line.campaign', LINE))

    def line(*words):
        return house.must('plan', 'line', *words)

    def answer(*words):
        return json.loads(line('--json', *words))
    said = line()
    house.check('say how many will, with --callers N' in said, said)
    for words, says in ((['--contacts', '5'], 'takes calls and dials nobody'),
                        (['--service', '80'], '--callers N'),
                        (['--callers', '0'], 'no number from'),
                        (['--callers', '60', '--service', 'all'], 'no share'),
                        (['--agents', '501'], 'from 1 to 500')):
        house.refused(['plan', 'line', *words], [says])
    house.refused(['plan', 'robot', '--callers', '5'], ['agentless'])
    house.refused(['plan', 'line', '--callers', '5', '--service', '80',
                   '--hours', '3'], ['one target at a time'])
    # The simulator against the formula: talk 45 s, wrap-up 15 s, patience 90 s.
    for agents, callers in ((2, 60), (12, 600)):
        want = erlang_a(agents, callers, 60, 90, 20)
        got = answer('--agents', str(agents), '--callers', str(callers),
                     '--seeds', '6')['now']
        house.check(abs(got['service_pct']['mean'] - want) < 5,
                    f'{agents} agents, {callers} an hour: {got}, not {want}')
        house.check(abs(got['occupancy_pct'] - 100 * callers / 60 / agents *
                        (1 - got['callers_gave_up_pct'] / 100)) < 6, f'{got}')
    one = answer('--callers', '180', '--seeds', '4', '--agents', '4')
    want = one['target']
    house.check(one['history']['takes_calls_only'], f'{one}')
    house.check(want['kind'] == 'service_percent' and want['wanted'] == 80 and
                want['reached'], f'{want}')
    least = next(n for n in range(1, 99) if erlang_a(n, 180, 60, 90, 20) >= 80)
    house.check(abs(want['agents'] - least) <= 1, f'{want}, not {least}')
    strict = answer('--callers', '180', '--service', '97', '--seeds', '3',
                    '--agents', '8')
    house.check(strict['target']['agents'] > want['agents'], f'{strict}')
    # `calls` is what lacks, not agents, and no floor of 500 is run for it; nor
    # for a share of nobody.
    house.must('campaign', 'load', house.write('narrow.campaign', LINE.replace(
        'calls = 300', 'calls = 5').replace('name = line', 'name = narrow')
        .replace('+12025550109', '+12025550108')))
    said = house.must('plan', 'narrow', '--callers', '600', '--seeds', '2',
                      '--agents', '6')
    house.check('calls = 5 of [inbound] leaves' in said and
                'the most that are' not in said, said)
    house.must('report', 'line', '--zone', 'UTC')
    house.refused(['report', 'line', '--zone', 'Mars/North'], ['no time zone'])
    few = answer('--callers', '0.1', '--seeds', '2', '--agents', '1')
    house.check(few['now']['callers'] == 0 and
                few['now']['service_pct'] is None, f'{few}')
    house.check(not few['target']['reached'] and
                few['target']['floor']['agents'] == 1, f'{few}')
    said = line('--callers', '60', '--seeds', '2', '--agents', '2')
    house.check('line takes calls: ' in said and 'occupancy' in said and
                'The list' not in said and
                '80 % of the people who call us have an agent within 20 s' in
                said, said)


def plan_of_another_country(house):
    """Canada's ceiling is 5 %, of the calls of a month: it is run as it is."""
    text = CAMPAIGN.replace('country = US', 'country = CA').replace(
        '2.5 %', '5 %').replace('+12025550100', '+14165550100').replace(
        '202 555 0100', '416 555 0100').replace('live sales', 'north')
    house.must('campaign', 'load', house.write('north.campaign', text))
    house.refused(['plan', 'north', '--callers', '5'], ['takes no calls'])
    now = json.loads(house.must('plan', 'north', '--agents', '6', '--json',
                                '--limit', '4'))
    house.check(now['now']['limit_pct'] == 5, f'{now}')
    house.check(now['stricter']['limit_pct'] == 4, f'{now}')
    house.check(now['now']['aband_pct']['mean'] >
                now['stricter']['aband_pct']['mean'], f'{now}')


def why_asks_as_dialled(house):
    """The way of dialling that holds, not that of the file: no server runs."""
    def rules():
        said = house.must('why', '+12025550300', '--all')
        return 'ABN' in said[said.index('Campaign ' + NAME):]
    db = sqlite3.connect(f'{house.data}/telemark.db')
    db.execute("UPDATE attempt SET outcome = 'abandoned', abandoned = 1 "
               "WHERE outcome = 'talked'")
    db.execute('UPDATE campaign SET first_call_us = (SELECT min(placed_us) '
               'FROM attempt) WHERE name = ?', (NAME,))
    db.commit()
    db.close()
    pace(house, '--mode', 'preview')
    house.check(not rules(), 'a ceiling for lines of one agent')
    # Over the ceiling the campaign dials a line for each ready agent.
    pace(house, '--mode', 'predictive')
    house.check(not rules(), 'not asked as it is dialled')


def plan_text(house, *words):
    done = house.run('plan', NAME, '--seeds', '2', *words, timeout=300)
    house.check(done.returncode == 0, f'plan {words}: {done.stderr}')
    return done.stdout


def plan(house, *words):
    return json.loads(plan_text(house, *words, '--json'))


def plan_of_a_history(house):
    house.refused(['plan'], ['which campaign'], code=2)
    house.refused(['plan', 'nobody'], ["no campaign 'nobody'"])
    house.refused(['plan', 'robot'], ['agentless'])
    for words, says in ((['--talk-minutes-hour', '61'], 'no number from'),
                        (['--contacts', '5', '--talk-minutes-hour', '9'],
                         'two targets'),
                        (['--hours', '5', '--until', '2030-01-01'],
                         'both say the time'),
                        (['--until', 'soon'], 'no date'),
                        (['--until', '2020-01-01'], 'is over'),
                        (['--limit', '4'], LAW), (['--agents', '0'], 'number'),
                        (['--seeds', '1'], 'number')):
        house.refused(['plan', NAME, *words], [says])
    # Nothing is known yet, and it says so.
    said = plan_text(house, '--agents', '3')
    house.check(said.count('assumed:') == 9, said)
    n = add_history(house)
    one = plan(house, '--agents', '4', '--limit', '0.5', '--contacts', '400',
               '--hours', '2')
    model, now = one['model'], one['now']
    house.check(one['history']['dials'] == n, str(one['history']))
    house.check(abs(model['human']['value'] - 0.25) < 0.04, str(model))
    house.check(model['human']['low'] < 0.25 < model['human']['high'],
                str(model))
    house.check(not model['talk']['assumed'], str(model))
    house.check(45 < model['talk']['mean_s'] < 75, str(model))
    house.check(model['wrap']['mean_s'] == 12, str(model))
    house.check(now['agents'] == 4 and now['limit_pct'] == 2.5, str(now))
    house.check(now['talk_min_h']['low'] <= now['talk_min_h']['mean']
                <= now['talk_min_h']['high'], str(now))
    house.check(10 < now['talk_min_h']['mean'] < 55, str(now))
    house.check(one['stricter']['limit_pct'] == 0.5, str(one))
    house.check(one['stricter']['dials_h']['mean']
                <= now['dials_h']['mean'] * 1.02, str(one))
    # The list runs out after the lines it holds.
    rate = now['dials_h']['mean'] * now['agents']
    house.check(abs(one['list']['hours'] - one['list']['dials'] / rate) < 0.01,
                str(one['list']))
    want = one['target']
    house.check(want['reached'] and want['kind'] == 'contacts', str(want))
    house.check(want['agents_low'] <= want['agents'] <= want['agents_high'],
                str(want))
    per_agent = want['floor']['contacts_h']['mean'] * 2
    house.check(per_agent * want['agents'] >= 400, str(want))
    house.check(per_agent * (want['agents'] - 1) < 440, str(want))
    house.check(want['leads'] > 400 and want['floor']['lines'] > 0, str(want))
    never = plan(house, '--talk-minutes-hour', '60', '--agents', '2')['target']
    house.check(not never['reached'] and never['ceiling'] < 55, str(never))
    # The model is a scenario that the simulator takes.
    text = plan_text(house, '--scenario', '--agents', '4')
    path = house.write('fitted.scn', text)
    house.must('simulate', path, '--set', 'days=1', '--set', 'hours=0.2')


def loaded(house):
    house.write('people.csv', 'phone,first_name,state\n' + ''.join(
        f'+1202555{n:04d},Ann,DC\n' for n in range(200, 1100)))
    house.must('import', house.path('people.csv'), '--list', 'people')
    house.must('trunk', 'load', house.write('nobody.trunk', TRUNK))
    house.must('campaign', 'load', house.write('robot.campaign', AGENTLESS))
    house.must('campaign', 'load', house.write('live.campaign', CAMPAIGN))


if __name__ == '__main__':
    main(House(sys.argv[1], sys.argv[2], 'house'),
         [loaded, pace_words, pace_of_a_server, plan_of_a_history,
          plan_with_callers, plan_of_a_line, plan_of_another_country,
          why_asks_as_dialled])
