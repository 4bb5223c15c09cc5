#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds a kernel tree for the linux-uml candidate: a private copy of the tree, configured and built
# ARCH=um out of tree, our glue compiled beside it and linked in. `./protm kernel` runs this.
# Stdout: the folder of the built kernel (build), or the table (list). Everything else: stderr.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(cd "$here/../.." && pwd)
base=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/protmcheck/kernels
jobs=$(nproc 2>/dev/null || echo 2)
most_kernels=48
kernel_version=4  # raised when the same inputs give another kernel
# 125 instead of 2 under `git bisect run`.
bad_input=${PROTM_BAD_INPUT:-2}

say() { printf 'protm: kernel: %s\n' "$*" >&2; }
die() { printf 'protm: error: %s\n' "$*" >&2; exit "$bad_input"; }

usage() {
  cat <<'HELP'
usage: ./protm kernel build [TREE | debian-7.x | debian-6.12] [--tarball FILE] [OPTIONS]
       ./protm kernel list
       ./protm kernel rm NAME... | --all

TREE is a kernel tree (6.10 or later; it stays untouched), debian-6.12 the linux-source package,
debian-7.x the newest 7.x one of a backports suite, fetched without touching the machine's apt.
  --fragment FILE   more config lines; each must be in the resulting .config
  --kasan           KASAN, UBSAN and DMA API checks     --lockdep   lock checks, hung tasks
  --kmemleak        leaked memory
Without TREE: debian-7.x, or debian-6.12 where that cannot be had.
The first build of a tree takes minutes, a changed file some seconds.
HELP
}

digest() { sha256sum | cut -c1-12; }

# --- arguments of build -------------------------------------------------------------------------
tree="" tarball="" fragments=() flavours=() cover_flags=()
parse_build() {
  while (( $# > 0 )); do
    case $1 in
      --tarball) (( $# > 1 )) || die "--tarball: expected a file after it"; tarball=$2; shift ;;
      --tarball=*) tarball=${1#*=} ;;
      --fragment) (( $# > 1 )) || die "--fragment: expected a file after it"
                  fragments+=("$2"); shift ;;
      --fragment=*) fragments+=("${1#*=}") ;;
      --kasan|--lockdep|--kmemleak) flavours+=("${1#--}") ;;
      -h|--help) usage; exit 0 ;;
      --) shift; (( $# == 1 )) && [[ -z $tree ]] || die "kernel build: expected one tree after --"
          tree=$1 ;;
      -*) die "kernel build has no option '$1'; expected one of: --tarball, --fragment, --kasan," \
              "--lockdep, --kmemleak" ;;
      *) [[ -z $tree ]] || die "two trees, '$tree' and '$1'; expected one"
         tree=$1 ;;
    esac
    shift
  done
  # One order: the same flavours are the same kernel.
  mapfile -t flavours < <(printf '%s\n' ${flavours[@]+"${flavours[@]}"} | sort -u | sed '/^$/d')
  if [[ -n $tree && -n $tarball ]]; then die "'$tree' and --tarball; expected one of the two"; fi
  local f
  for f in ${fragments[@]+"${fragments[@]}"}; do
    [[ -r $f ]] || die "cannot read the config fragment '$f'"
  done
}

# The mirror and the keyring that this machine's own apt takes Debian from.
own_mirror() {
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -r $file ]] || continue
    sed -En 's/^deb (\[[^]]*\] +)?([a-z]+:[^ ]*\/debian\/?) .*/\2/p' "$file"
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ -r $file ]] || continue
    sed -En 's/^URIs: *([a-z]+:[^ ]*\/debian\/?) *$/\1/p' "$file"
  done
}

