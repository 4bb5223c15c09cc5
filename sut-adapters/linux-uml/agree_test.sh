#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Generated Programs on Debian's 6.12 panthor, unmodified: what diverges is known
# (oracle/differential/known_defects.h), the shares that the generator promises are met there too,
# and a Program runs the same each time, over the same edges. Exit code 77 with the reason when
# there is no kernel to run.
#   $1: folder of libprotm-rig.so in a build tree
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
tree=$(cd "$1/../.." && pwd)
protm=$tree/cli/protm
export PROTM_ROOT=$root
sut=linux-uml:debian-6.12
count=40

skip() { printf 'skipped: %s\n' "$*"; exit 77; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

[[ $(uname -m) == x86_64 ]] || skip "UML needs x86-64 here, this is $(uname -m)"
# The test beside this one builds the kernel; this one only looks whether there is one.
kernels=$("$root/protm" kernel list 2>/dev/null)
[[ $kernels == *" debian-6.12 "* ]] || skip "debian-6.12 is not built"

run() { "$protm" agree --sut=$sut --seed=1 --count=$count --kcov 2>/dev/null || (( $? == 1 )); }
report=$(run) || fail "agree: $report"
printf '%s\n' "$report"
[[ $report == "$(run)" ]] || fail "the same seeds gave another result"

totals=$(printf '%s\n' "$report" | tail -n 1)
[[ $totals =~ ^([0-9]+)\ Programs:\ ([0-9]+)\ agreed,\ ([0-9]+)\ explained ]] ||
  fail "no totals in the last line"
agreed=$(( BASH_REMATCH[2] + BASH_REMATCH[3] ))
others=$(printf '%s\n' "$report" | grep -E '^[0-9]+ x ' | grep -vc ' x known: ' || true)
(( BASH_REMATCH[1] == count )) || fail "${BASH_REMATCH[1]} Programs ran; expected $count"
# One in twenty may end in another order that is right as well.
(( others <= count / 20 )) || fail "$others kinds of divergence that nobody knows"
(( agreed * 5 >= count * 4 )) || fail "$agreed of $count agreed; expected four in five"
