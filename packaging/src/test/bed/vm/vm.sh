#!/bin/bash
# vm.sh boot|resume IMAGE DISK MONITOR PORTFILE [CLOCK] | run PORTFILE COMMAND
#
# A virtual machine with a kernel and a disk of its own, in software: slow, but it runs wherever qemu does.
#   boot    becomes a machine that is switched on, with DISK, a raw file or an address of NBD; its console is the output.
#           CLOCK is what it believes then, in UTC
#   resume  becomes the machine as it was when IMAGE was made, with DISK, which holds the same as the image's
#   run     waits for the machine's shell and runs a command in it as root; passes output and status on
#
# To kill it with SIGKILL is a power cut: what the guest had not synced is lost. What it had written and the disk had not
# flushed is lost only where whoever serves the disk by NBD forgets it: this machine's page cache does not.
set -euo pipefail

machine() { # EXTRA...
  local port
  # One that answers is another machine's.
  while port=$((20000 + RANDOM % 12000)) && (: <> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
  rm -f "$monitor"
  echo "$port" > "$portfile"
  # Strings byte by byte and wide registers are what this processor has least of.
  exec qemu-system-x86_64 -accel tcg,thread=multi,tb-size=256 -cpu max,erms=off,fsrm=off,avx2=off -smp "${CPUS:-2}" -m 512 \
    -nodefaults -no-user-config -display none -no-reboot -serial stdio -qmp "unix:$monitor,server=on,wait=off" \
    -drive "file=$disk,format=raw,if=none,id=d0,cache=writeback" -device virtio-blk-pci,drive=d0 \
    -netdev "user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:$port-:7000" -device virtio-net-pci,netdev=n0,romfile= \
    -kernel "$image/vmlinuz" -initrd "$image/initrd.gz" \
    -rtc "base=${clock:-utc}" \
    -append 'rw console=ttyS0 quiet net.ifnames=0 mitigations=off panic=-1 tsc=reliable random.trust_cpu=on audit=0' \
    "$@"
}

# What listens on this machine answers before the guest does: who hears nothing asks again.
run() { # PORTFILE COMMAND
  local script output
  script=$(printf '%s' "$2" | base64 -w0)
  until [ "$(ask "$1" 3 'echo ready')" = ready ]; do sleep 0.2; done
  output=$(ask "$1" 1300 "echo $script | base64 -d > /run/\$\$; bash /run/\$\$ < /dev/null 2>&1; echo status=\$?")
  printf '%s\n' "$output" | sed '/^status=/d'
  return "$(printf '%s\n' "$output" | sed -n 's/^status=//p' | tail -1 | grep . || echo 125)"
}

ask() { # PORTFILE SECONDS LINE
  [ -s "$1" ] || return 0
  printf '%s; exit\n' "$3" | timeout "$2" socat -t "$2" - "TCP:127.0.0.1:$(cat "$1")" 2> /dev/null || true
}

case $1 in
  boot | resume)
    image=$2
    disk=$3
    monitor=$4
    portfile=$5
    clock=${6:-}
    if [ "$1" = boot ]; then machine; else machine -incoming "exec:cat '$image/memory'"; fi
    ;;
  run) run "$2" "$3" ;;
  *) echo "unknown verb $1" >&2; exit 1 ;;
esac
