# Sourced by packaging/bench: what the daemon costs while nothing happens, how soon it is up, and how soon status
# answers. Wants $work, $product, $port and $jdk, a plain JDK 25.
# shellcheck shell=bash
: "${work:?}" "${product:?}" "${port:?}" "${jdk:?}" "${daemon=}" "${web=}"

# A host that follows signed config, which deploys nothing, from a web server on loopback.
signed_host() {
  host_new 60s
  export FLEET_INSTALLER_PASSPHRASE=of-keys-that-are-deleted
  "$product" repo init "$work/fleet" --root-keys=1 --root-threshold=1 --bare-online-keys > "$work/log"
  "$product" repo sign "$work/fleet" > "$work/log"
  "$product" repo publish "$work/fleet" > "$work/log"
  "$jdk/bin/jwebserver" -b 127.0.0.1 -p "$((port + 1))" -d "$work/fleet/public" > "$work/web.log" 2>&1 &
  web=$!
  curl -sf --retry 50 --retry-delay 1 --retry-connrefused -o /dev/null "http://127.0.0.1:$((port + 1))/"
  sed -i -e "s|^source:.*|source: {url: \"http://127.0.0.1:$((port + 1))\"}|" \
    -e "s|^paths: {|paths: {trustRoot: $work/fleet/public/metadata/1.root.json, |" "$work/host/installer.yaml"
}

# Seconds until the daemon looks at its source for the first time, which it does as soon as it says that it is up.
up() { # [SERIES]
  local began
  began=$(now)
  daemon_start "$product" run --supervised
  until grep -qs ' is up on a ' "$work/host/log"; do
    [ $(($(now) - began)) -lt 30000000 ]
    sleep 0.01
  done
  [ $# = 0 ] || sample "$1" "$(($(now) - began))e-6"
}

# What freed memory takes until it is given back is part of it: ten minutes are counted after the first.
idling() { # KIND
  local rest=600 before
  if [ -n "$short" ]; then rest=15; fi
  say "idling with $1"
  up
  sleep 70
  before=$(ticks)
  sleep "$rest"
  sample "idle-processor-$1" "$(echo "$before $(ticks) $rest" | awk '{ print ($2 - $1) / $3 * 100 }')"
  sample "idle-rss-$1" "$(memory VmRSS)"
  daemon_stop
  single "idle daemon with $1, resident" MiB "idle-rss-$1" 64
  single "idle daemon with $1, processor" % "idle-processor-$1" 0.05
}

start_rows() {
  local rounds=9 round
  if [ -n "$short" ]; then rounds=3; fi
  say "starting the daemon"
  for ((round = 0; round < rounds; round++)); do
    rm -f "$work/host/log"
    up first-poll
    daemon_stop
  done
  single "start of the daemon to its first poll" s first-poll 1
}

# Against the same command on the plain JDK: no archive of ours, its own defaults.
status_rows() {
  local rounds=15 round
  if [ -n "$short" ]; then rounds=7; fi
  say "asking for status"
  up
  for ((round = 0; round < rounds; round++)); do
    timed plain "$jdk/bin/java" -cp "${product%/bin/*}/lib/*" io.fleetinstaller.systemd.Main \
      status --socket "$work/host/socket"
    timed status "$product" status --socket "$work/host/socket"
  done
  daemon_stop
  pair "status, cold (against the plain JDK)" ms status plain "(0.45 * b < 150 ? 0.45 * b : 150)"
}

idle_rows() {
  host_new 60s
  desire
  start_rows
  status_rows
  idling "a desired file"
  signed_host
  idling "signed config"
  kill "$web"
  web=
}
