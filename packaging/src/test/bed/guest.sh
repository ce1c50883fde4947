#!/bin/bash
# guest.sh up NAME [systemd-nspawn arguments] | run NAME COMMAND... | off NAME | copy NAME FROM | kill NAME |
#   down NAME | sweep
#
# A Debian guest with a real systemd as PID 1, in a container of this machine; needs root and systemd-nspawn, but
# not a systemd of the machine's own. Up takes about a second, a command about 20 ms. What guests write lies in GUESTS.
#   up     boots the guest; what it wrote before a kill is still there. DEGRADED=ok: also when some unit failed
#   run    runs a command in all of the guest's namespaces, outside its units; passes input, output and status on
#   off    shuts the guest down in good order, within a minute and a half; what it wrote is still there
#   copy   a guest that is yet to be booted begins with what another one wrote, which is off
#   kill   ends every process of the guest at once, as a power cut would. What was written is kept even where it
#          was never synced, since the page cache is this machine's: this tests the order of effects, not fsync
#   down   kill, and forget what it wrote
#   sweep  does away with guests whose owner (OWNER=pid at their first up) has ended
set -euo pipefail
here=$(dirname "$(realpath "$0")")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fleet-installer-tests
guests=${GUESTS:-$cache/guests}
verb=$1
name=${2:-}
state=$guests/$name

# The oldest child of the guest's container; no program is started for it, as every command in the guest asks.
leader() {
  local nspawn='' pid=''
  read -r nspawn 2>/dev/null < "$state/nspawn" || return
  read -r pid _ 2>/dev/null < "/proc/$nspawn/task/$nspawn/children" || [ -n "$pid" ] || return
  echo "$pid"
}

inside() { # LEADER COMMAND...
  local pid=$1
  shift
  nsenter -t "$pid" -m -u -i -n -p -C -r -w -- env -i HOME=/root LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# A control group per guest: otherwise two guests share theirs, and a killed one leaves its units' groups behind.
own_cgroups() {
  local hierarchy
  for hierarchy in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
    [ -e "$hierarchy/cgroup.procs" ] || continue
    mkdir -p "$hierarchy/$name"
    echo "$hierarchy/$name"
  done > "$state/cgroups"
}

# Runs in a mount namespace of its own, so that no mount outlives the guest.
boot() { # nspawn arguments
  local group
  while read -r group; do echo $$ > "$group/cgroup.procs"; done < "$state/cgroups"
  mount -t overlay -o "lowerdir=$ROOTFS,upperdir=$state/upper,workdir=$state/work" overlay "$state/root"
  cp -a --no-preserve=ownership "$here/inside/." "$state/root/"
  mkdir -p /run/systemd/nspawn
  mount -t tmpfs tmpfs /run/systemd/nspawn
  echo $$ > "$state/nspawn"
  SYSTEMD_NSPAWN_LOCK=0 exec systemd-nspawn -D "$state/root" -M "$name" --boot --register=no --keep-unit \
    --private-network --resolv-conf=off --timezone=off --link-journal=no --console=read-only "$@"
}

await_boot() {
  local attempt pid
  for attempt in $(seq 1 1200); do
    if pid=$(leader); then
      case $(inside "$pid" systemctl is-system-running 2>/dev/null || true) in
        running) return 0 ;;
        degraded) [ "${DEGRADED:-}" != ok ] || return 0; inside "$pid" systemctl --failed --no-pager >&2; return 1 ;;
      esac
    elif [ "$attempt" -gt 20 ] && ! [ -d "/proc/$(cat "$state/nspawn" 2>/dev/null || echo none)" ]; then
      tail -20 "$state/console" >&2
      return 1
    fi
    sleep 0.05
  done
  echo "the guest $name did not boot within a minute" >&2
  return 1
}

up() { # nspawn arguments
  ! leader > /dev/null || { echo "the guest $name is already up" >&2; return 1; }
  ROOTFS=$("$here/rootfs.sh")
  mkdir -p "$state/upper" "$state/work" "$state/root"
  rm -f "$state/nspawn"
  [ -e "$state/owner" ] || echo "${OWNER:-1}" > "$state/owner"
  own_cgroups
  export ROOTFS
  setsid unshare --mount --propagation private "$here/guest.sh" boot "$name" "$@" \
    > "$state/console" 2>&1 < /dev/null &
  await_boot
}

cut() {
  local pid nspawn group
  nspawn=$(cat "$state/nspawn" 2>/dev/null || echo none)
  if pid=$(leader); then kill -9 "$pid"; fi
  for _ in $(seq 1 200); do
    grep -qs '^State:.[^Z]' "/proc/$nspawn/status" || break
    sleep 0.05
  done
  rm -f "$state/nspawn"
  while read -r group; do
    [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done < "$state/cgroups"
}

off() {
  local pid
  pid=$(leader) || { echo "the guest $name is not up" >&2; return 1; }
  inside "$pid" systemctl poweroff || true
  for _ in $(seq 1 1800); do
    leader > /dev/null || { cut; return; }
    sleep 0.05
  done
  tail -20 "$state/console" >&2
  cut
  return 1
}

copy() { # FROM
  mkdir -p "$state"
  cp -a "$guests/$1/upper" "$state/upper"
}

down() {
  [ ! -e "$state/cgroups" ] || cut
  rm -rf "$state"
}

case $verb in
  up) up "${@:3}" ;;
  boot) boot "${@:3}" ;;
  run)
    pid=$(leader) || { echo "the guest $name is not up" >&2; exit 125; }
    inside "$pid" "${@:3}"
    ;;
  off) off ;;
  copy) copy "$3" ;;
  kill) cut ;;
  down) down ;;
  sweep)
    for state in "$guests"/*/; do
      state=${state%/}
      name=${state##*/}
      [ ! -e "$state/owner" ] || [ -d "/proc/$(cat "$state/owner")" ] || down
    done
    ;;
  *) echo "unknown verb $verb" >&2; exit 1 ;;
esac
