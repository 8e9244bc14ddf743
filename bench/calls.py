#!/usr/bin/env python3
"""Survey calls against the town, counted. Called by calls.sh.

    calls.py FOLDER

Settings in the environment: TELEMARK, FLOOR (bench_udp_floor), RATE,
SECONDS_MEASURED, NAMES, KEEP=FOLDER (the logs stay there).
"""
import ctypes, json, os, re, shutil, socket, struct, subprocess, sys, threading
import time
from datetime import datetime

telemark, folder = os.environ['TELEMARK'], sys.argv[1]
floor_program = os.environ.get('FLOOR', '')
rate = int(os.environ.get('RATE', 50))
seconds = int(os.environ.get('SECONDS_MEASURED', 30))
names = int(os.environ.get('NAMES', 500))
WARM_S = 15  # until as many calls end as begin
TOWN_PORT, SIP_PORT, SIPP_PORT, MEDIA_PORT = 27062, 27070, 27080, 20000
SO_TIMESTAMPNS = 35
# Ports are used in turn: these are those of calls soon after the start.
LISTEN_PORT = MEDIA_PORT + 2 * ((WARM_S + 2) * rate % 3000)
TICKS = os.sysconf('SC_CLK_TCK')
os.environ['TELEMARK_DATA'] = f'{folder}/data'

# Everybody answers soon and presses 1; a few opt out or let a question pass.
WORLD = """
[people]
people_seed = 7
p_human = 100 %
p_machine = 0 %
p_busy = 0 %
p_reject = 0 %
p_congestion = 0 %
p_disconnected = 0 %
habit = 0 %
p_silent = 0 %
p_hangup = 0 %
p_optout = 2 %
p_leave = 0 %
p_barge = 0 %
p_inband = 10 %
ring = uniform 0.5 1.5
alert_t = uniform 0.05 0.1
greeting = uniform 0.3 0.5
react = uniform 0.3 0.6
keys = 1:97 2:2 9:1
"""
CAMPAIGN = f"""
name = bench
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
max_calls = 2000
calls_per_second = {rate}
ring_timeout = 20s
start_after = 300ms
hopper = {max(800, 8 * rate)}
[keys]
9 = removed
[step hello]
say = "Hello {{first_name|}}. This is Northwind. Press 9 to be removed."
next = one
[step one]
say = "How was our service? Press 1 for good, 2 for fair."
question = service How was our service?
key.1 = good -> two
key.2 = fair -> two
timeout = 5s
next = bye
[step two]
say = "Would you come again? Press 1 for yes, 2 for no."
question = again Would you come again?
key.1 = yes -> bye
key.2 = no -> bye
timeout = 5s
next = bye
[step bye]
do = end
say = "Thank you. 202 555 0100. Goodbye."
[step removed]
do = opt_out
say = "You are removed."
"""


def run(*args):
    done = subprocess.run([telemark, *args], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f'calls: telemark {" ".join(args)}:\n'
                 f'{done.stdout}{done.stderr}')


def write(name, text):
    with open(f'{folder}/{name}', 'w') as f:
        f.write(text)
    return f'{folder}/{name}'


