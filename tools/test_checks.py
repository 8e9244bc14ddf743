#!/usr/bin/env python3
"""The checks must refuse what they claim to refuse: each case is a small tree
with one thing wrong; the same tree without it must be clean."""
import os
import subprocess
import sys
import tempfile
import unittest

TOOLS = os.path.dirname(os.path.abspath(__file__))
LAYERS = """base <
core/number < base
core/rules < base core-above
core/call < base core-above
store < base core : clock file
cmd < all : clock file socket rand
library sqlite3.h < store
permit core/rules
"""
GOOD = {
    "tools/layers.txt": LAYERS,
    "tools/style.txt": "prefix base/arena mem\n",
    "src/base/arena.h": "#ifndef A_H\n#define A_H\nvoid *mem_alloc(int n);\n"
                        "#endif\n",
    "src/base/arena.c": '#include <stdlib.h>\n#include "base/arena.h"\n'
                        "void *mem_alloc(int n)\n{\n"
                        "    return malloc((unsigned)n);\n}\n",
    "src/core/rules/rules.h": "#ifndef R_H\n#define R_H\n"
                              "struct permit {\n    int seal;\n};\n"
                              "int rules_check(struct permit *p);\n#endif\n",
    # One header may stand before several files.
    "src/core/rules/permit.c":
        '#include "core/rules/rules.h"\n'
        "int rules_check(struct permit *p)\n{\n    p->seal = 1;\n"
        "    return p->seal == 1;\n}\n",
    # Things that look forbidden and are not.
    "src/core/call/call.c":
        '#include "base/arena.h"\n#include "core/rules/rules.h"\n'
        "/* time(NULL), open(), struct permit p = {1}, free(p) */\n"
        "struct call_ops {\n    int (*open)(int time);\n};\n"
        'static const char *const call_text[] = {"time(0)", "rand()"};\n'
        "static int call_time(const struct call_ops *o, int time)\n{\n"
        "    struct permit p = {0};\n"
        "    return o->open(time) + (p.seal == 2) + !call_text[0];\n}\n"
        "int call_go(const struct call_ops *o)\n{\n"
        "    return call_time(o, '\"');\n}\n",
    "src/store/store.c": "#include <sqlite3.h>\n#include <time.h>\n"
                         "long store_now(void)\n{\n"
                         "    return (long)time(0);\n}\n",
    "src/cmd/main.c": "int main(void)\n{\n    return 0;\n}\n",
}
LONG = "int call_long(void)\n{\n" + "    ;\n" * 70 + "    return 0;\n}\n"
CALL = "src/core/call/call.c"


def added(path, text):
    """The good tree with text at the end of one file."""
    tree = dict(GOOD)
    tree[path] = tree.get(path, "") + text
    return tree


def included(path, line):
    tree = dict(GOOD)
    tree[path] = line + "\n" + tree[path]
    return tree


def body(statement):
    return added(CALL, "void call_bad(int *x);\nvoid call_bad(int *x)\n{\n"
                 "    " + statement + "\n}\n")


class Checks(unittest.TestCase):
    def check(self, tool, tree):
        with tempfile.TemporaryDirectory() as root:
            for path, text in tree.items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8") as f:
                    f.write(text)
            done = subprocess.run(
                [sys.executable, os.path.join(TOOLS, tool), "--root", root],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                check=False)
        return done.returncode, done.stdout

    def refuses(self, tool, tree, words):
        code, out = self.check(tool, tree)
        self.assertEqual(code, 1, out)
        self.assertIn(words, out)
        # One fault, one finding: else the tree is bad for another reason.
        self.assertEqual(len(out.strip().split("\n")), 2, out)

    def accepts(self, tool, tree):
        code, out = self.check(tool, tree)
        self.assertEqual(code, 0, out)


