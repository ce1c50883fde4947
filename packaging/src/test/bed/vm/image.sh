#!/bin/bash
# image.sh DISTRIBUTION UNITS LABORATORY: prints the folder of a virtual machine in which the product, with the fault
# points of LABORATORY (a jar), runs with the old exporter confirmed and new ones to upgrade to. Builds it first when
# this folder, the rootfs or the product has changed (root; a minute or two; needs qemu, mke2fs, cpio, kmod,
# busybox-static, socat, apt-get).
#
# In the folder: vmlinuz, initrd.gz, disk.raw, and memory: the machine as it was while the daemon had nothing to do. It
# needs no network: releases lie in OCI layouts on its own disk.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
distribution=$(realpath "$1")
units=$(realpath "$2")
laboratory=$(realpath "$3")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fleet-installer-tests
rootfs=$("$here/../rootfs.sh")

key=$(
  {
    echo "$rootfs"
    find "$here" "$here/../inside" "$units" "$distribution" "$laboratory" -type f -print0 | sort -z | xargs -0 sha256sum
  } | sed "s|  .*/|  |" | sha256sum | cut -c1-16
)
image=$cache/vm-$key
[ ! -e "$image/memory" ] || { touch "$image"; echo "$image"; exit 0; }

work=$(mktemp -d "$cache/building-vm.XXXXXX")
qemu=
finish() {
  [ -z "$qemu" ] || kill -9 "$qemu" 2> /dev/null || true
  rm -rf "$work"
}
trap finish EXIT

# A kernel for machines like this one: ext4 is in it, the disk and the network card are modules.
kernel() {
  local package
  mkdir -p "$cache/kernel"
  if ! ls "$cache"/kernel/x/boot/vmlinuz-* > /dev/null 2>&1; then
    package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ { print $2; exit }')
    [ -n "$package" ] || { echo "cannot build the machine: apt knows no kernel; run apt-get update" >&2; exit 1; }
    (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package" >&2)
    dpkg-deb -x "$work"/linux-image-*.deb "$work/kernel"
    rm -rf "$cache/kernel"
    mkdir -p "$cache/kernel"
    mv -T "$work/kernel" "$cache/kernel/x"
  fi
  version=$(basename "$cache"/kernel/x/lib/modules/*)
  /sbin/depmod -b "$cache/kernel/x" "$version"
  cp "$cache/kernel/x/boot/vmlinuz-$version" "$work/vmlinuz"
}

# What finds the disk: busybox and a handful of modules, a tenth of what a distribution's own takes to load.
initrd() {
  local tree=$work/initrd number=10 module file
  mkdir -p "$tree"/{bin,proc,dev,mnt,modules}
  cp /bin/busybox "$tree/bin/"
  for module in virtio_pci virtio_blk virtio_net; do
    for file in $(/sbin/modprobe -d "$cache/kernel/x" -S "$version" --show-depends "$module" \
      | awk '/^insmod/ { print $2 }'); do
      compgen -G "$tree/modules/*-${file##*/}" > /dev/null || cp "$file" "$tree/modules/$((number++))-${file##*/}"
    done
  done
  install -m 755 "$here/init" "$tree/init"
  (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -9) > "$work/initrd.gz"
}

# Runs in a mount namespace of its own: the rootfs with everything the machine needs on top, and from it the disk.
disk() {
  local root=$work/root
  mkdir -p "$work/upper" "$work/overlay" "$root"
  mount -t overlay -o "lowerdir=$rootfs,upperdir=$work/upper,workdir=$work/overlay" overlay "$root"
  cp -a --no-preserve=ownership "$here/../inside/." "$root/"
  rm -f "$root"/etc/systemd/system/bed-*.service
  cp -a --no-preserve=ownership "$here/inside/." "$root/"
  cp "$units"/* "$root/etc/systemd/system/"
  cp -a --no-preserve=ownership "$distribution" "$root/opt/fleet-installer"
  install -D -m 644 "$laboratory" "$root/opt/lab/lab.jar"
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  chroot "$root" /usr/local/lib/bed/furnish
  umount "$root/dev" "$root/proc"
  truncate -s 2G "$work/disk.furnished"
  mke2fs -q -t ext4 -E lazy_itable_init=1,root_owner=0:0 -m 0 -d "$root" "$work/disk.furnished"
}

monitor() { # COMMAND-AS-JSON
  { echo '{"execute":"qmp_capabilities"}'; echo "$1"; sleep 0.2; } | socat -t2 - "UNIX-CONNECT:$work/monitor"
}

# Boots the machine, lets the product bring the old exporter there, and keeps the machine's memory.
settle() {
  cp --sparse=always "$work/disk.furnished" "$work/disk.raw"
  "$here/vm.sh" boot "$work" "$work/disk.raw" "$work/monitor" "$work/port" > "$work/console" 2>&1 < /dev/null &
  qemu=$!
  timeout 1200 "$here/vm.sh" run "$work/port" /usr/local/lib/bed/begin >&2 || return
  date -u +%FT%T > "$work/time"
  monitor '{"execute":"migrate","arguments":{"uri":"exec:cat > '"$work/memory.part"'"}}' > /dev/null || return
  until monitor '{"execute":"query-migrate"}' | grep -q '"status": "completed"'; do
    kill -0 "$qemu" || return
  done
  monitor '{"execute":"quit"}' > /dev/null || return
  wait "$qemu" || true
  qemu=
  mv "$work/memory.part" "$work/memory"
}

# An emulated machine may be too slow for what it waits for: it is tried once more, and told.
settle_or_again() {
  if settle; then return; fi
  echo "the machine did not come to rest; its console ended in:" >&2
  tail -n 40 "$work/console" >&2
  kill -9 "$qemu" 2> /dev/null || true
  wait "$qemu" || true
  settle
}

kernel
initrd
export -f disk
export work here units distribution laboratory rootfs
unshare --mount --propagation private bash -euc disk >&2
rm -rf "$work/upper" "$work/overlay" "$work/root" "$work/initrd"
settle_or_again
rm "$work/disk.furnished"
find "$cache" -maxdepth 1 -name 'vm-*' -mtime +2 -exec rm -rf {} +
rm -rf "$image"
mv -T "$work" "$image"
mkdir "$work"
echo "$image"
