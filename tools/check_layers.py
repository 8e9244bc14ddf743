#!/usr/bin/env python3
"""Checks the direction of the house (tools/layers.txt) over src/.

Refuses: an include of a folder that is not below, an include cycle, a file
outside the known folders, a call or a header of the outside world (clock,
file, socket, rand) in a folder that has no right to it, a library used behind
its seam, a permit made outside its folder.

usage: check_layers.py [--root DIR]      exit code 0 = clean, 1 = findings
"""
import argparse
import fnmatch
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from c_text import source_files, strip  # noqa: E402

# Names that are never anything but the function: any mention counts, so that
# taking the address is found too.
WORLD = {
    "clock": {
        "names": """clock_gettime clock_settime clock_nanosleep gettimeofday
            settimeofday nanosleep usleep ftime timespec_get localtime
            localtime_r gmtime gmtime_r mktime timegm strftime timerfd_create
            timer_create setitimer adjtime""",
        "calls": "time clock sleep alarm ctime ctime_r times",
        "headers": "time.h sys/time.h sys/times.h sys/timerfd.h",
    },
    "file": {
        "names": """fopen freopen fdopen fread openat opendir fdopendir
            readdir mkdir mkdirat rmdir fstat lstat fstatat unlinkat
            renameat mkstemp mkostemp mkdtemp tmpfile tmpnam ftruncate
            fsync fdatasync sync_file_range fallocate posix_fallocate pread
            pwrite readv writev preadv pwritev lseek fseek ftell realpath
            chmod fchmod chown fchown mmap munmap msync flock lockf ftw nftw
            scandir getcwd chdir popen pclose sendfile readlink symlink
            execv execve execvp execl execlp posix_spawn""",
        "calls": """open creat read write close stat unlink remove rename link
            truncate access dup dup2 fcntl ioctl pipe fork system glob""",
        "headers": """fcntl.h unistd.h dirent.h sys/stat.h sys/mman.h
            sys/file.h ftw.h glob.h spawn.h sys/ioctl.h""",
    },
    "socket": {
        "names": """socketpair accept4 sendto sendmsg sendmmsg recvfrom
            recvmsg recvmmsg getaddrinfo getnameinfo gethostbyname setsockopt
            getsockopt getsockname getpeername epoll_create epoll_create1
            epoll_ctl epoll_wait ppoll pselect inet_aton""",
        "calls": """socket bind connect listen accept send recv shutdown poll
            select""",
        "headers": """sys/socket.h netinet/* arpa/inet.h netdb.h poll.h
            sys/poll.h sys/select.h sys/epoll.h sys/un.h net/if.h
            ifaddrs.h""",
    },
    "rand": {
        "names": """srand rand_r drand48 lrand48 mrand48 srandom getrandom
            getentropy arc4random arc4random_buf arc4random_uniform
            randombytes_buf randombytes_random randombytes_uniform
            RAND_bytes rand_u16 rand_u32 rand_u64 rand_str rand_bytes""",
        "calls": "rand random",
        "headers": "sys/random.h",
    },
}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


class Layers:
    def __init__(self, path):
        self.order, self.may, self.world = [], {}, {}
        self.libraries, self.generated = [], []
        self.permit, self.excepts = None, {}
        self.errors = []
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                line = line.split("#", 1)[0].strip()
                if line:
                    self.read(line, f"{path}:{number}")

    def read(self, line, where):
        words = line.split()
        if words[0] == "library" and "<" in words:
            cut = words.index("<")
            self.libraries.append((words[1:cut], words[cut + 1:]))
        elif words[0] == "permit":
            self.permit = words[1]
        elif words[0] == "generated":
            self.generated += words[1:]
        elif words[0] == "except":
            self.excepts.setdefault(words[1], set()).update(words[2:])
        elif len(words) > 1 and words[1] == "<":
            self.read_folder(words, where)
        else:
            self.errors.append(f"{where}: not understood: {line}")

    def read_folder(self, words, where):
        folder, rest = words[0], words[2:]
        world = []
        if ":" in rest:
            cut = rest.index(":")
            rest, world = rest[:cut], rest[cut + 1:]
        core = [f for f in self.order if f.startswith("core/")]
        may = {folder}
        for word in rest:
            if word in ("core", "core-above"):
                may.update(core)
            elif word == "all":
                may.update(self.order)
            elif word in self.order:
                may.add(word)
            else:
                self.errors.append(
                    f"{where}: {folder} names {word}, which is not above it")
        for kind in world:
            if kind not in WORLD:
                self.errors.append(f"{where}: no such right: {kind}")
        self.order.append(folder)
        self.may[folder], self.world[folder] = may, set(world)

    def folder_of(self, path):
        best = None
        for folder in self.order:
            if path.startswith(folder + "/"):
                if best is None or len(folder) > len(best):
                    best = folder
        return best


