# Sourced by packaging/bench: how long a service is down at a switch, from the old process' last word to the new one's
# first, by the agents' own notes; against a restart by hand of the same agent on the same host.
# shellcheck shell=bash
: "${work:?}" "${product:?}" "${here:?}" "${short=}" "${bed:?}"

notes=$work/notes

# Two releases of the agent, for both kinds of host; small files beside it make a package larger.
agent_layouts() { # FILES
  local version tree=$work/agent
  for version in 1 2; do
    rm -rf "$tree" "$work/layout-agent-$version"
    mkdir -p "$tree/bin" "$tree/units" "$tree/data"
    cp "$here/src/bench/agent" "$tree/bin/"
    echo "$version" > "$tree/release"
    seq "$1" | split -l 1 -a 5 -d - "$tree/data/"
    printf '[Service]\nExecStart=@CURRENT@/bin/agent %s\n' "$notes" > "$tree/units/agent.service"
    pack "$tree" agent "$version" "$work/layout-agent-$version" \
      "services: [{name: agent.service, unitFile: units/agent.service, command: {argv: [bin/agent, $notes]}}]"
  done
}

# Brings the host to a release and waits for the end of the upgrade.
agent_to() { # VERSION
  local digest
  digest=$(top "$work/layout-agent-$1")
  desire "$work/layout-agent-$1" agent
  await agent "\"to\":{\"version\":\"$1\",\"digest\":\"$digest\"}" 60
  await agent '"end":"upgraded"' 60
}

began() { # NOTES
  grep -c began "$1" || true
}

await_began() { # NOTES COUNT
  local end=$(($(now) + 10000000))
  until [ "$(began "$1")" -ge "$2" ]; do
    [ "$(now)" -lt "$end" ]
    sleep 0.02
  done
}

# Milliseconds from the last end that something followed, to the begin after it.
gap() { # NOTES
  awk '$1 == "ended" { end = $2 } $1 == "began" && end { gap = ($2 - end) / 1000 } END { print gap }' "$1"
}

# In turns: an upgrade, and a restart by hand.
switches() { # SERIES BASELINE COMMAND
  local rounds=9 round
  [ -z "$short" ] || rounds=3
  : > "$notes"
  desire
  daemon_start "${host_command[@]}"
  agent_to 1
  for ((round = 0; round < rounds; round++)); do
    agent_to $((2 - round % 2))
    sample "$1" "$(gap "$notes")"
    "$3"
    sample "$2" "$(gap "$restarted")"
  done
}

by_shell() {
  local turn by_hand
  restarted=$work/restarted
  : > "$restarted"
  for turn in 1 2; do
    "$here/src/bench/agent" "$restarted" &
    by_hand=$!
    await_began "$restarted" "$turn"
    kill "$by_hand"
    wait "$by_hand"
  done
}

by_systemctl() {
  local count
  restarted=$notes
  count=$(began "$notes")
  "$bed" run "$guest" systemctl restart agent.service
  await_began "$notes" $((count + 1))
}

supervised_switches() {
  say "switching on a supervised host"
  host_new
  host_command=("$product" run --supervised)
  switches switch-supervised restart-shell by_shell
  daemon_stop
  pair "downtime at a switch, supervised host" ms switch-supervised restart-shell "b + 50"
}

systemd_switches() {
  say "switching on a systemd host"
  host_new
  sed -i "s|^registry:.*|registry: {repositories: [\"file:$work/layout-agent-1\", \"file:$work/layout-agent-2\"]}|" \
    "$work/host/installer.yaml"
  guest=fleet-installer-bench-$$
  OWNER=$$ "$bed" up "$guest" --bind-ro="${product%/bin/*}:/opt/fleet-installer" --bind="$work"
  host_command=("$bed" run "$guest" /opt/fleet-installer/bin/fleet-installer run)
  switches switch-systemd restart-systemctl by_systemctl
  "$bed" down "$guest"
  guest=
  daemon_stop
  pair "downtime at a switch, systemd host" ms switch-systemd restart-systemctl "b + 50"
}

switch_rows() {
  agent_layouts 0
  supervised_switches
  if has_guest "the switch on a systemd host"; then systemd_switches; fi
}
