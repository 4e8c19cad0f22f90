#!/bin/sh
# The front door of Lianjin, for a bare Debian 12 with root or sudo.
#   ./lianjin.sh               installs what is missing, builds, and runs the main job: examples/uci-default-credit
#   ./lianjin.sh test          installs what the tests need too, and runs all of them
#   ./lianjin.sh install       installs what building and testing need, and stops
#   ./lianjin.sh VERB [ARGS]   installs and builds what is missing, then: lianjin VERB [ARGS]
# What gets installed is listed in deps/packages.txt. A second run installs and rebuilds nothing.
set -eu
root=$(CDPATH='' cd "$(dirname "$0")" && pwd)
fetched=$root/deps/fetched
program=$root/build/release/lianjin

say() { printf '== %s\n' "$*" >&2; }

die() {
    printf 'lianjin.sh: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        die "needs root or sudo for: $*"
    fi
}

# Debian's packages of a part of the list that this machine lacks.
missing_packages() {
    awk -v part="$1" -v machine="$(dpkg --print-architecture)" \
        '$1 == part && ($2 == "any" || $2 == machine) && $3 == "debian" {print $4}' "$root/deps/packages.txt" |
        while read -r name; do
            # one line an architecture
            dpkg-query -W -f '${db:Status-Status}\n' "$name" 2> /dev/null | grep -qx installed || echo "$name"
        done
}

install_packages() {
    if ! command -v dpkg-query > /dev/null; then
        say "no Debian here: the $1 part of deps/packages.txt is yours to install"
        return
    fi
    packages=$(missing_packages "$1" | tr '\n' ' ')
    [ -n "$packages" ] || return 0
    say "installing $packages"
    case $packages in
        *:arm64*) dpkg --print-foreign-architectures | grep -qx arm64 || as_root dpkg --add-architecture arm64 ;;
    esac
    as_root apt-get update -q > /dev/null
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages > /dev/null
}

# What is wanted of a part, as one digest: when it is that of last time, nothing is looked at.
digest_of() {
    (cd "$root/deps" && cat packages.txt package-lock.json pip-*.txt sha256sums.txt fetch.sh "$root/lianjin.sh") |
        sha256sum | cut -d ' ' -f 1
}

need() {
    stamp=$fetched/stamp-$1
    if [ "$(cat "$stamp" 2> /dev/null)" = "$(digest_of)" ]; then
        return 0
    fi
    install_packages "$1"
    case $1 in
        build) "$root/deps/fetch.sh" ;;
        test) [ "$(uname -m)" != x86_64 ] || "$root/deps/fetch.sh" aarch64 ;;
    esac
    mkdir -p "$fetched"
    digest_of > "$stamp"
    rm -f "$root"/build/*/CMakeCache.txt # what is installed now may not have been there when it was written
}

# Quiet when all goes well; all that was printed when not.
quietly() {
    log=$root/build/build.log
    mkdir -p "$root/build"
    "$@" > "$log" 2>&1 || {
        cat "$log" >&2
        die "failed: $*"
    }
}

build() {
    need run
    need build
    cd "$root"
    if [ ! -e build/release/CMakeCache.txt ] || [ ! -e "$program" ]; then
        say "building build/release/lianjin"
        quietly cmake --preset release
    fi
    quietly cmake --build --preset release --target lianjin
    cd "$here"
}

here=$PWD
case ${1:-} in
    '')
        build
        cd "$root"
        "$program" run examples/uci-default-credit/tabm.yaml
        ;;
    test)
        need run
        need build
        need test
        cd "$root"
        exec sh tests/all.sh
        ;;
    install)
        need run
        need build
        need test
        ;;
    -h | --help | help)
        sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
        ;;
    *)
        build
        exec "$program" "$@"
        ;;
esac
