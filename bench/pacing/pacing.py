#!/usr/bin/env python3
"""How well the program paces: its own engine on simulated floors, beside other
ways of dialling and the figures of the pacing research.

    ./dev bench pacing [--quick | --middle | --full] [--rows PATTERN]
                       [--parts A,B,...] [--agents N,N,...] [--days N]
                       [--seeds N] [--jobs N] [--windows N] [--ours]
                       [--keep FILE]

Parts: grid (nothing moves: agents, answer rate, length of talks), moving
(answer rates jump, agents leave, detection errs), small (1 to 5 agents),
windows (how many legal windows of our policy end over the budget), law (a run
under the rules of the United States), speed. Default: all of them.

--quick (default): a subset that takes about ten minutes on two cores.
--middle: every row, with days and seeds for half an hour on two quiet cores.
--full: every row with the days and seeds of the research.
--rows talk45 or '100, 0.2': only rows whose name has that text.
--agents 10,25: only rows of so many agents.
--ours: our policy alone; the others are left out.
--keep FILE: results are kept there, and what the same program has measured
before is not measured again.

Days and seeds stand in each row. A cell is minutes of talk in an
agent-hour (abandoned per cent of live answers); "!": at least one legal window
ended over 3 %; ± half a 95 % interval, of few runs by how the research's runs
differ. Figures of the research (reference.csv) are marked as such; "best lawful
other" is the best of those measured and of those the research published.
"""
import argparse, csv, hashlib, json, math, os, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 3.0


# --- running ----------------------------------------------------------------

class Runner:
    def __init__(self, program, jobs, keep):
        self.program, self.jobs, self.keep = program, jobs, keep
        self.version = hashlib.sha256(open(program, 'rb').read()).hexdigest()
        self.known, self.cpu_s = {}, 0.0
        if keep and os.path.exists(keep):
            for line in open(keep, encoding='utf-8'):
                key, value = json.loads(line)
                self.known[key] = value

    def run(self, scenario, sets, policies, seeds):
        """Results by policy, all on the same people."""
        def key_of(policy):
            return json.dumps([self.version, scenario, sorted(sets.items()),
                               policy, seeds])
        missing = [p for p in policies if key_of(p) not in self.known]
        for result in self.measure(scenario, sets, missing, seeds):
            key = key_of(result['policy'])
            self.known[key] = result
            if self.keep:
                with open(self.keep, 'a', encoding='utf-8') as f:
                    f.write(json.dumps([key, result]) + '\n')
        return {p: self.known[key_of(p)] for p in policies}

    def measure(self, scenario, sets, policies, seeds):
        if not policies:
            return []
        command = [self.program, 'simulate', f'{HERE}/{scenario}.scn',
                   '--json', '--seed', '1', '--seeds', str(seeds),
                   '--jobs', str(self.jobs)]
        for k, v in sets.items():
            command += ['--set', f'{k}={v}']
        for p in policies:
            command += ['--policy', p]
        out = subprocess.run(command, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, check=False)
        if out.returncode != 0:
            sys.exit(f'pacing: {" ".join(command)}\n{out.stderr}')
        results = [json.loads(line) for line in out.stdout.splitlines()]
        self.cpu_s += sum(r['cpu_s'] for r in results)
        return results


# --- rows -------------------------------------------------------------------

class Row:
    """A scenario with settings and, by column, the policies set beside it."""
    def __init__(self, table, name, scenario, agents, p, columns):
        self.table, self.name, self.scenario = table, name, scenario
        self.agents, self.p, self.columns = agents, p, columns
        self.sets = {'agents': agents}
        if p is not None:
            self.sets['p_human'] = p
            self.sets['p_machine'] = round(0.5275 * (1 - p), 6)


def comments_off(name):
    with open(f'{HERE}/{name}', encoding='utf-8') as f:
        return list(csv.DictReader(x for x in f if not x.startswith('#')))


