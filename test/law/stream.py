"""Chunks of cases, each made from its seed and number alone; telemark decide
as one long process that is fed and read at the same time."""
import json
import os
import subprocess
import threading
from collections import deque

from . import law, verdict
from .case import Case
from .clock import DAY, NUMBER, add_months, instant, stamp
from .generate import MONTHS, Generator

BASES = 64  # situations of a chunk; each is asked at several times
LAW_COUNTRIES = law.COUNTRY
encode = json.JSONEncoder(separators=(",", ":")).encode


def ends(case):
    """Instants at which something of the case ends, and beside them."""
    j = case.j
    days = [NUMBER[x["given"]] for x in j.get("consent", ())]
    days += [NUMBER[x] for k, x in case.rel.items() if k[:5] == "last_"]
    out = []
    for d in days:
        for n in MONTHS:
            out.append(add_months(d, n) + 1)
    for e in case.registry.values():
        if "list_obtained" in e:
            out.append(NUMBER[e["list_obtained"]] + 32)
    s = case.local_second
    return [(d - case.day) * DAY + case.now + k for d in out if
            case.day < d < case.day + 700 for k in (0, -DAY)] + [
        (d - case.day) * DAY + case.now - s + k for d in out if
        case.day < d < case.day + 700 for k in (0, -1)]


def later(gen, case, v):
    """Two or three more instants at which to ask, none before now."""
    if v.verdict == "not_before":
        t = instant(v.not_before)
        yield t
        yield t - 1
    elif v.until is not None:
        yield v.until
        yield v.until - 1
    for a in case.attempts[:1]:
        t = instant(a["at"]) + gen.one((DAY, DAY, 7 * DAY, 30 * DAY))
        yield t
        yield t - 1
    of = ends(case)
    if of:
        yield gen.one(of)
    else:
        yield case.now + DAY * gen.one((1, 2, 7, 31, 366 * 2))


def cases(seed, chunk, only=None):
    """(line, case, verdict) of a chunk."""
    gen = Generator((seed << 40) + chunk, only)
    for i in range(BASES):
        j = gen.case(i)
        c = Case(j)
        v = verdict.decide(c, law.judge)
        c.at(c.now)
        c.local_second = (c.home.local(c.now) if c.home else c.now) % DAY
        now = j["now"]
        del j["id"], j["now"]
        tail = encode(j)[1:]
        j["now"] = now
        yield line(chunk, i, 0, now, tail), c, v
        for n, t in enumerate(later(gen, c, v)):
            if t > c.now:
                other = c.moved(t)
                yield (line(chunk, i, n + 1, stamp(t), tail), other,
                       verdict.decide(other, law.judge))


def line(chunk, i, n, now, tail):
    return '{"id":"%d.%d.%d","now":"%s",%s\n' % (chunk, i, n, now, tail)


class Engine:
    """telemark decide; answers come in the order of the questions."""

    LIMIT = 4000  # questions under way

    def __init__(self, telemark, rules=None):
        args = [telemark, "decide"] + (["--rules", rules] if rules else [])
        self.proc = subprocess.Popen(args, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, bufsize=0)
        self.out = deque()
        self.more = threading.Condition()
        self.ended = False
        self.asked = deque()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        fd, rest = self.proc.stdout.fileno(), b""
        while True:
            got = os.read(fd, 1 << 18)
            lines = (rest + got).split(b"\n")
            rest = lines.pop()
            with self.more:
                self.out.extend(lines)
                self.ended = not got
                self.more.notify()
            if not got:
                return

    def ask(self, questions):
        """Sends some; yields those that were answered meanwhile."""
        text = "".join(q[0] for q in questions).encode()
        self.asked.extend(questions)
        while text:
            text = text[self.proc.stdin.write(text):]
        yield from self.answered(self.LIMIT)

    def finish(self):
        self.proc.stdin.close()
        yield from self.answered(0)
        self.thread.join()
        self.proc.wait()

    def stop(self):
        self.proc.kill()
        self.thread.join()
        self.proc.wait()

    def answered(self, limit):
        while self.asked:
            with self.more:
                while not self.out and not self.ended and \
                        len(self.asked) > limit:
                    self.more.wait()
                got, self.out = self.out, deque()
                ended = self.ended
            for text in got:
                yield self.asked.popleft(), text.decode()
            if ended and self.asked and not self.out:
                raise RuntimeError("telemark decide ended early")
            if len(self.asked) <= limit and not got:
                return
            if len(self.asked) <= limit and limit:
                return
