"""Acceptance of setting up calls to us: see inbound_setup.sh. usage:
inbound_setup.py TELEMARK DIR"""
import os, re, subprocess, sys, wave

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + '/lib')
from house import PORTS, Failed, House, main, port_range, stop

EXAMPLE = open(HERE + '/../../examples/inbound.campaign').read()
TRUNK = '[trunk main]\nhost = 127.0.0.1\nmax_calls = 100\n'


def line(*changes):
    """The example with keys that have other values; None: left out."""
    out = EXAMPLE
    for key, value in changes:
        new, n = re.subn(rf'^{key} *=.*\n', '' if value is None else
                         f'{key} = {value}\n', out, count=1, flags=re.M)
        if n == 0:
            raise Failed(f'{key} is not in the example')
        out = new
    return out


def number_of(text, key):
    """Of the key's line."""
    for i, row in enumerate(text.split('\n')):
        if row.split('=')[0].strip() == key:
            return i + 1
    raise Failed(f'{key} is not in the text')


def load(h, text):
    """Loaded, and what was said of it on standard error."""
    done = h.run('campaign', 'load', h.write('line.campaign', text))
    h.check(done.returncode == 0, f'{done}')
    return done.stderr


def sound(h, name):
    with wave.open(h.path(name), 'wb') as w:
        w.setnchannels(1), w.setsampwidth(2), w.setframerate(8000)
        w.writeframes(bytes(16000))
    return h.path(name)


def no_list(h):
    h.must('trunk', 'load', h.write('main.trunk', TRUNK))
    said = h.refused(['campaign', 'load', h.write('line.campaign', EXAMPLE)],
                     ["there is no list 'callers'", 'only call you'])
    words = re.search(r'telemark (import .*)', said).group(1).split()
    h.write('FILE.csv', 'phone,name\n')
    words = [h.path(w) if w == 'FILE.csv' else w.strip("'") for w in words]
    h.must(*words)


def as_it_is(h):
    said = load(h, EXAMPLE)
    h.check(said == '', f'the example is warned of: {said}')


def sounds(h):
    text = line(('wait_every', '45s\nmusic = hold.mp3'))
    where = f"line.campaign:{number_of(text, 'music')}: music"
    h.refused(['campaign', 'load', h.write('line.campaign', text)],
              [where, 'hold.mp3', 'whole path'])
    h.write('noise.wav', 'this is no sound')
    text = text.replace('hold.mp3', h.path('noise.wav'))
    h.refused(['campaign', 'load', h.write('line.campaign', text)],
              [where, 'no sound file'])
    good = sound(h, 'hold.wav')
    h.check(load(h, text.replace(h.path('noise.wav'), good)) == '', 'a good one')
    near = os.path.relpath(good)
    said = load(h, text.replace(h.path('noise.wav'), near))
    h.check(where in said and "'telemark serve' is started" in said, said)
    text = line(('wrap_limit', '60s\nhold_music = /nowhere/m.wav'))
    h.refused(['campaign', 'load', h.write('line.campaign', text)],
              [f"line.campaign:{number_of(text, 'hold_music')}: hold_music",
               '/nowhere/m.wav'])


def seldom_meant(h):
    for change, key, *says in (
            (('callback_say', None), 'callback_key', 'without callback_say'),
            (('opt_out_say', None), 'opt_out_key', 'without opt_out_say'),
            (('record', 'yes'), 'record', 'recording_notice', 'not recorded'),
            (('calls', '101'), 'calls', '= 101', '100 at once', '486'),
            (('caller_id', '+12125550177'), 'caller_id', '= +12125550177',
             '404', "'numbers'")):
        text = line(change)
        said = load(h, text)
        for part in (f'line.campaign:{number_of(text, key)}: {key}', *says):
            h.check(part in said, f'{change}: does not say {part}: {said}')
        h.check(said.count('\n') == 1, f'{change}: says more: {said}')
    said = load(h, line(('calls', '100')))
    h.check(said == '', f'as many as there are: {said}')
    h.must('trunk', 'load', h.write('shut.trunk', TRUNK + 'incoming = no\n'))
    said = load(h, EXAMPLE)
    h.check('every trunk has incoming = no' in said, said)
    said = h.must('campaign', 'status', 'Customer line')
    h.check('no trunk takes calls (incoming = no)' in said, said)
    h.must('trunk', 'load', h.path('main.trunk'))
    said = h.must('campaign', 'status', 'Customer line')
    h.check('no trunk takes calls' not in said, said)