class Reference:
    def __init__(self):
        self.of = {}
        for r in comments_off('reference.csv'):
            p = float(r['p_human']) if r['p_human'] else None
            self.of[r['table'], r['scenario'], int(r['agents']), p,
                    r['policy']] = r

    def get(self, row, policy):
        r = self.of.get((row.table, row.scenario, row.agents, row.p, policy))
        if r is None:
            return None
        return (float(r['talk_min_h']), float(r['talk_hw'] or 0),
                float(r['aband_pct'] or 0), int(r['seeds'] or 1))


def rows():
    tuned = {(r['scenario'], int(r['agents']), float(r['p_human'])): r
             for r in comments_off('opponents.csv')}
    out = []
    for agents in 10, 25, 50, 100, 300, 1000:
        for p in 0.08, 0.2, 0.4:
            for talk in 'talk180', 'talk45':
                t = tuned[talk, agents, p]
                out.append(Row('stationary', f'{agents}, {p}, {talk}', talk,
                               agents, p, {
                    'progressive': 'progressive',
                    'ratio 2': 'power:r=2',
                    'ratio tuned': t['ratio'],
                    'vici tapered': 'vicidial:mode=tapered',
                    'vici tuned': t['vici'],
                    'erlang B': 'erlang_b:b=0.028',
                    'credit': 'credit'}))
    for name in ('amd_err batch breaks clumps drift jump longring lunch '
                 'lunch_notice no_amd redial short switch talkshift '
                 'talk45').split():
        out.append(Row('moving', name, name, 25, None, {
            'progressive': 'progressive',
            'ratio 3': 'power:r=3',
            'vici tapered': 'vicidial:mode=tapered',
            'vici average': 'vicidial:mode=average',
            'vici hard': 'vicidial:mode=hard',
            'vici tapered max 2': 'vicidial:mode=tapered,max=2',
            'erlang B': 'erlang_b:b=0.028',
            'credit': 'credit'}))
    for agents in 1, 2, 3, 4, 5:
        for talk in 'talk45', 'talk180':
            out.append(Row('small', f'{agents}, {talk}', talk, agents, 0.2, {
                'progressive': 'progressive',
                'vici tapered': 'vicidial:mode=tapered',
                'vici hard': 'vicidial:mode=hard',
                'credit': 'credit'}))
    return out


# Days and seeds of our policy; of the others, who begin anew each day, days,
# seeds and hours of a day.
PLANS = {
    'full': {'moving': (22, 6), 'small': (22, 12), 10: (22, 10), 25: (22, 8),
             50: (22, 5), 100: (22, 4), 300: (4, 3), 1000: (2, 2)},
    'middle': {'moving': (22, 2), 'small': (22, 3), 10: (22, 2), 25: (22, 2),
               50: (22, 1), 100: (11, 1), 300: (4, 1), 1000: (2, 1)},
    'quick': {'moving': (22, 1), 'small': (22, 3), 10: (22, 1), 25: (22, 1),
              50: (5, 1), 100: (2, 1), 300: (1, 1), 1000: (1, 1)},
}
OTHERS = {'moving': (2, 1, 8), 'small': (3, 2, 8), 300: (1, 1, 2),
          1000: (1, 1, 1)}


def plan(row, args):
    kind = 'full' if args.full else 'middle' if args.middle else 'quick'
    of = PLANS[kind]
    key = row.table if row.table in of else row.agents
    days, seeds = of[key]
    others = (days, seeds, 8) if args.full else OTHERS.get(key, (1, 1, 8))
    if args.days:
        days, others = args.days, (args.days, *others[1:])
    if args.seeds:
        seeds, others = args.seeds, (others[0], args.seeds, others[2])
    return (days, seeds), others


QUICK = ('10, 0.08, talk45', '10, 0.2, talk180', '10, 0.4, talk45',
         '25, 0.2, talk45', '25, 0.2, talk180', '50, 0.2, talk45',
         '100, 0.2, talk180', '100, 0.4, talk45', '300, 0.4, talk180',
         '1000, 0.4, talk180')


