"""A carrier on loopback, as SIP text over UDP: it calls the server, answers
calls to telephones, and sends sound (silence) and keys (RFC 4733). No library
of SIP, so that what it thinks of a message is its own."""
import random, re, socket, struct, threading, time


def header(text, name):
    found = re.search(rf'^{name}\s*:\s*(.*)$', text, re.I | re.M)
    return found.group(1).strip() if found else ''


def headers(text, name):
    return [f'{name}: {v.strip()}' for v in
            re.findall(rf'^{name}\s*:\s*(.*)$', text, re.I | re.M)]


def media_of(text):
    host = re.search(r'^c=IN IP4 (\S+)', text, re.M)
    port = re.search(r'^m=audio (\d+)', text, re.M)
    return (host.group(1), int(port.group(1))) if host and port else None


class Call:
    """One leg, of either direction."""

    def __init__(self, carrier, call_id):
        self.carrier, self.id = carrier, call_id
        self.codes, self.code = [], 0
        self.answered = self.ended = False
        self.by_them = False  # the server said BYE
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind((carrier.host, 0))
        self.rtp.setblocking(False)
        self.to, self.keys, self.heard = None, [], 0
        self.seq, self.stamp = 1, 0
        self.ssrc = random.getrandbits(32)

    def sdp(self):
        port = self.rtp.getsockname()[1]
        return (f'v=0\r\no=- 1 1 IN IP4 {self.carrier.host}\r\ns=-\r\n'
                f'c=IN IP4 {self.carrier.host}\r\nt=0 0\r\n'
                f'm=audio {port} RTP/AVP 0 101\r\n'
                'a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n'
                'a=fmtp:101 0-15\r\na=sendrecv\r\n')

    def send_rtp(self, kind, payload, marker=False):
        if self.to is None or self.ended:
            return
        head = struct.pack('!BBHII', 0x80, kind | (0x80 if marker else 0),
                           self.seq & 0xffff, self.stamp & 0xffffffff, self.ssrc)
        self.seq += 1
        try:
            self.rtp.sendto(head + payload, self.to)
        except OSError:
            pass

    def tick(self):
        """Each 20 ms."""
        try:
            while True:
                self.rtp.recv(2048)
                self.heard += 1
        except OSError:
            pass
        self.stamp += 160
        if not self.keys:
            self.send_rtp(0, b'\xff' * 160)
            return
        digit, n = self.keys[0]
        event = '0123456789*#'.index(digit)
        end = n >= 5
        stamp, self.stamp = self.stamp, self.stamp - 160 * n
        self.send_rtp(101, struct.pack('!BBH', event, (0x80 if end else 0) | 10,
                                       160 * (n + 1)), n == 0)
        self.stamp = stamp
        self.keys[0][1] += 1
        if n == 7:
            self.keys.pop(0)

    def key(self, digit):
        self.keys.append([digit, 0])

    def hang_up(self):
        if self.answered and not self.ended:
            self.carrier.request(self, 'BYE')
        elif not self.ended:
            self.carrier.cancel(self)
        self.ended = True


