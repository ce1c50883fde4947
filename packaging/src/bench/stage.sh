# Sourced by packaging/bench: staging against what a shell would do, and the memory that it takes.
# shellcheck shell=bash
: "${work:?}" "${product:?}" "${port:?}" "${corpus=}" "${daemon=}"

# What a shell does with the layer: download, digest, decompress, unpack; then everything is on the disk.
stage_shell() { # LAYOUT PACKAGE SERIES
  local digest began TIMEFORMAT='%U %S'
  digest=$(layer "$1")
  mkdir "$work/shell"
  sync -f "$work"
  began=$(now)
  {
    time {
      curl -sSf "http://127.0.0.1:$port/v2/$2/blobs/$digest" \
        | tee >({ time openssl sha256 -r > "$work/sum"; } 2> "$work/times-openssl") \
        | zstd -dcq | tar -x -C "$work/shell"
      sync -f "$work/shell"
    }
  } 2> "$work/times"
  until [ -s "$work/times-openssl" ]; do :; done
  sample "$3" "$(seconds "$began" "$(now)")"
  sample "$3-processor" "$(awk '{ s += $1 + $2 } END { print s }' "$work/times" "$work/times-openssl")"
  [ "sha256:$(cut -d' ' -f1 "$work/sum")" = "$digest" ]
  rm -rf "$work/shell" "$work"/times*
}

# The daemon on a host that has nothing yet: by its journal, the package is staged from the begin of FETCH to the end of
# UNPACK, verified and durable. The whole counts from the call of the launcher.
stage_daemon() { # LAYOUT PACKAGE SERIES
  local began
  host_new
  desire "$1" "$2"
  sync -f "$work"
  began=$(now)
  daemon_start "$product" run --supervised
  await "$2" '"done":"UNPACK"' 600
  sample "$3-rss" "$(memory VmHWM)"
  sample "$3-processor" "$(ticks)"
  daemon_stop
  sample "$3-whole" "$(seconds "$began" "$(at "$2" '"done":"UNPACK"')")"
  sample "$3" "$(seconds "$(at "$2" '"begun":"FETCH"')" "$(at "$2" '"done":"UNPACK"')")"
  sample "$3-start" "$(seconds "$began" "$(at "$2" '"begun":"FETCH"')")"
  rm -rf "$work/host"
}

# Only the writing: the bytes of all files at once, out of memory into one file.
stage_dd() { # PACKAGE
  local began
  sync -f "$work"
  began=$(now)
  dd if="$plain" of="$work/dd" bs=1M conv=fsync status=none
  sample "dd-$1" "$(seconds "$began" "$(now)")"
  rm -f "$work/dd"
}

# What makes a slot durable, one call for its whole file system, against one for each of its files. Each of the two is as
# often first.
sync_round() { # TREE ROUND
  local way ways=(once each) began
  [ $(($2 % 2)) = 0 ] || ways=(each once)
  for way in "${ways[@]}"; do
    rm -rf "$work/written"
    sync -f "$work"
    tar -C "$1" -cf - . | { mkdir "$work/written" && tar -C "$work/written" -xf -; }
    began=$(now)
    case $way in
      once) sync -f "$work/written" ;;
      each) find "$work/written" -type f -print0 | xargs -0 sync ;;
    esac
    sample "sync-$way" "$(seconds "$began" "$(now)")"
  done
  rm -rf "$work/written"
}

seconds() { echo "$1 $2" | awk '{ print ($2 - $1) / 1e6 }'; }

# The least -Xmx, in MiB, with which a package is staged; each try is a daemon of its own.
least_heap() { # LAYOUT PACKAGE AT_LEAST
  local heap
  for heap in 6 8 10 12 14 16 20 24 28 32 40 48 64 96 128 256 512; do
    [ "$heap" -ge "$3" ] || continue
    host_new
    desire "$1" "$2"
    export _JAVA_OPTIONS="-Xms${heap}m -Xmx${heap}m -XX:+ExitOnOutOfMemoryError"
    daemon_start "$product" run --supervised
    unset _JAVA_OPTIONS
    if await "$2" '"done":"UNPACK"' 600 2> /dev/null; then
      daemon_stop
      echo "$heap"
      return
    fi
    daemon_stop
  done
  echo 9999
}