def is_asked(row, args):
    if args.agents and str(row.agents) not in args.agents.split(','):
        return False
    if args.rows:
        return args.rows in row.name
    if args.agents:
        return True
    return (args.full or args.middle or row.table != 'stationary' or
            row.name in QUICK)


# --- tables -----------------------------------------------------------------

def cell(r):
    mark = '!' if r['windows_over'] else ''
    return f"{r['talk_min_h']:.1f} ({r['aband_pct']:.1f}{mark})"


# Student's t for 95 %, by seeds.
STUDENT = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 8: 2.36, 10: 2.26,
           12: 2.20}


# Days of the research's runs, by agents.
RESEARCH_DAYS = {300: 4, 1000: 2}


def half_width(ours, ref):
    """Of our figure. Of few runs no width can be told: then a run is taken to
    differ from the next as the runs of the research do, and one of fewer days
    accordingly more."""
    if ours['seeds'] >= 6 or ref is None:
        return ours['talk_hw'] if ours['seeds'] > 1 else 0.0
    one = ref[1] * math.sqrt(ref[3]) / STUDENT.get(ref[3], 2.2)
    one *= math.sqrt(RESEARCH_DAYS.get(ours['agents'], 22) / ours['days'])
    return 1.96 * one / math.sqrt(ours['seeds'])


def verdict(ours, ref, best):
    """In words, and whether all that was to be reached was reached."""
    words, good = [], True
    if ref is not None:
        short = ref[0] - ours['talk_min_h']
        if short > half_width(ours, ref) + ref[1]:
            good = False
            words.append(f'{short:.2f} below the reference')
        else:
            words.append('reference reached')
    if best is not None and best[1] >= ours['talk_min_h']:
        good = False
        words.append(f'{best[0]} is above')
    if ours['windows_over']:
        words.append(f"{ours['windows_over']} of {ours['seeds']} windows over")
    return good, ', '.join(words)


def best_of(row, others, reference):
    """The opponent with the most talk of those within the budget, here or in
    the research."""
    lawful = [(c, r['talk_min_h']) for c, r in others.items()
              if r['aband_pct'] <= LIMIT]
    for c in row.columns:
        r = reference.get(row, c)
        if r is not None and r[2] <= LIMIT:
            lawful.append((f'research: {c}', r[0]))
    return max(lawful, key=lambda x: x[1], default=None)


def one_row(runner, row, reference, args):
    (days, seeds), (other_days, other_seeds, hours) = plan(row, args)
    ours = runner.run(row.scenario, {**row.sets, 'days': days},
                      ['predictive'], seeds)['predictive']
    short = {} if hours == 8 else {'hours': hours}
    found = {} if args.ours else runner.run(
        row.scenario, {**row.sets, 'days': other_days, **short},
        list(row.columns.values()), other_seeds)
    others = {c: found[p] for c, p in row.columns.items() if p in found}
    ref, best = (reference.get(row, 'QRB+W 30d'),
                 best_of(row, others, reference))
    good, words = verdict(ours, ref, best)
    part = '' if args.ours else f', {other_days}x{other_seeds}' + (
        f' of {hours} h' if short else '')
    cells = [row.name, f'{days}x{seeds}{part}']
    cells += [cell(others[c]) for c in row.columns if c in others]
    mark = '!' if ours['windows_over'] else ''
    cells += [f"**{ours['talk_min_h']:.2f}** ±{half_width(ours, ref):.2f} "
              f"({ours['aband_pct']:.2f}{mark})"]
    cells += ['' if ref is None else
              f'{ref[0]:.2f} ±{ref[1]:.2f} ({ref[2]:.2f})']
    if row.table == 'stationary':
        for p in 'oracle', 'bound':
            r = reference.get(row, p)
            cells.append('' if r is None else f'{r[0]:.1f}')
    cells += ['' if ref is None else f"{ours['talk_min_h'] / ref[0]:.3f}",
              '' if best is None else f"{ours['talk_min_h'] / best[1]:.2f}",
              words]
    return good, cells


