"""Figures of calls to us reckoned from the journal alone, as the report has
them: by nobody who has seen its source."""

# Outcomes and a state of agents, as the journal numbers them.
OPTED_OUT, CALLBACK, UNKNOWN, TALKED, GAVE_UP = 3, 4, 18, 19, 20
WRAP = 9
HALF = 30 * 60 * 1000000


def calls_to_us(entries, campaign):
    """attempt -> its entries by kind; the times of wrap-up by attempt."""
    calls, wrap, since = {}, {}, {}
    for e in entries:
        if e['kind'] == 'incoming' and e['campaign'] == campaign:
            calls[e['attempt']] = {'incoming': [e]}
        elif e['kind'] == 'agent':
            begun = since.pop(e['agent'], None)
            if begun is not None:
                wrap[begun[0]] = wrap.get(begun[0], 0) + (
                    e['at_us'] - begun[1]) // 1000
            if e['state'] == WRAP:
                since[e['agent']] = (e['attempt'], e['at_us'])
        elif e.get('attempt') in calls:
            calls[e['attempt']].setdefault(e['kind'], []).append(e)
    return calls, wrap


def figures(entries, campaign, target_ms, short_ms):
    """The service level and the times, of all and of each half hour."""
    calls, wrap = calls_to_us(entries, campaign)
    halves = {}
    for a, c in calls.items():
        begun = c['incoming'][0]['at_us']
        answered = c['answered'][0]['at_us'] if 'answered' in c else begun
        end = c['ended'][0] if 'ended' in c else None
        # Who was said to be joined had an agent only if his end says so.
        joined = 'bridged' in c and (end is None or end['state'] in
                                     (TALKED, UNKNOWN))
        until = c['bridged'][0]['at_us'] if joined else \
            end['at_us'] if end else answered
        waited = max(until - answered, 0) // 1000
        left = end is not None and end['state'] == GAVE_UP and not joined
        short = left and waited < short_ms
        key = not joined and end is not None and end['state'] in (
            OPTED_OUT, CALLBACK)
        over = joined and end is not None and end['at_us'] >= until
        for to in (halves.setdefault(begun // HALF, {}),
                   halves.setdefault('all', {})):
            def add(what, n):
                to[what] = to.get(what, 0) + n
            add('callers', 1)
            add('talked', joined)
            add('gave_up', left)
            add('short_abandons', short)
            add('within_target', joined and
                c['bridged'][0].get('wait_ms', 0) <= target_ms)
            add('of', end is not None and not short and not key or joined)
            add('talk_ms_sum', (end['at_us'] - until) // 1000 if over else 0)
            add('wrap_up_ms_sum', wrap.get(a, 0) if over else 0)
            to['longest_wait_ms'] = max(to.get('longest_wait_ms', 0), waited)
    return halves


def differences(report, want):
    """What one count of the report has otherwise."""
    said = dict(report, of=report['service_level']['of'])
    return [f'{k}: the report has {said[k]}, the journal {v}'
            for k, v in want.items() if said[k] != v]


def compare(report, entries, campaign):
    """calls_to_us of `report --json` against the journal: all that differs."""
    want = figures(entries, campaign, report['target_ms'],
                   report['short_abandon_ms'])
    wrong = differences(report, want.pop('all', {'callers': 0}))
    if len(report['half_hours']) != len(want):
        wrong.append(f'{len(report["half_hours"])} half hours, not {len(want)}')
    for h, half in zip(report['half_hours'], sorted(want)):
        wrong += [f'{h["from"]}: {x}' for x in differences(h, want[half])]
    return wrong
