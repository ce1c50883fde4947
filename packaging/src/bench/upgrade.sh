# Sourced by packaging/bench: what an upgrade between two real versions costs the network and the host, by a published
# delta and by ranges, against the whole layer, casync with a seed, ostree, zsync, and skopeo with umoci.
# shellcheck shell=bash
: "${work:?}" "${product:?}" "${here:?}" "${port:?}" "${daemon=}" "${short=}" "${pairs=}" "${counter=}" "${mounted=}"

counted=$((port + 1)) # the registry, and what other tools are served, through nginx, which counts

web_start() {
  mkdir -p "$work/web" "$work/served"
  chmod 755 "$work" "$work/served"
  cat > "$work/web/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $work/web/pid;
error_log $work/web/error.log;
user root;
events { worker_connections 256; }
http {
  log_format told '\$request_method \$bytes_sent \$request_uri';
  access_log $work/web/access.log told;
  client_body_temp_path $work/web/body;
  proxy_temp_path $work/web/proxy;
  fastcgi_temp_path $work/web/fastcgi;
  uwsgi_temp_path $work/web/uwsgi;
  scgi_temp_path $work/web/scgi;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:$counted;
    location /v2/ {
      proxy_pass http://127.0.0.1:$port;
      proxy_set_header Host \$http_host;
      proxy_http_version 1.1;
      proxy_set_header Connection '';
      proxy_buffering off;
    }
    location / { root $work/served; }
  }
}
CONF
  nginx -p "$work/web" -c "$work/web/nginx.conf" > "$work/web/out" 2>&1 &
  counter=$!
  curl -sf --retry 50 --retry-delay 1 --retry-connrefused -o /dev/null "http://127.0.0.1:$counted/v2/"
}

# What was asked for since the log was emptied: requests, and bytes with their heads. nginx writes a line at the end of
# each answer, so the last one may still come.
counts() { # SERIES
  sync
  sample "$1-requests" "$(wc -l < "$work/web/access.log")"
  sample "$1-bytes" "$(awk '{ s += $2 } END { print s / 1e6 }' "$work/web/access.log")"
}

forget_counts() { : > "$work/web/access.log"; }

# Both versions in the registry twice: beside a delta, and without.
pair_packages() { # PAIR DIRECTORY
  local version way
  for version in old new; do
    for way in delta ranges; do
      [ "$way" = delta ] || cp -a "$work/layout-$1-$version" "$work/layout-$1-ranges-$version"
      [ "$way" != delta ] || pack "$2/$version" "$1" "$version" "$work/layout-$1-$version"
    done
    "$product" package push "$work/layout-$1-$version" "http://127.0.0.1:$port/delta/$1:$version" > "$work/log"
    "$product" package push "$work/layout-$1-$version" "http://127.0.0.1:$port/ranges/$1:$version" > "$work/log"
  done
  "$product" package delta "http://127.0.0.1:$port/delta/$1:old" "http://127.0.0.1:$port/delta/$1:new" > "$work/log"
}

# A host that has the old version, to begin each round from.
pair_host() { # PAIR
  host_new
  desire "$work/layout-$1-old" "$1"
  daemon_start "$product" run --supervised
  await "$1" '"end":"upgraded"' 600
  daemon_stop
  rm -rf "$work/host-$1"
  mv "$work/host" "$work/host-$1"
}

staged_new() { # PAIR
  local journal
  journal=$(newest "$1")
  [[ $journal != *-1.journal ]] && grep -qaF '"version":"new"' "$journal" && grep -qaF '"done":"UNPACK"' "$journal"
}

upgrade_by() { # WAY PAIR [PREFIX OF THE SERIES]
  local before end series=${3-}$1-$2
  rm -rf "$work/host"
  cp -a "$work/host-$2" "$work/host"
  sed -i "s|^registry:.*|registry: {repositories: [\"http://127.0.0.1:$counted/$1/{package}\"]}|" "$work/host/installer.yaml"
  desire "$work/layout-$2-new" "$2"
  sync -f "$work"
  before=$(used)
  forget_counts
  daemon_start "$product" run --supervised
  end=$(($(now) + 600000000))
  until staged_new "$2"; do
    [ "$(now)" -lt "$end" ] && kill -0 "$daemon"
    sleep 0.2
  done
  sample "$series-processor" "$(ticks)"
  sample "$series-rss" "$(memory VmHWM)"
  came "$1" "$2"
  sample "$series" "$(seconds "$(at "$2" '"begun":"FETCH"')" "$(at "$2" '"done":"UNPACK"')")"
  daemon_stop
  counts "$series"
  sync -f "$work"
  sample "$series-disk" "$(echo "$before $(used)" | awk '{ print ($2 - $1) / 1e6 }')"
  rm -rf "$work/host"
}