def table(runner, name, title, chosen, reference, args):
    chosen = [r for r in chosen if r.table == name]
    if not chosen:
        return 0, 0
    print(f'\n## {title}\n')
    head = ['agents, p, talk' if name == 'stationary' else
            'agents, talk' if name == 'small' else 'scenario',
            'days x seeds' + ('' if args.ours else ': ours, others'),
            *(() if args.ours else chosen[0].columns), 'predictive',
            'research: QRB+W 30d']
    if name == 'stationary':
        head += ['research: oracle', 'research: bound']
    head += ['ours / reference', 'ours / best lawful other', 'verdict']
    print('| ' + ' | '.join(head) + ' |')
    print('|' + ' --- |' * len(head), flush=True)
    reached = 0
    for row in chosen:
        good, cells = one_row(runner, row, reference, args)
        reached += good
        print('| ' + ' | '.join(cells) + ' |', flush=True)
    print(f'\n{reached} of {len(chosen)} rows: the reference reached within '
          'the half-widths, and above every other.')
    return reached, len(chosen)


# --- windows ----------------------------------------------------------------

def upper_bound(over, n, level=0.95):
    """Clopper and Pearson's one-sided bound: the share at which so few would
    be a chance of 1 - level."""
    if over >= n:
        return 1.0
    def at_most(p):
        return sum(math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) -
                            math.lgamma(n - k + 1) + k * math.log(p) +
                            (n - k) * math.log1p(-p))
                   for k in range(over + 1))
    low, high = 1e-9, 1 - 1e-9
    for _ in range(100):
        mid = (low + high) / 2
        low, high = (mid, high) if at_most(mid) > 1 - level else (low, mid)
    return high


# Where windows are hard: few agents, sudden changes, an erring detection.
WINDOWS = (('talk45', {'agents': 2}), ('talk180', {'agents': 3}),
           ('talk45', {'agents': 5}), ('talk180', {'agents': 10}),
           ('talk45', {'agents': 10}), ('switch', {'agents': 10}),
           ('jump', {'agents': 10}), ('batch', {'agents': 10}),
           ('clumps', {'agents': 10}), ('amd_err', {'agents': 10}))


