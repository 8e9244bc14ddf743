"""United Kingdom and the European Economic Area: section 5 of the facts."""
from .clock import (DAY, Hours, NUMBER, WEEK, YEARS, add_months, day, holidays,
                    hours)

MAIL = ("email", "text")


def is_sale(c):
    return c.purpose == "sale" or bool(c.facts.get("leads_to_sale"))


def opt_in(c, v, rule, soft=False):
    """Consent; `soft`: or a customer, with similar goods of one's own."""
    v.deny(rule, not c.consent() and not (soft and c.customer()))


def person(c):
    """A consumer, or perhaps one."""
    return c.party != "business"


# --- United Kingdom ----------------------------------------------------------

UK_2026 = day(2026, 2, 5)


def britain(c, v):
    if v.timed:
        return
    gives = is_sale(c) or c.purpose == "donation"
    if c.voice:
        v.deny("UK-TPS-OBJ", c.asked_to_stop is not None)
        if is_sale(c) or c.goods in ("pension", "claims_management"):
            sectors(c, v)
    if not gives:
        return
    if c.automated:
        opt_in(c, v, "UK-AUTO")
    elif c.channel == "voice_live":
        preference(c, v)
    elif person(c):
        rule = {"email": "UK-EML", "text": "UK-TXT"}
        if c.channel == "fax":
            if is_sale(c):
                opt_in(c, v, "UK-FAX")
        elif not charity_mail(c):
            opt_in(c, v, rule[c.channel], soft=True)


def charity_mail(c):
    """The charities' own soft opt-in, since 2026-02-05."""
    return c.caller.get("registered_charity") and c.last_day >= UK_2026 and \
        c.asked_to_stop is None and (
            "last_donation" in c.rel and
            NUMBER[c.rel["last_donation"]] <= c.day or c.rel.get("member"))


def sectors(c, v):
    v.deny("UK-SECT-P", c.goods == "pension")
    v.deny("UK-SECT", c.goods == "claims_management" and not c.consent())


def preference(c, v):
    d = c.entry_day("uk_tps")
    on = c.listed("uk_tps")
    if on is False or on is None and d is None or c.consent():
        return
    young = d is not None and c.last_day - d < 28 and \
        c.policy.get("registry_grace") == "legal_minimum"
    v.deny("UK-TPS", not young)


# --- France --------------------------------------------------------------------

FR_DAYS = holidays([(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1),
                    (11, 11), (12, 25)], (1, 39, 50))
FR_OPEN = Hours(hours((WEEK, "10:00", "13:00"), (WEEK, "14:00", "20:00")),
                FR_DAYS)
FR_OPT_IN = day(2026, 8, 11)


def france(c, v):
    if c.voice and not v.timed:
        v.deny("FR-MISC-R", c.goods == "energy_renovation" and
               not running(c))
    if not is_sale(c):
        return
    if c.voice and person(c):
        # Consent lifted the hours by the decree of 2022; since the new law
        # only an appointment does, the strict reading of what is open.
        old = c.last_day < FR_OPT_IN
        if not (old and c.consent()) and not c.consent("callback_at_time"):
            v.hours("FR-HRS", FR_OPEN)
        v.cap("FR-HRS-CAP", 4, 30 * DAY, to_person(c))
    if v.timed:
        return
    if c.channel == "voice_live":
        if c.last_day >= FR_OPT_IN:
            v.deny("FR-OPTIN", person(c) and not c.consent() and
                   not running(c))
        else:
            v.deny("FR-BLOCTEL", bool(c.listed("fr_bloctel")) and
                   not running(c))
    elif c.channel == "text":
        opt_in(c, v, "EU-TXT", soft=True)
    elif person(c):
        opt_in(c, v, "FR-AUTO", soft=c.channel == "email")


def to_person(c):
    return lambda a: a.get("seller", c.seller) == c.seller


def running(c):
    return c.asked_to_stop is None and c.contract()


# --- Germany --------------------------------------------------------------------

def germany(c, v):
    if v.timed or not is_sale(c):
        return
    if c.voice:
        v.deny("DE-OPTIN", person(c) and not c.consent())
    if c.channel != "voice_live":
        opt_in(c, v, "DE-OPTIN-A", soft=c.channel in MAIL)


# --- Spain ----------------------------------------------------------------------

ES_DAYS = holidays([(1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1),
                    (12, 6), (12, 8), (12, 25)], (-2,))
ES_OPEN = Hours(hours((WEEK, "09:00", "21:00")), ES_DAYS)