# Debian's newest 7.x source, from a backports suite that this machine may not use otherwise: apt
# with a state of its own, so that nothing of the machine's changes. Sets tarball.
fetch_backports() {
  local state=$base/apt mirror suite package options
  mkdir -p "$base/debian"
  tarball=$(find "$base/debian" -name 'linux-source-7.*.tar.xz' | sort -V | tail -n 1)
  if [[ -n $tarball ]]; then return; fi
  mirror=$(own_mirror | head -n 1)
  [[ -n $mirror ]] || die "no Debian mirror in /etc/apt; give a tree or --tarball instead"
  need_space 700 "Debian's source package"
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  options=(-q -o "Dir::State::Lists=$state/lists" -o "Dir::Cache=$state/cache"
           -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=-
           -o Acquire::Languages=none -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)")
  for suite in "$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")" trixie; do
    say "looking for linux-source-7.x in $suite-backports"
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s-backports main\n' \
      "$mirror" "$suite" >"$state/sources.list"
    apt-get "${options[@]}" update </dev/null >&2 || continue
    package=$(apt-cache "${options[@]}" search --names-only '^linux-source-7\.[0-9]+$' |
              cut -d' ' -f1 | sort -V | tail -n 1)
    if [[ -z $package ]]; then continue; fi
    say "downloading $package of $suite-backports"
    (cd "$state" && rm -f ./*.deb && apt-get "${options[@]}" download "$package" </dev/null >&2 &&
     rm -rf part && dpkg-deb -x ./linux-source-7.*.deb part && rm -f ./*.deb) ||
      die "cannot download $package"
    mv "$state"/part/usr/src/linux-source-7.*.tar.xz "$base/debian/"
    rm -rf "$state/part"
    tarball=$(find "$base/debian" -name 'linux-source-7.*.tar.xz' | sort -V | tail -n 1)
    return
  done
  die "no linux-source-7.x in the backports suites of $mirror; give a tree or --tarball instead"
}

# Debian's source packages by name. Sets tarball.
resolve_name() {
  case $tree in
    debian-6.12)
      tarball=/usr/src/linux-source-6.12.tar.xz
      if [[ ! -r $tarball ]]; then
        (( $(id -u) == 0 )) ||
          die "package missing: linux-source-6.12; run: sudo apt-get install linux-source-6.12"
        say "installing linux-source-6.12"
        { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
            --no-install-recommends linux-source-6.12; } </dev/null >&2 ||
          die "apt-get could not install linux-source-6.12, which holds Debian's 6.12 kernel"
      fi
      name=debian-6.12 ;;
    debian-7.x) fetch_backports; name=debian-7.x ;;
    debian-*) die "no Debian kernel '$tree'; expected debian-6.12 or debian-7.x" ;;
  esac
}

# The base of the reference where it can be had, else the release.
choose_default() {
  if (fetch_backports); then tree=debian-7.x; else tree=debian-6.12; fi
}

# --- the state of a tree, as text that changes when the tree does --------------------------------
tree_state() {
  if [[ -n $tarball ]]; then
    stat -L -c '%s %Y' "$tarball"
  elif git -C "$tree" rev-parse --verify -q HEAD >/dev/null 2>&1; then
    git -C "$tree" rev-parse HEAD
    git -C "$tree" diff HEAD --no-ext-diff
    git -C "$tree" ls-files -z --others --exclude-standard |
      (cd "$tree" && xargs -0 -r stat -c '%n %s %Y')
  else
    (cd "$tree" && find . -type f -printf '%p %s %T@\n' | LC_ALL=C sort)
  fi
}

check_tree() {  # $1: folder   $2: what to call it
  local panthor=$1/drivers/gpu/drm/panthor
  [[ -f $1/Makefile && -f $1/Kconfig && -d $1/arch/um ]] ||
    die "'$2' is no kernel tree: it has no Makefile, Kconfig and arch/um"
  [[ -f $panthor/panthor_drv.c ]] ||
    die "'$2' has no drivers/gpu/drm/panthor: too old; expected 6.10 or later"
}

need_space() {  # $1: MiB   $2: for what
  local free
  free=$(df -Pm "$base" | awk 'NR == 2 {print $4}')
  (( free >= $1 )) || die "$2 needs $1 MiB in '$base', which has $free; set XDG_CACHE_HOME to a" \
                          "place with more room"
}

# --- steps of a build ----------------------------------------------------------------------------
copy_source() {  # sets nothing; fills $src
  if [[ -n $tarball ]]; then
    if [[ -d $src ]]; then return; fi
    need_space 2500 "the source"
    say "unpacking $tarball"
    rm -rf "$src.part"; mkdir -p "$src.part"
    tar -xf "$tarball" -C "$src.part" --strip-components=1 >&2 ||
      { rm -rf "$src.part"; die "cannot unpack '$tarball'"; }
    check_tree "$src.part" "$tarball"
    mv "$src.part" "$src"
    return
  fi
  [[ -d $src ]] || need_space 2500 "the private copy of the source"
  say "copying $tree"
  mkdir -p "$src"
  # No build products: an out-of-tree build refuses a tree that has some.
  rsync -a --delete --exclude=/.git --exclude='*.o' --exclude='*.ko' --exclude='*.cmd' \
    --exclude=/.config --exclude=/include/config/ --exclude=/include/generated/ \
    --exclude='/arch/*/include/generated/' --exclude=/vmlinux "$tree/" "$src/" >&2 ||
    die "cannot copy '$tree' to '$src'"
}

