"""Random cases by the naive law and by telemark decide, side by side.

python3 -m law TELEMARK [--cases N] [--seed S] [--jobs N] [--chunk N]
               [--rules DIR] [--mutants [N]] [--file CASES]
"""
import argparse
import gc
import json
import multiprocessing
import os
import sys
import time

from . import compare, journal, law, mutants, stream

SHOWN = 5


def work(args, first, step, told):
    try:
        told.put(share_of(args, first, step))
    except BaseException:
        told.put(None)
        raise


def share_of(args, first, step):
    """The chunks first, first + step, ... until the share is done."""
    share = -(-args.cases // step)
    engine = stream.Engine(args.telemark, args.rules)
    count, bad, n = {}, [], 0
    wrong = 0

    def judge(answers):
        nonlocal wrong
        for (text, case, v), line in answers:
            count[v.verdict] = count.get(v.verdict, 0) + 1
            what = compare.differs(case, v, line)
            if what:
                wrong += 1
                if len(bad) < SHOWN:
                    bad.append((text, what))

    chunk = first
    gc.disable()  # nothing here goes in circles
    end = time.time() + args.seconds
    while n < share and time.time() < end:
        batch = list(stream.cases(args.seed, chunk))
        n += len(batch)
        judge(engine.ask(batch))
        chunk += step
        if args.chunk is not None:
            break
    judge(engine.finish())
    return n, count, wrong, bad


def run(args):
    told = multiprocessing.Queue()
    first = 0 if args.chunk is None else args.chunk
    if args.chunk is not None:
        args.jobs = 1
    began = time.time()
    people = [multiprocessing.Process(
        target=work, args=(args, first + i, args.jobs, told), daemon=True)
        for i in range(args.jobs)]
    for p in people:
        p.start()
    total, wrong, count, shown = 0, 0, {}, 0
    for _ in people:
        got = told.get()
        if got is None:
            sys.exit(2)
        n, c, w, bad = got
        total += n
        wrong += w
        for k, m in c.items():
            count[k] = count.get(k, 0) + m
        for text, what in bad[:max(0, SHOWN - shown)]:
            shown += 1
            show(args, text, what)
    for p in people:
        p.join()
    took = time.time() - began
    print("seed %d: %d cases, %s; %d disagree; %.0f s, %.0f cases/s in %d "
          "jobs" % (args.seed, total, ", ".join(
              "%s %d" % x for x in sorted(count.items())), wrong, took,
              total / took, args.jobs))
    # A run that never denies, waits or allows has proved nothing.
    few = args.chunk is None and any(
        count.get(k, 0) < total // 25 for k in ("allow", "deny",
                                                "not_before"))
    if few:
        print("too few of one verdict")
    return 1 if wrong or few else 0


def show(args, text, what):
    chunk = json.loads(text)["id"].split(".")[0]
    print("%s\n  again: ./dev sim rules --seed %d --chunk %s\n  %s" % (
        what, args.seed, chunk, text.rstrip()))


def main():
    p = argparse.ArgumentParser(prog="./dev sim rules")
    p.add_argument("telemark")
    p.add_argument("--cases", type=int, default=10000000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--seconds", type=float, default=1e9,
                   help="and no longer than this")
    p.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    p.add_argument("--chunk", type=int, help="only this one of the seed")
    p.add_argument("--rules", help="folder of packs, not those built in")
    p.add_argument("--mutants", type=int, nargs="?", const=0,
                   help="change one thing of the packs at a time, all or N")
    p.add_argument("--file", help="cases of a file, with verdicts beside")
    args = p.parse_args()
    if args.file:
        sys.exit(journal.run(args))
    if args.mutants is not None:
        sys.exit(mutants.run(args))
    sys.exit(run(args))


if __name__ == "__main__":
    main()
