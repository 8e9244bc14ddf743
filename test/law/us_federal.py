"""United States, federal: sections 1 and 2 of the facts, texts of 9b."""
from .case import AUTOMATED
from .clock import DAY, Hours, NUMBER, daily, day

FEDERAL = Hours(daily("08:00", "21:00"))
DEALINGS = ("ever_customer", "last_transaction", "last_inquiry", "contract_start",
            "contract_end", "running_contract", "current_customer")
PACED = ("power", "predictive", "unknown")
SPOKEN_ENOUGH = {"TX", "LA", "MS"}  # US-FCC-5CIR
BRADFORD = day(2026, 2, 25)
MONTH, WEEK_ = 30 * DAY, 7 * DAY


def abandonment(c, v, rule, hundredths, base):
    """K8: exactly the ceiling passes."""
    n = c.campaign.get(base, 0)
    v.deny(rule, c.campaign.get("abandoned", 0) * 100 > hundredths * n)


def judge(c, v):
    if c.channel == "text" and not v.timed:
        v.deny("US-TXT-RND", gone(c))  # the new owner gets nothing
    if confirms(c):
        return
    ftc(c, v)
    fcc(c, v)
    fax_and_mail(c, v)
    if c.channel == "text":
        texts(c, v)


# --- Federal Trade Commission ------------------------------------------------

def is_sale(c):
    return c.purpose == "sale" or bool(c.facts.get("leads_to_sale"))


def ftc_reaches(c):
    """US-FTC-SCOPE, US-FTC-JUR."""
    if not c.voice or not (is_sale(c) or c.purpose == "donation"):
        return False
    if c.kind in ("telemarketer_for_seller", "paid_fundraiser"):
        return True
    return c.caller.get("ftc_jurisdiction") is not False


def ftc(c, v):
    if not ftc_reaches(c):
        return
    sale = is_sale(c)
    supplies = c.goods == "nondurable_office_supplies"
    business = c.party == "business"
    if business and not supplies:  # US-FTC-B2B
        return
    # Whether a line is a residence's is seldom known: all are.
    if not c.consent("callback_at_time"):
        v.hours("US-FTC-HRS", FEDERAL)
    if not v.timed:
        ftc_lists(c, v, sale, business)
        ftc_conduct(c, v, sale)


def ftc_lists(c, v, sale, business):
    v.deny("US-FTC-DNC-ENT", c.asked_to_stop is not None)
    # US-FTC-CHAR: gifts; office supplies: the proviso.
    if sale and not business and c.purpose != "donation":
        free = c.consent(written=True) or (
            c.channel == "voice_live" and c.ebr())
        if not free:
            v.deny("US-FTC-DNC", c.listed("us_national") is not False)
            v.deny("US-FTC-SCRUB", c.stale("us_national"))


def ftc_conduct(c, v, sale):
    v.duty("disclose_seller_purpose_goods")
    paces = c.channel == "voice_live" and c.dial in PACED
    if paces:
        abandonment(c, v, "US-FTC-ABN", 3, "live_answered")
        v.deny("US-FTC-MSG", c.campaign.get("recorded_message") is False)
    if paces or c.automated:
        v.deny("US-FTC-RING", c.campaign.get("ring_seconds", 20) < 15)
    if not c.automated:
        return
    v.deny("US-FTC-PRE-OPT",
           c.facts.get("interactive_opt_out", True) is False)
    if c.caller.get("hipaa") and c.purpose == "healthcare":
        return
    if donor(c):
        return
    agreed = c.consent(written=True, free=True)
    v.deny("US-FTC-PRE", not agreed)


def donor(c):
    """US-FTC-DONOR: a member, or a gift within two years."""
    if c.facts.get("interactive_opt_out", True) is False:
        return False
    return c.purpose == "donation" and c.asked_to_stop is None and (
        c.within("last_donation", 24) or c.rel.get("member"))


# --- Federal Communications Commission ---------------------------------------

def nonprofit(c):
    return c.kind == "charity_inhouse"


def fcc(c, v):
    if not c.voice and c.channel != "text":
        return
    sale = is_sale(c)
    # US-FCC-SOL: consent, EBR and nonprofits are no solicitation.
    gift = c.kind == "paid_fundraiser" and c.purpose == "donation"
    solicits = sale and c.residence and not nonprofit(c) and not gift
    if solicits and not c.consent() and not c.ebr() and \
            not c.consent("callback_at_time"):
        v.hours("US-FCC-HRS", FEDERAL)
    if c.automated:
        limits(c, v)
    if v.timed:
        return
    if solicits and not c.consent(written=True) and not c.ebr():
        v.deny("US-FCC-DNC", c.listed("us_national") is not False)
        v.deny("US-FCC-DNC-AGE", c.stale("us_national"))
    if sale and not nonprofit(c):
        v.deny("US-FCC-DNC-ENT", c.asked_to_stop is not None)
    if c.automated:
        robocall(c, v, sale)
    if c.voice and sale:
        v.deny("US-FCC-RING", c.campaign.get("ring_seconds", 20) < 15)
        if c.channel == "voice_live" and c.dial in PACED and \
                not nonprofit(c):
            abandonment(c, v, "US-FCC-ABN", 3, "live_answered")


