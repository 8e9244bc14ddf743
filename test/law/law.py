"""All laws of the facts; one function a country."""
from .clock import add_months
from . import canada, europe, recording, us_federal, us_states, world


def united_states(c, v):
    us_federal.judge(c, v)
    us_states.judge(c, v)


COUNTRY = {
    "US": united_states, "CA": canada.judge, "GB": europe.britain,
    "FR": europe.france, "DE": europe.germany, "ES": europe.spain,
    "IT": europe.italy, "NO": europe.norway, "FI": europe.finland,
    "RU": world.russia, "KR": world.korea, "IN": world.india,
    "MX": world.mexico, "PH": world.philippines,
}


def own_list(c, v):
    """Convention K5: one's own list acts at once, everywhere. The policy
    "legal_minimum" ends it after the one term that a law names, Canada's."""
    last = c.asked_to_stop
    if last is not None:
        minimum = c.policy.get("internal_dnc_retention") == "legal_minimum"
        v.deny("OP-DNC", not minimum or c.nowhere or
               c.day <= add_months(last, 36) + 14)


def judge(c, v):
    if not v.timed:
        own_list(c, v)
    COUNTRY[c.country](c, v)
    recording.judge(c, v)