def first_name(i):
    parts = ['an', 'be', 'ca', 'do', 'el', 'fi', 'go', 'ha', 'is', 'jo']
    return (parts[i % 10] + parts[i // 10 % 10] + parts[i // 100 % 10]
            ).capitalize()


def prepare():
    areas = [212, 312, 404, 713, 602, 206, 617, 303, 215, 305]
    rows = ['phone,first_name,consent,consent_date']
    for i in range((seconds + WARM_S + 15) * rate):
        rows.append(f'{areas[i % 10]}-{200 + i // 10 // 10000:03d}-'
                    f'{i // 10 % 10000:04d},'
                    f'{first_name(i % names)},written,2026-01-05')
    run('import', write('people.csv', '\n'.join(rows) + '\n'), '--list',
        'people', '--seller', 'Northwind')
    run('dnc', 'import', write('dnc.txt', '212,5559999\n'), '--list',
        'us_national', '--obtained', '2026-11-20')
    run('trunk', 'load', write('t.trunk', '[trunk town]\nhost = 127.0.0.1\n'
        f'port = {TOWN_PORT}\nmax_calls = 2000\ncalls_per_second = {rate}\n'))
    run('campaign', 'load', write('bench.campaign', CAMPAIGN))
    run('campaign', 'start', 'bench')


# --- processor time ---------------------------------------------------------

def cpu_of(path):
    """User and system seconds of a process or one of its threads."""
    with open(f'/proc/{path}/stat') as f:
        fields = f.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def threads_of(pid):
    """Seconds by the name of the thread."""
    out = {}
    for tid in os.listdir(f'/proc/{pid}/task'):
        try:
            with open(f'/proc/{pid}/task/{tid}/comm') as f:
                name = f.read().strip()
            out[name] = out.get(name, 0) + cpu_of(f'{pid}/task/{tid}')
        except OSError:
            pass  # it ended meanwhile
    return out


def udp_errors():
    with open('/proc/net/snmp') as f:
        rows = [line.split() for line in f if line.startswith('Udp:')]
    udp = dict(zip(rows[0][1:], map(int, rows[1][1:])))
    return udp['InErrors'] + udp['RcvbufErrors'] + udp['SndbufErrors']


# --- what goes over the wire ------------------------------------------------

class Wire(threading.Thread):
    """Counts copies of requests to the town, and listens to some of the calls
    with the kernel's time of each packet. Needs root."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.copies, self.streams = set(), 0, {}
        self.stopped = False
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                    socket.htons(0x0800))
        # UDP to the town's SIP port or to its media ports of some calls; the
        # kernel drops the rest
        code = [(0x30, 0, 0, 9), (0x15, 0, 6, 17), (0xb1, 0, 0, 0),
                (0x48, 0, 0, 2), (0x15, 2, 0, TOWN_PORT),
                (0x35, 0, 2, LISTEN_PORT), (0x25, 1, 0, LISTEN_PORT + 30),
                (6, 0, 0, 65535), (6, 0, 0, 0)]
        raw = b''.join(struct.pack('HBBI', *c) for c in code)
        held = ctypes.create_string_buffer(raw)
        program = struct.pack('HL', len(code), ctypes.addressof(held))
        self.socket.setsockopt(socket.SOL_SOCKET, 26, program)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind(('lo', 0))
        self.socket.settimeout(0.5)

    def run(self):
        while not self.stopped:
            try:
                packet, more, _, where = self.socket.recvmsg(65535, 256)
            except socket.timeout:
                continue
            if where[2] == socket.PACKET_OUTGOING:
                continue  # loopback shows each packet twice
            udp = (packet[0] & 15) * 4
            if packet[udp + 2:udp + 4] != TOWN_PORT.to_bytes(2, 'big'):
                s, ns = struct.unpack('qq', more[0][2][:16])
                self.sound(packet[udp + 8:], s + ns / 1e9)
                continue
            text = packet[udp + 8:]
            method = text[:text.find(b' ')]
            branch = re.search(rb'branch=([^;\r\n]*)', text)
            if method in (b'SIP/2.0', b'ACK') or not branch:
                continue
            key = (method, branch.group(1))
            self.copies += key in self.seen
            self.seen.add(key)

    def sound(self, rtp, at):
        if len(rtp) != 172 or rtp[1] & 0x7f != 0:
            return
        number = int.from_bytes(rtp[2:4], 'big')
        loud = sum(map(ULAW_SQUARE.__getitem__, rtp[12:])) > 160 * 40000
        self.streams.setdefault(rtp[8:12], []).append((at, number, loud))


def ulaw_square(byte):
    v = ~byte & 0xff
    return ((((v & 15) << 3) + 0x84 << (v >> 4 & 7)) - 0x84) ** 2


ULAW_SQUARE = [ulaw_square(b) for b in range(256)]


def heard(streams):
    """Of the calls listened to: how far each packet came from its regular
    time (ms), and the silence between the first two prompts (ms)."""
    off, gaps = [], []
    for packets in streams.values():
        if len(packets) < 100:
            continue
        ahead = min(at - n * 0.02 for at, n, _ in packets)
        off += [(at - n * 0.02 - ahead) * 1000 for at, n, _ in packets]
        loud = [n for _, n, is_loud in packets if is_loud]
        if len(loud) == 0 or packets[0][2]:
            continue  # it had begun before we listened
        # the hello is over within 1.2 s, and its question has no pause in
        # its first 0.9 s: the longest pause that starts then is the one
        pauses = [(b - a - 1) * 20 for a, b in zip(loud, loud[1:])
                  if 15 <= a - loud[0] <= 60]
        if pauses:
            gaps.append(max(pauses))
    return sorted(off), sorted(gaps)


def open_wire():
    try:
        wire = Wire()
    except (OSError, AttributeError):
        return None
    wire.start()
    return wire


# --- what the town saw ------------------------------------------------------

def instant(text):
    return datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp()


def town_saw(began, ended):
    """Counts of the window, from the town's log."""
    out = dict(placed=0, ended=0, completed=0, talk_s=0.0, peak=0, refused=0,
               failed=0, answered=0)
    up, peak = 0, 0
    call = {}
    with open(f'{folder}/town.jsonl') as f:
        for line in f:
            try:
                e = json.loads(line)
            except ValueError:
                continue
            t, inside = instant(e['t']), began <= instant(e['t']) < ended
            c = call.setdefault(e['call_id'], {})
            if e['event'] == 'invite':
                up += 1
                out['placed'] += inside
            elif e['event'] == 'answered':
                c['answered'] = t
                out['answered'] += inside
            elif e['event'] == 'refused':
                out['refused'] += inside
            elif e['event'] == 'ended':
                up -= 1
                out['ended'] += inside
                out['completed'] += inside and e['how'] == 'bye'
                out['failed'] += inside and e['how'] in (
                    'timeout', 'transport', 'protocol')
                c['ended'] = t
            peak = max(peak, up if inside else 0)
    for c in call.values():
        if 'answered' in c:
            first = max(began, c['answered'])
            last = min(ended, c.get('ended', ended))
            out['talk_s'] += max(0, last - first)
    out['peak'] = peak
    return out


# --- floors -----------------------------------------------------------------

def cpu_when_over(child):
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def sipp_floor():
    """CPU-ms per call of sipp calling sipp: INVITE, 180, 200, ACK, BYE."""
    if not shutil.which('sipp'):
        return None
    calls = 15 * rate
    common = ['-i', '127.0.0.1', '-nostdin', '-m', str(calls)]
    quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                 cwd=folder)
    uas = subprocess.Popen(['sipp', '-sn', 'uas', '-p', str(SIPP_PORT),
                            *common], **quiet)
    time.sleep(0.5)
    uac = subprocess.Popen(
        ['sipp', '-sn', 'uac', '-p', str(SIPP_PORT + 1), '-r', str(rate),
         '-timeout', '60s', *common, f'127.0.0.1:{SIPP_PORT}'], **quiet)
    caller = cpu_when_over(uac)
    uas.terminate()
    called = cpu_when_over(uas)
    return None if uac.returncode else (caller / calls * 1000,
                                        called / calls * 1000)


