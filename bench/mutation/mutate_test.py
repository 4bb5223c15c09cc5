#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Finder and writer on the sample: which changes are found, that the copy compiles and does what
the original does, and that each change shows.

  mutate_test.py ROOT COMPILER

Exit code 77: skipped, the reason is printed.
"""
import json
import os
import subprocess
import sys
import tempfile

SKIPPED = 77
SOURCES = "bench/mutation/sample"
# What must be there, of sample.cc: each operator, and each kind of place that needs care.
EXPECTED = [
    ("is_blue", "return", "{", "return true;"),
    ("is_blue", "compare", "colour == Colour::blue", "!="),
    ("is_blue", "constant", "Colour::blue", "Colour::green"),
    ("classify", "return", "{", "return 0;"),
    ("classify", "compare", "value < kLow", "<="),
    ("classify", "negate", "value < kLow", "!(...)"),
    ("classify", "constant", "kLow", "kHigh"),
    ("classify", "constant", "1", "0"),
    ("classify", "logic", "value == kSum && !odd", "||"),
    ("classify", "negate", "odd", "!(...)"),
    ("run", "return", "{", "return;"),
    ("run", "lock", "MutexGuard guard(mutex);", ""),
    ("run", "lock", "mutex.down_read(2)", ""),
    ("run", "delete", "log.add(11)", ""),
    ("run", "delete", "log.add(12)", ""),
    ("run", "delete", "log.add(i)", ""),
    ("run", "constant", "1500", "750"),
    ("run", "compare", "i < 2", "<="),
    ("packed", "arithmetic", "value * 4 + 2", "-"),
    ("packed", "arithmetic", "value * 4", "/"),
    ("packed", "arithmetic", "bits |= 16", "&="),
]


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def check(is_true, what):
    if not is_true:
        print(f"failed: {what}")
        sys.exit(1)


def shown(binary, number):
    code, out, _ = run(binary, str(number))
    return code, out


def main():
    root, compiler = sys.argv[1:3]
    tool = os.path.join(root, "bench/mutation/mutate.py")
    with tempfile.TemporaryDirectory() as out:
        code, _, errors = run(sys.executable, tool, "--root", root, "--sources", SOURCES,
                              "--out", out)
        if code == SKIPPED:
            skip(errors.strip())
        check(code == 0, f"mutate.py: {errors}")
        with open(os.path.join(out, "mutants.json"), encoding="utf-8") as source:
            table = json.load(source)
        mutants = [m for m in table["mutants"] if m["file"] != "sample_main.cc"]
        found = [(m["function"], m["operator"], m["before"], m["after"]) for m in mutants]
        for expected in EXPECTED:
            check(expected in found, f"not found: {expected}")
        for text in ("kSum = ", "static_assert", "int most = 5"):
            check(all(text not in m["at"] for m in mutants), f"a constant was changed: {text}")
        check(all("k.log" not in m["at"] for m in mutants), "a line for the log was changed")
        binary = os.path.join(out, "sample")
        shows = os.path.join(root, SOURCES, "sample_main.cc")
        parts = [os.path.join(out, SOURCES, "sample.cc"), shows]
        code, _, errors = run(compiler, "-std=c++20", "-w", "-I" + out, "-I" + root, *parts,
                              "-o", binary)
        check(code == 0, f"the copy does not compile: {errors}")
        parts = [os.path.join(root, SOURCES, "sample.cc"), shows]
        code, _, errors = run(compiler, "-std=c++20", "-I" + root, *parts, "-o", binary + "0")
        check(code == 0, f"the original does not compile: {errors}")
        clean = shown(binary + "0", 0)
        check(clean[0] == 0 and clean == shown(binary, 0), "the copy alone does something else")
        for m in mutants:
            words = (m["function"], m["operator"], m["before"], m["after"])
            check(shown(binary, m["number"]) != clean, f"does not show: {words}")
        print(f"{len(mutants)} changes, and each shows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
