"""Russia, Korea, India, Mexico, the Philippines: section 5 and texts of 9b."""
from .clock import Hours, NUMBER, daily, day
from .europe import is_sale, opt_in

KR_DAY = Hours(daily("08:00", "21:00"))
IN_OPEN = Hours(daily("09:00", "21:00"))
IN_TEXTS = Hours(daily("10:00", "21:00"))
PH_TEXTS = Hours(daily("07:00", "21:00"))


MACHINES = ("progressive", "power", "predictive", "agentless", "unknown")


def russia(c, v):
    if v.timed or not is_sale(c):
        return
    opt_in(c, v, "RU-OPTIN")
    v.deny("RU-AUTO", c.automated or c.channel == "voice_live" and
           c.dial in MACHINES)


def korea(c, v):
    if not is_sale(c) or c.channel == "voice_live":
        return
    if c.channel != "email" and not c.consent("night"):
        v.hours("KR-NIGHT", KR_DAY)
    if not v.timed:
        recent = c.asked_to_stop is None and c.within("last_transaction", 6)
        v.deny("KR-CONS", not c.consent() and not recent)


IN_1600 = day(2026, 1, 1)


def india(c, v):
    if c.channel in ("fax", "email"):
        v.deny("XX-NO-PACK")  # nothing is known of them
        return
    sale = is_sale(c)
    if sale:
        v.hours("IN-HRS" if c.voice else "IN-DLT",
                IN_OPEN if c.voice else IN_TEXTS)
    if v.timed:
        return
    series = c.facts.get("cli_series")
    if c.voice and sale:
        v.deny("IN-SERIES", series is not None and "140" not in series)
    if c.channel == "text":
        v.deny("IN-DLT-T", c.facts.get("text", {}).get(
            "template_registered") is False)


def mexico(c, v):
    if c.channel in ("fax", "email"):
        v.deny("XX-NO-PACK")
        return
    if v.timed or not is_sale(c):
        return
    on, d = c.listed("mx_repep"), c.entry_day("mx_repep")
    if on is False or on is None and d is None:
        return
    if d is not None and c.policy.get("registry_grace") == "legal_minimum" \
            and c.last_day - d < 30:
        return
    later = [x for x in c.consents() if c.channel in x["covers"] and
             d is not None and NUMBER[x["given"]] > d]
    v.deny("MX-TXT" if c.channel == "text" else "MX-REPEP", not later)


def philippines(c, v):
    if c.channel in ("fax", "email"):
        v.deny("XX-NO-PACK")
        return
    if c.channel == "text" and (is_sale(c) or c.purpose == "survey"):
        v.hours("PH-TXT-HRS", PH_TEXTS)
        if not v.timed:
            opt_in(c, v, "PH-TXT")