def udp_floor(legs):
    """CPU-us per packet pair of connected sockets on loopback."""
    if not os.access(floor_program, os.X_OK):
        return None
    done = subprocess.run([floor_program, str(legs), '5', '--json'],
                          capture_output=True, text=True)
    return json.loads(done.stdout)['us_per_pair'] if not done.returncode \
        else None


# --- the run ----------------------------------------------------------------

def measure():
    town = subprocess.Popen(
        [telemark, 'town', '--port', str(TOWN_PORT), '--world',
         write('world', WORLD), '--log', f'{folder}/town.jsonl', '--json',
         '--media-ports', f'{MEDIA_PORT}-27000'],
        stdout=open(f'{folder}/town.out', 'w'))
    serve = None
    try:
        time.sleep(1)
        prepare()
        serve = subprocess.Popen(
            [telemark, 'serve', '--sip-port', str(SIP_PORT), '--media-ports',
             '40000-59998', '--clock', '2026-11-23T18:00:00Z', '--drain',
             '20'], stderr=open(f'{folder}/serve.jsonl', 'w'))
        time.sleep(WARM_S)
        m = None
        if serve.poll() is None:
            m = window(serve.pid, town.pid)
            serve.terminate()
        if serve.wait(60) != 0:
            with open(f'{folder}/serve.jsonl') as f:
                print(*f.readlines()[-5:], sep='', end='', file=sys.stderr)
            sys.exit(f'calls: serve ended with {serve.returncode}')
        return m
    finally:
        for child in (serve, town):
            if child is not None and child.poll() is None:
                child.terminate()
                child.wait()


