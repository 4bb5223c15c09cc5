#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A fresh Debian 12, a bare clone, one command: proves that packages.txt is complete and that
# nothing of this machine is needed. Exit code 77 = skipped; the reason is printed.
#
# The clone has the path that it has here, and the compiler cache of this machine: what was built
# here is not compiled a second time, while a header or a tool that is missing there still shows.
#
# PROTM_DEADLINE (seconds since the epoch, set by .ci/run): no start with less than 15 minutes
# left. PROTM_DEBIAN_MIRROR: where packages come from.
# With --check it only says whether it can run: ctest shows no output of a skipped test.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

skip() { echo "skipped: $*"; exit 77; }

limit=$(( 15 * 60 ))
if [[ -n ${PROTM_DEADLINE:-} ]] && (( PROTM_DEADLINE - $(date +%s) < limit )); then
  skip "less than $(( limit / 60 )) minutes are left of the CI budget"
fi
(( $(id -u) == 0 )) || skip "a chroot needs root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
command -v git >/dev/null || skip "git is not installed"
git -c safe.directory='*' -C "$root" rev-parse HEAD >/dev/null 2>&1 ||
  skip "this tree is no git clone with a commit"
if [[ ${1:-} == --check ]]; then echo "can run"; exit 0; fi

# The mirror of this machine, if apt names one; it is the one that its network reaches.
mirror=${PROTM_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' \
  'Created-By: Packages' 'Codename: bookworm' 2>/dev/null | head -n 1 || true)}
[[ -n $mirror ]] || skip "apt names no mirror of bookworm; PROTM_DEBIAN_MIRROR may"

work=$(mktemp -d "${TMPDIR:-/tmp}/protm-chroot.XXXXXX")
mounted=()
cleanup() {
  local at
  for at in "${mounted[@]}"; do umount "$at" || true; done
  # Never delete through a mount that would not go away.
  if ! grep -q " $work/" /proc/mounts; then rm -rf --one-file-system "$work"; fi
}
trap cleanup EXIT

echo "debootstrap bookworm from $mirror"
if ! timeout 300 debootstrap --variant=minbase bookworm "$work/root" "$mirror" \
    >"$work/log" 2>&1; then
  tail -n 5 "$work/log"
  skip "debootstrap cannot build a root here (network or mknod)"
fi

# Same network as here: resolver, proxy, certificates.
cp /etc/resolv.conf "$work/root/etc/resolv.conf" 2>/dev/null || true
for file in /etc/apt/apt.conf.d/*proxy*; do
  if [[ -f $file ]]; then cp "$file" "$work/root/etc/apt/apt.conf.d/"; fi
done
if mount -t proc proc "$work/root/proc" 2>/dev/null; then mounted+=("$work/root/proc"); fi
cache=$work/root/root/.cache/ccache
mkdir -p "$cache"
if [[ -d ${CCACHE_DIR:-} ]] && mount --bind "$CCACHE_DIR" "$cache" 2>/dev/null; then
  mounted+=("$cache")
fi

git -c safe.directory='*' clone -q --no-hardlinks "$root" "$work/root$root"
echo "./protm test --quick of $(git -C "$work/root$root" rev-parse --short HEAD)"
status=0
timeout $(( limit - 60 )) chroot "$work/root" /usr/bin/env -i \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
  ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
  "$root/protm" test --quick || status=$?
# Too slow a machine says nothing about the clone: that is no failure, and no pass either.
(( status != 124 )) || skip "the fresh machine did not get ready within $(( limit / 60 )) minutes"
exit "$status"
