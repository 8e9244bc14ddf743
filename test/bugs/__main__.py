"""Seeded faults: each is put into a copy of the program, which then runs random
worlds (src/sim/random_world.h) until one of the independent checkers finds
something. A fault that nothing finds is a hole in the checkers.

    ./dev sim bugs [NAME ...] [--seconds N]

A fault is a file NAME.bug beside this one: a sentence, the source it is put
into, the exact text, and what it becomes. Nothing of the working tree is
touched; the copy and its build stay in build/bugs.
"""

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COPY = os.path.join(ROOT, "build", "bugs", "tree")
BUILD = os.path.join(ROOT, "build", "bugs", "out")
TARGET = "sim_test_random_world"
MEMORY = 2 << 30
FLAGS = ("-O1 -Wno-unused-function -Wno-unused-variable -Wno-unused-parameter "
         "-Wno-unused-but-set-variable -Wno-unused-const-variable")


class Bug:
    def __init__(self, path):
        self.name = os.path.basename(path)[:-len(".bug")]
        with open(path, encoding="utf-8") as f:
            text = f.read()
        head, _, rest = text.partition("\n--- is\n")
        old, _, new = rest.partition("\n--- becomes\n")
        what, _, source = head.partition("\nfile: ")
        self.what = " ".join(what.split())
        self.file = source.strip()
        self.old, self.new = old, new.removesuffix("\n")
        if not (self.what and self.file and self.old):
            sys.exit(f"{path}: a sentence, file:, --- is, --- becomes")


def all_bugs():
    return [Bug(os.path.join(HERE, n)) for n in sorted(os.listdir(HERE))
            if n.endswith(".bug")]


def files():
    out = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT,
        check=True, capture_output=True, text=True).stdout
    return [f for f in out.splitlines()
            if os.path.isfile(os.path.join(ROOT, f))]


def same(a, b):
    if not os.path.isfile(b) or os.path.getsize(a) != os.path.getsize(b):
        return False
    with open(a, "rb") as x, open(b, "rb") as y:
        return x.read() == y.read()


def copy_tree():
    """What has not changed keeps its time, so that it is not built again."""
    kept = set()
    for name in files():
        kept.add(name)
        source, to = os.path.join(ROOT, name), os.path.join(COPY, name)
        if same(source, to):
            continue
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copyfile(source, to)
        shutil.copymode(source, to)
    for folder, _, names in os.walk(COPY):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.relpath(path, COPY) not in kept:
                os.remove(path)


def configure():
    cmd = ["cmake", "-G", "Ninja", "-S", COPY, "-B", BUILD,
           "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_C_FLAGS_RELEASE={FLAGS}",
           "-DTELEMARK_VERIFY=ON"]
    if shutil.which("ccache"):
        cmd.append("-DCMAKE_C_COMPILER_LAUNCHER=ccache")
    subprocess.run(cmd, check=True, stdout=subprocess.DEVNULL)


def build():
    """None, or what the compiler says."""
    env = dict(os.environ, CCACHE_BASEDIR=COPY, CCACHE_NOHASHDIR="1")
    done = subprocess.run(["cmake", "--build", BUILD, "--target", TARGET],
                          env=env, capture_output=True, text=True)
    return None if done.returncode == 0 else done.stdout[-2000:]


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def start(first, seconds):
    env = dict(os.environ, TELEMARK_SEED=str(first), TELEMARK_SEEDS="1000000",
               TELEMARK_SECONDS=str(seconds), TELEMARK_BAD="1")
    log = open(os.path.join(BUILD, f"log{first}.txt"), "w+",
               encoding="utf-8", errors="replace")
    return subprocess.Popen([os.path.join(BUILD, "test", TARGET)], cwd=COPY,
                            env=env, stdout=log, stderr=log,
                            preexec_fn=limits), log


