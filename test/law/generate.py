"""Random cases with a seed, drawn towards the boundaries of the laws."""
import random

from .clock import DAY, TEXT, WEEK, add_months, day, stamp, zone
from .clock import YEARS, YMD, US_DAYS
from .europe import ES_DAYS, FR_DAYS, IT_DAYS, NO_DAYS

STATE_ZONE = {}
for _z, _names in (
        ("America/New_York", "CT DC DE FL GA IN KY ME MA MD NC NH NJ NY OH "
         "PA RI SC VA VT WV"), ("America/Detroit", "MI"),
        ("America/Chicago", "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI"),
        ("America/Denver", "CO ID MT NM UT WY"),
        ("America/Phoenix", "AZ"), ("America/Los_Angeles", "CA NV OR WA"),
        ("America/Anchorage", "AK"), ("Pacific/Honolulu", "HI")):
    for _s in _names.split():
        STATE_ZONE[_s] = _z
STATES = sorted(STATE_ZONE)
BUSY = ("FL OK MD OR WA TX NY LA CT VA UT RI MS PA AL KY SD MA NV MI MN NM WY "
        "IL NE CA CO IN MO TN OH GA NJ DE MT NH").split()
PROVINCES = [("ON", "America/Toronto"), ("BC", "America/Vancouver"),
             ("AB", "America/Edmonton"), ("QC", "America/Toronto"),
             ("NL", "America/St_Johns"), ("SK", "America/Regina"),
             ("BC", "America/Dawson_Creek"), ("MB", "America/Winnipeg")]
WORLD = {"GB": "Europe/London", "FR": "Europe/Paris", "DE": "Europe/Berlin",
         "ES": "Europe/Madrid", "IT": "Europe/Rome", "NO": "Europe/Oslo",
         "FI": "Europe/Helsinki", "RU": "Europe/Moscow", "KR": "Asia/Seoul",
         "IN": "Asia/Kolkata", "MX": "America/Mexico_City",
         "PH": "Asia/Manila"}
COUNTRIES = sorted(WORLD)
REGISTER = {"US": "us_national", "CA": "ca_dncl", "FR": "fr_bloctel",
            "NO": "no_reservasjon", "IT": "it_rpo", "GB": "uk_tps",
            "MX": "mx_repep"}
CHANNELS = (["voice_live"] * 9 + ["voice_prerecorded"] * 4 +
            ["voice_ai"] * 2 + ["text"] * 3 + ["fax"] + ["email"])
LINES = ["residential"] * 5 + ["wireless"] * 5 + ["business"] * 2 + [
    "unknown", "toll_free", "healthcare_room", "emergency"]
CALLERS = [("seller", "sale")] * 9 + [("telemarketer_for_seller", "sale")] * 4 + [
    ("charity_inhouse", "donation"), ("paid_fundraiser", "donation"),
    ("paid_fundraiser", "donation"), ("political", "political"),
    ("survey", "survey"), ("newspaper", "sale"),
    ("seller", "informational"), ("seller", "healthcare"),
    ("seller", "collection"), ("government", "informational")]
KINDS = ("seller telemarketer_for_seller charity_inhouse paid_fundraiser "
         "political survey newspaper government").split()
PURPOSES = ("sale donation survey political informational healthcare "
            "collection").split()
DIALS = ["preview"] * 5 + ["predictive"] * 4 + ["manual", "progressive",
                                                "power", "agentless"]
GOODS = ["nondurable_office_supplies", "energy_contract",
         "mobile_subscription", "solar", "solar", "pension",
         "claims_management", "energy_renovation"]
HOURS = (0, 7, 8, 9, 10, 12, 13, 14, 17, 18, 19, 20, 21, 21.5, 23)
AGES = (0, 5, 5, 5, 30, 31, 32, 33)
MONTHS = (3, 6, 12, 18, 24, 36)
TYPES = ("express", "express_oral", "express_written", "express_written")
# Days at which a law begins, and clocks change.
DATES = [day(*x) for x in (
    (2025, 4, 11), (2025, 9, 1), (2026, 1, 1), (2026, 2, 5), (2026, 3, 8),
    (2026, 6, 19), (2026, 8, 2), (2026, 8, 11), (2026, 10, 1), (2026, 11, 1),
    (2027, 1, 31), (2027, 5, 13), (2028, 2, 29), (2027, 2, 28))]
CLOSED = sorted(d for d in US_DAYS | FR_DAYS | ES_DAYS | IT_DAYS | NO_DAYS
                if YMD[d][0] in (2026, 2027))
START, DAYS = day(2025, 11, 1), 870