class Layers(Checks):
    tool = "check_layers.py"

    def test_good_tree(self):
        self.accepts(self.tool, GOOD)

    def test_back_edge(self):
        self.refuses(self.tool,
                     included("src/base/arena.c",
                              '#include "core/rules/rules.h"'), "back edge")

    def test_back_edge_inside_core(self):
        tree = included("src/core/rules/permit.c",
                        '#include "core/call/call.h"')
        tree["src/core/call/call.h"] = "#pragma once\n"
        self.refuses(self.tool, tree, "core/rules may not include core/call")

    def test_include_cycle(self):
        tree = dict(GOOD)
        tree["src/base/a.h"] = '#include "base/b.h"\n'
        tree["src/base/b.h"] = '#include "base/a.h"\n'
        self.refuses(self.tool, tree, "include cycle")

    def test_unknown_folder(self):
        for path in ("src/extra/x.c", "src/x.c", "src/core/x.h"):
            tree = dict(GOOD)
            tree[path] = "\n"
            self.refuses(self.tool, tree, "outside the folders")

    def test_include_not_from_src(self):
        self.refuses(self.tool, included(CALL, '#include "call_x.h"'),
                     "not a path from src/")

    def test_world_calls(self):
        for kind, call in (
                ("clock", "*x = (int)time(0);"),
                ("clock", "clock_gettime(0, 0);"),
                ("clock", "x = (int *)&gettimeofday;"),
                ("file", "*x = open(\"f\", 0);"),
                ("file", "fopen(\"f\", \"r\");"),
                ("file", "unlink (\"f\");"),
                ("socket", "*x = socket(1, 2, 3);"),
                ("socket", "recvfrom(1, x, 1, 0, 0, 0);"),
                ("rand", "*x = rand();"),
                ("rand", "getrandom(x, 4, 0);")):
            with self.subTest(call=call):
                self.refuses(self.tool, body(call), f"no right to {kind}")

    def test_world_headers(self):
        for header in ("time.h", "fcntl.h", "sys/socket.h", "netinet/in.h",
                       "sys/random.h"):
            with self.subTest(header=header):
                self.refuses(self.tool,
                             included(CALL, f"#include <{header}>"),
                             f"(header <{header}>)")

    def test_right_of_one_kind_is_not_all(self):
        self.refuses(self.tool, added("src/store/store.c",
                                      "int store_x(void)\n{\n"
                                      "    return rand();\n}\n"),
                     "store has no right to rand")

    def test_own_function_of_that_name(self):
        self.accepts(self.tool, added(CALL, "static int accept(int x)\n{\n"
                                      "    return x ? accept(x - 1) : 0;\n"
                                      "}\n"))

    def test_exception_is_for_one_file_and_name(self):
        tree = body("*x = (int)time(0);")
        tree["tools/layers.txt"] += f"except {CALL[4:]} time\n"
        self.accepts(self.tool, tree)
        tree["src/core/call/more.c"] = "long t(void) { return time(0); }\n"
        self.refuses(self.tool, tree, "more.c:1")

    def test_exception_without_file(self):
        tree = dict(GOOD)
        tree["tools/layers.txt"] += "except core/call/gone.c time\n"
        self.refuses(self.tool, tree, "no such file")

    def test_library_behind_its_seam(self):
        self.refuses(self.tool, included(CALL, "#include <sqlite3.h>"),
                     "may not know the library")

    def test_permit(self):
        for line in ("((struct permit *)x)->seal = 1;",
                     "struct permit p; p.seal |= 1;",
                     "struct permit p = {.other = 1};",
                     "struct permit p = {7};",
                     "call_use((struct permit){7});",
                     "call_use(&((struct permit *)x)->seal);"):
            with self.subTest(line=line):
                self.refuses(self.tool, body(line), "permit")

    def test_layers_file_itself(self):
        for line, words in (("late < later", "not above it"),
                            ("x < base : fly", "no such right"),
                            ("what is this", "not understood")):
            tree = dict(GOOD)
            tree["tools/layers.txt"] += line + "\n"
            self.refuses(self.tool, tree, words)


