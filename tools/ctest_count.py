#!/usr/bin/env python3
"""Counts the cases of one CTest run from its JUnit file.

A program that passed counts its cmocka cases, one without cmocka's summary
counts once. A program that failed counts its failed cases, at least one, since
a crash leaves no summary. Failures are shown with the end of their output and
the command that repeats them.

usage: ctest_count.py JUNIT BUILD_DIR    prints "PASSED FAILED SKIPPED" last
"""
import re
import sys
import xml.etree.ElementTree

SUMMARY = re.compile(r"\[  (PASSED|FAILED|SKIPPED) +\]\s+(\d+) test\(s\)")
TAIL_LINES = 40


def count(case):
    out = case.findtext("system-out") or ""
    total = {"PASSED": 0, "FAILED": 0, "SKIPPED": 0}
    for kind, n in SUMMARY.findall(out):
        total[kind] += int(n)
    status = case.get("status")
    if status == "disabled":
        return 0, 0, 1
    if status == "notrun":
        # By its own word, or because there is nothing to run.
        why = case.find("skipped")
        own = why is not None and why.get("message", "").startswith("SKIP_")
        return (0, 0, 1) if own else (0, 1, 0)
    if status == "fail":
        return total["PASSED"], max(1, total["FAILED"]), total["SKIPPED"]
    if SUMMARY.search(out):
        if total["PASSED"] + total["SKIPPED"] == 0:
            return 0, 1, 0
        return total["PASSED"], total["FAILED"], total["SKIPPED"]
    return 1, 0, 0


def main():
    junit, build = sys.argv[1:3]
    passed = failed = skipped = 0
    for case in xml.etree.ElementTree.parse(junit).iter("testcase"):
        p, f, s = count(case)
        passed, failed, skipped = passed + p, failed + f, skipped + s
        if f:
            name = case.get("name")
            out = (case.findtext("system-out") or "").rstrip().split("\n")
            print(f"FAILED {name}")
            print("\n".join("    " + line for line in out[-TAIL_LINES:]))
            print(f"    again: ctest --test-dir {build} "
                  f"--output-on-failure -R '^{re.escape(name)}$'")
    print(f"{passed} {failed} {skipped}")


if __name__ == "__main__":
    main()
