# Sourced by packaging/bench: what the daemon costs while nothing happens, how soon it is up, and how soon status
# answers. The host is as most are: one package, of as many files as the mix, installed and upgraded. Wants $work,
# $product, $port, what switch.sh has, and $jdk, a plain JDK 25.
# shellcheck shell=bash
: "${work:?}" "${product:?}" "${port:?}" "${bed:?}" "${jdk=}" "${short=}" "${daemon=}" "${web=}"
unit=fleet-installer.service
shared=/srv/bench # what the guest sees of $work, outside what its daemon may not read

# Seconds until the daemon looks at its source for the first time, which it does as soon as it says that it is up.
up() { # [SERIES]
  local began
  rm -f "$work/host/log"
  began=$(now)
  daemon_start "$product" run --supervised
  until grep -qs ' is up on a ' "$work/host/log"; do
    [ $(($(now) - began)) -lt 30000000 ]
    sleep 0.01
  done
  [ $# = 0 ] || sample "$1" "$(($(now) - began))e-6"
}

upgraded() {
  desire
  agent_to 1
  agent_to 2
}

start_rows() {
  local rounds=9 round
  if [ -n "$short" ]; then rounds=3; fi
  say "starting the daemon"
  for ((round = 0; round < rounds; round++)); do
    up first-poll
    daemon_stop
  done
  single "start of the daemon to its first poll" s first-poll 1
}

# Against the same command on the plain JDK: no archive of ours, its own defaults.
status_rows() {
  local rounds=15 round way
  if [ -n "$short" ]; then rounds=7; fi
  say "asking for status"
  up
  for ((round = 0; round < rounds; round++)); do
    for way in $(in_turns "$round" plain ours); do
      case $way in
        plain)
          timed status-plain "$jdk/bin/java" -cp "${product%/bin/*}/lib/*" io.fleetinstaller.systemd.Main \
            status --socket "$work/host/socket"
          ;;
        ours) timed status "$product" status --socket "$work/host/socket" ;;
      esac
    done
  done
  daemon_stop
  pair "status, cold (against the plain JDK)" ms status status-plain "(0.45 * b < 150 ? 0.45 * b : 150)"
}

# A systemd host, whose daemon runs by its own unit, sandbox, watchdog and all.
idle_guest() {
  rm -rf "$work/host"
  mkdir -p "$work/host/packages" "$work/host/state"
  guest=fleet-installer-bench-$$
  OWNER=$$ "$bed" up "$guest" --bind-ro="${product%/bin/*}:/opt/fleet-installer" --bind="$work" --bind="$work:$shared" \
    --bind="$work/host/packages:/opt/datadog-packages" --bind="$work/host/state:/var/lib/fleet-installer"
  sed 's|@CURRENT@|/opt/fleet-installer|' "${product%/bin/*}/units/$unit" | put "/etc/systemd/system/$unit"
}

put() { # PATH in the guest; what comes in is its content
  # shellcheck disable=SC2016 # the shell of the guest expands it
  "$bed" run "$guest" sh -c 'mkdir -p "${1%/*}" && cat > "$1"' - "$1"
}

# Starts the daemon of the guest, or starts it anew; it is up when systemd has heard so.
guest_daemon() { # LINE OF THE SETTINGS...
  printf '%s\n' "$@" 'poll: {interval: 60s}' \
    "registry: {repositories: [\"file:$shared/layout-agent-1\", \"file:$shared/layout-agent-2\"]}" \
    | put /etc/fleet-installer/installer.yaml
  "$bed" run "$guest" systemctl daemon-reload
  "$bed" run "$guest" systemctl restart "$unit"
  daemon=$({ grep -lsE "/$guest/.*/$unit" /proc/[0-9]*/cgroup || true; } | cut -d/ -f3) # some end while it looks
  grep -q java "/proc/$daemon/comm"
}