def finding(log):
    """(seed, oracle, sentence), or None: nothing was found."""
    log.seek(0)
    text = log.read()
    m = re.search(r"^seed (\d+), ([^,\n]+), \d+ findings:\n(.*)$", text, re.M)
    if m:
        return int(m[1]), m[2], m[3]
    m = re.search(r"^(.*)\nseed 0*(\d+), it stopped itself", text, re.M)
    if m:
        said = re.search(r"^.*(telemark stopped itself|out of memory).*$",
                         text, re.M)
        return int(m[2]), "stops", said[0] if said else m[1]
    return None


def hunt(seconds):
    """Runs worlds on both processors until one of them finds something."""
    begin = time.monotonic()
    jobs = max(1, min(4, os.cpu_count() or 1))
    running = [start(1 + 100000 * i, seconds) for i in range(jobs)]
    try:
        while time.monotonic() < begin + seconds + 20:
            done = [r for r in running if r[0].poll() is not None]
            for _, log in done:
                found = finding(log)
                if found:
                    return found, time.monotonic() - begin
            if len(done) == len(running):
                return None, time.monotonic() - begin
            time.sleep(0.1)
        return (0, "hangs", "a world does not end"), time.monotonic() - begin
    finally:
        for process, log in running:
            if process.poll() is None:
                process.kill()
            process.wait()
            log.close()


def place(bug, tree):
    """(text of its file, None), or (None, why it cannot be put there)."""
    path = os.path.join(tree, bug.file)
    if not os.path.isfile(path):
        return None, f"{bug.file} is not there"
    with open(path, encoding="utf-8") as f:
        text = f.read()
    n = text.count(bug.old)
    if n != 1:
        return None, f"its text stands {n} times in {bug.file}"
    return text, None


def apply(bug):
    text, why = place(bug, COPY)
    if text is None:
        return None, why
    path = os.path.join(COPY, bug.file)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(bug.old, bug.new))
    return (path, text), None


def check(bugs):
    """Whether each fault can be put into the sources as they are."""
    bad = [(b.name, place(b, ROOT)[1]) for b in bugs
           if place(b, ROOT)[1] is not None]
    for name, why in bad:
        print(f"{name}: {why}")
    return 1 if bad else 0


def try_bug(bug, seconds):
    """(state, line): found, survives or broken."""
    undo, why = apply(bug)
    if undo is None:
        return "broken", why
    try:
        errors = build()
        if errors:
            return "broken", "does not compile:\n" + errors
        found, took = hunt(seconds)
    finally:
        with open(undo[0], "w", encoding="utf-8") as f:
            f.write(undo[1])
    if not found:
        return "survives", f"nothing found in {took:.0f} s: {bug.what}"
    seed, oracle, text = found
    return "found", f"{took:5.1f} s  seed {seed:<7} {oracle:<12} {text[:90]}"


def main():
    p = argparse.ArgumentParser(prog="./dev sim bugs", description=__doc__,
                                formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("name", nargs="*", help="these alone")
    p.add_argument("--seconds", type=int, default=60, help="for each")
    p.add_argument("--list", action="store_true", help="say what they are")
    p.add_argument("--check", action="store_true",
                   help="only whether their texts are in the sources")
    o = p.parse_args()
    bugs = all_bugs()
    unknown = set(o.name) - {b.name for b in bugs}
    if unknown:
        sys.exit(f"no such fault: {', '.join(sorted(unknown))}")
    bugs = [b for b in bugs if not o.name or b.name in o.name]
    if o.list:
        for b in bugs:
            print(f"{b.name:<24} {b.what}")
        return 0
    if o.check:
        return check(bugs)
    copy_tree()
    configure()
    errors = build()
    if errors:
        sys.exit("the program itself does not compile:\n" + errors)
    clean, took = hunt(min(o.seconds, 20))
    if clean:
        print(f"without a fault: seed {clean[0]}, {clean[1]}: {clean[2]}")
    bad = 1 if clean else 0
    for b in bugs:
        state, line = try_bug(b, o.seconds)
        bad += state != "found"
        print(f"{b.name:<24} {state:<9} {line}", flush=True)
    print(f"{len(bugs)} faults, {bad} not found" if bad else
          f"all {len(bugs)} faults are found")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
