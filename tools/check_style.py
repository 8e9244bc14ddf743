#!/usr/bin/env python3
"""Checks of the style guide that a machine can do (CONTRIBUTING.md).

Over src/: banned functions, the heap outside base, marks of unfinished work,
external names without the stem of their file, functions over 70 lines, mutable
variables at file scope in the pure folders. Over src/, test/ and bench/: files
over 1000 lines, header guards. Over all files: paths of one machine.

usage: check_style.py [--root DIR]       exit code 0 = clean, 1 = findings
"""
import argparse
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from c_text import (function_name, is_constant, source_files,  # noqa: E402
                    strip, top_level, variable_name, without_preprocessor)

BANNED = re.compile(
    r"(?<![\w.])(?<!->)(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|"
    r"gets|gmtime|localtime|rand|srand|signal|alloca|"
    r"malloc|calloc|realloc|free|strdup|strndup)\s*\(")
HEAP = {"malloc", "calloc", "realloc", "free", "strdup", "strndup"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|not implemented|stub)\b",
                        re.I)
# Written in two halves so that this file does not find itself.
MACHINE = re.compile(r"(^|[^A-Za-z0-9_.-])/(work|farm)" r"/|/tmp/" r"team\b"
                     r"|bash" r"_jobs")
FUNCTION_LINES, FILE_LINES = 70, 1000
PURE = ("base/", "core/", "port/", "engine/")
SKIP_FOLDERS = {".git", "build", "node_modules", "__pycache__"}


class Exceptions:
    """tools/style.txt"""

    def __init__(self, path):
        self.prefixes, self.entries, self.ceiling = {}, {}, 0
        self.used, self.errors = set(), []
        if not os.path.exists(path):
            return
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                self.read(line.split("#", 1)[0].split(), number)
        if len(self.entries) > self.ceiling:
            self.errors.append(f"style.txt: {len(self.entries)} exceptions, "
                               f"the ceiling is {self.ceiling}")

    def read(self, words, number):
        if not words:
            return
        if words[0] == "ceiling" and len(words) == 2:
            self.ceiling = int(words[1])
        elif words[0] == "prefix" and len(words) > 2:
            self.prefixes[words[1]] = words[2:]
        elif words[0] in ("call", "symbol", "global") and len(words) == 3:
            self.entries[tuple(words)] = 0
        elif words[0] == "function" and len(words) == 4:
            self.entries[tuple(words[:3])] = int(words[3])
        else:
            self.errors.append(f"style.txt:{number}: not understood")

    def allow(self, kind, path, name):
        """The entry's number (0 without one), or None: not an exception."""
        key = (kind, path, name)
        if key in self.entries:
            self.used.add(key)
        return self.entries.get(key)

    def stale(self):
        return [f"style.txt: no longer needed, take it out: {' '.join(e)}"
                for e in sorted(set(self.entries) - self.used)]