def promises(h):
    """Who is promised a call, and what the rules would say to it."""
    sale = line(('leads_to_sale', None))
    said = load(h, sale)
    for part in ('promised a call (callback_key, missed = callback)',
                 'in all 5', 'US-FTC-DNC', 'dnc import FILE --list us_national',
                 'kind=san', 'leads_to_sale = no'):
        h.check(part in said, f'does not say {part}: {said}')
    h.check(len(said.split('\n')) < 12, f'talks too much: {said}')
    done = h.run('campaign', 'start', 'Customer line')
    h.check(done.returncode == 0 and 'promised a call' in done.stderr, done)
    h.must('campaign', 'stop', 'Customer line')
    only = line(('leads_to_sale', None), ('missed', 'keep'))
    h.check('call (callback_key) would' in load(h, only), 'the key alone')
    none = line(('leads_to_sale', None), ('missed', 'keep'),
                ('callback_key', None), ('callback_say', None))
    h.check('promised' not in load(h, none), 'nobody is promised anything')
    # Some of what it asked for: it asks for the rest.
    h.must('dnc', 'import', h.write('dnc.txt', '212,5559999\n'), '--list',
           'us_national')
    h.must('ledger', 'add', 'licence', 'kind=san', 'account=12345',
           'from=2020-01-01', '--seller', 'Lakeside Gardens')
    less = load(h, sale)
    h.check('us_national' not in less and 'kind=san' not in less, less)
    h.check('state.TX' in less and 'in all' not in less, less)
    # A duty that nobody carries out.
    said = load(h, line(('leads_to_sale', None), ('carries', None)))
    h.check('in all 5' in said and 'carries' in said and 'duty' in said, said)
    h.check(load(h, EXAMPLE) == '', 'the example')


def by_the_docs(h):
    """The commands of docs/inbound.md, one after the other."""
    text = open(HERE + '/../../docs/inbound.md').read()
    text = text.split('## Set it up')[1].split('## [inbound]')[0]
    lines = [t[4:].split(' #')[0].strip() for t in text.split('\n')
             if t.startswith('    ')]
    h2 = House(h.telemark, h.folder, 'docs')
    server = None
    try:
        for text in lines:
            if text.startswith(('export ', 'telemark agent watch')):
                continue
            if text.startswith('telemark serve'):
                server = h2.serve('--sip-port', str(PORTS), '--media-ports',
                                  port_range(100, 100))
                h2.wait('the server', lambda: h2.events('ready'), 30)
                continue
            text = text.replace('examples/', HERE + '/../../examples/')
            done = subprocess.run(
                ['sh', '-c', 'telemark() { "$TELEMARK" "$@"; }; ' + text],
                capture_output=True, text=True, cwd=h2.folder,
                env=dict(h2.env(), TELEMARK=h.telemark), timeout=60)
            if text.startswith('telemark agent sign-in'):
                # her telephone is not here
                h2.check(done.returncode == 1 and 'regist' in done.stderr,
                         f'{text}: {done}')
                continue
            h2.check(done.returncode == 0, f'{text}: {done}')
            h2.check(not done.stderr or 'promise' not in done.stderr,
                     f'{text}: {done.stderr}')
        h2.check('calls to us at +12125550100, +18005550123; nobody waits' in
                 done.stdout, f'the status: {done.stdout}')
        h2.check('callers are taken' in done.stdout, done.stdout)
        h2.must('trunk', 'load', h.path('shut.trunk'))
        said = h2.must('campaign', 'status', 'Customer line')
        h2.check('no trunk takes calls (incoming = no)' in said and
                 'not dialling' in said and 'are taken' not in said, said)
        h2.check(stop(server) == 0, 'the server ended badly')
        server = None
    finally:
        if server is not None:
            server.kill()
            server.wait()


if __name__ == '__main__':
    main(House(sys.argv[1], sys.argv[2], 'setup'),
         [no_list, as_it_is, sounds, seldom_meant, promises, by_the_docs])
