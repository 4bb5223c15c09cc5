#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The suites on a Debian kernel's panthor, unmodified: nothing diverges but what is expected to, the
# same Program gives the same Trace, and nothing is left behind. Exit code 77 with the reason when
# there is no kernel to run.
#   $1: folder of libprotm-rig.so in a build tree   $2: debian-6.12 or debian-7.x
#   $3: an area of the suites; without it all of them, and the check that runs repeat
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
build=$(cd "$1/../.." && pwd)
# A copy of its own: the path of its rig stands in the command line of each kernel that it starts,
# whoever else runs kernels from this build tree.
tree=$(mktemp -d "${TMPDIR:-/tmp}/protm-conform.XXXXXX")
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/cli" "$tree/sut-adapters/linux-uml"
cp "$build/cli/protm" "$tree/cli/"
cp "$build/sut-adapters/linux-uml/libprotm-rig.so" "$tree/sut-adapters/linux-uml/"
protm=$tree/cli/protm
export PROTM_ROOT=$root
kernel=$2
sut=linux-uml:$kernel
# What agreed when this was last looked at; fewer means that something is skipped or gone.
declare -A least=([debian-6.12]=251 [debian-7.x]=303 [debian-6.12-uapi]=44)
area=${3:-}
build_limit=1000  # seconds; the rest of the test needs less than a minute

skip() { printf 'skipped: %s\n' "$*"; exit 77; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

[[ $(uname -m) == x86_64 ]] || skip "UML needs x86-64 here, this is $(uname -m)"
if [[ $kernel == debian-6.12 && ! -r /usr/src/linux-source-6.12.tar.xz ]] &&
   (( $(id -u) != 0 )); then
  skip "the package linux-source-6.12 is not installed"
fi
if [[ -n ${PROTM_DEADLINE:-} ]]; then
  left=$(( PROTM_DEADLINE - $(date +%s) ))
  # A kernel that is listed costs no build, or that of the driver alone.
  needed=$build_limit
  if [[ $("$root/protm" kernel list 2>/dev/null || true) == *" $kernel "* ]]; then needed=180; fi
  (( left >= needed )) || skip "less than $needed s are left of the CI budget"
  build_limit=$(( left < build_limit ? left - 60 : build_limit ))
fi
code=0
timeout "$build_limit" "$root/protm" kernel build "$kernel" >/dev/null || code=$?
if (( code == 124 )); then
  skip "the kernel build did not end within $build_limit s; it goes on where it stopped next time"
elif (( code != 0 )); then
  skip "$kernel cannot be had or built here"
fi

report=$("$protm" conform --sut=$sut ${area:+--suite=$area}) ||
  { printf '%s\n' "$report"; fail "conform exits with $?"; }
printf '%s\n' "$report" | grep -v ': skipped:' || true
agreed=$(printf '%s\n' "$report" | sed -n 's/^[0-9]* cases: \([0-9]*\) agreed.*/\1/p')
what=$kernel${area:+-$area}
(( agreed >= least[$what] )) ||
  fail "$agreed cases agreed; expected at least ${least[$what]}"

cases=(base-001)
if [[ -z $area ]]; then cases+=(base-003 base-005 base-012); fi
for case in "${cases[@]}"; do
  hashes=$(for _ in 1 2 3 4 5; do "$protm" trace $case --sut=$sut 2>/dev/null | tail -n 1; done |
           sort | uniq -c)
  (( $(printf '%s\n' "$hashes" | wc -l) == 1 )) || fail "$case differs from run to run: $hashes"
done

if pgrep -f "protm=$tree/" >/dev/null; then fail "a kernel is still running"; fi
echo "agreed: $agreed"
