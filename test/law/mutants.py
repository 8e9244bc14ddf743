"""Packs with one rule off or one number shifted: the naive law must notice."""
import os
import random
import re
import shutil
import sys
import tempfile
import time

from . import compare, stream

CASES = 36000
NUMBERS = ("hours max span max_age min_registered keep transaction inquiry "
           "gift contract fresh within ceiling min from to").split()


def records(text):
    """(first line, last line, id, {key: [line]}) of each rule of a pack."""
    lines, out, now = text.split("\n"), [], None
    for i, line in enumerate(lines):
        m = re.match(r"\[(\w+) ?([A-Z0-9-]*)\]", line)
        if m:
            now = None
            if m.group(1) == "rule":
                now = (i, m.group(2), {})
                out.append(now)
        elif now and " = " in line and line[0] != "#":
            now[2].setdefault(line.split(" = ")[0], []).append(i)
    return lines, out


def shifts(key, value):
    """The value with each of its numbers changed by one unit."""
    if key in ("from", "to"):
        y, m, d = value.split("-")
        yield "%s-%s-%02d" % (y, m, int(d) + (1 if int(d) < 28 else -1))
        return
    if key == "hours":
        for m in re.finditer(r"(\d\d):(\d\d)", value):
            h, minute = int(m.group(1)), int(m.group(2))
            at = h * 60 + minute + (-1 if h * 60 + minute == 1440 else 1)
            yield "%s%02d:%02d%s" % (value[:m.start()], at // 60, at % 60,
                                     value[m.end():])
        return
    for m in re.finditer(r"\d+", value):
        if m.group() == "1200":  # months: at any time
            continue
        yield value[:m.start()] + str(int(m.group()) + 1) + value[m.end():]


def of(folder):
    """All mutants: (file, rule id, what, changed text)."""
    out = []
    for top, _, files in sorted(os.walk(folder)):
        for name in sorted(files):
            if not name.endswith(".rules"):
                continue
            path = os.path.join(top, name)
            with open(path, encoding="utf-8") as f:
                lines, rules = records(f.read())
            out += [(path,) + m for r in rules for m in of_rule(lines, r)]
    return out


def of_rule(lines, rule):
    at, name, keys = rule
    status = [lines[i].split(" = ")[1] for i in keys.get("status", ())]
    role = lines[keys["role"][0]].split(" = ")[1] if "role" in keys else ""
    if set(status) & {"noted", "proposed", "waived"} or role == "duty":
        return
    if "policy" in lines[keys.get("test", [at])[0]] or "zone" in keys:
        return  # no case has a campaign's own limits; clocks: see law/clock
    off = [x for i, x in enumerate(lines) if i not in keys.get("status", ())]
    yield name, "off", "\n".join(off[:at + 1] + ["status = noted"] +
                                 off[at + 1:])
    for key in NUMBERS:
        for i in keys.get(key, ()):
            for value in shifts(key, lines[i].split(" = ", 1)[1]):
                yield name, "%s = %s" % (key, value), "\n".join(
                    lines[:i] + ["%s = %s" % (key, value)] + lines[i + 1:])


def place(path, rule):
    """The place whose cases can notice, None: all of them."""
    head = {"UK": "GB", "EU": "FR"}.get(rule[:2], rule[:2])
    if head not in stream.LAW_COUNTRIES:
        return None
    m = re.match(r"US-([A-Z]{2})-", rule)
    return "US-" + m.group(1) if m and m.group(1) in STATES else head


_POOL = {}


def questions(seed, where, many):
    if where not in _POOL:
        got, chunk = [], 0
        few = where not in (None, "US") and not many
        while len(got) < (CASES // 3 if few else CASES):
            got += stream.cases(seed, chunk, where)
            chunk += 1
        _POOL[where] = got
    return _POOL[where]


STATES = set("AL CA CO CT DE FL GA IL IN KY LA MA MD MI MN MO MS MT NE NH NJ "
             "NM NV NY OK OR PA RI SD TN TX UT VA VT WA WY".split())


def caught(telemark, folder, questions):
    """How many cases it took, 0 when none noticed."""
    step = 3000
    for begin in range(0, len(questions), step):
        part = questions[begin:begin + step]
        engine = stream.Engine(telemark, folder)
        n = 0
        for source in (engine.ask(part), engine.finish()):
            for (_, case, v), line in source:
                n += 1
                if compare.differs(case, v, line):
                    engine.stop()
                    return begin + n
    return 0


def run(args):
    folder = args.rules or os.path.join(os.path.dirname(os.path.abspath(
        __file__)), "..", "..", "rules")
    folder = os.path.abspath(folder)
    everything = of(folder)
    sample = everything
    if args.mutants:
        sample = random.Random(args.seed).sample(everything, args.mutants)
    began = time.time()
    survivors, refused = [], 0
    for i, (path, rule, what, text) in enumerate(sample):
        if i % 50 == 49:
            print("%d of %d" % (i + 1, len(sample)))
        with tempfile.TemporaryDirectory() as top:
            where = os.path.join(top, "rules")
            shutil.copytree(folder, where)
            with open(os.path.join(where, os.path.relpath(path, folder)), "w",
                      encoding="utf-8") as f:
                f.write(text)
            try:
                n = caught(args.telemark, where, questions(
                    args.seed, place(path, rule), not args.mutants))
            except (RuntimeError, BrokenPipeError):
                refused += 1
                continue
        if not n:
            survivors.append((rule, what))
            print("survived: %s %s" % (rule, what))
            sys.stdout.flush()
    known = [s for s in survivors if s[0] in EXCUSED or
             s[0] + " " + s[1].split(" ")[0] in EXCUSED]
    print("seed %d: %d mutants of %d, %d refused by the loader, %d survived "
          "(%d of them for a known reason); %.0f s" % (
              args.seed, len(sample), len(everything), refused,
              len(survivors), len(known), time.time() - began))
    # Rare boundaries need luck: one in ten may slip through a run.
    return 1 if len(survivors) - len(known) > len(sample) // 10 else 0


# Why no case can notice; the reason stands beside each.
EXCUSED = {
    "US-FTC-CID": "no key of a case tells of the caller's number",
    "US-FCC-CID": "the same",
    "CA-CID": "the same",
    # Not read or not drawn by the naive law yet: test/law/README.md.
    "FI-LIVE-V": "no vulnerable people",
    "FR-MISC": "no number series but India's",
    "IN-SERIES-S": "no banks",
    "IN-PREF": "no such register", "IN-PREF-C": "no such register",
    "IT-RPO-AGE": "no age of that list",
    "KR-DNC": "no such register", "KR-DNC-AGE": "no such register",
    "KR-DNC-C": "no such register", "RU-MASS": "no such register",
    "US-PA-DAY from": "its date, 2019, is before our tables of zones",
}
