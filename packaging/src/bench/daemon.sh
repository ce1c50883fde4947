# Sourced by packaging/bench: one daemon on a supervised host of its own, everything below $work/host. Wants $work,
# $product and $port, the registry's.
# shellcheck shell=bash
: "${work:?}" "${product:?}" "${port:?}" "${short=}"

host_new() { # [POLL_INTERVAL]
  rm -rf "$work/host"
  mkdir -p "$work/host"
  cat > "$work/host/installer.yaml" <<YAML
source: {file: $work/host/desired.yaml}
poll: {interval: ${1:-1h}}
registry: {repositories: ["http://127.0.0.1:$port/{package}"]}
paths: {packages: $work/host/packages, state: $work/host/state, socket: $work/host/socket}
YAML
}

# Asks for the release that stands in a layout; "packages: []" when none is named.
desire() { # [LAYOUT PACKAGE]
  local desired='packages: []'
  [ $# = 0 ] || desired="packages: [{name: $2, version: \"$(cat "$1/version")\", digest: \"$(top "$1")\"}]"
  (umask 022; echo "$desired" > "$work/host/desired.new")
  mv "$work/host/desired.new" "$work/host/desired.yaml"
}

# Digest of the top document of a layout, and of its only layer.
top() { jq -r '.manifests[0].digest' "$1/index.json"; }
blob() { echo "$1/blobs/${2/://}"; }
layer() {
  local manifest
  manifest=$(blob "$1" "$(top "$1")")
  if jq -e .manifests "$manifest" > /dev/null; then
    manifest=$(blob "$1" "$(jq -r '.manifests[0].digest' "$manifest")")
  fi
  jq -r '.layers[0].digest' "$manifest"
}

daemon_start() { # COMMAND...
  "$@" --config "$work/host/installer.yaml" > "$work/host/log" 2>&1 &
  daemon=$!
}

daemon_stop() {
  kill "$daemon" 2> /dev/null || true
  wait "$daemon" 2> /dev/null || true
  daemon=
}

memory() { # FIELD of /proc/PID/status, in MiB
  awk -v field="$1:" '$1 == field { print $2 / 1024 }' "/proc/$daemon/status"
}

# Seconds on a processor, of the daemon since it began.
ticks() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$daemon/stat"; }

# Whether what takes a guest is measured; says so where it is not.
has_guest() { # WHAT
  if [ -n "$short" ]; then
    say "leaving out $1: it takes a guest"
    return 1
  fi
  if [ "$(id -u)" = 0 ] && command -v systemd-nspawn > /dev/null && command -v mmdebstrap > /dev/null; then return; fi
  echo "*** SKIPPED $1: it needs root, systemd-nspawn and mmdebstrap ***" >&2
  return 1
}

# Waits until the newest journal of a package holds some text. Looks rarely: looking takes from what is measured, and
# the times are those of the journal and of the agents' notes.
await() { # PACKAGE TEXT SECONDS
  local end=$(($(now) + $3 * 1000000)) journal
  while [ "$(now)" -lt "$end" ] && kill -0 "$daemon" 2> /dev/null; do
    journal=$(newest "$1")
    if [ -n "$journal" ] && grep -qaF "$2" "$journal"; then return 0; fi
    sleep 0.2
  done
  echo "the journal of $1 does not say $2; the daemon's log ends:" >&2
  tail -20 "$work/host/log" >&2
  return 1
}

newest() { # PACKAGE
  local journals=$work/host/state/journals/$1
  [ ! -d "$journals" ] || find "$journals" -name '*.journal' -printf '%T@ %p\n' | sort -g | tail -1 | cut -d' ' -f2
}

# Microseconds since the epoch at which a line of the newest journal was written.
at() { # PACKAGE TEXT
  date -d "$(grep -aF "$2" "$(newest "$1")" | head -1 | grep -o '"at":"[^"]*"' | cut -d'"' -f4)" +%s%6N
}
