"""What the laws say, put together: deny beats not-before beats allow."""
from .clock import DAY, instant, stamp

DAY_S = DAY


class Voices:
    """The rules that spoke at one instant."""

    def __init__(self, case, timed=False):
        self.case = case
        self.timed = timed  # only hours and caps are asked
        self.denied = set()
        self.duties = set()
        self.closed = {}  # id -> first instant at which it may be open
        self.until = None  # the nearest closing of what is open

    def deny(self, rule, when=True):
        if when:
            self.denied.add(rule)

    def duty(self, *words):
        self.duties.update(words)

    def hours(self, rule, h):
        c = self.case
        if c.nowhere:
            self.denied.add(rule)  # unknown counts as the strict side
            return
        for z in c.zones:
            end = h.close(z, c.t)
            if end is None:
                t = h.opening(z, c.t)
                if t > self.closed.get(rule, 0):
                    self.closed[rule] = t
            elif self.until is None or end < self.until:
                self.until = end

    def cap(self, rule, most, span, counts):
        """K4: at most so many contacts in (t - span, t]."""
        c = self.case
        times = sorted(t for t in (instant(a["at"]) for a in c.attempts
                                   if counts(a)) if c.t - span < t <= c.t)
        if len(times) >= most:
            t = times[len(times) - most] + span
            if t > self.closed.get(rule, 0):
                self.closed[rule] = t


class Verdict:
    __slots__ = ("verdict", "not_before", "until", "denied", "closed",
                 "duties")


def breaks(case):
    """Instants at which a consent begins or ends."""
    for x in case.j.get("consent", ()):
        for key in ("from", "to"):
            if key in x:
                yield instant(x[key])
        if x.get("revoked"):
            yield case.moment(x["revoked"])


def midnight(case, t):
    """The next instant at which a candidate's date changes."""
    return min((z.utc((z.local(t) // DAY + 1) * DAY) for z in case.zones),
               default=(t // DAY + 1) * DAY)


def search(case, law, v):
    """The least instant at which all hours and caps are open together."""
    t, stops = case.now, None
    while v.closed:
        if stops is None:
            stops = sorted(set(breaks(case)))
        after = min([midnight(case, t)] + [s for s in stops if s > t])
        t = min(max(v.closed.values()), after)
        case.at(t)
        v = Voices(case, timed=True)
        law(case, v)
        if t > case.now + 400 * DAY:
            return None
    return t


def decide(case, law):
    v = Voices(case)
    law(case, v)
    out = Verdict()
    out.denied, out.closed = v.denied, set(v.closed)
    out.duties, out.until, out.not_before = v.duties, None, None
    if v.denied:
        out.verdict = "deny"
    elif v.closed:
        out.verdict = "not_before"
        t = search(case, law, v)
        out.not_before = None if t is None else stamp(t)
    else:
        out.verdict, out.until = "allow", v.until
    return out
