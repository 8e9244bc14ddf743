"""A case of section 10 of the facts, with the questions the laws ask of it."""
import copy

from .clock import DAY, NUMBER, add_months, instant, zone

VOICE = ("voice_live", "voice_prerecorded", "voice_ai")
AUTOMATED = ("voice_prerecorded", "voice_ai")
GOODS = ("nondurable_office_supplies", "energy_contract",
         "energy_renovation", "mobile_subscription", "pension",
         "claims_management")
NOBODY = {}


class Case:
    def __init__(self, j):
        self.j = j
        k = j["contact"]
        self.contact = k
        self.channel = k["channel"]
        self.country = k["country"]
        self.voice = self.channel in VOICE
        self.automated = self.channel in AUTOMATED
        self.line = k.get("line", "unknown")
        self.party = k.get("party", "unknown")
        self.dial = k.get("dial_mode", "unknown")
        o = j["caller"]
        self.caller = o
        self.kind = o.get("kind", "unknown")
        self.seller = o.get("seller")
        self.purpose = j.get("purpose", "unknown")
        self.subject = j.get("subject")
        self.facts = j.get("facts", NOBODY)
        self.goods = self.facts.get("goods")
        if self.goods not in GOODS:  # another word: the subject may say it
            self.goods = self.subject
        self.rel = j.get("relationship", NOBODY)
        self.registry = j.get("registry", NOBODY)
        self.policy = j.get("policy", NOBODY)
        self.campaign = j.get("campaign", NOBODY)
        self.attempts = j.get("attempts", ())
        self.places(k)
        self.now = instant(j["now"])
        self.at(self.now)
        self.asked_to_stop = self.suppressed()
        # Wireless numbers are presumed residential (US-FCC-DNC).
        self.mobile = (self.line == "wireless" or
                       bool(k.get("known_wireless")) or
                       "ported_to_wireless" in k)
        self.residence = self.mobile or self.line in ("residential",
                                                      "unknown")
        self.revoked_at = self.revocation()

    def places(self, k):
        """K6: confirmed places win alone, else every candidate counts."""
        all_ = k.get("places")
        if all_ is None:
            region, basis = k.get("region"), k.get("region_basis")
            self.regions = [region]
            self.zones = [zone(z) for z in k.get("tz") or ()]
            self.home = self.zones[0] if self.zones else None
            self.nowhere = not self.zones
            return
        sure = [p for p in all_ if p.get("region_basis") == "confirmed_address"]
        self.home = zone(all_[0]["tz"])
        self.regions, self.zones = [], []
        for p in sure or all_:
            z = zone(p["tz"])
            if p.get("region") not in self.regions:
                self.regions.append(p.get("region"))
            if z not in self.zones:
                self.zones.append(z)
        self.nowhere = not self.zones

    def moved(self, t):
        """The same case asked at another time."""
        other = copy.copy(self)
        other.now = t
        other.at(t)
        return other

    def at(self, t):
        """Look at the case as it would be at t."""
        self.t = t
        z = self.zones
        if len(z) == 1:
            self.day = self.last_day = (t + z[0].offset(t)) // DAY
        elif z:
            days = [x.local(t) // DAY for x in z]
            self.day, self.last_day = min(days), max(days)
        else:
            # Any date that is somewhere on Earth.
            self.day = (t - 12 * 3600) // DAY
            self.last_day = (t + 14 * 3600) // DAY

    # --- dates ---

    def moment(self, text):
        """A date means the start of the callee's day."""
        if "T" in text:
            return instant(text)
        d = NUMBER[text]
        return self.home.utc(d * DAY) if self.home else d * DAY

    def within(self, key, months):
        """The dated dealing is at most so old: K2, both ends inclusive."""
        text = self.rel.get(key)
        if text is None:
            return False
        d = NUMBER[text]
        return d <= self.day and self.last_day <= add_months(d, months)

    # --- people's own words ---

    def suppressed(self):
        """K5: a request to this seller, or its telemarketer, acts at once;
        the date of the latest, None: there is none."""
        last = None
        for x in self.j.get("internal_dnc", ()):
            if x.get("channel") not in (None, self.channel):
                continue
            if "seller" in x and x["seller"] != self.seller:
                continue
            if "seller" not in x and x.get("telemarketer") != self.caller.get(
                    "telemarketer"):
                continue
            # A date is the first candidate's; days are kept by the place.
            z = self.zones[0] if self.zones else self.home
            t = self.moment(x["requested"])
            d = (z.local(t) if z else t) // DAY
            last = max(last or 0, d)
        return last

    def revocation(self):
        """When this person last took consent back by any means."""
        last = None
        scope = self.policy.get("revocation_scope", "all")
        for x in self.facts.get("revocations", ()):
            if x.get("seller", self.seller) != self.seller:
                continue
            if scope == "all" or \
                    x.get("in_reply_to", self.purpose) == self.purpose:
                last = max(last or 0, self.moment(x["at"]))
        return last

    def consents(self):
        for x in self.j.get("consent", ()):
            if x["seller"] != self.seller or NUMBER[x["given"]] > self.day:
                continue
            if self.revoked_at is not None and \
                    self.moment(x["given"]) <= self.revoked_at:
                continue
            if x.get("revoked"):  # K5; a later date is a mistake, not a grace
                continue
            if "from" in x and self.t < instant(x["from"]):
                continue
            if "to" in x and self.t >= instant(x["to"]):
                continue
            yield x

    def consent(self, covers=None, written=False, free=False):
        """A consent of this seller that is alive now, for this channel."""
        covers = covers or self.channel
        for x in self.consents():
            if written and x["type"] != "express_written":
                continue
            if free and not x.get("not_condition_of_purchase"):
                continue
            if covers in x["covers"]:
                return x
        return None

    def customer(self):
        """Of what one sold, at any time: soft opt-in, prior business."""
        return self.asked_to_stop is None and (
            "last_transaction" in self.rel and
            NUMBER[self.rel["last_transaction"]] <= self.day or
            self.contract())

    def ebr(self, bought=18, asked=3):
        return self.asked_to_stop is None and (
            self.within("last_transaction", bought) or
            self.within("last_inquiry", asked))

    def contract(self, months_after=0, days=0):
        """A contract that runs, or ended at most so long ago."""
        r = self.rel
        if r.get("running_contract") or r.get("current_customer"):
            return True
        if "contract_start" not in r and "contract_end" not in r:
            return False
        if "contract_start" in r and NUMBER[r["contract_start"]] > self.day:
            return False
        if "contract_end" not in r:
            return True
        end = NUMBER[r["contract_end"]]
        return self.last_day <= add_months(end, months_after) + days

    def listed(self, name):
        """True, False, or None: nobody knows."""
        return self.registry.get(name, NOBODY).get("on_list")

    def entry_day(self, name):
        """The date of entry into a register, None: not entered."""
        e = self.registry.get(name, NOBODY)
        if "registered" in e:
            return NUMBER[e["registered"]]
        if "registered_days" in e:
            now = self.home.local(self.now) if self.home else self.now
            return now // DAY - e["registered_days"]
        return None

    def stale(self, name, limit=31):
        """K3; a list whose age nobody knows is stale."""
        e = self.registry.get(name, NOBODY)
        if "list_age_days" in e:
            now = self.home.local(self.now) if self.home else self.now
            return e["list_age_days"] + self.last_day - now // DAY > limit
        if "list_obtained" in e:
            return self.last_day - NUMBER[e["list_obtained"]] > limit
        return True
