"""The engine's answer, a line of telemark decide, beside the naive verdict."""
import copy
import re

from . import law, verdict
from .clock import instant, stamp

SPOKE = re.compile(r'"id":"([A-Z0-9-]+)","effect":"(denied|unknown|not_before)"')
DUTIES = re.compile(r'"duties":\[([^]]*)\]')
HEAD = re.compile(r'"verdict":"(\w+)"(?:,"not_before":"([^"]+)")?'
                  r'(?:,"valid_until":"([^"]+)")?')
RECORDING = ("recording_notice", "recording_consent", "recording_pause")


def spoken(line):
    """Ids that denied (or did not know), and ids that are closed."""
    denied, closed = set(), set()
    for rule, effect in SPOKE.findall(line):
        (closed if effect == "not_before" else denied).add(rule)
    return denied, closed


def same_rules(line, v):
    """Cheap when all is well: counts first, then each expected id."""
    if line.count('t":"denied"') + line.count('t":"unknown"') == \
            len(v.denied) and line.count('t":"not_before"') == len(v.closed):
        for rule in v.denied:
            if '"id":"%s","effect":"' % rule not in line:
                break
        else:
            for rule in v.closed:
                if '"id":"%s","effect":"not_' % rule not in line:
                    break
            else:
                return True
    return spoken(line) == (v.denied, v.closed)


def duties(line, v):
    """What the facts name must be there; recording duties exactly so."""
    said = DUTIES.search(line).group(1)
    for word in v.duties:
        if '"%s"' % word not in said:
            return "duty %s is missing" % word
    if "recording_" in said:
        for word in RECORDING:
            if '"%s"' % word in said and word not in v.duties:
                return "duty %s is too much" % word
    return None


def expiry(case, until, v):
    """An allow may not promise more than the naive law gives."""
    if v.until is not None:
        if until is None or instant(until) > v.until:
            return "valid_until %s, the window closes %s" % (
                until, stamp(v.until))
        if instant(until) == v.until:
            return None
    if until is None or until > "2031":  # beyond our tables of zones
        return None
    if instant(until) <= case.now:
        return "valid_until %s is past" % until
    last = copy.copy(case)  # ages of lists stay those of now
    last.at(instant(until) - 1)
    if verdict.decide(last, law.judge).verdict != "allow":
        return "valid_until %s, but not a second before" % until
    return None


def differs(case, v, line):
    """None, or in words what differs."""
    m = HEAD.search(line, 0, 200)
    if m is None:
        return "no verdict: " + line[:200]
    verdict_, not_before, until = m.groups()
    if (verdict_, not_before) != (v.verdict, v.not_before):
        return "engine %s %s, naive %s %s; %s" % (
            verdict_, not_before or "", v.verdict, v.not_before or "",
            rules_differ(line, v))
    if not same_rules(line, v):
        return rules_differ(line, v)
    if verdict_ != "allow":
        return None
    return duties(line, v) or expiry(case, until, v)


def rules_differ(line, v):
    denied, closed = spoken(line)
    out = []
    for who, a, b in (("engine", (denied, closed), (v.denied, v.closed)),
                      ("naive", (v.denied, v.closed), (denied, closed))):
        for what, x, y in (("denies", a[0], b[0]), ("has closed", a[1], b[1])):
            if x - y:
                out.append("only the %s %s %s" % (
                    who, what, " ".join(sorted(x - y))))
    return "; ".join(out)