# Signed config, which deploys what the host has, from a web server on loopback, the guest's own.
publish() {
  local step
  export FLEET_INSTALLER_PASSPHRASE=of-keys-that-are-deleted
  "$product" repo init "$work/fleet" --root-keys=1 --root-threshold=1 --bare-online-keys > "$work/log"
  "$product" repo add "$work/fleet" "$work/layout-agent-2:2" > "$work/log"
  "$product" repo deploy "$work/fleet" --group bench --package agent --version 2 --id agent --by bench > "$work/log"
  for step in sign publish; do "$product" repo "$step" "$work/fleet" > "$work/log"; done
  # One that says whether anything has changed, as those that serve a fleet do.
  cat > "$work/site.conf" <<CONF
daemon off;
user root;
pid $work/site.pid;
error_log $work/site.log;
events {}
http {
  access_log off;
  server { listen 127.0.0.1:$port; root $work/fleet/public; }
}
CONF
  nsenter -t "$daemon" -n nginx -p "$work" -c "$work/site.conf" > "$work/web.log" 2>&1 &
  web=$!
  nsenter -t "$daemon" -n \
    curl -sf --retry 50 --retry-delay 1 --retry-connrefused -o /dev/null "http://127.0.0.1:$port/metadata/timestamp.json"
}

# How often each thread that there is gave its processor away by itself: it woke up as often.
wakings() {
  { cat "/proc/$daemon/task"/*/status 2> /dev/null || true; } \
    | awk '$1 == "Pid:" { pid = $2 } $1 == "voluntary_ctxt_switches:" { print pid, $2 }'
}

# How often they did between the two; what a thread did that was gone at the end is not in it.
woken() { awk 'NR == FNR { first[$1] = $2; next } { s += $2 - first[$1] } END { print s }' "$work/first" "$work/last"; }

# When its watchdog last heard of the daemon.
heard() { "$bed" run "$guest" systemctl show -P WatchdogTimestampMonotonic "$unit"; }

# A daemon comes to rest a minute after work, at its next look. That is over then, and ten minutes are counted.
idling() { # KIND
  local rest=600 before heard name="idle daemon $1"
  say "$name"
  sleep 180
  heard=$(heard)
  before=$(ticks)
  wakings > "$work/first"
  sleep "$rest"
  wakings > "$work/last"
  sample "$name-processor" "$(echo "$before $(ticks) $rest" | awk '{ print ($2 - $1) / $3 * 100 }')"
  sample "$name-rss" "$(memory VmRSS)"
  sample "$name-woken" "$(echo "$(woken) $rest" | awk '{ print $1 / $2 * 60 }')"
  [ "$(heard)" != "$heard" ]
  single "$name: resident" MiB "$name-rss" 64
  single "$name: processor" % "$name-processor" 0.05
  single "$name: voluntary context switches of all threads" /min "$name-woken" -
}

idle_guest_rows() {
  idle_guest
  guest_daemon "source: {file: $shared/host/desired.yaml}"
  upgraded
  idling "after an upgrade, by a desired file"
  guest_daemon "source: {file: $shared/host/desired.yaml}"
  idling "after a restart, by a desired file"
  publish
  guest_daemon "source: {url: \"http://127.0.0.1:$port\"}" 'groups: [bench]' \
    "paths: {trustRoot: $shared/fleet/public/metadata/1.root.json}"
  idling "after a restart, by signed config"
  "$bed" run "$guest" /opt/fleet-installer/bin/fleet-installer explain agent > "$work/log"
  grep -q 'deployment agent' "$work/log" # it did follow it
  kill "$web"
  web=
  daemon= # it goes with its guest
  "$bed" down "$guest"
  guest=
}

idle_rows() {
  agent_layouts 7500
  host_new 60s
  desire
  up
  upgraded
  daemon_stop
  start_rows
  status_rows
  if has_guest "the idle daemon"; then idle_guest_rows; fi
}