class Checker:
    def __init__(self, root):
        self.root = root
        self.src = os.path.join(root, "src")
        self.rules = Exceptions(os.path.join(root, "tools", "style.txt"))
        self.found = []
        self.files = 0
        self.headers = {}

    def say(self, path, line, what):
        self.found.append(f"{path}:{line}: {what}")

    def run(self):
        for top in ("src", "test", "bench"):
            folder = os.path.join(self.root, top)
            texts = {p: self.text(os.path.join(folder, p))
                     for p in source_files(folder)}
            self.files += len(texts)
            if top == "src":
                self.headers = {p: strip(t) for p, t in texts.items()
                                if p.endswith(".h")}
            for path, text in texts.items():
                self.check_shape(f"{top}/{path}", text)
                if top == "src":
                    self.check_source(path, text)
        self.check_paths()
        return self.found + self.rules.errors + self.rules.stale()

    @staticmethod
    def text(path):
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def check_shape(self, path, text):
        lines = text.count("\n") + (not text.endswith("\n"))
        if lines > FILE_LINES:
            self.say(path, 1, f"{lines} lines, over {FILE_LINES}")
        if path.endswith(".h"):
            code = strip(text)
            guard = re.match(r"\s*#\s*ifndef\s+(\w+)\s+#\s*define\s+(\w+)",
                             code)
            once = re.match(r"\s*#\s*pragma\s+once\b", code)
            if not once and (not guard or guard.group(1) != guard.group(2)):
                self.say(path, 1, "no header guard before the first code")

    def check_source(self, path, text):
        shown = "src/" + path
        for number, line in enumerate(text.split("\n"), 1):
            m = UNFINISHED.search(line)
            if m:
                self.say(shown, number, f"mark of unfinished work: "
                         f"{m.group(1)}")
        code = strip(text)
        for m in BANNED.finditer(code):
            name = m.group(1)
            if name in HEAP and path.startswith("base/"):
                continue
            if self.rules.allow("call", path, name) is None:
                self.say(shown, code.count("\n", 0, m.start()) + 1,
                         f"banned function: {name}")
        if path.endswith((".c", ".cc")):
            self.check_scope(path, without_preprocessor(code))

    def check_scope(self, path, code):
        for head, first, last, body in top_level(code):
            if body:
                self.check_function(path, head, first, last)
            else:
                self.check_variable(path, head, first)

    def check_function(self, path, head, first, last):
        name = function_name(head)
        if name is None:
            return
        length = last - first + 1
        if length > FUNCTION_LINES:
            limit = self.rules.allow("function", path, name)
            if limit is None:
                self.say(f"src/{path}", first, f"{name} has {length} lines, "
                         f"over {FUNCTION_LINES}")
            elif length > limit:
                self.say(f"src/{path}", first, f"{name} grew from {limit} to "
                         f"{length} lines")
            elif length < limit:
                self.say(f"src/{path}", first, f"{name} has {length} lines "
                         f"now: lower its entry in tools/style.txt")
        if not re.search(r"\bstatic\b", head):
            self.check_name(path, name, first)

    def check_variable(self, path, head, first):
        name = variable_name(head)
        if name is None:
            return
        if not re.search(r"\bstatic\b", head):
            self.check_name(path, name, first)
        if path.startswith(PURE) and not is_constant(head):
            if self.rules.allow("global", path, name) is None:
                self.say(f"src/{path}", first, f"mutable variable at file "
                         f"scope: {name}")

    def check_name(self, path, name, line):
        """The stem of the file, or of its family (x_more.c beside x.h), or of
        a header of the folder that declares the name (x_priv.h and x_int.h
        count as x); with the folder's name before it where the stem alone
        says too little."""
        folder, base = os.path.split(path)
        stem = os.path.splitext(base)[0]
        stems = [stem, os.path.basename(folder) + "_" + stem]
        words = stem.split("_")
        for n in range(1, len(words)):
            if f"{folder}/{'_'.join(words[:n])}.h" in self.headers:
                stems.append("_".join(words[:n]))
        for header, code in self.headers.items():
            top, leaf = os.path.split(header)
            if top == folder and re.search(rf"\b{name}\b", code):
                stems.append(re.sub(r"(_priv|_int)?\.h$", "", leaf))
        for s in list(stems):
            stems += self.rules.prefixes.get(f"{folder}/{s}", [])
        if name == "main" and folder == "cmd":
            return
        if any(name == s or name.startswith(s + "_") for s in stems):
            return
        if self.rules.allow("symbol", path, name) is None:
            self.say(f"src/{path}", line, f"{name} does not begin with "
                     f"{stem}_")

    def check_paths(self):
        for top, folders, names in os.walk(self.root):
            folders[:] = sorted(set(folders) - SKIP_FOLDERS)
            for name in sorted(names):
                path = os.path.join(top, name)
                if os.path.islink(path) or os.path.getsize(path) > 4 << 20:
                    continue
                with open(path, "rb") as f:
                    data = f.read()
                if b"\0" in data[:8192]:
                    continue
                for number, line in enumerate(
                        data.decode("utf-8", "replace").split("\n"), 1):
                    if MACHINE.search(line):
                        self.say(os.path.relpath(path, self.root), number,
                                 "path of one machine")


def main():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=here)
    args = parser.parse_args()
    checker = Checker(args.root)
    found = checker.run()
    for line in found:
        print(line)
    print(f"style: {checker.files} files, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