def window(serve, town):
    wire, errors = open_wire(), udp_errors()
    began, began_cpu = time.time(), (cpu_of(serve), cpu_of(town))
    before = threads_of(serve)
    time.sleep(seconds)
    ended, ended_cpu = time.time(), (cpu_of(serve), cpu_of(town))
    after = threads_of(serve)
    m = dict(began=began, ended=ended, serve=ended_cpu[0] - began_cpu[0],
             town=ended_cpu[1] - began_cpu[1], udp_errors=udp_errors() - errors,
             copies=None, off=[], gaps=[], threads={})
    for name, s in after.items():
        m['threads'][name] = s - before.get(name, 0)
    if wire:
        wire.stopped = True
        wire.join()
        m['copies'] = wire.copies
        m['off'], m['gaps'] = heard(wire.streams)
    return m


def show(text, value, unit=''):
    print(f'{text:44} {value:>10} {unit}'.rstrip())


def main():
    m = measure()
    t = town_saw(m['began'], m['ended'])
    took = m['ended'] - m['began']
    if t['ended'] == 0:
        sys.exit('calls: no call ended while it was measured')
    minutes = t['talk_s'] / 60
    show('calls begun per second', f'{t["placed"] / took:.1f}', f'of {rate}')
    show('calls over', t['ended'])
    show('of these completed (we said goodbye)', t['completed'])
    show('most calls at a time', t['peak'])
    show('mean time answered', f'{t["talk_s"] / t["ended"]:.1f}', 's')
    show('requests sent again', 'not root' if m['copies'] is None
         else m['copies'])
    show('failed or refused calls, UDP errors', f'{t["failed"]} '
         f'{t["refused"]} {m["udp_errors"]}')
    for what, v in (('a packet is late', m['off']),
                    ('silence between two prompts', m['gaps'])):
        if v:
            show(f'{what}: median, 99 %, most', f'{v[len(v) // 2]:.1f} '
                 f'{v[len(v) * 99 // 100]:.1f} {v[-1]:.1f}', 'ms')
    call_ms = m['serve'] / t['ended'] * 1000
    show('CPU-ms per call, serve', f'{call_ms:.2f}')
    show('CPU-ms per call, town', f'{m["town"] / t["ended"] * 1000:.2f}')
    show('CPU-s per answered minute, serve', f'{m["serve"] / minutes:.4f}')
    for name, s in sorted(m['threads'].items(), key=lambda x: -x[1]):
        show(f'  thread {name}', f'{s / t["ended"] * 1000:.2f}', 'ms a call')
    sipp = sipp_floor()
    if sipp:
        show('CPU-ms per call, sipp calling (no sound)', f'{sipp[0]:.2f}')
        show('CPU-ms per call, sipp answering', f'{sipp[1]:.2f}')
    media = sum(s for name, s in m['threads'].items() if 'media' in name)
    rest = (m['serve'] - media) / t['ended'] * 1000
    show('CPU-ms per call without the media thread', f'{rest:.2f}')
    if sipp:
        show('  to sipp calling', f'{rest / sipp[0]:.2f}', 'times')
    floor = udp_floor(max(1, int(t['talk_s'] / took)))
    pair_us = media / (t['talk_s'] * 50) * 1e6
    show('CPU-us per packet pair, media thread', f'{pair_us:.2f}')
    if floor:
        show('CPU-us per packet pair, bare sockets', f'{floor:.2f}')
        show('  media thread to bare sockets', f'{pair_us / floor:.2f}',
             'times')
    if os.environ.get('KEEP'):
        os.makedirs(os.environ['KEEP'], exist_ok=True)
        for name in ('town.jsonl', 'serve.jsonl', 'town.out'):
            shutil.copy(f'{folder}/{name}', os.environ['KEEP'])


main()
