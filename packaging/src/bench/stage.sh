# Sourced by packaging/bench: staging against what a shell would do, and the memory that it takes.
# shellcheck shell=bash
: "${work:?}" "${product:?}" "${port:?}" "${corpus=}" "${daemon=}"

# Kept until all is measured: ext4 looks long for an inode when many were deleted in the last minutes, which says nothing
# of a host that stages.
put_aside() { # PATH
  mkdir -p "$work/aside"
  mv "$1" "$(mktemp -d "$work/aside/XXXXXX")"
}

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
  put_aside "$work/shell"
  rm -rf "$work"/times*
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
  put_aside "$work/host"
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

# The call that makes a slot durable, one for its whole file system, against one for each file. The files are tar's: the
# product has the disk begin while it still writes, and has less left to wait for.
sync_round() { # TREE ROUND
  local way began
  for way in $(in_turns "$2" once each); do
    sync -f "$work"
    mkdir "$work/written"
    tar -C "$1" -cf - . | tar -C "$work/written" -xf -
    began=$(now)
    case $way in
      once) sync -f "$work/written" ;;
      each) find "$work/written" -type f -print0 | xargs -0 sync ;;
    esac
    sample "sync-${1##*/}-$way" "$(seconds "$began" "$(now)")"
    put_aside "$work/written"
  done
}

# What a call for each file costs by itself: where there are many bytes, both ways wait for those.
many_files() {
  mkdir "$work/many"
  head -c $((10000 * 4096)) /dev/urandom | (cd "$work/many" && split -b 4096 -a 4)
}

megabytes() { stat -c %s "$1" | awk '{ print $1 / 1e6 }'; } # FILE

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

stage_rounds() { # ROUNDS TREE
  local round way
  for ((round = 0; round < $1; round++)); do
    say "staging $2, round $round"
    for way in $(in_turns "$round" shell daemon dd); do
      case $way in
        shell) stage_shell "$work/layout-$2" "$2" "shell-$2" ;;
        daemon) stage_daemon "$work/layout-$2" "$2" "stage-$2" ;;
        dd) stage_dd "$2" ;;
      esac
    done
  done
}

stage_bounds() { # TREE
  pair "$1: stage (against the shell)" s "stage-$1" "shell-$1" b
  pair "$1: stage, with the daemon's start (against the shell)" s "stage-$1-whole" "shell-$1" b
  pair "$1: stage, with the daemon's start (against dd of the unpacked bytes, with fsync)" s \
    "stage-$1-whole" "dd-$1" "b * 2.5"
  pair "$1: stage, in processor time (against the shell)" s "stage-$1-processor" "shell-$1-processor" -
  single "$1: start of the daemon to the first step" s "stage-$1-start" 1
  single "$1: resident at most while it is staged" MiB "stage-$1-rss" 128
}

# Our layer against the ordinary one: how large it is, and how long zstd takes to unpack it.
layer_rows() { # TREE ROUNDS
  local ours round series layer
  ours=$(blob "$work/layout-$1" "$(layer "$work/layout-$1")")
  zstd -3 -q -f "$plain" -o "$work/ordinary"
  for ((round = 0; round < $2; round++)); do
    for series in $(in_turns "$round" ours ordinary); do
      case $series in ours) layer=$ours ;; ordinary) layer=$work/ordinary ;; esac
      timed "decode-$series-$1" zstd -dq -f "$layer" -o /dev/null
    done
  done
  sample "layer-ours-$1" "$(megabytes "$ours")"
  sample "layer-ordinary-$1" "$(megabytes "$work/ordinary")"
  rm -f "$work/ordinary" "$plain"
  pair "$1: layer (against zstd -3 of the tar)" MB "layer-ours-$1" "layer-ordinary-$1" "b * 1.03"
  pair "$1: layer, unpacked by zstd (against zstd -3 of the tar)" ms "decode-ours-$1" "decode-ordinary-$1" "b * 1.2"
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
    stage_bounds "$tree"
    layer_rows "$tree" "$rounds"
    extent "$tree" >> "$work/machine"
  done
  rm -rf "$work/aside"
  many_files
  for tree in "$work/many" "$corpus/$tree"; do
    say "making files durable: ${tree##*/}"
    for ((round = 0; round < rounds; round++)); do sync_round "$tree" "$round"; done
    rm -rf "$work/aside"
  done
  pair "10,000 files of 4 KiB: sync of the file system after tar (against fsync of each file)" s \
    sync-many-once sync-many-each "b * 0.15"
  tree=${tree##*/}
  pair "$tree: sync of the file system after tar (against fsync of each file)" s "sync-$tree-once" "sync-$tree-each" \
    "b * 0.15"
  if [ -z "$short" ]; then
    pair "large: least heap that stages it (against the small one)" MiB heap-large heap-small b
  else
    single "small: least heap that stages it" MiB heap-small -
  fi
}

# How large a package is: on the wire, unpacked, files.
extent() { # TREE
  local blob
  blob=$(blob "$work/layout-$1" "$(layer "$work/layout-$1")")
  echo "$1: $(find "$corpus/$1" -type f | wc -l) files of $(du -sb "$corpus/$1" | awk '{ printf "%d", $1 / 1e6 }') MB," \
    "packed in $(megabytes "$blob") MB"
}