def windows(runner, args):
    each = max(1, -(-args.windows // len(WINDOWS)))
    days = args.days or (3 if args.middle else 22)
    print(f'\n## Legal windows over the budget, {days} days each\n')
    print('| scenario | agents | windows | over | abandoned, % | worst day, %'
          ' |\n| --- | --- | --- | --- | --- | --- |', flush=True)
    over = n = 0
    for scenario, sets in WINDOWS:
        r = runner.run(scenario, {**sets, 'days': days}, ['predictive'],
                       each)['predictive']
        over, n = over + r['windows_over'], n + r['seeds']
        print(f"| {scenario} | {sets['agents']} | {r['seeds']} | "
              f"{r['windows_over']} | {r['aband_pct']:.3f} ±"
              f"{r['aband_hw']:.3f} | {r['worst_day_pct']:.2f} |", flush=True)
    print(f'\nPooled: {over} of {n} windows over 3 %: '
          f'{100 * over / n:.2f} %, with 95 % confidence at most '
          f'{100 * upper_bound(over, n):.2f} % (Clopper and Pearson).')


# --- law and speed ----------------------------------------------------------

def law(runner, args):
    days, seeds = args.days or (22 if args.full else 2), args.seeds or 2
    print('\n## Under the rules of the United States\n')
    policies = ['predictive', 'progressive', 'vicidial:mode=tapered']
    found = runner.run('us', {'days': days}, policies, seeds)
    print(f'Hours by the zone of each person, caps, registers, consent and '
          f'the limit of 3 % of the live answers in 30 days:\n'
          f'bench/pacing/us.scn, {days} days, {seeds} seeds.\n')
    print('| policy | talk, min an hour | abandoned, % | windows over | dials '
          'a live |\n| --- | --- | --- | --- | --- |')
    for p in policies:
        r = found[p]
        print(f"| {p} | {r['talk_min_h']:.2f} ±{r['talk_hw']:.2f} | "
              f"{r['aband_pct']:.2f} | {r['windows_over']} of {r['seeds']} | "
              f"{r['dials_per_live']:.1f} |", flush=True)


def speed(runner):
    print('\n## Speed\n')
    one = Runner(runner.program, 1, None)
    print('| a simulated day of 100 agents, law and journal included | CPU-s |'
          ' lines dialled | us a line |\n| --- | --- | --- | --- |')
    for scenario, p in (('talk45', 0.2), ('talk180', 0.2), ('talk45', 0.08)):
        r = one.run(scenario, {'agents': 100, 'p_human': p, 'days': 1,
                               'p_machine': round(0.5275 * (1 - p), 6)},
                    ['predictive'], 1)['predictive']
        print(f"| {scenario}, answer rate {p} | {r['cpu_s']:.2f} | "
              f"{r['dials']} | {1e6 * r['cpu_s'] / max(r['dials'], 1):.1f} |",
              flush=True)
    folder = os.path.dirname(os.path.realpath(runner.program))
    program = f'{folder}/bench/bench_decide'
    if os.access(program, os.X_OK):
        print(flush=True)
        subprocess.run([program], check=False)


# --- the command line -------------------------------------------------------

PARTS = ('small', 'moving', 'grid', 'windows', 'law', 'speed')


def arguments():
    a = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    a.add_argument('--quick', action='store_true')
    a.add_argument('--middle', action='store_true')
    a.add_argument('--full', action='store_true')
    a.add_argument('--rows', default='')
    a.add_argument('--agents', default='')
    a.add_argument('--ours', action='store_true')
    a.add_argument('--parts', default='')
    a.add_argument('--days', type=int, default=0)
    a.add_argument('--seeds', type=int, default=0)
    a.add_argument('--jobs', type=int, default=os.cpu_count() or 1)
    a.add_argument('--windows', type=int, default=0)
    a.add_argument('--keep', default='')
    args = a.parse_args()
    if args.quick + args.middle + args.full > 1:
        a.error('--quick, --middle or --full, one of them')
    if min(args.days, args.seeds, args.windows) < 0 or args.jobs < 1:
        a.error('days, seeds, windows and jobs are whole numbers above 0')
    args.parts = [x for x in args.parts.split(',') if x] or (
        ['small', 'moving', 'grid'] if args.rows else
        ['windows'] if args.windows else list(PARTS))
    for part in args.parts:
        if part not in PARTS:
            a.error(f'no part is called {part}; known are {", ".join(PARTS)}')
    args.windows = args.windows or (480 if args.full or args.middle else 30)
    return args


def main():
    args = arguments()
    program = os.environ.get('TELEMARK', 'build/telemark')
    runner = Runner(program, args.jobs, args.keep)
    reference, began = Reference(), time.time()
    chosen = [r for r in rows() if is_asked(r, args)]
    print('# Pacing: minutes of talk in an agent-hour (abandoned % of live '
          'answers)\n\n"!": a legal window ended over 3 %. Columns "research" '
          'and the ratio to them: the pacing research\'s\npublished figures '
          'from its own simulator (bench/pacing/reference.csv); all others '
          'were measured now,\nwith the engine, the rules, the store and the '
          'journal of this program.', flush=True)
    names = {'grid': ('stationary', 'Nothing moves'),
             'moving': ('moving', 'Moving, 25 agents'),
             'small': ('small', 'Small teams, answer rate 0.2')}
    reached = of = 0
    for part in args.parts:
        if part in names:
            a, b = table(runner, *names[part], chosen, reference, args)
            reached, of = reached + a, of + b
        elif part == 'windows':
            windows(runner, args)
        elif part == 'law':
            law(runner, args)
        else:
            speed(runner)
    print()
    if of:
        print(f'{reached} of {of} rows reached in all. ', end='')
    print(f'{runner.cpu_s:.0f} CPU-s in {time.time() - began:.0f} s with '
          f'{args.jobs} processes.')


if __name__ == '__main__':
    main()