class Carrier(threading.Thread):
    def __init__(self, port, server, host='127.0.0.1'):
        super().__init__(daemon=True)
        self.host, self.port, self.server = host, port, (host, server)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, port))
        self.socket.settimeout(0.02)
        self.calls, self.faults, self.going = {}, [], True
        self.start()

    def run(self):
        due = time.time()
        while self.going:
            try:
                data, where = self.socket.recvfrom(65536)
                self.take(data.decode(errors='replace'), where)
            except socket.timeout:
                pass
            except OSError:
                return
            while time.time() >= due:
                due += 0.02
                for c in list(self.calls.values()):
                    c.tick()

    def stop(self):
        self.going = False
        self.join()
        self.socket.close()

    # --- calls to the server

    def call(self, to, caller, privacy=False):
        c = Call(self, f'{random.getrandbits(64):x}@{self.host}')
        c.local = f'<sip:{caller}@{self.host}>;tag={random.getrandbits(32):x}'
        c.remote = f'<sip:{to}@{self.host}:{self.server[1]}>'
        c.target = f'sip:{to}@{self.host}:{self.server[1]}'
        c.cseq, c.branch = 1, f'z9hG4bK{random.getrandbits(48):x}'
        c.privacy = 'Privacy: id\r\n' if privacy else ''
        self.calls[c.id] = c
        c.invite = self.text(c, 'INVITE', c.branch, c.sdp())
        self.socket.sendto(c.invite.encode(), self.server)
        return c

    def text(self, c, method, branch, body='', cseq=None):
        kind = 'Content-Type: application/sdp\r\n' if body else ''
        return (f'{method} {c.target} SIP/2.0\r\n'
                f'Via: SIP/2.0/UDP {self.host}:{self.port};branch={branch}\r\n'
                f'Max-Forwards: 70\r\nFrom: {c.local}\r\nTo: {c.remote}\r\n'
                f'Call-ID: {c.id}\r\nCSeq: {cseq or c.cseq} {method}\r\n'
                f'Contact: <sip:{self.host}:{self.port}>\r\n'
                f'{getattr(c, "privacy", "")}{kind}'
                f'Content-Length: {len(body)}\r\n\r\n{body}')

    def request(self, c, method):
        c.cseq += 1
        branch = f'z9hG4bK{random.getrandbits(48):x}'
        self.socket.sendto(self.text(c, method, branch).encode(), self.server)

    def cancel(self, c):
        self.socket.sendto(self.text(c, 'CANCEL', c.branch).encode(),
                           self.server)

    def response(self, text):
        c = self.calls.get(header(text, 'Call-ID'))
        code = int(text.split()[1])
        if c is None or 'INVITE' not in header(text, 'CSeq'):
            return
        c.codes.append(code)
        if code < 200:
            return
        c.remote = header(text, 'To')
        if code < 300:
            contact = re.search(r'<([^>]+)>', header(text, 'Contact'))
            c.target = contact.group(1) if contact else c.target
            c.to = media_of(text)
        cseq = header(text, 'CSeq').split()[0]
        branch = c.branch if code >= 300 else f'{c.branch}a'
        self.socket.sendto(self.text(c, 'ACK', branch, cseq=cseq).encode(),
                           self.server)
        c.code = code
        c.answered = code < 300
        c.ended = c.ended or code >= 300

    # --- calls of the server

    def answer(self, text, where, code, word, body='', tag=''):
        lines = [f'SIP/2.0 {code} {word}', *headers(text, 'Via'),
                 f'From: {header(text, "From")}',
                 f'To: {header(text, "To")}{tag}',
                 f'Call-ID: {header(text, "Call-ID")}',
                 f'CSeq: {header(text, "CSeq")}',
                 f'Contact: <sip:{self.host}:{self.port}>']
        if body:
            lines.append('Content-Type: application/sdp')
        lines.append(f'Content-Length: {len(body)}')
        self.socket.sendto(('\r\n'.join(lines) + '\r\n\r\n' + body).encode(),
                           where)

    def take(self, text, where):
        if text.startswith('SIP/2.0'):
            self.response(text)
            return
        method = text.split(' ', 1)[0]
        c = self.calls.get(header(text, 'Call-ID'))
        if method == 'INVITE':
            if c is None:
                c = self.calls[header(text, 'Call-ID')] = Call(
                    self, header(text, 'Call-ID'))
                c.tag = f';tag={random.getrandbits(32):x}'
            again = ';tag=' in header(text, 'To')
            c.to, c.answered = media_of(text) or c.to, True
            self.answer(text, where, 200, 'OK', c.sdp(),
                        '' if again else c.tag)
        elif method == 'BYE':
            if c is not None:
                c.by_them = c.ended = True
            self.answer(text, where, 200, 'OK')
        elif method != 'ACK':
            self.answer(text, where, 200, 'OK')
