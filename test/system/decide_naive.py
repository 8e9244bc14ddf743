#!/usr/bin/env python3
"""A second reading of the law, deliberately naive, against telemark decide.

decide_naive.py TELEMARK SEED CASES: random live sales calls (an agent, preview,
a consumer) to places all over; hours, holidays, registers, relationships,
consents, caps and emergencies are judged here by plain loops over minutes, from
the tables below and nothing of the program. Prints what differs.
"""
import calendar
import datetime as dt
import json
import random
import subprocess
import sys
from zoneinfo import ZoneInfo

D = dt.date
ALL = range(7)
WEEK = range(5)

# place: zone, {weekday: [(open, close) in minutes]}, holidays or None
def hours(*parts):
    out = {d: [] for d in ALL}
    for days, a, b in parts:
        for d in days:
            out[d].append((a, b))
    return out


def h(a, b, days=ALL):
    return (days, a * 60, b * 60)


FED = hours(h(8, 21))
US = {  # what a state adds to the federal hours
    "OH": None, "NJ": None, "GA": None, "AZ": None,
    "FL": hours(h(8, 20)), "OK": hours(h(8, 20)), "MD": hours(h(8, 20)),
    "OR": hours(h(8, 20)), "WA": hours(h(8, 20)), "CT": hours(h(9, 20)),
    "TX": hours(h(9, 21, range(6)), h(12, 21, [6])),
    "NY": FED, "PA": FED, "KY": hours(h(10, 21)),
    "LA": hours(h(8, 20, range(6))), "AL": hours(h(8, 20, range(6))),
    "UT": hours(h(8, 21, range(6))), "MS": hours(h(8, 21, range(6))),
    "RI": hours(h(9, 18, WEEK), h(10, 17, [5])),
    "MA": hours(h(8, 20)), "NV": hours(h(9, 20)), "MI": hours(h(9, 21)),
    "MN": hours(h(9, 21)), "NM": hours(h(9, 21)), "WY": hours(h(8, 20)),
}
ZONE = {"AZ": "America/Phoenix", "OK": "America/Chicago",
        "OR": "America/Los_Angeles", "WA": "America/Los_Angeles",
        "TX": "America/Chicago", "LA": "America/Chicago",
        "AL": "America/Chicago", "UT": "America/Denver",
        "MS": "America/Chicago", "NV": "America/Los_Angeles",
        "MI": "America/Detroit", "MN": "America/Chicago",
        "NM": "America/Denver", "WY": "America/Denver"}
SHUT = {"UT", "RI", "PA", "LA", "AL"}  # on holidays
FREE_BY_EBR = {"TX", "MS", "PA", "KY", "OK"}  # of the state's hours
FREE_BY_CONSENT = {"TX", "UT", "RI", "CT"}
LISTS = "CO FL IN LA MA MO OK PA TN TX WY".split()
LIST_EBR = {"FL", "OK", "PA", "TX"}
CAPS = {"FL", "OK", "MD", "OR"}
CAP_EBR = {"OR", "OK"}
WORLD = {
    "GB": ("Europe/London", None), "DE": ("Europe/Berlin", None),
    "FI": ("Europe/Helsinki", None), "MX": ("America/Mexico_City", None),
    "FR": ("Europe/Paris", hours(h(10, 13, WEEK), h(14, 20, WEEK))),
    "ES": ("Europe/Madrid", hours(h(9, 21, WEEK))),
    "NO": ("Europe/Oslo", hours(h(9, 21, WEEK))),
    "IN": ("Asia/Kolkata", hours(h(9, 21))),
    "CA-ON": ("America/Toronto", None), "CA-BC": ("America/Vancouver", None),
    "CA-AB": ("America/Edmonton", None),
}
CANADA = hours((WEEK, 9 * 60, 21 * 60 + 30), h(10, 18, [5, 6]))


