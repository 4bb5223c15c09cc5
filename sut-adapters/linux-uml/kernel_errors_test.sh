#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What is no kernel tree, or cannot become a kernel here, is refused: exit 2, words that name the
# thing and what was expected, and nothing half written. A built kernel that dies is no verdict.
#   $1: the protm binary
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(cd "$here/../.." && pwd)
protm=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/protm-errors.XXXXXX")
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache PROTM_ROOT=$root
failed=0

# refused WORDS ARGUMENTS...: kernel.sh exits 2 and says WORDS.
refused() {
  local words=$1 code=0 said
  shift
  said=$("$here/kernel.sh" "$@" 2>&1 >/dev/null) || code=$?
  if (( code != 2 )) || [[ $said != *"$words"* ]]; then
    printf 'kernel %s: exit %d, said: %s\n  expected exit 2 and: %s\n' "$*" "$code" "$said" "$words"
    failed=1
  fi
}

mkdir -p "$work/empty" "$work/old/arch/um"
touch "$work/old/Makefile" "$work/old/Kconfig" "$work/file.tar.xz"
refused "no kernel tree '$work/nothing'; expected a folder" build "$work/nothing"
refused "is no kernel tree: it has no Makefile, Kconfig and arch/um" build "$work/empty"
refused "too old; expected 6.10 or later" build "$work/old"
refused "cannot read the tarball '$work/none.tar'" build --tarball "$work/none.tar"
refused "cannot unpack '$work/file.tar.xz'" build --tarball "$work/file.tar.xz"
refused "cannot read the config fragment '$work/none'" build "$work/old" --fragment "$work/none"
refused "has no option '--kasn'; expected one of: --tarball" build "$work/old" --kasn
refused "two trees" build "$work/old" "$work/empty"
refused "no Debian kernel 'debian-5.10'; expected debian-6.12 or debian-7.x" build debian-5.10
refused "no kernel '0123456789ab'" rm 0123456789ab
if [[ -n $(find "$XDG_CACHE_HOME" -name '*.part' -print -quit) ]]; then
  echo "something half written is left in the cache"
  failed=1
fi

# A kernel that ends before its init: said aloud, exit 3.
kernel=$work/kernel
mkdir "$kernel"
printf 'name broken\nrelease 7.0\nflavour plain\ncapabilities panthor vm_bind\n' >"$kernel/info"
printf '#!/bin/sh\necho "Kernel panic - not syncing: no init"\nexit 134\n' >"$kernel/linux"
chmod +x "$kernel/linux"
code=0
said=$("$protm" conform "--sut=linux-uml:$kernel" --filter=base/base-001-map-submit-compare 2>&1) ||
  code=$?
if (( code != 3 )) || [[ $said != *"the kernel ended before its driver was up"* ]] ||
   [[ $said != *"no init"* ]]; then
  printf 'a kernel without init: exit %d, said: %s\n' "$code" "$said"
  failed=1
fi
exit "$failed"
