"""Canada: section 4 of the facts."""
from .clock import Hours, add_months, hours
from .us_federal import PACED, abandonment

OPEN = Hours(hours((range(5), "09:00", "21:30"), ((5, 6), "10:00", "18:00")))


def sells(c):
    """Telemarketing: a request for money, goods or a vote."""
    return c.purpose in ("sale", "donation", "political") or bool(
        c.facts.get("leads_to_sale"))


def judge(c, v):
    if c.channel in ("email", "text"):
        casl(c, v)
        return
    if sells(c):
        v.hours("CA-HRS", OPEN)
    if c.automated and c.purpose != "sale" and not c.facts.get(
            "emergency_call"):
        v.hours("CA-ADAD-HRS", OPEN)
    if v.timed:
        return
    if c.automated and sells(c):
        v.deny("CA-ADAD-SALE", not c.consent())
    if sells(c):
        national_list(c, v)
        if c.channel == "voice_live" and c.dial in PACED:
            abandonment(c, v, "CA-ABN", 5, "placed")
    v.deny("CA-BAN", c.line in ("emergency", "healthcare_room", "unknown"))
    survey = c.channel != "fax" and not c.automated and \
        c.purpose == "survey" and not c.facts.get("leads_to_sale")  # CA-SUR
    if not survey:
        internal(c, v)


def internal(c, v):
    """CA-INT: for ever, or 3 years and 14 days as the law has it."""
    last = c.asked_to_stop
    if last is None:
        return
    if c.policy.get("internal_dnc_retention") == "legal_minimum":
        v.deny("CA-INT", c.day <= add_months(last, 36) + 14)
    else:
        v.deny("CA-INT")


def national_list(c, v):
    company = c.party == "business" and c.line in ("business", "toll_free")
    customer = not c.automated and c.asked_to_stop is None and (
        c.ebr(18, 6) or c.contract(18))  # CA-EBR
    if company or exempt(c) or c.consent() or customer:
        return
    d = c.entry_day("ca_dncl")
    young = d is not None and c.last_day - d < 31 and \
        c.policy.get("registry_grace") == "legal_minimum"
    v.deny("CA-DNCL", c.listed("ca_dncl") is not False and not young)
    v.deny("CA-DNCL-AGE", c.stale("ca_dncl"))


def exempt(c):
    """CA-EXM."""
    return bool(c.caller.get("registered_charity")) or c.kind in (
        "political", "newspaper", "survey")


def casl(c, v):
    if v.timed:
        return
    v.deny("CA-CASL-UNS", c.asked_to_stop is not None)
    if c.purpose not in ("sale", "donation") and not c.facts.get(
            "leads_to_sale"):
        return
    implied = c.asked_to_stop is None and (
        c.within("last_transaction", 24) or c.within("last_inquiry", 6) or
        c.within("last_donation", 24) or c.contract(24))
    v.deny("CA-CASL", not c.consent() and not implied)