# In turns, and each of the two as often first.
stage_rounds() { # ROUNDS TREE
  local round
  for ((round = 0; round < $1; round++)); do
    say "staging $2, round $round"
    [ $((round % 2)) = 1 ] || stage_shell "$work/layout-$2" "$2" "shell-$2"
    stage_daemon "$work/layout-$2" "$2" "stage-$2"
    [ $((round % 2)) = 0 ] || stage_shell "$work/layout-$2" "$2" "shell-$2"
    stage_dd "$2"
  done
}

stage_row() { # TREE WHAT
  pair "stage $2" s "stage-$1" "shell-$1" b
  pair "the same, with the daemon's start" s "stage-$1-whole" "shell-$1" b
  pair "the same (against dd of the unpacked bytes, with fsync)" s "stage-$1-whole" "dd-$1" "b * 2.5"
  pair "the same, in processor time" s "stage-$1-processor" "shell-$1-processor" -
}

# Our layer against the ordinary one: how large it is, and how long zstd takes to unpack it.
layer_rows() { # TREE ROUNDS
  local ours round layer
  ours=$(blob "$work/layout-$1" "$(layer "$work/layout-$1")")
  zstd -3 -q -f "$plain" -o "$work/ordinary"
  for ((round = 0; round < $2; round++)); do
    for layer in "$ours" "$work/ordinary"; do
      case $layer in "$ours") series=ours ;; *) series=ordinary ;; esac
      timed "decode-$series-$1" zstd -dq -f "$layer" -o /dev/null
      sample "layer-$series-$1" "$(stat -c %s "$layer" | awk '{ print $1 / 1e6 }')"
    done
  done
  rm -f "$work/ordinary" "$plain"
  pair "its layer (against zstd -3 of the tar)" MB "layer-ours-$1" "layer-ordinary-$1" "b * 1.03"
  pair "its layer, unpacked by zstd (against the same)" ms "decode-ours-$1" "decode-ordinary-$1" "b * 1.2"
}

stage_rows() {
  local trees=(small large) rounds=8 heap=0 tree round
  if [ -n "$short" ]; then trees=(small) rounds=2; fi
  for tree in "${trees[@]}"; do
    say "packing $tree"
    pack "$corpus/$tree" "$tree" 1.0.0 "$work/layout-$tree"
    plain=$(mktemp -p /dev/shm)
    tar -C "$corpus/$tree" -cf "$plain" .
    stage_rounds "$rounds" "$tree"
    say "looking for the least heap for $tree"
    heap=$(least_heap "$work/layout-$tree" "$tree" "$heap") # no larger package needs less
    sample "heap-$tree" "$heap"
    stage_row "$tree" "$(extent "$tree")"
    layer_rows "$tree" "$rounds"
    single "start of the daemon to the first step" s "stage-$tree-start" 1
    single "resident at most while staging it" MiB "stage-$tree-rss" 128
  done
  say "making files durable"
  for ((round = 0; round < rounds; round++)); do sync_round "$corpus/$tree" "$round"; done
  pair "sync of the file system (against fsync of each file)" s sync-once sync-each "b * 0.15"
  if [ -z "$short" ]; then
    pair "least heap that stages the large package (against the small one)" MiB heap-large heap-small b
  else
    single "least heap that stages the small package" MiB heap-small -
  fi
}

# How large a package is: on the wire, unpacked, files.
extent() { # TREE
  local blob
  blob=$(blob "$work/layout-$1" "$(layer "$work/layout-$1")")
  echo "$(($(stat -c %s "$blob") / 1000000)) MB / $(($(du -sb "$corpus/$1" | cut -f1) / 1000000)) MB /" \
    "$(find "$corpus/$1" -type f | wc -l) files"
}