make_um() { make -C "$src" ARCH=um O="$obj" "${cover_flags[@]}" "$@"; }

# Which files count their edges: the driver and what of the DRM core is made for such drivers. They
# are told to the kernel's makefiles as if theirs did (KCOV_INSTRUMENT_file.o); nothing is changed.
choose_covered() {  # sets cover_flags
  local file
  cover_flags=()
  for file in "$src"/drivers/gpu/drm/{panthor/panthor_*,scheduler/sched_*,drm_gpuvm,drm_exec}.c \
              "$src"/drivers/gpu/drm/drm_syncobj.c; do
    if [[ ! -f $file ]]; then continue; fi
    file=${file##*/}
    cover_flags+=("KCOV_INSTRUMENT_${file%.c}.o=y")
  done
  # With lines for the list of edges below. UML's code model is the large one, where a call goes
  # through a register; a kernel lies below 2 GiB, and with the small one each edge is a direct call
  # that the list can be made of.
  cover_flags+=("CFLAGS_KCOV=-fsanitize-coverage=trace-pc -g1 -mcmodel=small")
}

# The edges of a linked kernel, in the order of their addresses: address of the call that counts
# it, file:line, function. An edge in an inlined function belongs to the function around it.
list_edges() {
  local start
  start=$(nm "$obj/linux" | awk '$3 == "_stext" || $3 == "_etext" {print $1, $3}' | sort)
  printf '%s\n' "$start"
  objdump -d --no-show-raw-insn "$obj/linux" |
    awk '/call .*<__wrap___sanitizer_cov_trace_pc>/ {sub(":", "", $1); print "0x" $1}' |
    addr2line -a -i -f -e "$obj/linux" | sed "s|$src/||" | awk '
      function tell(  i, line) {
        if (n == 0) return
        for (i = 0; i < n && place[i] !~ file[n - 1] ":"; i++) {}
        line = i < n ? place[i] : place[n - 1]
        sub(".*/drivers/", "drivers/", line)
        sub(" .*", "", line)
        print address, line, name[n - 1]
      }
      /^0x/ {tell(); address = substr($1, 3); n = 0; next}
      (++seen) && /^[^ ]*:[0-9?]+/ {place[n] = $1; file[n] = $1; sub(":[^:]*$", "", file[n])
                        sub(".*/", "/", file[n]); name[n] = last; n++; next}
      {last = $1}
      END {tell()}'
}

wanted_config() {
  cat "$here/panthor.config"
  local f
  for f in ${flavours[@]+"${flavours[@]}"}; do cat "$here/flavours/$f.config"; done
  for f in ${fragments[@]+"${fragments[@]}"}; do cat "$f"; done
}

configure() {
  local wanted=$obj/protm.config line missing=()
  mkdir -p "$obj"
  wanted_config | grep -E '^CONFIG_' >"$wanted.new"
  if [[ -f $obj/.config && -f $wanted ]] && cmp -s "$wanted" "$wanted.new"; then return; fi
  say "configuring"
  rm -f "$wanted"
  KCONFIG_ALLCONFIG=$wanted.new make_um allnoconfig >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; die "cannot configure the tree; log: $log"; }
  while read -r line; do
    # `=n` is met by a symbol that the tree does not know. Of two lines the last one counts.
    if [[ $(grep -E "^${line%%=*}=" "$wanted.new" | tail -n 1) != "$line" ]]; then continue; fi
    if [[ $line == *=n ]]; then
      if grep -q "^${line%=n}=y" "$obj/.config"; then missing+=("$line"); fi
    elif ! grep -qxF "$line" "$obj/.config"; then
      missing+=("$line")
    fi
  done <"$wanted.new"
  if (( ${#missing[@]} > 0 )); then
    printf 'protm: error: the tree does not take these config lines:\n' >&2
    printf '  %s\n' "${missing[@]}" >&2
    exit "$bad_input"
  fi
  mv "$wanted.new" "$wanted"
}

# A line now and then, so that nobody wonders what takes minutes.
show_progress() {
  awk '/^  (CC|AS|AR|LD|HOSTCC) / { n++; if (n % 250 == 0) {
         printf "protm: kernel: %d files compiled\n", n > "/dev/stderr"; fflush("/dev/stderr") } }'
}

build_kernel() {
  need_space 700 "the build"
  say "building $name, log: $log"
  make_um -j "$jobs" linux 2>"$log.err" | tee "$log" | show_progress ||
    { grep -E -m 20 'error:|Error ' "$log.err" >&2 || tail -n 20 "$log.err" >&2
      die "cannot build the tree; log: $log.err"; }
}

has_heap_find() { grep -q 'dma_heap_find' "$src/include/linux/dma-heap.h"; }

# What of the glue runs beside the kernel and not in it.
compile_host() {  # $1: name   $2: folder for the object
  gcc -O2 -g -fno-pic -mcmodel=large -fno-stack-protector -Wall -Wextra -std=gnu11 -I"$root" \
    -c -o "$2/$1.o" "$here/glue/$1.c"
}

link_glue() {
  local glue=$obj/protm-glue object defines=""
  if has_heap_find; then defines=-DPROTM_HAS_HEAP_FIND; fi
  say "linking the glue"
  mkdir -p "$glue/root/sut-adapters/linux-uml/glue"
  local f
  for f in Kbuild rig.c device.c heap.c life.c log.c cover.c; do
    cmp -s "$here/glue/$f" "$glue/$f" || cp "$here/glue/$f" "$glue/$f"
  done
  for f in "$here"/glue/*.h; do
    cmp -s "$f" "$glue/root/sut-adapters/linux-uml/glue/${f##*/}" ||
      cp "$f" "$glue/root/sut-adapters/linux-uml/glue/"
  done
  {
    compile_host host "$glue" && compile_host ptrace "$glue" &&
    make_um M="$glue" PROTM_DEFINES="$defines" rig.o device.o heap.o life.o log.o \
      cover.o
  } >"$log" 2>&1 || { grep -E -A4 'error:' "$log" >&2 || tail -n 20 "$log" >&2
                      die "cannot compile the glue for this tree; log: $log"; }
  # Kept aside: the next build of the tree must link anew.
  rm -f "$obj/vmlinux" "$obj/vmlinux.unstripped" "$obj/linux"
  local flags="-Wl,-melf_x86_64 -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments"
  # What the kernel reads of user memory goes through the glue first, see rig.c.
  flags+=" -Wl,--wrap=raw_copy_from_user"
  # Likewise the edges that instrumented files go over, see cover.c.
  flags+=" -Wl,--wrap=__sanitizer_cov_trace_pc"
  for object in rig device heap life log cover host ptrace; do flags+=" $glue/$object.o"; done
  make_um -j "$jobs" linux LD_FLAGS_CMDLINE="$flags -ldl" >"$log" 2>&1 ||
    { grep -E -A4 'error|undefined' "$log" >&2 || tail -n 20 "$log" >&2
      die "cannot link the glue; log: $log"; }
  [[ $(nm "$obj/linux") == *" protm_host_run"* ]] || die "the glue is not in the linked kernel"
}

