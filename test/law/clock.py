"""Civil time by plain arithmetic: days are numbers (0 is 1970-01-01), instants
are UTC seconds, zones are tables of what each UTC day's clock shows."""
import calendar
import datetime as dt
from zoneinfo import ZoneInfo

EPOCH = dt.date(1970, 1, 1).toordinal()
DAY = 86400


def day(y, m, d):
    return dt.date(y, m, d).toordinal() - EPOCH


FIRST, LAST = day(2017, 1, 1), day(2032, 1, 1)
TEXT = {}  # day -> "2026-11-23"
NUMBER = {}  # "2026-11-23" -> day
YMD = {}
for _n in range(day(2005, 1, 1), LAST + 400):
    _d = dt.date.fromordinal(_n + EPOCH)
    TEXT[_n] = _d.isoformat()
    NUMBER[TEXT[_n]] = _n
    YMD[_n] = (_d.year, _d.month, _d.day)


def instant(text):
    """"2026-11-23T13:00:00Z" to UTC seconds."""
    d = NUMBER.get(text[:10])
    if d is None:
        d = dt.date.fromisoformat(text[:10]).toordinal() - EPOCH
    return (d * DAY + int(text[11:13]) * 3600 +
            int(text[14:16]) * 60 + int(text[17:19]))


def stamp(t):
    s = t % DAY
    return "%sT%02d:%02d:%02dZ" % (TEXT[t // DAY], s // 3600, s // 60 % 60,
                                   s % 60)


def weekday(d):  # Monday is 0
    return (d + 3) % 7


_MONTHS = {}


def add_months(d, n):  # K2: the end of a shorter month takes its place
    key = (d, n)
    if key not in _MONTHS:
        y, m, k = YMD[d]
        y, m = divmod(y * 12 + m - 1 + n, 12)
        _MONTHS[key] = day(y, m + 1,
                           min(k, calendar.monthrange(y, m + 1)[1]))
    return _MONTHS[key]


class Zone:
    """What a clock shows; made once from the host's zone data."""

    def __init__(self, name):
        self.name = name
        zone = ZoneInfo(name)

        def at(t):
            # TZ-BC-2026, TZ-AB-2026: no change of clocks after March 2026.
            if t >= day(2026, 3, 9) * DAY:
                if name == "America/Vancouver":
                    return -7 * 3600
                if name == "America/Edmonton":
                    return -6 * 3600
            d = dt.datetime.fromtimestamp(t, zone)
            return int(d.utcoffset().total_seconds())

        self.at = at
        self.by_day = {}  # UTC day -> offset, None on a day of change
        before = at(FIRST * DAY)
        for d in range(FIRST, LAST):
            after = at((d + 1) * DAY)
            self.by_day[d] = before if before == after else None
            before = after
        self.changes = [d for d in self.by_day if self.by_day[d] is None]

    def offset(self, t):
        o = self.by_day[t // DAY]
        return self.at(t) if o is None else o

    def local(self, t):  # seconds of the local clock
        return t + self.offset(t)

    def utc(self, local):
        """The first instant at which the clock shows this, or more."""
        t = local - self.offset(local - 12 * 3600)
        u = local - self.offset(t)
        return max(t, u) if self.local(min(t, u)) < local else min(t, u)


_ZONES = {}


def zone(name):
    if name not in _ZONES:
        _ZONES[name] = Zone(name)
    return _ZONES[name]


# --- windows: seven days of [(open, close)] in local seconds -----------------

ALL = range(7)
WEEK = range(5)


def hours(*parts):
    """hours((days, "08:00", "21:00"), ...), half-open (K1)."""
    out = [[] for _ in ALL]
    for days, a, b in parts:
        sec = [int(x[:2]) * 3600 + int(x[3:]) * 60 for x in (a, b)]
        for d in days:
            out[d].append(tuple(sec))
    return tuple(tuple(sorted(x)) for x in out)


def daily(a, b):
    return hours((ALL, a, b))


class Hours:
    """A week's windows; on the days of `shut` others count (none at all)."""

    def __init__(self, week, shut=frozenset(), eves=None, on_shut=()):
        self.week, self.shut, self.on_shut = week, shut, on_shut
        self.eves = eves  # windows on the day before one of shut

    def of(self, d):
        if d in self.shut:
            return self.on_shut
        if self.eves is not None and d + 1 in self.shut and \
                self.week[weekday(d)]:
            return self.eves
        return self.week[weekday(d)]

    def close(self, z, t):
        """When the window that is open at t closes; None: it is closed."""
        now = t + z.offset(t)
        d = now // DAY
        s = now - d * DAY
        for a, b in self.of(d):
            if a <= s < b:
                return z.utc(d * DAY + b)
        return None

    def opening(self, z, t):
        """The first instant from t on at which it is open."""
        now = z.local(t)
        d, s = divmod(now, DAY)
        for a, b in self.of(d):
            if a <= s < b:
                return t
            if s < a:
                return z.utc(d * DAY + a)
        while True:
            d += 1
            for a, _ in self.of(d):
                return z.utc(d * DAY + a)


# --- calendars ----------------------------------------------------------------

YEARS = range(2017, 2032)


def easter(y):  # by the table of golden numbers and epacts
    g, c = y % 19 + 1, y // 100 + 1
    x, z = 3 * c // 4 - 12, (8 * c + 5) // 25 - 5
    e = (11 * g + 20 + z - x) % 30
    if (e == 25 and g > 11) or e == 24:
        e += 1
    n = 44 - e
    n += 30 if n < 21 else 0
    n += 7 - (5 * y // 4 - x - 10 + n) % 7
    return day(y, 3, 1) + n - 1


def nth(y, m, wd, n):
    days = [day(y, m, d) for d in range(1, calendar.monthrange(y, m)[1] + 1)
            if weekday(day(y, m, d)) == wd]
    return days[n]


def holidays(fixed, moving=(), observed=None):
    """fixed [(m, d)]; moving: days after Easter; observed {weekday: shift}:
    a fixed day that falls there closes the shifted day too."""
    out = set()
    for y in YEARS:
        for m, d in fixed:
            h = day(y, m, d)
            out.add(h)
            if observed and weekday(h) in observed:
                out.add(h + observed[weekday(h)])
        out |= {easter(y) + n for n in moving}
    return frozenset(out)


# Saturday's day is kept on Friday, Sunday's on Monday.
OBSERVED = {5: -1, 6: 1}
US_DAYS = holidays([(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)],
                   observed=OBSERVED) | {
    nth(y, m, wd, n) for y in YEARS for m, wd, n in
    ((1, 0, 2), (2, 0, 2), (5, 0, -1), (9, 0, 0), (10, 0, 1), (11, 3, 3))}
