#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Copies C++ sources with all mutants in them, each behind a choice made at run time.

  mutate.py --root DIR --sources DIR --out DIR [--namespace FROM=TO] [-- CLANG ARGUMENTS]

Writes OUT/SOURCES/*.{h,cc}, which include each other in place of the originals when OUT comes
first on the include path, and OUT/mutants.json: what each number changes, and what was left out.
Nothing else; tests (*_test.cc) are not copied. Exit code 2: bad input, the place first.
"""
import argparse
import json
import os
import re
import sys
from collections import Counter

MISSING = 77

try:
    import sites
    from clang import cindex
except ImportError as error:
    print(f"mutate.py: error: {error}; expected Debian's python3-clang-14", file=sys.stderr)
    sys.exit(MISSING)


def order(edit):
    return edit.begin, -edit.end, edit.layer


def rendered(raw, begin, end, edits):
    """The text of a span with its edits, which lie in one another or beside each other."""
    out, at = [], begin
    edits = list(edits)
    while edits:
        edit = edits.pop(0)
        inner = []
        while edits and edits[0].begin < edit.end:
            inner.append(edits.pop(0))
        texts = []
        for slot in edit.slots:
            mine = [e for e in inner if slot[0] <= e.begin and e.end <= slot[1]]
            inner = [e for e in inner if e not in mine]
            texts.append(rendered(raw, slot[0], slot[1], mine))
        if inner:
            raise ValueError(f"edits overlap at offset {edit.begin}")
        out.append(raw[at:edit.begin].decode())
        out.append(edit.write(texts, edit.changes))
        at = edit.end
    out.append(raw[at:end].decode())
    return "".join(out)


def numbered(files):
    """Gives each change its number, from 1 on; rows for mutants.json."""
    rows, ordinals, number = [], Counter(), 0
    for name, raw, edits in files:
        lines = raw.decode().split("\n")
        for edit in edits:
            for change in edit.changes:
                if change.number != 0:
                    continue  # the other half of a lock
                number += 1
                change.number = number
                line = raw[:edit.begin].count(b"\n")
                row = {"number": number, "file": name, "line": line + 1,
                       "function": edit.function, "operator": change.operator,
                       "before": change.before, "after": change.after,
                       "at": sites.squeeze(lines[line])}
                key = tuple(row[k] for k in ("file", "function", "operator", "before", "after",
                                             "at"))
                ordinals[key] += 1
                row["ordinal"] = ordinals[key]
                rows.append(row)
    return rows


def renamed(text, rename):
    if not rename:
        return text
    old, new = rename.split("=")
    head, _, last = old.rpartition("::")
    new_last = new.rpartition("::")[2]
    text = re.sub(rf"\bnamespace {re.escape(old)}\b", f"namespace {new}", text)
    return re.sub(rf"\b{re.escape(last)}::", f"{new_last}::", text) if head else text


def write_file(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def main():
    parser = argparse.ArgumentParser(add_help=True)
    for option in ("--root", "--sources", "--out"):
        parser.add_argument(option, required=True)
    parser.add_argument("--namespace", default="")
    own, rest = sys.argv[1:], []
    if "--" in own:
        at = own.index("--")
        own, rest = own[:at], own[at + 1:]
    asked = parser.parse_args(own)
    folder = os.path.join(asked.root, asked.sources)
    names = sorted(n for n in os.listdir(folder)
                   if n.endswith((".h", ".cc")) and not n.endswith("_test.cc"))
    index = cindex.Index.create()
    files, left_out = [], Counter()
    for name in names:
        path = os.path.join(folder, name)
        with open(path, "rb") as source:
            raw = source.read()
        arguments = ["-x", "c++", "-std=c++20", "-I" + asked.root] + rest
        unit, errors = sites.parse(index, path, arguments)
        if errors:
            print("\n".join(errors), file=sys.stderr)
            return 2
        found = sites.found_in(path, raw.decode(), unit)
        left_out += found.left_out
        files.append((name, raw, sorted(found.edits, key=order)))
    rows = numbered(files)
    for name, raw, edits in files:
        text = renamed(rendered(raw, 0, len(raw), edits), asked.namespace)
        head = '#include "bench/mutation/selector.h"\n#line 1 "%s/%s"\n' % (asked.sources, name)
        if name.endswith(".h"):
            head = "#pragma once\n" + head
        write_file(os.path.join(asked.out, asked.sources, name), head + text)
    table = {"sources": asked.sources, "left_out": dict(sorted(left_out.items())), "mutants": rows}
    write_file(os.path.join(asked.out, "mutants.json"), json.dumps(table, indent=0) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
