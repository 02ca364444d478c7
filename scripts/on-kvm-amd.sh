#!/usr/bin/env bash
# Runs a command under a genuine kvm_amd, on any machine: QEMU emulates an AMD processor with SVM, Debian's own kernel
# boots on it, and the machine's root file system is the root there (read-only, below a tmpfs), so that every tool, JDK
# and build output is at its place. What the command writes is gone afterwards.
#
#   scripts/on-kvm-amd.sh 'cd /path && ./program'     the exit status is the command's; 125: the machine did not come up
#
#   MOTE_NPT=0        without nested paging: shadow paging, which shows each stale mapping that nested paging hides
#   MOTE_SECONDS=n    give up after n seconds (1800)
#   MOTE_MIB=n        memory of the machine (6144)
#
# 10 to 25 s to start, and code runs 10 to 40 times slower: this shows what is correct, never what is fast.
# One processor only: with two, the emulated machine stalls now and then.
set -euo pipefail

if [ $# -ne 1 ]; then
  echo "usage: $0 'COMMAND'" >&2
  exit 125
fi
command=$1
store=${XDG_CACHE_HOME:-$HOME/.cache}/mote/kvm-amd
PATH=$PATH:/usr/sbin:/sbin

fail() {
  echo "on-kvm-amd: $*" >&2
  exit 125
}

require_tools() {
  local missing=() tool
  for tool in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static modprobe:kmod cpio:cpio; do
    command -v "${tool%:*}" >/dev/null || missing+=("${tool#*:}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" != 0 ]; then
    fail "missing Debian packages: ${missing[*]}. As root: apt-get install ${missing[*]}"
  fi
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null ||
    fail "missing Debian packages, and apt-get cannot install them: ${missing[*]}"
}

# Debian's kernel is only unpacked into the store, never installed.
require_kernel() {
  compgen -G "$store/kernel/boot/vmlinuz-*" >/dev/null && return
  local package
  mkdir -p "$store"
  package=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '/Depends: linux-image/ {print $2; exit}') || true
  [ -n "$package" ] || fail "apt knows no linux-image-amd64; run apt-get update as root (Debian is needed for its kernel)"
  rm -rf "$store/fetch" "$store/kernel"
  mkdir "$store/fetch"
  (cd "$store/fetch" && apt-get download "$package" >/dev/null 2>&1) || fail "cannot download the Debian package $package"
  dpkg -x "$store/fetch/$package"_*.deb "$store/fetch/kernel"
  depmod -b "$store/fetch/kernel" "$(ls "$store/fetch/kernel/lib/modules")"
  mv "$store/fetch/kernel" "$store/kernel"
  rm -rf "$store/fetch"
}

# Modules with all they depend on, in the order of loading, numbered.
copy_modules() {
  local version number=100 file
  version=$(ls "$store/kernel/lib/modules")
  for module in virtio_pci 9p 9pnet_virtio overlay kvm_amd; do
    modprobe -d "$store/kernel" -S "$version" --show-depends "$module" | awk '$1 == "insmod" {print $2}'
  done | awk '!seen[$0]++' | while read -r file; do
    cp "$file" "$1/$number-${file##*/}"
    number=$((number + 1))
  done
}

write_init() {
  cat >"$1" <<'INIT'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc none /proc
$b mount -t sysfs none /sys
$b mount -t devtmpfs none /dev
for module in /modules/*.ko; do
  case $module in
    *kvm-amd.ko | *kvm_amd.ko) $b insmod $module npt=$($b cat /npt) ;;
    *) $b insmod $module ;;
  esac
done
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=1048576,cache=loose,ro root /lower
$b mount -t tmpfs none /upper
$b mkdir /upper/files /upper/work
$b mount -t overlay -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work none /root
$b mount -t proc none /root/proc
$b mount -t sysfs none /root/sys
$b mount --bind /dev /root/dev
$b mkdir -p /root/dev/shm
$b mount -t tmpfs none /root/dev/shm
$b ifconfig lo 127.0.0.1 up
echo "=== mote: begin ==="
$b chroot /root /bin/bash -c "$($b cat /command)"
echo "=== mote: status $? ==="
$b poweroff -f
INIT
  chmod +x "$1"
}

require_tools
require_kernel
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/initrd/{bin,dev,lower,modules,proc,root,sys,upper}
cp "$(command -v busybox)" "$work/initrd/bin/busybox"
copy_modules "$work/initrd/modules"
printf '%s\n' "$command" >"$work/initrd/command"
printf '%s\n' "${MOTE_NPT:-1}" >"$work/initrd/npt"
write_init "$work/initrd/init"
(cd "$work/initrd" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/initrd.gz"

# The console carries the command's output between the two marks, and its status in the second.
set +e +o pipefail
timeout "${MOTE_SECONDS:-1800}" qemu-system-x86_64 \
  -accel tcg,thread=multi -cpu max,+svm,-la57 -smp 1 -m "${MOTE_MIB:-6144}" \
  -kernel "$store"/kernel/boot/vmlinuz-* -initrd "$work/initrd.gz" \
  -append "console=ttyS0 quiet panic=-1 mitigations=off" -nographic -no-reboot \
  -virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap \
  </dev/null 2>&1 | tr -d '\r' | awk '
    /=== mote: begin ===/ { on = 1; next }
    /=== mote: status [0-9]+ ===/ { status = $4; ended = 1; on = 0; next }
    on { print; fflush(); next }
    { before = before $0 "\n" }
    END {
      if (ended) exit status
      print "on-kvm-amd: the emulated machine ended before the command did" > "/dev/stderr"
      if (!on) printf "%s", before > "/dev/stderr"
      exit 125
    }'
