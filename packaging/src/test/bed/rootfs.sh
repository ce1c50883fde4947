#!/bin/sh
# rootfs.sh: prints the path of a Debian 12 root directory with systemd for the system tests, and builds it first
# when this script has changed or has never run here (root; about a minute; needs apt-get, dpkg-deb, mmdebstrap).
#
# It holds the servers that the tests talk to (docker-registry, nginx, squid), their certificates, a library that moves
# a process's clock, and the node exporters of two Debian releases as plain binaries below /srv/exporter: no package of
# them is installed.
set -eu

cache=${XDG_CACHE_HOME:-$HOME/.cache}/fleet-installer-tests
key=$(sha256sum "$0" | cut -c1-16)
rootfs=$cache/rootfs-$key
there() { [ -e "$rootfs/srv/exporter/complete" ] && touch "$rootfs" && echo "$rootfs"; }
there && exit 0

# Whoever comes second waits for the first.
mkdir -p "$cache"
exec 9> "$cache/rootfs.lock"
flock 9
there && exit 0
work=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
chmod 0755 "$work"

# Packages come from wherever this machine's own apt gets Debian: mirror, proxy and all.
# shellcheck disable=SC2016 # the dollar signs are apt's
debian() {
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
    | awk -v label="$1" '$1 == label { print $2; exit }'
}

sources() { # SUITE
  signed=/usr/share/keyrings/debian-archive-keyring.gpg
  main=$(debian Debian)
  [ -n "$main" ] || { echo "cannot build the test guest: apt knows no Debian mirror; run apt-get update" >&2; exit 1; }
  echo "deb [signed-by=$signed] $main $1 main"
  security=$(debian Debian-Security)
  [ -z "$security" ] || echo "deb [signed-by=$signed] $security $1-security main"
}

apt-config dump | grep '^Acquire::' > "$work/acquire.conf" || true

bootstrap() {
  sources bookworm > "$work/bookworm.list"
  mmdebstrap --quiet --variant=minbase --mode=root --components=main --aptopt="$work/acquire.conf" \
    --include=systemd,systemd-sysv,dbus,iproute2,procps,curl,ca-certificates,openssl,socat,util-linux,strace,jq \
    --include=docker-registry,nginx-light,squid,libfaketime \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$work/root" "$work/bookworm.list" >&2
}

# An apt of its own, so that neither this machine's package lists nor its pins change.
exporter() { # SUITE DEBIAN_RELEASE_OF_EXPORTER
  apt=$work/apt-$1
  mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/parts" "$apt/deb"
  sources "$1" > "$apt/sources.list"
  {
    cat "$work/acquire.conf"
    printf 'Dir::Etc::SourceList "%s/sources.list";\nDir::Etc::SourceParts "%s/parts";\n' "$apt" "$apt"
    printf 'Dir::Etc::PreferencesParts "%s/parts";\nDir::State::Lists "%s/lists";\n' "$apt" "$apt"
    printf 'Dir::Cache "%s";\nDir::State::status "/dev/null";\n' "$apt"
    printf 'APT::Sandbox::User "root";\nAcquire::Languages "none";\n'
  } > "$apt/apt.conf"
  APT_CONFIG=$apt/apt.conf apt-get -qq update >&2
  (cd "$apt/deb" && APT_CONFIG=$apt/apt.conf apt-get -qq download prometheus-node-exporter >&2)
  dpkg-deb -x "$apt"/deb/*.deb "$apt/x"
  mkdir -p "$work/exporter/$2"
  cp "$apt/x/usr/bin/prometheus-node-exporter" "$work/exporter/$2/node_exporter"
  "$work/exporter/$2/node_exporter" --version 2>&1 | grep -q "version $2" \
    || { echo "cannot build the test guest: $1 no longer has node exporter $2" >&2; exit 1; }
}

certificates() { # DIR
  mkdir -p "$1"
  (
    cd "$1"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
      -subj '/CN=bed test CA' -keyout ca.key -out ca.crt
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=registry.bed' \
      -keyout server.key -out server.csr
    printf 'subjectAltName=DNS:registry.bed,DNS:registry.far,DNS:garbage.bed\n' > server.ext
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 \
      -extfile server.ext -out server.crt
    printf 'fleet:%s\n' "$(openssl passwd -apr1 s3cret)" > htpasswd
  ) 2>/dev/null
}

settle() { # what a booted guest must not wait for, and what it must know
  root=$work/root
  echo guest > "$root/etc/hostname"
  printf '127.0.0.1 localhost guest registry.bed garbage.bed\n10.88.0.1 registry.far\n10.77.0.2 proxy.bed\n' \
    > "$root/etc/hosts"
  : > "$root/etc/machine-id"
  for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer systemd-timesyncd.service \
    console-getty.service systemd-pstore.service docker-registry.service nginx.service squid.service \
    logrotate.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  # fifteen programs at each daemon-reload, which have nothing to make here
  mkdir -p "$root/etc/systemd/system-generators"
  for generator in "$root"/lib/systemd/system-generators/*; do
    ln -sf /dev/null "$root/etc/systemd/system-generators/${generator##*/}"
  done
  mkdir -p "$root/etc/systemd/journald.conf.d"
  printf '[Journal]\nStorage=persistent\nRateLimitIntervalSec=0\n' > "$root/etc/systemd/journald.conf.d/bed.conf"
}

bootstrap &
bootstrapping=$!
exporter bookworm 1.5.0
exporter trixie 1.9.0
wait "$bootstrapping"
certificates "$work/root/etc/bed/tls"
settle
mkdir -p "$work/root/srv/exporter"
cp -r "$work"/exporter/* "$work/root/srv/exporter/"
: > "$work/root/srv/exporter/complete"
find "$cache" -maxdepth 1 -name 'rootfs-*' -mtime +7 -exec rm -rf {} +
rm -rf "$rootfs"
mv -T "$work/root" "$rootfs"
echo "$rootfs"
