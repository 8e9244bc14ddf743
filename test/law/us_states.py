"""States of section 3 of the facts; a state binds if any candidate is in it."""
from .case import AUTOMATED, VOICE
from .clock import (DAY, Hours, OBSERVED, US_DAYS, WEEK, YEARS, daily, day,
                    holidays, hours, nth)
from .us_federal import confirms, is_sale, stopped

SIX = range(6)
PIONEER = holidays([(7, 24)], observed=OBSERVED)
VICTORY = frozenset(nth(y, 8, 0, 1) for y in YEARS)
GOOD_FRIDAY = holidays((), (-2,))
MARDI_GRAS = holidays([(11, 1)], (-47, -2))

NEBRASKA = Hours(hours((SIX, "08:00", "21:00"), ([6], "13:00", "21:00")),
                 US_DAYS, on_shut=((46800, 75600),))

CALLS_AND_TEXTS = VOICE + ("text",)
MACHINES = ("progressive", "power", "predictive", "agentless", "unknown")
AUTO = {"FL", "OK", "MD", "CT"}
CAPS = {"FL", "OK", "MD", "OR"}
VIRGINIA = day(2026, 1, 1)

EIGHT = Hours(daily("08:00", "20:00"))
NINE = Hours(daily("09:00", "21:00"))
FED = daily("08:00", "21:00")

WINDOWS = {  # state: (rule, hours, lifted by, channels)
    "FL": ("US-FL-HRS", EIGHT, None, CALLS_AND_TEXTS),
    "OK": ("US-OK-HRS", EIGHT, "ebr", CALLS_AND_TEXTS),
    "MD": ("US-MD-HRS", EIGHT, "nonprofit", CALLS_AND_TEXTS),
    "OR": ("US-OR-HRS", EIGHT, None, CALLS_AND_TEXTS),
    "WA": ("US-WA-HRS", EIGHT, None, VOICE),
    "TX": ("US-TX-HRS", Hours(hours((SIX, "09:00", "21:00"),
                                    ([6], "12:00", "21:00"))),
           "request or prior business", CALLS_AND_TEXTS),
    "CT": ("US-CT-HRS", Hours(daily("09:00", "20:00")),
           "consent or nonprofit", CALLS_AND_TEXTS),
    "UT": ("US-UT-DAY", Hours(hours((SIX, "08:00", "21:00")),
                              US_DAYS | PIONEER), "consent", VOICE),
    "RI": ("US-RI-HRS", Hours(hours((WEEK, "09:00", "18:00"),
                                    ([5], "10:00", "17:00")),
                              US_DAYS | VICTORY), "consent", VOICE),
    "MS": ("US-MS-DAY", Hours(hours((SIX, "08:00", "21:00"))), "ebr", VOICE),
    "PA": ("US-PA-DAY", Hours(FED, US_DAYS | GOOD_FRIDAY), "ebr", VOICE),
    "AL": ("US-AL-DAY", Hours(hours((SIX, "08:00", "20:00")), US_DAYS), None,
           VOICE),
    "LA": ("US-LA-DAY", Hours(hours((SIX, "08:00", "20:00")),
                              US_DAYS | MARDI_GRAS), None, VOICE),
    "KY": ("US-KY-HRS", Hours(daily("10:00", "21:00")), "ebr", VOICE),
    "SD": ("US-SD-ADTS", Hours(hours((WEEK, "09:00", "21:00"))), None,
           AUTOMATED),
    "IL": ("US-XX-HRS", NINE, None, AUTOMATED),
    "NE": ("US-XX-HRS", NEBRASKA, None, AUTOMATED),
    "MA": ("US-XX-HRS", EIGHT, None, VOICE),
    "NV": ("US-XX-HRS", Hours(daily("09:00", "20:00")), None, VOICE),
    "MI": ("US-XX-HRS", NINE, None, VOICE),
    "MN": ("US-XX-HRS", NINE, None, VOICE),
    "NM": ("US-XX-HRS", NINE, None, VOICE),
    "WY": ("US-XX-HRS", EIGHT, None, VOICE),
    "NY": ("US-NY-HRS", Hours(FED), "callback", CALLS_AND_TEXTS),
}
TX_FAX = Hours(daily("07:00", "23:00"))
LISTS = "CO FL IN LA MA MO OK PA TN TX WY".split()
LIST_EBR = {"FL", "OK", "PA", "TX"}
SINCE = {"OR": day(2026, 1, 1), "MD": day(2024, 1, 1)}