# The daemon takes the cheapest way: below the table stands where it was another one than the row's.
came() { # WAY PAIR
  local way remark
  case $1 in delta) way="by a delta" ;; ranges) way="by ranges" ;; esac
  remark="$2 did not come $way, which would have cost no less than its whole layer"
  grep -qaF "\"$way, " "$(newest "$2")" || grep -qxF "$remark" "$work/machine" || echo "$remark" >> "$work/machine"
}

# Runs a command, and takes what it and its children spent on a processor.
processor() { # SERIES COMMAND...
  local TIMEFORMAT='%U %S'
  { time "${@:2}" > "$work/log" 2>&1; } 2> "$work/times"
  sample "$1-processor" "$(awk '{ print $1 + $2 }' "$work/times")"
}

casync_prepare() { # PAIR DIRECTORY
  mkdir -p "$work/served/$1"
  casync make --store="$work/served/$1/store.castr" "$work/served/$1/new.caidx" "$2/new" > /dev/null
}

casync_round() { # PAIR DIRECTORY
  local began
  rm -rf "$work/out"
  sync -f "$work"
  forget_counts
  began=$(now)
  processor "casync-$1" casync extract --store="http://127.0.0.1:$counted/$1/store.castr" --seed="$2/old" \
    "http://127.0.0.1:$counted/$1/new.caidx" "$work/out"
  sync -f "$work/out"
  sample "casync-$1" "$(seconds "$began" "$(now)")"
  counts "casync-$1"
  rm -rf "$work/out"
}

ostree_prepare() { # PAIR DIRECTORY
  local version
  mkdir -p "$work/served/$1-ostree"
  ostree --repo="$work/served/$1-ostree" init --mode=archive
  for version in old new; do
    ostree --repo="$work/served/$1-ostree" commit -b "$version" --owner-uid=0 --owner-gid=0 --tree="dir=$2/$version" > /dev/null
  done
  ostree --repo="$work/served/$1-ostree" summary -u
  ostree --repo="$work/ostree-$1" init --mode=bare-user
  ostree --repo="$work/ostree-$1" remote add --no-gpg-verify origin "http://127.0.0.1:$counted/$1-ostree"
  ostree --repo="$work/ostree-$1" pull origin old > /dev/null
}

ostree_round() { # PAIR
  local began
  rm -rf "$work/repo" "$work/out"
  cp -a "$work/ostree-$1" "$work/repo"
  sync -f "$work"
  forget_counts
  began=$(now)
  ostree --repo="$work/repo" pull origin new > /dev/null
  ostree --repo="$work/repo" checkout -U origin:new "$work/out"
  sync -f "$work/out"
  sample "ostree-$1" "$(seconds "$began" "$(now)")"
  counts "ostree-$1"
  rm -rf "$work/repo" "$work/out"
}

# What it makes is a tar, not yet files.
zsync_prepare() { # PAIR DIRECTORY
  local version
  mkdir -p "$work/served/$1-zsync"
  for version in old new; do
    tar -C "$2/$version" --sort=name -cf "$work/served/$1-zsync/$version.tar" .
  done
  zsyncmake -u new.tar -o "$work/served/$1-zsync/new.tar.zsync" "$work/served/$1-zsync/new.tar" 2> "$work/log"
}

zsync_round() { # PAIR
  local began
  sync -f "$work"
  forget_counts
  began=$(now)
  (cd "$work" && zsync -q -i "served/$1-zsync/old.tar" -o "$work/out.tar" \
    "http://127.0.0.1:$counted/$1-zsync/new.tar.zsync" > log 2>&1)
  sync -f "$work/out.tar"
  sample "zsync-$1" "$(seconds "$began" "$(now)")"
  counts "zsync-$1"
  rm -f "$work/out.tar"
}

# umoci reads gzip and nothing better, so it gets a package of its own.
umoci_prepare() { # PAIR DIRECTORY
  umoci init --layout "$work/umoci-$1" > "$work/log"
  umoci new --image "$work/umoci-$1:new" > "$work/log"
  umoci insert --image "$work/umoci-$1:new" "$2/new" / > "$work/log"
  skopeo copy -q --dest-tls-verify=false "oci:$work/umoci-$1:new" "docker://127.0.0.1:$port/umoci/$1:new"
  rm -rf "$work/umoci-$1"
}

umoci_round() { # PAIR
  local began
  sync -f "$work"
  forget_counts
  began=$(now)
  skopeo copy -q --src-tls-verify=false "docker://127.0.0.1:$counted/umoci/$1:new" "oci:$work/fetched:new"
  umoci unpack --image "$work/fetched:new" "$work/out" > "$work/log" 2>&1
  sync -f "$work/out"
  sample "umoci-$1" "$(seconds "$began" "$(now)")"
  counts "umoci-$1"
  rm -rf "$work/fetched" "$work/out"
}