def line_of(text, pos):
    return text.count("\n", 0, pos) + 1


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, p) for p in patterns)


class Checker:
    def __init__(self, root, layers):
        self.src = os.path.join(root, "src")
        self.layers = layers
        self.found = list(layers.errors)
        self.includes = {}

    def say(self, path, line, what):
        self.found.append(f"src/{path}:{line}: {what}")

    def run(self):
        for path in source_files(self.src):
            with open(os.path.join(self.src, path), encoding="utf-8",
                      errors="replace") as f:
                text = f.read()
            folder = self.layers.folder_of(path)
            if folder is None:
                self.say(path, 1, "outside the folders of tools/layers.txt")
                continue
            self.check_includes(path, folder, strip(text, strings=False))
            code = strip(text)
            self.check_calls(path, folder, code)
            self.check_permit(path, folder, code)
        self.check_cycles()
        for path in self.layers.excepts:
            if not os.path.exists(os.path.join(self.src, path)):
                self.found.append(f"layers.txt: except {path}: no such file")
        return self.found

    def check_includes(self, path, folder, text):
        edges = self.includes.setdefault(path, [])
        for m in INCLUDE.finditer(text):
            kind, name, line = m.group(1), m.group(2), line_of(text, m.start())
            self.check_library(path, folder, name, line)
            if os.path.exists(os.path.join(self.src, name)):
                edges.append((name, line))
                target = self.layers.folder_of(name)
                if target and target not in self.layers.may[folder]:
                    self.say(path, line, f"back edge: {folder} may not "
                             f"include {target} ({name})")
            elif kind == '"' and not self.known(name):
                self.say(path, line, f'"{name}" is not a path from src/')

    def known(self, name):
        if matches(name, self.layers.generated):
            return True
        return any(matches(name, p) for p, _ in self.layers.libraries)

    def check_library(self, path, folder, name, line):
        excepts = self.layers.excepts.get(path, ())
        for patterns, folders in self.layers.libraries:
            if matches(name, patterns) and folder not in folders:
                if name not in excepts:
                    self.say(path, line, f"{folder} may not know the library "
                             f"of <{name}>")
        for kind, words in WORLD.items():
            if kind in self.layers.world[folder] or name in excepts:
                continue
            if matches(name, words["headers"].split()):
                self.say(path, line, f"{folder} has no right to {kind} "
                         f"(header <{name}>)")

    def check_calls(self, path, folder, code):
        excepts = self.layers.excepts.get(path, ())
        for kind, words in WORLD.items():
            if kind in self.layers.world[folder]:
                continue
            names = "|".join(words["names"].split())
            calls = "|".join(words["calls"].split())
            pattern = re.compile(
                rf"(?<![\w.])(?<!->)(?:({names})\b"
                rf"|({calls})\s*\()")
            for m in pattern.finditer(code):
                name = m.group(1) or m.group(2)
                # A static function of that name is the file's own: the
                # real one cannot be declared beside it.
                own = m.group(2) and re.search(
                    rf"\bstatic\b[^;{{}}()]*\b{name}\s*\(", code)
                if name not in excepts and not own:
                    self.say(path, line_of(code, m.start()),
                             f"{folder} has no right to {kind} ({name})")

    def check_permit(self, path, folder, code):
        if self.layers.permit is None or folder == self.layers.permit:
            return
        made = (
            (r"(?:\.|->)\s*seal\b(?:\s*\[[^\]]*\])?\s*(?:[-+*/%&|^]|<<|>>)?="
             r"(?!=)", "writes a permit's seal"),
            (r"(?<!&)&(?!&)[\w.\->\[\]()* ]*?(?:\.|->)\s*seal\b",
             "takes the address of a permit's seal"),
            (r"\(\s*struct\s+permit\s*\)\s*\{(?!\s*0?\s*\})",
             "makes a permit"),
            (r"\bstruct\s+permit\s+\w+\s*=\s*\{(?!\s*0?\s*\})",
             "makes a permit"),
        )
        for pattern, what in made:
            for m in re.finditer(pattern, code):
                self.say(path, line_of(code, m.start()), f"{what}: only "
                         f"{self.layers.permit} may")

    def check_cycles(self):
        state, stack = {}, []

        def visit(path):
            state[path] = "open"
            stack.append(path)
            for name, line in self.includes.get(path, ()):
                if state.get(name) == "open":
                    ring = stack[stack.index(name):] + [name]
                    self.say(path, line, "include cycle: " + " > ".join(ring))
                elif name not in state:
                    visit(name)
            stack.pop()
            state[path] = "done"

        for path in sorted(self.includes):
            if path not in state:
                visit(path)


def main():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=here)
    args = parser.parse_args()
    layers = Layers(os.path.join(args.root, "tools", "layers.txt"))
    checker = Checker(args.root, layers)
    found = checker.run()
    for line in found:
        print(line)
    print(f"layers: {len(checker.includes)} files, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