def known(c):
    """An existing or prior relationship, not ended by a request."""
    if c.asked_to_stop is not None:
        return False
    ended = "contract_end" in c.rel and c.rel.get("ever_customer") is not False
    return bool(c.customer() or c.rel.get("ever_customer") or ended or
                c.within("last_inquiry", 3))


def lifted(c, by):
    if by is None:
        return False
    if "ebr" in by and c.ebr():
        return True
    if "prior business" in by and known(c):
        return True
    if "nonprofit" in by and c.caller.get("registered_charity"):
        return True
    if ("consent" in by or "request" in by) and c.consent():
        return True
    return by != "ebr" and by != "nonprofit" and \
        c.consent("callback_at_time") is not None


def judge(c, v):
    for region in c.regions:
        if region == "LA" and not v.timed:
            louisiana_emergency(c, v)
        if region is not None and not confirms(c):
            state(c, v, region)


def state(c, v, s):
    if not is_sale(c):
        return
    if s in WINDOWS:
        rule, h, by, channels = WINDOWS[s]
        old = c.last_day < SINCE.get(s, 0)
        if s == "SD" and c.channel == "voice_live" and c.dial in MACHINES:
            channels = VOICE
        if c.channel in channels and not old and not lifted(c, by):
            v.hours(rule, h)
    if s == "TX" and c.channel == "fax":
        v.hours("US-TX-FAX", TX_FAX)
    if c.channel in CALLS_AND_TEXTS:
        caps(c, v, s)
        if not v.timed:
            calls_and_texts(c, v, s)


def same_subject(c):
    """Calls of this seller whose subject is the same, or not known."""
    def same(a):
        if a.get("seller", c.seller) != c.seller:
            return False
        return None in (a.get("subject"), c.subject) or \
            a["subject"] == c.subject
    return same


def caps(c, v, s):
    if s not in CAPS:
        return
    if c.last_day < SINCE.get(s, 0) or s == "OR" and c.ebr():
        return
    if lifted(c, {"OK": "ebr", "MD": "nonprofit"}.get(s)):
        return
    v.cap("US-%s-CAP" % s, 3, DAY, same_subject(c))


def calls_and_texts(c, v, s):
    if s in LISTS:
        e = c.registry.get("state", {}).get(s, {})
        if e.get("on_list") and not (s in LIST_EBR and c.ebr()):
            v.deny("US-XX-LIST" if s in LIST_EBR else "US-XX-LIST-N")
            if s == "TX":
                v.deny("US-TX-LIST")
    if s in AUTO and c.last_day >= SINCE.get(s, 0):
        machine = c.automated or c.dial in MACHINES
        if machine and not c.consent(written=True) and not auto_exempt(c, s):
            v.deny("US-%s-AUTO" % s)
    if s == "NY":
        new_york_emergency(c, v)
    if c.channel == "text":
        if s == "WA":
            v.deny("US-WA-TXT", not c.consent())
        if s == "VA" and c.last_day >= VIRGINIA:
            v.deny("US-VA-TXT", stopped(c) is not None)


def auto_exempt(c, s):
    if s in ("FL", "OK"):
        return c.ebr()
    if s == "MD" and c.asked_to_stop is None and c.within("last_inquiry", 3):
        return True
    return bool(c.caller.get("registered_charity"))


def emergency(c, area):
    return c.facts.get("emergency", {}).get(area, {})


def louisiana_emergency(c, v):
    """No solicitation of any kind; nothing helps."""
    if not (is_sale(c) or c.purpose == "donation"):
        return
    if c.channel in CALLS_AND_TEXTS:
        e = emergency(c, "US-LA")
        v.deny("US-LA-EMG", bool(e) and e.get("active") is not False and
               e.get("lpsc_reporting") is not False)


def new_york_emergency(c, v):
    e = emergency(c, "US-NY")
    if not e or e.get("active") is False or c.ebr() or c.consent():
        return
    counties = e.get("counties")
    county = c.contact.get("county")
    v.deny("US-NY-EMG", not counties or not county or county in counties)
