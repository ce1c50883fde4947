# Sourced by packaging/bench: what the daemon costs while nothing happens, and how soon status answers.
# shellcheck shell=bash
: "${work:?}" "${product:?}" "${notes:?}" "${daemon=}"

timed() { # SERIES COMMAND...
  local began
  began=$(now)
  "${@:2}" > "$work/log" 2>&1
  sample "$1" "$(($(now) - began))e-3"
}

# Nanoseconds on a processor, of all threads.
processor() { awk '{ s += $1 } END { print s }' "/proc/$daemon"/task/*/schedstat; }

# A daemon that looks after one agent and has nothing to do; its poll is the default one.
idle_rows() {
  local rounds=15 rest=60 round before
  if [ -n "$short" ]; then rounds=5 rest=15; fi
  host_new 60s
  : > "$notes"
  desire
  daemon_start "$product" run --supervised
  agent_to 1
  daemon_stop
  say "idling"
  daemon_start "$product" run --supervised
  await_began "$notes" 2
  sleep 5
  before=$(processor)
  sleep "$rest"
  sample idle-processor "$(echo "$before $(processor) $rest" | awk '{ print ($2 - $1) / $3 / 1e7 }')"
  sample idle-rss "$(memory VmRSS)"
  say "asking for status"
  for ((round = 0; round < rounds; round++)); do
    timed java "${product%/bin/*}/runtime/bin/java" -Xshare:auto -version
    timed status "$product" status --config "$work/host/installer.yaml"
  done
  daemon_stop
  single "idle daemon, resident" MiB idle-rss 64
  single "idle daemon, processor" % idle-processor 0.05
  pair "status, cold (against java -version)" ms status java 150
}