# The same on a disk that can share blocks between files; how much it has less is what counts.
pair_on_xfs() { # PAIR
  local outer=$work work=$work/xfs way
  mkdir "$work"
  truncate -s 20G "$outer/xfs.image"
  mkfs.xfs -q "$outer/xfs.image"
  mount -o loop "$outer/xfs.image" "$work"
  mounted=$work
  ln -s "$outer/series" "$outer/web" "$outer/layout-$1-old" "$outer/layout-$1-new" "$work"
  pair_host "$1"
  sample "size-$1" "$(du -sB1 "$work/host-$1/packages/$1" | awk '{ print $1 / 1e6 }')"
  for way in ranges delta; do upgrade_by "$way" "$1" xfs-; done
  umount "$work"
  mounted=
  rm -rf "$outer/xfs.image" "$work"
}

used() { df -B1 --output=used "$work" | tail -1; }

plain_layer() { # PAIR DIRECTORY
  tar -C "$2/new" --sort=name -cf - . | zstd -3 -q -c | wc -c | awk '{ print $1 / 1e6 }'
}

upgrade_rows() {
  local rounds=7 pair directory round way plain
  if [ -n "$short" ]; then rounds=2; fi
  web_start
  for pair in $pairs; do
    say "fetching and packing $pair"
    directory=$("$here/src/bench/pairs.sh" "$pair")
    pair_packages "$pair" "$directory"
    pair_host "$pair"
    for tool in casync ostree zsync umoci; do "${tool}_prepare" "$pair" "$directory"; done
    plain=$(plain_layer "$pair" "$directory")
    for ((round = 0; round < rounds; round++)); do
      say "upgrading $pair, round $round"
      for way in $(in_turns "$round" delta casync zsync ranges ostree umoci); do
        case $way in
          delta | ranges) upgrade_by "$way" "$pair" ;;
          *) "${way}_round" "$pair" "$directory" ;;
        esac
      done
      sample "plain-$pair" "$plain"
    done
    say "upgrading $pair on xfs"
    pair_on_xfs "$pair"
    upgrade_bounds "$pair"
    rm -rf "$work"/layout-"$pair"* "$work/host-$pair" "$work/served/$pair"* "$work/ostree-$pair"
  done
  kill "$counter"
  wait "$counter" || true
  counter=
}

upgrade_bounds() { # PAIR
  local delta=0.50 ranges=0.80 disk=0.95
  case $1 in
    keycloak) delta=0.05 ranges=0.27 disk=0.55 ;;
    sonar) delta=0.30 ranges=0.31 disk=0.55 ;;
    trino) delta=1 ranges=1 disk=1 ;; # no bound: years lie between its versions
  esac
  pair "$1: bytes by a delta (against the plain layer)" MB "delta-$1-bytes" "plain-$1" "b * $delta"
  pair "$1: bytes by ranges (against the plain layer)" MB "ranges-$1-bytes" "plain-$1" "b * $ranges"
  pair "$1: bytes by a delta (against casync with a seed)" MB "delta-$1-bytes" "casync-$1-bytes" "b * 0.60"
  pair "$1: requests by a delta (against casync)" "" "delta-$1-requests" "casync-$1-requests" 50
  pair "$1: requests by ranges (against ostree)" "" "ranges-$1-requests" "ostree-$1-requests" 200
  pair "$1: stage by a delta (against casync with a seed)" s "delta-$1" "casync-$1" "b * 0.3"
  pair "$1: stage by a delta (against ostree pull and checkout)" s "delta-$1" "ostree-$1" b
  pair "$1: stage by ranges (against ostree pull and checkout)" s "ranges-$1" "ostree-$1" b
  pair "$1: bytes by ranges (against zsync)" MB "ranges-$1-bytes" "zsync-$1-bytes" -
  pair "$1: stage by ranges (against zsync)" s "ranges-$1" "zsync-$1" -
  pair "$1: stage by ranges (against skopeo and umoci)" s "ranges-$1" "umoci-$1" -
  pair "$1: extra disk on xfs, by a delta (against the package)" MB "xfs-delta-$1-disk" "size-$1" "b * $disk"
  pair "$1: extra disk on xfs, by ranges (against the package)" MB "xfs-ranges-$1-disk" "size-$1" "b * $disk"
  pair "$1: processor time by a delta (against casync)" s "delta-$1-processor" "casync-$1-processor" -
  pair "$1: processor time by ranges (against casync)" s "ranges-$1-processor" "casync-$1-processor" -
  single "$1: resident at most, by a delta" MiB "delta-$1-rss" 160
  single "$1: resident at most, by ranges" MiB "ranges-$1-rss" 160
}
