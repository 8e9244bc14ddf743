"""Cases of a file, judged naively and by telemark decide; what the file
itself says (`verdict`, as telemark simulate writes it) must be the same."""
import json

from . import compare, law, stream, verdict
from .case import Case


def run(args):
    engine = stream.Engine(args.telemark, args.rules)
    n = wrong = 0

    def judge(answers):
        nonlocal wrong
        for (text, case, v), line in answers:
            what = compare.differs(case, v, line)
            if what:
                wrong += 1
                if wrong <= 5:
                    print("%s\n  %s" % (what, text.rstrip()))

    with open(args.file, encoding="utf-8") as f:
        for text in f:
            if n >= args.cases:
                break
            n += 1
            c = Case(json.loads(text))
            judge(engine.ask([(text, c, verdict.decide(c, law.judge))]))
    judge(engine.finish())
    print("%s: %d cases, %d disagree" % (args.file, n, wrong))
    return 1 if wrong or not n else 0
