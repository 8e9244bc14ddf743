"""Recording and monitoring: section 9b of the facts. Only duties."""
from .case import VOICE
from .clock import day

NOTICE, CONSENT = 1, 2
STATES = set("CA CT FL MD IL MA MT NH PA WA DE".split())
COUNTRIES = {"CA": NOTICE, "GB": NOTICE, "DE": CONSENT, "FR": NOTICE,
             "NO": NOTICE, "FI": NOTICE, "RU": NOTICE, "KR": NOTICE,
             "MX": NOTICE, "PH": CONSENT}
PROOF = {"proof", "legal_duty"}
# Bare codes that mean a country; others are states of the US.
WHOLE = set("US CA GB FR DE ES IT NO FI RU KR IN MX PH AT BE BG HR CY CZ DK "
            "EE GR HU IE LV LT LU MT NL PL PT RO SK SI SE IS LI".split())
IN_CONSENT = day(2027, 5, 13)


def place(c, country, region):
    if country == "US":
        return NOTICE if region is None or region in STATES else 0
    if country == "IN":
        return CONSENT if c.last_day >= IN_CONSENT else NOTICE
    if country in COUNTRIES:
        return COUNTRIES[country]
    asked = set(c.facts["recording"].get("purposes", ()))
    return NOTICE if asked and asked <= PROOF else CONSENT


def named(x):
    """{"country": "US", "region": "GA"}, or the shorthands "GA" and "PH"."""
    if isinstance(x, str):
        return (x, None) if x in WHOLE else ("US", x)
    return x["country"], x.get("region")


def judge(c, v):
    r = c.facts.get("recording")
    if v.timed or not c.voice or not r or r.get("planned", True) is False:
        return
    ends = [r[k] for k in ("agent_place", "recorder_place") if k in r]
    need = 0
    for region in c.regions:
        need = max(need, place(c, c.country, region))
    ends = [named(x) for x in ends]
    for country, region in ends:
        need = max(need, place(c, country, region))
    if ("US", "NV") in ends:
        need = max(need, NOTICE)
    if need:
        v.duty(("", "recording_notice", "recording_consent")[need])
    if r.get("card_entry"):
        v.duty("recording_pause")