def easter(y):  # by the table of golden numbers and epacts
    g, c = y % 19 + 1, y // 100 + 1
    x, z = 3 * c // 4 - 12, (8 * c + 5) // 25 - 5
    e = (11 * g + 20 + z - x) % 30
    if (e == 25 and g > 11) or e == 24:
        e += 1
    n = 44 - e
    n += 30 if n < 21 else 0
    n += 7 - (5 * y // 4 - x - 10 + n) % 7
    return D(y, 3, 1) + dt.timedelta(n - 1)


def nth(y, m, weekday, n):
    days = [d for d in range(1, calendar.monthrange(y, m)[1] + 1)
            if D(y, m, d).weekday() == weekday]
    return D(y, m, days[n])


def federal(y):
    fixed = [D(y, 1, 1), D(y, 6, 19), D(y, 7, 4), D(y, 11, 11), D(y, 12, 25)]
    moved = [d - dt.timedelta(1) for d in fixed if d.weekday() == 5]
    moved += [d + dt.timedelta(1) for d in fixed if d.weekday() == 6]
    return set(fixed + moved + [
        nth(y, 1, 0, 2), nth(y, 2, 0, 2), nth(y, 5, 0, -1), nth(y, 9, 0, 0),
        nth(y, 10, 0, 1), nth(y, 11, 3, 3)])


def holidays(place, y):
    e = easter(y)
    plus = lambda *n: {e + dt.timedelta(i) for i in n}
    some = lambda *md: {D(y, m, d) for m, d in md}
    if place == "FR":
        return plus(1, 39, 50) | some((1, 1), (5, 1), (5, 8), (7, 14), (8, 15),
                                      (11, 1), (11, 11), (12, 25))
    if place == "ES":
        return plus(-2) | some((1, 1), (1, 6), (5, 1), (8, 15), (10, 12),
                               (11, 1), (12, 6), (12, 8), (12, 25))
    if place == "NO":
        return plus(-3, -2, 0, 1, 39, 49, 50) | some(
            (1, 1), (5, 1), (5, 17), (12, 25), (12, 26))
    out = federal(y) | {d for d in federal(y + 1) if d.year == y}
    if place == "UT":
        p = D(y, 7, 24)
        out |= {p, p - dt.timedelta(p.weekday() == 5) +
                dt.timedelta(p.weekday() == 6)}
    if place == "RI":
        out.add(nth(y, 8, 0, 1))
    if place == "PA":
        out |= plus(-2)
    if place == "LA":
        out |= plus(-47, -2) | some((11, 1))
    return out


def local(place, zone, t):
    if place in ("CA-BC", "CA-AB") and t >= dt.datetime(
            2026, 3, 9, 12, tzinfo=dt.timezone.utc):
        shift = -7 if place == "CA-BC" else -6
        return (t + dt.timedelta(hours=shift)).replace(tzinfo=None)
    return t.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def add_months(d, n):
    y, m = divmod(d.year * 12 + d.month - 1 + n, 12)
    return D(y, m + 1, min(d.day, calendar.monthrange(y, m + 1)[1]))


def within(since, n, today):
    return since is not None and since <= today <= add_months(since, n)


class Case:
    def __init__(self, r):
        self.place = r.choice(list(US) + list(WORLD) * 2)
        self.us = self.place in US
        self.zone = (ZONE.get(self.place, "America/New_York") if self.us
                     else WORLD[self.place][0])
        start = dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc)
        self.now = start + dt.timedelta(minutes=r.randrange(700 * 1440))
        if r.random() < .5:  # on the hour or beside it
            self.now = self.now.replace(minute=0) + dt.timedelta(
                minutes=r.choice([-1, 0, 0, 30]))
        self.today = local(self.place, self.zone, self.now).date()
        back = lambda n: self.today - dt.timedelta(r.randrange(n))
        self.bought = back(700) if r.random() < .4 else None
        self.asked = back(250) if r.random() < .2 else None
        self.listed = r.random() < .3
        self.age = r.choice([5, 31, 32, 40]) if r.random() < .2 else 5
        self.state_listed = r.random() < .15
        self.days = r.choice([0, 26, 27, 28, 29, 30, 31, 90])
        self.given = back(900) if r.random() < .45 else None
        self.form = r.choice(["express", "express_oral", "express_written"])
        self.stopped = r.choice("AB") if r.random() < .15 else None
        self.tries = sorted(
            (self.now - dt.timedelta(minutes=r.randrange(1, 1700)),
             r.choice("xy")) for _ in range(r.choice([0, 0, 0, 3, 4, 5])))
        self.emergency = r.random() < .1
        self.grace = r.random() < .5

    def json(self, i):
        country, _, region = self.place.partition("-")
        if self.us:
            country, region = "US", self.place
        entry = {"on_list": self.listed, "list_age_days": self.age}
        reg = {"US": "us_national", "CA": "ca_dncl", "FR": "fr_bloctel",
               "NO": "no_reservasjon"}.get(country)
        registry = {reg: entry} if reg else {}
        if self.us and self.place in LISTS:
            registry["state"] = {self.place: {"on_list": self.state_listed}}
        if country in ("GB", "MX") and self.listed:
            registry = {{"GB": "uk_tps", "MX": "mx_repep"}[country]:
                        {"registered_days": self.days}}
        rel = {}
        if self.bought:
            rel["last_transaction"] = str(self.bought)
        if self.asked:
            rel["last_inquiry"] = str(self.asked)
        facts = {}
        if self.emergency and self.place in ("NY", "LA"):
            facts["emergency"] = {"US-" + self.place: {
                "active": True, "lpsc_reporting": True}}
        c = {"id": str(i), "now": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
             "contact": {"channel": "voice_live", "country": country,
                         "region": region or None, "tz": [self.zone],
                         "region_basis": "confirmed_address",
                         "line": "residential", "party": "consumer",
                         "dial_mode": "preview"},
             "caller": {"kind": "seller", "seller": "A",
                        "ftc_jurisdiction": True},
             "purpose": "sale", "subject": "x", "registry": registry,
             "relationship": rel, "facts": facts, "attempts": [
                 {"at": t.strftime("%Y-%m-%dT%H:%M:%SZ"), "subject": s}
                 for t, s in self.tries]}
        if self.given:
            c["consent"] = [{"type": self.form, "seller": "A",
                             "given": str(self.given), "revoked": None,
                             "covers": ["voice_live"]}]
        if self.stopped:
            c["internal_dnc"] = [{"seller": self.stopped,
                                  "requested": "2025-12-01"}]
        if self.grace:
            c["policy"] = {"registry_grace": "legal_minimum"}
        return c

    # --- the law ---

    def ever(self):
        return self.bought is not None or within(self.asked, 3, self.today)

    def ebr(self, inquiry=3):
        return self.stopped != "A" and (
            within(self.bought, 18, self.today) or
            within(self.asked, inquiry, self.today))

    def denied(self):
        if self.stopped == "A":
            return True
        written = self.given and self.form == "express_written"
        if self.us:
            free = written or self.ebr()
            if (self.listed or self.age > 31) and not free:
                return True
            if self.place in LISTS and self.state_listed:
                ebr = self.ever() if self.place == "TX" else self.ebr()
                if not (self.place in LIST_EBR and ebr):
                    return True
            if self.emergency and self.place == "LA":
                return True
            return (self.emergency and self.place == "NY" and
                    not self.ebr() and not self.given)
        if self.place.startswith("CA"):
            return (self.listed or self.age > 31) and not (
                self.given or self.ebr(6))
        if self.place == "FR":
            if self.today >= D(2026, 8, 11):
                return not self.given
            return self.listed
        if self.place == "GB":
            binds = self.listed and (self.days >= 28 or not self.grace)
            return binds and not self.given
        if self.place == "MX":
            binds = self.listed and (self.days >= 30 or not self.grace)
            entry = self.today - dt.timedelta(self.days)
            return binds and not (self.given and self.given > entry)
        if self.place == "DE":
            return not self.given
        if self.place == "ES":
            recent = within(self.bought, 12, self.today)
            if recent:
                return False
            return not self.given or self.today > add_months(self.given, 24)
        if self.place == "NO":
            return (self.listed or self.age > 31) and not self.given
        return False  # Finland, India: other goods, the right series

    def windows(self, t):
        day = local(self.place, self.zone, t).date()
        if self.us:
            # Federal hours: FCC's fall away for customers, FTC's do not.
            yield FED, False
            state = US[self.place]
            if state and not (
                    (self.place in FREE_BY_EBR and self.ever()) or
                    (self.place in FREE_BY_CONSENT and self.given)):
                yield state, self.place in SHUT
        elif self.place.startswith("CA"):
            yield CANADA, False
        elif self.place == "FR":
            if not (self.given and day < D(2026, 8, 11)):
                yield WORLD["FR"][1], True
        elif WORLD[self.place][1]:
            yield WORLD[self.place][1], self.place != "IN"

    def open(self, t):
        now = local(self.place, self.zone, t)
        minute = now.hour * 60 + now.minute
        for week, shut in self.windows(t):
            if shut and now.date() in holidays(self.place, now.year):
                return False
            if not any(a <= minute < b for a, b in week[now.weekday()]):
                return False
        day = dt.timedelta(days=1)
        if self.place in CAPS and not (
                (self.place == "OR" and self.ebr()) or
                (self.place == "OK" and self.ever())):
            if sum(s == "x" and a > t - day for a, s in self.tries) >= 3:
                return False
        if self.place == "FR":
            return sum(a > t - 30 * day for a, _ in self.tries) < 4
        return True

    def verdict(self):
        if self.denied():
            return "deny", None
        t = self.now
        while not self.open(t):
            t += dt.timedelta(minutes=1)
        if t == self.now:
            return "allow", None
        return "not_before", t.strftime("%Y-%m-%dT%H:%M:%SZ")


def main():
    telemark, seed, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    r = random.Random(seed)
    cases = [Case(r) for _ in range(n)]
    lines = "".join(json.dumps(c.json(i)) + "\n" for i, c in enumerate(cases))
    run = subprocess.run([telemark, "decide"], input=lines, text=True,
                         stdout=subprocess.PIPE, check=True)
    count, bad = {}, 0
    for c, line, asked in zip(cases, run.stdout.splitlines(),
                              lines.splitlines()):
        a = json.loads(line)
        verdict, when = c.verdict()
        count[verdict] = count.get(verdict, 0) + 1
        if (a["verdict"], a.get("not_before")) != (verdict, when):
            bad += 1
            if bad <= 5:
                print("here %s %s, there %s %s, %s\n  %s" % (
                    verdict, when, a["verdict"], a.get("not_before"),
                    [x["id"] for x in a["rules"]
                     if x["effect"] in ("denied", "unknown", "not_before")],
                    asked))
    print("seed %d: %d cases, %s, %d disagree" % (seed, n, count, bad))
    assert all(count.get(k, 0) > n // 20
               for k in ("allow", "deny", "not_before"))
    sys.exit(bad > 0)


main()