# The agent and nothing else: firmware comes with each Program.
make_initrd() {  # $1: folder
  gcc -O2 -Wall -Wextra -std=gnu11 -D_GNU_SOURCE -static -pthread -I"$root" -o "$1/agent" \
    "$here/agent/agent.c" >"$log" 2>&1 || { cat "$log" >&2; die "cannot compile the agent"; }
  strip "$1/agent"
  {
    printf 'dir /dev 755 0 0\ndir /proc 755 0 0\ndir /sys 755 0 0\ndir /lib 755 0 0\n'
    printf 'nod /dev/console 600 0 0 c 5 1\nfile /init %s 755 0 0\n' "$1/agent"
  } >"$1/initrd.list"
  "$obj/usr/gen_init_cpio" "$1/initrd.list" >"$1/initrd.cpio" 2>"$log" ||
    { cat "$log" >&2; die "cannot write the initramfs"; }
  rm "$1/agent" "$1/initrd.list"
}

make_device_trees() {  # $1: folder
  local how
  for how in coherent plain; do
    # UML takes a device for coherent unless it is told otherwise (dma_default_coherent).
    local property="dma-noncoherent;"
    if [[ $how == coherent ]]; then property="dma-coherent;"; fi
    sed "s/^ *COHERENT$/$property/" "$here/glue/protm.dts" |
      "$obj/scripts/dtc/dtc" -q -O dtb -o "$1/$how.dtb" - 2>"$log" ||
      { cat "$log" >&2; die "cannot compile the device tree"; }
  done
}