def ported_lately(c):
    """US-FCC-PORT."""
    d = c.contact.get("ported_to_wireless")
    return (d is not None and c.contact.get("known_wireless") is False and
            c.last_day - NUMBER[d] <= 15 and
            c.listed("us_national") is False and c.asked_to_stop is None)


def limits(c, v):
    """US-FCC-LIM30, US-FCC-HIPAA: consent, spoken or written, lifts them."""
    if c.purpose == "sale" or c.consent():
        return
    emergency = c.facts.get("emergency_call")
    if c.caller.get("hipaa") and c.purpose == "healthcare":
        if c.line in ("residential", "unknown"):
            v.cap("US-FCC-HIPAA", 1, DAY, automated)
            v.cap("US-FCC-HIPAA-W", 3, WEEK_, automated)
    elif not emergency and (
            c.line in ("residential", "unknown") or
            c.mobile and c.contact.get("known_wireless") is not True):
        v.cap("US-FCC-LIM30", 3, MONTH, automated)


def automated(a):
    return a.get("channel") is None or a["channel"] in AUTOMATED


def robocall(c, v, sale):
    v.duty("identify_at_start")
    v.deny("US-FCC-RND", gone(c))
    opt_out = c.facts.get("interactive_opt_out", True)
    if sale or c.line in ("residential", "unknown"):
        v.deny("US-FCC-ID-OPT", opt_out is False)
    if c.facts.get("emergency_call"):
        return
    v.deny("US-FCC-REVOKE", revoked(c))
    if c.line in ("healthcare_room", "emergency", "unknown"):
        v.deny("US-FCC-EMERG", not c.consent())
    charged = c.mobile or c.line in ("toll_free", "unknown")
    if charged and not ported_lately(c):
        v.deny("US-FCC-WIRELESS", not c.consent())
    if sale and not nonprofit(c) and c.residence:
        # Bradford is about mobiles; an untold line may be a residence's.
        if SPOKEN_ENOUGH.issuperset(c.regions) and c.mobile and \
                c.line != "unknown" and c.day >= BRADFORD:
            agreed = c.consent()
        else:
            agreed = c.consent(written=True, free=True)
        v.deny("US-FCC-PEWC", not agreed)


def gone(c):
    """The number has a new owner; what we hold is the old one's."""
    return c.facts.get("rnd", {}).get("answer") == "yes"


def revoked(c):
    """US-FCC-REVOKE, K5: at once, until consent is given on a later day."""
    last = c.revoked_at
    for x in c.j.get("consent", ()):
        same = c.channel in x["covers"] or \
            c.automated and set(AUTOMATED) & set(x["covers"])
        if x["seller"] == c.seller and x.get("revoked") and same:
            last = max(last or 0, c.moment(x["revoked"]))
    if last is None:
        return False
    return not [x for x in c.consents() if c.channel in x["covers"] and
                c.moment(x["given"]) > last]


# --- fax, mail, texts ----------------------------------------------------------

def fax_and_mail(c, v):
    if v.timed:
        return
    if c.channel == "fax" and is_sale(c):
        v.duty("sender_header")
        if not c.consent():
            known = c.asked_to_stop is None and any(
                c.rel.get(k) for k in DEALINGS)  # no 18 months here
            source = c.facts.get("fax_number_source")
            notice = c.facts.get("opt_out_notice", True)
            v.deny("US-FCC-FAX", not (known and notice and source in (
                "given_by_recipient", "recipient_website")))
    if c.channel == "fax":
        v.deny("US-FCC-FAX-O", c.asked_to_stop is not None)
    if c.channel == "email" and (is_sale(c) or c.purpose == "donation"):
        v.deny("US-EML-OPT", c.asked_to_stop is not None)


def stopped(c):
    """The instant of STOP, unless consent was given on a later day."""
    t = c.facts.get("text", {})
    if "stop_at" not in t:
        return None
    stop = c.moment(t["stop_at"])
    later = [x for x in c.consents() if c.moment(x["given"]) > stop]
    return None if later else stop


def confirms(c):
    """K12, US-TXT-CONF: the one text that may follow, within five minutes."""
    t = c.facts.get("text", {})
    if c.channel != "text" or not t.get("confirmation") or \
            "stop_at" not in t:
        return False
    return c.moment(t["stop_at"]) <= c.t < c.moment(t["stop_at"]) + 300


def texts(c, v):
    if (is_sale(c) or c.purpose == "donation") and \
            not c.consent("callback_at_time"):
        v.hours("US-TXT-HRS", FEDERAL)
    if not v.timed:
        v.deny("US-TXT-STOP", stopped(c) is not None)
        v.deny("US-TXT-REVOKE", revoked(c))