LAWS = {  # the days of one country's laws
    "US": [(2024, 1, 1), (2025, 4, 11), (2026, 1, 1), (2026, 2, 25), (2027, 1, 31)],
    "CA": [(2026, 3, 8), (2026, 11, 1), (2026, 3, 9)],
    "FR": [(2026, 8, 11)], "IT": [(2026, 6, 19), (2024, 9, 28)], "GB": [(2026, 2, 5)],
    "ES": [(2025, 12, 28), (2026, 2, 28)], "IN": [(2026, 1, 1)],
}
LAWS = {k: [day(*x) for x in v] for k, v in LAWS.items()}


class Generator:
    """`only`: a country, or a state ("US-FL"), and no other place."""

    def __init__(self, seed, only=None):
        self.r = random.Random(seed)
        self.only = only
        self.rnd = self.r.random

    def one(self, of):
        return of[int(self.rnd() * len(of))]

    def place(self):
        """Country, region, and the name of a zone there."""
        x = self.rnd()
        if self.only:
            k, _, s = self.only.partition("-")
            if s:
                return k, s, STATE_ZONE[s]
            if k not in ("US", "CA"):
                return k, None, WORLD[k]
            x = .5 * (k == "US") + .6 * (k == "CA")
        if x < .52:
            s = self.one(BUSY) if self.rnd() < .8 else self.one(STATES)
            return "US", s, STATE_ZONE[s]
        if x < .64:
            return ("CA",) + self.one(PROVINCES)
        k = self.one(COUNTRIES)
        return k, None, WORLD[k]

    def day_of(self, country):
        x = self.rnd()
        if x < .2 and country in LAWS:
            return self.one(LAWS[country]) + self.one((-1, 0, 0, 1))
        if x < .65:
            return START + int(self.rnd() * DAYS)
        if x < .75:
            return self.one(CLOSED) + self.one((-1, 0, 0, 1))
        return self.one(DATES) + self.one((-1, 0, 0, 1))

    def when(self, z, country):
        rnd = self.rnd
        d = self.day_of(country)
        if rnd() < .06:
            d = self.one(z.changes) if z.changes else d
            d = min(max(d, START), START + DAYS)
        if rnd() < .55:  # at a boundary or beside it
            s = int(self.one(HOURS) * 3600) + self.one((-1, 0, 0, 1))
        elif rnd() < .5:
            s = 36000 + int(rnd() * 25000)
        else:
            s = int(rnd() * DAY)
        return z.utc(d * DAY + s)

    def before(self, today):
        """A date at an exact age, or any."""
        if self.rnd() < .6:
            return TEXT[add_months(today, -self.one(MONTHS)) +
                        self.one((-1, 0, 0, 1))]
        return TEXT[today - int(self.rnd() * 900)]

    def case(self, i):
        rnd, one = self.rnd, self.one
        country, region, zname = self.place()
        z = zone(zname)
        now = self.when(z, country)
        self.now = now
        today = self.today = z.local(now) // DAY
        channel = self.channel = one(CHANNELS)
        kind, purpose = one(CALLERS)
        if rnd() < .06:
            kind, purpose = one(KINDS), one(PURPOSES)
        contact = {"channel": channel, "country": country,
                   "line": one(LINES),
                   "party": "business" if rnd() < .15 else "consumer",
                   "dial_mode": one(DIALS)}
        caller = {"kind": kind, "seller": "A"}
        c = {"id": str(i), "now": stamp(now), "contact": contact,
             "caller": caller, "purpose": purpose}
        self.located(c, contact, country, region, zname)
        self.caller(caller, kind)
        if purpose == "healthcare":
            caller["hipaa"] = rnd() < .6
        if rnd() < .03:
            contact["ported_to_wireless"] = TEXT[today - one((5, 14, 15, 16))]
            contact["known_wireless"] = rnd() < .3
        if rnd() < .3:
            c["subject"] = one(GOODS)
        self.registers(c, country, contact)
        if rnd() < .45:
            self.consents(c, purpose)
        if rnd() < .45:
            c["relationship"] = self.relationship()
        if rnd() < .08:
            self.suppression(c)
        if rnd() < .25:
            self.attempts(c)
        if contact["dial_mode"] == "predictive" or rnd() < .1:
            self.campaign(c)
        facts = self.facts(c, country, region, contact)
        if facts:
            c["facts"] = facts
        if rnd() < .2 and "policy" not in c:
            c["policy"] = self.policy()
        return c

    def located(self, c, contact, country, region, zname):
        rnd = self.rnd
        if country == "US" and rnd() < .08:
            places = []
            for _ in range(2 if rnd() < .7 else 3):
                s = self.one(BUSY)
                places.append({"region": s, "tz": STATE_ZONE[s],
                               "region_basis": self.one((
                                   "area_code", "exchange", "crm_address",
                                   "unknown", "confirmed_address")
                                   if rnd() < .5 else ("area_code",))})
            places[0].update(region=region, tz=zname)
            contact["places"] = places
            return
        contact["region"] = region if rnd() < .98 else None
        contact["region_basis"] = "confirmed_address" if rnd() < .8 else \
            "area_code"
        contact["tz"] = [zname]
        if country == "US" and rnd() < .05:
            contact["tz"] = [zname, self.one((
                "America/New_York", "America/Chicago", "America/Denver"))]
        if country == "US" and rnd() < .01:
            contact["tz"] = []

    def caller(self, caller, kind):
        x = self.rnd()
        if x < .85:
            caller["ftc_jurisdiction"] = kind not in (
                "charity_inhouse", "political")
        elif x < .95:
            caller["ftc_jurisdiction"] = x < .9
        if kind in ("charity_inhouse", "paid_fundraiser"):
            if self.rnd() < .7:
                caller["registered_charity"] = self.rnd() < .8
        if kind == "telemarketer_for_seller":
            caller["telemarketer"] = "T"
        if self.rnd() < .05:
            caller["hipaa"] = True

    def registers(self, c, country, contact):
        rnd = self.rnd
        name = REGISTER.get(country)
        out = {}
        if name and rnd() < .95:
            on = rnd() < .3
            e = {"on_list": on}
            if rnd() < .5:
                e["list_age_days"] = self.one(AGES)
            else:
                e["list_obtained"] = TEXT[self.today - self.one(AGES)]
            if name in ("uk_tps", "mx_repep", "it_rpo"):
                e = {"on_list": on}
                if on and rnd() < .9:
                    n = self.one((0, 26, 27, 28, 29, 30, 31, 90, 400))
                    if rnd() < .5:
                        e["registered_days"] = n
                    else:
                        e["registered"] = TEXT[self.today - n]
            elif name == "ca_dncl" and on and rnd() < .3:
                e["registered_days"] = self.one((29, 30, 31, 32))
            out[name] = e
        if country == "US" and rnd() < .25:
            s = contact.get("region") or self.one(BUSY)
            out["state"] = {s: {"on_list": rnd() < .5}}
        if out:
            c["registry"] = out

    def consents(self, c, purpose):
        rnd, one = self.rnd, self.one
        out = []
        for _ in range(1 if rnd() < .85 else 2):
            given = self.before(self.today)
            covers = [self.channel] if rnd() < .85 else [one(
                ("voice_live", "text", "email", "voice_prerecorded"))]
            if rnd() < .08:
                covers.append("night")
            x = {"type": one(TYPES), "seller": "A" if rnd() < .93 else "B",
                 "given": given, "revoked": None, "covers": covers}
            if rnd() < .06:
                x["revoked"] = TEXT[self.today + one((-30, -1, 0, 1))]
            if x["type"] == "express_written" and rnd() < .85:
                x["not_condition_of_purchase"] = rnd() < .95
            if rnd() < .12:
                covers[0] = "callback_at_time"
                x["from"] = stamp(self.now + one((-3600, -1, 0, 1, 3600)))
                x["to"] = stamp(self.now + one((1, 60, 3600, 40000)))
            out.append(x)
        c["consent"] = out

    def relationship(self):
        rnd, out = self.rnd, {}
        if rnd() < .6:
            out["last_transaction"] = self.before(self.today)
        if rnd() < .3:
            out["last_inquiry"] = self.before(self.today)
        if rnd() < .25:
            out["last_donation"] = self.before(self.today)
        if rnd() < .08:
            out["member"] = rnd() < .7
        if rnd() < .15:
            out["ever_customer"] = True
        if rnd() < .12:
            out["running_contract"] = rnd() < .8
        elif rnd() < .14:
            out["contract_start"] = TEXT[self.today - 1500]
            if rnd() < .7:
                out["contract_end"] = self.before(self.today) \
                    if rnd() < .7 else TEXT[self.today - self.one(
                        (29, 30, 31))]
        return out

    def suppression(self, c):
        rnd, out = self.rnd, []
        x = {"seller": "A" if rnd() < .6 else "B",
             "requested": self.before(self.today)}
        if rnd() < .3:
            x["channel"] = self.one(("voice_live", "email", "text"))
        if rnd() < .3:
            c["policy"] = {"internal_dnc_retention": "legal_minimum"}
            x["requested"] = TEXT[add_months(self.today - 14, -36) +
                                  self.one((-2, -1, 0, 1, 9))]
        out.append(x)
        c["internal_dnc"] = out

    def attempts(self, c):
        rnd, one = self.rnd, self.one
        out = []
        for _ in range(one((1, 2, 3, 3, 4, 5))):
            span = one((DAY, DAY, DAY, 7 * DAY, 30 * DAY))
            t = self.now - (span + one((-1, 0, 1)) if rnd() < .2
                            else int(rnd() * span))
            a = {"at": stamp(min(t, self.now))}
            if rnd() < .7:
                a["subject"] = c.get("subject", "x") if rnd() < .8 else "y"
            if rnd() < .2:
                a["channel"] = self.channel if rnd() < .6 else one(
                    ("text", "email", "voice_live", "voice_prerecorded"))
            out.append(a)
        out.sort(key=lambda a: a["at"])
        c["attempts"] = out

    def campaign(self, c):
        rnd, one = self.rnd, self.one
        live = one((0, 100, 1000, 4000))
        placed = live * one((2, 3, 10))
        base = live * 3 // 100 if rnd() < .6 else placed * 5 // 100
        x = {"live_answered": live, "placed": placed,
             "abandoned": max(0, base + one((-1, 0, 1, 1))
                              if rnd() < .5 else base // 3)}
        if rnd() < .3:
            x["ring_seconds"] = one((12, 14, 15, 16, 20))
        if rnd() < .2:
            x["recorded_message"] = rnd() < .6
        c["campaign"] = x

    def facts(self, c, country, region, contact):
        rnd, one, f = self.rnd, self.one, {}
        if rnd() < .04:
            f["leads_to_sale"] = rnd() < .7
        if self.channel[:5] == "voice":
            if rnd() < .1:
                f["interactive_opt_out"] = rnd() < .6
            if rnd() < .02:
                f["emergency_call"] = True
            if rnd() < .2:
                f["recording"] = self.recording(country)
            if rnd() < .04:
                f["rnd"] = {"asked_for": self.before(self.today),
                            "answer": one(("yes", "no", "no_data"))}
        elif self.channel == "fax":
            f["fax_number_source"] = one(
                ("given_by_recipient", "recipient_website", "directory"))
            if rnd() < .3:
                f["opt_out_notice"] = rnd() < .5
        elif self.channel == "text":
            if rnd() < .3:
                f["text"] = self.text()
            if rnd() < .04:
                f["rnd"] = {"asked_for": self.before(self.today),
                            "answer": one(("yes", "no", "no_data"))}
        if country == "US" and region in ("NY", "LA") and rnd() < .4:
            e = {"active": rnd() < .8}
            if region == "LA" and rnd() < .9:
                e["lpsc_reporting"] = rnd() < .6
            if region == "NY" and rnd() < .6:
                e["counties"] = ["Erie", "Kings"]
                if rnd() < .7:
                    contact["county"] = one(("Erie", "Albany"))
            f["emergency"] = {"US-" + region: e}
        if country == "IN" and rnd() < .7:
            f["cli_series"] = one(("ordinary_mobile", "140", "1600"))
        if rnd() < .05:
            f["revocations"] = [{"at": self.before(self.today),
                                 "in_reply_to": one(PURPOSES)}]
        if rnd() < .05:
            f["goods"] = one(GOODS)
        return f

    def text(self):
        out = {}
        if self.rnd() < .7:
            out["stop_at"] = stamp(self.now - self.one(
                (0, 60, 299, 300, 301, 90000)))
            if self.rnd() < .7:
                out["confirmation"] = self.rnd() < .8
        else:
            out["template_registered"] = self.rnd() < .5
        return out

    def recording(self, country):
        rnd, one = self.rnd, self.one
        out = {"planned": True}
        if rnd() < .5:
            out["purposes"] = one((["quality"], ["proof"], ["legal_duty"],
                                   ["proof", "quality"]))
        for key in ("agent_place", "recorder_place"):
            if rnd() < .6:
                out[key] = one((
                    {"country": "US", "region": "GA"},
                    {"country": "US", "region": "NV"},
                    {"country": "US", "region": "UT"},
                    {"country": "US", "region": "CA"}, {"country": "PH"},
                    {"country": "GB"}, {"country": "DE"},
                    {"country": "IN"}, {"country": "PL"}, {"country": "MX"}))
        if rnd() < .15:
            out["notice_form"] = one(("spoken", "tone", "active"))
        if rnd() < .15:
            out["card_entry"] = True
        return out

    def policy(self):
        rnd, out = self.rnd, {}
        if rnd() < .5:
            out["registry_grace"] = self.one(("legal_minimum", "strict"))
        if rnd() < .5:
            out["revocation_scope"] = self.one(("all", "category"))
        if rnd() < .5:
            out["internal_dnc_retention"] = "legal_minimum"
        return out