# The query of the series has the next free number of its tree.
query_number() {
  printf '#include <stdio.h>\n#include "%s"\nint main(void) { printf("%%d", %s); }\n' \
    "$src/include/uapi/drm/panthor_drm.h" DRM_PANTHOR_DEV_QUERY_PROTECTED_INFO |
    gcc -D__user= -idirafter "$src/include/uapi" -x c -o "$obj/protm-query" - >&2 &&
    "$obj/protm-query" || die "cannot read the query's number from panthor_drm.h"
}

# Names have no behaviour (UAPI-16), so that nothing but the header tells which ones a tree took.
flag_names() {  # $1: panthor_drm.h
  if grep -q 'GROUP_FEATURE_PROTM' "$1"; then
    printf 'reviewed'
  elif grep -q 'GROUP_CREATE_PROTECTED' "$1"; then
    printf 'posted'
  else
    printf 'other'
  fi
}

# What the tree has, read from its own headers; the candidate declares this and nothing else.
describe() {
  local drm=$src/include/uapi/drm/panthor_drm.h
  local capabilities="panthor heap_device system_sleep"
  if grep -q 'DRM_PANTHOR_VM_BIND' "$drm"; then capabilities+=" vm_bind"; fi
  if grep -q 'DRM_PANTHOR_DEV_QUERY_PROTECTED' "$drm"; then capabilities+=" protm"; fi
  if grep -q 'GROUP_PRIORITY_REALTIME' "$drm"; then capabilities+=" realtime"; fi
  if grep -q 'DRM_PANTHOR_BO_QUERY_INFO' "$drm"; then capabilities+=" bo_ioctls"; fi
  if grep -q 'GROUP_STATE_INNOCENT' "$drm"; then capabilities+=" innocent_state"; fi
  if grep -q 'nr_pages_reclaimed_on_last_scan' "$src"/drivers/gpu/drm/panthor/panthor_device.h &&
    grep -qx 'CONFIG_SWAP=y' "$obj/.config"; then
    capabilities+=" reclaim"
  fi
  if has_heap_find; then capabilities+=" heap_core"; fi
  printf 'name %s\nrelease %s\nflavour %s\ncapabilities %s\n' "$name" \
    "$(cat "$obj/include/config/kernel.release")" "${flavours[*]:-plain}" "$capabilities"
  printf 'source %s\n' "${tarball:-$tree}"
  if [[ $capabilities == *protm* ]]; then
    printf 'query_protected_info %s\nflag_names %s\n' "$(query_number)" "$(flag_names "$drm")"
  fi
  # Profiles of the reference: what older releases do otherwise (docs/agreement.md).
  if ! grep -q 'GROUP_STATE_INNOCENT' "$drm"; then printf 'profile linux-6.12\n'; fi
  if [[ -f $src/drivers/gpu/drm/panthor/panthor_pwr.c ]]; then printf 'pwr_control yes\n'; fi
  if grep -q 'endpoint_req2' "$src/drivers/gpu/drm/panthor/panthor_fw.h"; then
    printf 'endpoint_req2 yes\n'
  fi
}

# A kernel is some 8 MiB; the build trees that make a rebuild quick stay until `rm --all`.
drop_old() {
  local old
  for old in $(find "$base" -mindepth 2 -maxdepth 2 -name info -printf '%T@ %h\n' | sort -rn |
               awk -v keep="$most_kernels" 'NR > keep {print $2}'); do
    rm -rf "$old"
  done
}