ES_NEW, ES_ENERGY = day(2025, 12, 28), day(2026, 2, 28)


def spain(c, v):
    if c.voice and c.goods == "energy_contract" and not v.timed:
        v.deny("ES-NEW-E", c.last_day >= ES_ENERGY and not c.consent())
    if not is_sale(c):
        return
    if c.voice and person(c):
        v.hours("ES-HRS", ES_OPEN)
    if v.timed:
        return
    if not c.voice:
        opt_in(c, v, "ES-TXT", soft=c.channel in MAIL)
        return
    if not person(c):
        return
    recent = c.channel == "voice_live" and c.asked_to_stop is None and (
        c.within("last_transaction", 12) or c.contract())
    v.deny("ES-OPTIN", not c.consent() and not recent)
    if c.last_day >= ES_NEW and not recent:
        v.deny("ES-NEW", not renewed(c))


def renewed(c):
    """A permission to call that is at most two years old."""
    return [x for x in c.consents()
            if (c.channel in x["covers"] or "callback_at_time" in x["covers"])
            and c.last_day <= add_months(NUMBER[x["given"]], 24)]


# --- Italy ----------------------------------------------------------------------

IT_DAYS = holidays([(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1),
                    (12, 8), (12, 25), (12, 26)], (0, 1)) | {
    day(y, 10, 4) for y in YEARS if y >= 2026}  # Saint Francis, new
IT_OPEN = Hours(hours((WEEK, "09:00", "20:00"), ([5], "10:00", "19:00")),
                IT_DAYS, ((36000, 68400),))
IT_CODE = day(2024, 9, 28)
IT_ENERGY = day(2026, 6, 19)


def italy(c, v):
    if c.voice and is_sale(c) and c.last_day >= IT_CODE:
        v.hours("IT-HRS", IT_OPEN)
    if v.timed:
        return
    if c.voice and (is_sale(c) or c.purpose == "survey"):
        register(c, v)
    if is_sale(c):
        if c.channel == "text":
            opt_in(c, v, "IT-TXT")
        elif c.channel != "voice_live":
            opt_in(c, v, "IT-AUTO", soft=c.channel == "email")
    if c.channel != "fax" and c.goods == "energy_contract":
        v.deny("IT-ENERGY", c.last_day >= IT_ENERGY and not c.consent())


def register(c, v):
    on, d = c.listed("it_rpo"), c.entry_day("it_rpo")
    if on is False or on is None and d is None:
        return
    if d is not None and c.last_day - d < 15 and \
            c.policy.get("registry_grace") == "legal_minimum":
        return
    later = [x for x in c.consents() if c.channel in x["covers"] and
             d is not None and NUMBER[x["given"]] > d]
    old = c.asked_to_stop is None and c.contract(days=30)
    v.deny("IT-RPO", not later and not old)


# --- Norway ----------------------------------------------------------------------

NO_DAYS = holidays([(1, 1), (5, 1), (5, 17), (12, 25), (12, 26)],
                   (-3, -2, 0, 1, 39, 49, 50))
NO_OPEN = Hours(hours((WEEK, "09:00", "21:00")), NO_DAYS)


def norway(c, v):
    gift = c.purpose == "donation"
    if not is_sale(c) and not gift or not person(c):
        return
    if c.voice:
        v.hours("NO-HRS", NO_OPEN)
    if v.timed:
        return
    if c.voice:
        free = c.consent() or running(c) or gift and c.asked_to_stop is None \
            and c.within("last_donation", 36)
        if not free:
            v.deny("NO-RES", c.listed("no_reservasjon") is True)
            v.deny("NO-RES-AGE", "no_reservasjon" in c.registry and
                   c.stale("no_reservasjon"))
    if is_sale(c):
        if c.channel == "text":
            opt_in(c, v, "NO-TXT", soft=True)
        elif c.channel != "voice_live":
            opt_in(c, v, "NO-AUTO", soft=c.channel == "email")


# --- Finland ----------------------------------------------------------------------

def finland(c, v):
    if v.timed:
        return
    if c.channel == "voice_live":
        v.deny("FI-LIVE", c.asked_to_stop is not None)
    if c.voice and c.goods == "mobile_subscription":
        v.deny("FI-MOBILE", not c.consent() and not running(c) and
               not c.consent("callback_at_time"))
    if is_sale(c) and person(c):
        if c.channel == "text":
            opt_in(c, v, "FI-TXT", soft=True)
        elif c.channel != "voice_live":
            opt_in(c, v, "FI-AUTO", soft=c.channel == "email")
