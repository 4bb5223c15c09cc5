#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `./protm conform --sut=linux-uml:TREE --each-commit=A..B`: the suites on each commit of a range,
# the oldest first. Commits are checked out in a clone of ours, which shares TREE's objects and is
# built anew only where files changed; TREE itself stays untouched.
# One paragraph per commit on stdout. Exit: 0 all agree, 1 one diverged, 2 one could not be built.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
base=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/protmcheck/kernels/commits

die() { printf 'protm: error: %s\n' "$*" >&2; exit 2; }

range="" tree="" rest=()
parse() {
  while (( $# > 0 )); do
    case $1 in
      --each-commit=*) range=${1#*=} ;;
      --each-commit) (( $# > 1 )) || die "--each-commit: expected a range such as A..B after it"
                     range=$2; shift ;;
      --sut=linux-uml:*) tree=${1#*:} ;;
      --bisect) die "--each-commit and --bisect exclude each other" ;;
      *) rest+=("$1") ;;
    esac
    shift
  done
  [[ -n $tree ]] || die "--each-commit: expected --sut=linux-uml:TREE beside it"
  git -C "$tree" rev-parse --git-dir >/dev/null 2>&1 ||
    die "--each-commit: '$tree' is no git tree"
  [[ $range == *..* ]] || die "--each-commit: '$range' is no range; expected A..B"
  git -C "$tree" rev-list "$range" -- >/dev/null 2>&1 ||
    die "--each-commit: '$tree' has no range '$range'"
}

main() {
  parse "$@"
  local clone commit report code worst=0 commits found before=""
  mapfile -t commits < <(git -C "$tree" rev-list --reverse "$range" --)
  (( ${#commits[@]} > 0 )) || die "--each-commit: the range '$range' holds no commit"
  tree=$(cd "$tree" && git rev-parse --show-toplevel)
  clone=$base/$(printf '%s' "$tree" | sha256sum | cut -c1-12)/$(basename "$tree")
  if [[ ! -d $clone/.git ]]; then
    mkdir -p "${clone%/*}" || die "'$base' is not writable; set XDG_CACHE_HOME"
    git clone -q --shared --no-checkout "$tree" "$clone" >&2 || die "cannot clone '$tree'"
  fi
  for commit in "${commits[@]}"; do
    git -C "$clone" checkout -q --force --detach "$commit" >&2 ||
      die "cannot check out $commit in '$clone'"
    code=0
    report=$("$root/protm" conform "--sut=linux-uml:$clone" ${rest[@]+"${rest[@]}"}) || code=$?
    git -C "$tree" log -1 --format='%h %s' "$commit"
    if (( code > 1 )); then
      printf '    cannot be run (exit code %d)\n' "$code"
    else
      found=$(printf '%s\n' "$report" | grep -E '^[a-z]+/.*: (diverged|inconclusive)' || true)
      if [[ -n $found && $found == "$before" ]]; then
        printf '    as the commit before\n'
      elif [[ -n $found ]]; then
        printf '%s\n' "$found" | sed 's/^/    /'
      fi
      before=$found
      printf '%s\n' "$report" | grep -E '^[0-9]+ cases: ' | sed 's/^/    /' || true
    fi
    if (( code > worst )); then worst=$code; fi
  done
  exit "$worst"
}

main "$@"