run_build() {
  parse_build "$@"
  [[ $(uname -m) == x86_64 ]] || die "User-Mode Linux is built for x86-64 here, this is $(uname -m)"
  name=""
  mkdir -p "$base" 2>/dev/null && [[ -w $base ]] ||
    die "'$base' is not writable; set XDG_CACHE_HOME"
  if [[ -z $tree$tarball ]]; then choose_default; fi
  if [[ -n $tree && ! -e $tree ]]; then resolve_name; fi
  if [[ -n $tarball ]]; then
    [[ -f $tarball && -r $tarball ]] || die "cannot read the tarball '$tarball'"
    tarball=$(readlink -f "$tarball"); tree=""
  else
    [[ -d $tree ]] || die "no kernel tree '$tree'; expected a folder, debian-6.12 or debian-7.x"
    tree=$(cd "$tree" && pwd -P)
    check_tree "$tree" "$tree"
  fi
  local source_id flavour_id key
  name=${name:-$(basename "${tarball:-$tree}")}
  source_id=$(printf '%s' "${tarball:-$tree}" | digest)
  if [[ -n $tarball ]]; then source_id=$(tree_state "$tarball" | digest); fi
  flavour_id=$(wanted_config | digest)
  src=$base/src/$source_id obj=$base/obj/$source_id-$flavour_id
  log=$base/obj/$source_id-$flavour_id.log
  mkdir -p "$base/src" "$base/obj"
  exec 8>"$base/obj/$source_id-$flavour_id.lock"
  flock -n 8 || { say "waiting for another build of this tree"; flock 8; }
  key=$({ tree_state; wanted_config; declare -f describe; cat "$here"/glue/* "$here"/agent/*
          printf '%s %s' "$kernel_version" "$source_id"; } | digest)
  if [[ ! -f $base/$key/info ]]; then
    copy_source
    choose_covered
    configure
    build_kernel
    link_glue
    rm -rf "$base/$key.part"
    mkdir -p "$base/$key.part"
    make_initrd "$base/$key.part"
    make_device_trees "$base/$key.part"
    cp "$obj/linux" "$base/$key.part/linux"
    strip --strip-debug "$base/$key.part/linux"
    list_edges >"$base/$key.part/edges"
    # Two lines say where the text begins and ends.
    (( $(wc -l <"$base/$key.part/edges") > 2 )) || die "no edge of the driver is counted"
    describe >"$base/$key.part/info"
    rm -rf "${base:?}/$key"
    mv "$base/$key.part" "$base/$key"
    drop_old
    say "built $name in $base/$key"
  fi
  printf '%s\n' "$base/$key"
}

run_list() {
  local info
  printf '%-13s %-24s %-22s %-18s %s\n' KERNEL NAME RELEASE FLAVOUR CAPABILITIES
  for info in "$base"/*/info; do
    [[ -f $info ]] || continue
    printf '%-13s %-24s %-22s %-18s %s\n' "$(basename "$(dirname "$info")")" \
      "$(sed -n 's/^name //p' "$info")" "$(sed -n 's/^release //p' "$info")" \
      "$(sed -n 's/^flavour //p' "$info")" "$(sed -n 's/^capabilities //p' "$info")"
  done
  if [[ -d $base ]]; then say "$(du -sh "$base" | cut -f1) in $base"; fi
}

run_rm() {
  (( $# > 0 )) || die "kernel rm: expected names of \`./protm kernel list\`, or --all"
  if [[ $1 == --all ]]; then
    rm -rf "${base:?}"
    say "removed $base"
    return
  fi
  local kernel
  for kernel in "$@"; do
    [[ $kernel =~ ^[0-9a-f]{12}$ && -d $base/$kernel ]] ||
      die "no kernel '$kernel'; \`./protm kernel list\` prints them all"
    rm -rf "${base:?}/$kernel"
    say "removed $kernel"
  done
}

# In a function, so that all of this file is read before anything runs: a build takes minutes.
main() {
  case ${1:-} in
    build) shift; run_build "$@" ;;
    list) run_list ;;
    rm) shift; run_rm "$@" ;;
    -h|--help|help) usage ;;
    *) printf 'protm: error: kernel: expected one of: build, list, rm\n' >&2
       usage >&2; return "$bad_input" ;;
  esac
}

main "$@"; exit