class Style(Checks):
    tool = "check_style.py"

    def test_good_tree(self):
        self.accepts(self.tool, GOOD)

    def test_banned(self):
        for name in ("strcpy", "strcat", "sprintf", "strtok", "atoi", "gmtime",
                     "localtime", "rand", "signal", "alloca", "malloc",
                     "calloc", "realloc", "free"):
            with self.subTest(name=name):
                self.refuses(self.tool, body(f"{name}(x);"),
                             f"banned function: {name}")

    def test_unfinished(self):
        # In two halves: this file must not be found either.
        for mark in ("TO" "DO", "FIX" "ME", "st" "ub", "not imple" "mented"):
            with self.subTest(mark=mark):
                self.refuses(self.tool, added(CALL, f"/* {mark}: x */\n"),
                             "unfinished")

    def test_names(self):
        for text in ("int other(void)\n{\n    return 0;\n}\n",
                     "const int other = 1;\n",
                     "const char *const other[] = {\"a\", \"b\"};\n",
                     "struct call_ops *other(int x)\n{\n    return 0;\n}\n",
                     "__attribute__((cold)) int other(int (*f)(int))\n{\n"
                     "    return f(0);\n}\n"):
            with self.subTest(text=text):
                self.refuses(self.tool, added(CALL, text),
                             "other does not begin with call_")

    def test_names_of_a_private_header(self):
        tree = dict(GOOD)
        tree["src/core/call/call_more.c"] = "int call_x(void)\n{\n}\n"
        self.refuses(self.tool, tree, "does not begin with call_more_")
        tree["src/core/call/call_priv.h"] = ("#pragma once\n"
                                             "int call_x(void);\n")
        self.accepts(self.tool, tree)

    def test_names_of_a_family(self):
        tree = dict(GOOD)
        tree["src/core/call/call_more.c"] = "int call_x(void)\n{\n}\n"
        tree["src/core/call/call.h"] = "#pragma once\n"
        self.accepts(self.tool, tree)

    def test_long_function(self):
        self.refuses(self.tool, added(CALL, LONG), "call_long has 74 lines")

    def test_long_function_exception(self):
        for limit, words in ((74, None), (73, "grew from 73"),
                             (80, "lower its entry")):
            tree = added(CALL, LONG)
            tree["tools/style.txt"] += (
                f"ceiling 1\nfunction {CALL[4:]} call_long {limit}\n")
            if words:
                self.refuses(self.tool, tree, words)
            else:
                self.accepts(self.tool, tree)

    def test_stale_exception(self):
        tree = dict(GOOD)
        tree["tools/style.txt"] += f"ceiling 1\ncall {CALL[4:]} free\n"
        self.refuses(self.tool, tree, "no longer needed")

    def test_ceiling(self):
        tree = body("free(x);")
        tree["tools/style.txt"] += f"call {CALL[4:]} free\n"
        self.refuses(self.tool, tree, "the ceiling is 0")

    def test_mutable_global(self):
        for text in ("static int call_count;\n",
                     "static const char *call_last;\n",
                     "static struct call_ops call_table[4] = {{0}};\n",
                     "static int (*call_hook)(int);\n"):
            with self.subTest(text=text):
                self.refuses(self.tool, added(CALL, text), "mutable variable")

    def test_mutable_global_elsewhere(self):
        self.accepts(self.tool, added("src/store/store.c",
                                      "static int store_count;\n"))

    def test_expansion_before_a_function(self):
        self.accepts(self.tool, added(CALL, "#define LIST(X) X(1)\n"
                                      "LIST(ENTRY)\nstruct call_ops *call_x("
                                      "int x)\n{\n    return 0;\n}\n"))

    def test_prototypes_are_no_variables(self):
        self.accepts(self.tool, added(CALL, "int other(int (*f)(int), int x);\n"
                                      "extern int another;\n"))

    def test_long_file(self):
        for path in ("src/core/call/x.c", "test/unit/x.c", "bench/x.c"):
            tree = dict(GOOD)
            tree[path] = "\n" * 1001
            self.refuses(self.tool, tree, "1001 lines")

    def test_header_guard(self):
        tree = dict(GOOD)
        for text in ("int call_x(void);\n",
                     "#ifndef A_H\n#define B_H\n#endif\n"):
            tree["src/core/call/x.h"] = text
            self.refuses(self.tool, tree, "header guard")

    def test_machine_path(self):
        tree = dict(GOOD)
        tree["docs/page.md"] = "see /wo" "rk/main for it\n"
        self.refuses(self.tool, tree, "path of one machine")
        tree["docs/page.md"] = "a home/work/balance and net/work/x\n"
        self.accepts(self.tool, tree)


class Count(unittest.TestCase):
    """ctest_count.py: what a run of CTest is worth."""

    def count(self, *cases):
        text = "<testsuite>" + "".join(
            f'<testcase name="t{i}" status="{status}"><system-out>'
            f"{out}</system-out></testcase>"
            for i, (status, out) in enumerate(cases)) + "</testsuite>"
        with tempfile.TemporaryDirectory() as root:
            path = os.path.join(root, "ctest.xml")
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            return subprocess.run(
                [sys.executable, os.path.join(TOOLS, "ctest_count.py"), path,
                 "build/debug"], stdout=subprocess.PIPE, text=True,
                check=True).stdout.strip().split("\n")

    def test_cases_are_added_up(self):
        out = self.count(("run", "[  PASSED  ] 3 test(s).\n"),
                         ("run", "[  PASSED  ] 1 test(s).\n"
                                 "[  SKIPPED ] 2 test(s), listed below:\n"
                                 "[  PASSED  ] 4 test(s).\n"),
                         ("run", "a program without cmocka"))
        self.assertEqual(out, ["9 0 2"])

    def test_failed_cases(self):
        out = self.count(("fail", "[  PASSED  ] 5 test(s).\n"
                                  "[  FAILED  ] 2 test(s), listed below:\n"))
        self.assertEqual(out[-1], "5 2 0")
        self.assertTrue(any("ctest --test-dir" in line for line in out))

    def test_crash_counts(self):
        self.assertEqual(self.count(("fail", "[ RUN      ] x\n"))[-1],
                         "0 1 0")

    def test_program_not_built(self):
        self.assertEqual(self.count(("notrun", ""))[-1], "0 1 0")

    def test_skipped_programs(self):
        out = self.count(("disabled", ""), ("notrun", "</system-out>"
                         '<skipped message="SKIP_RETURN_CODE=77"/>'
                         "<system-out>"))
        self.assertEqual(out, ["0 0 2"])

    def test_no_case_at_all(self):
        self.assertEqual(self.count(("run", "[  PASSED  ] 0 test(s).\n"))[-1],
                         "0 1 0")


if __name__ == "__main__":
    unittest.main()
