#!/bin/sh
# One arithmetic: a small job gives the same weights and the same scores, bit for bit, on any number of threads, with
# every instruction set this machine has, from both compilers, and on 64-bit ARM (under qemu).
#   check.sh [PIPELINE.yaml]   tries every program that is there: build/release, build/release-clang, build/aarch64
set -eu
root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
job=${1:-$root/tests/arithmetic/job.yaml}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LIANJIN_HOME="$work/home"
expected=
count=0
bad=0

# try WHAT COMMAND...: runs the job, compares its two digests with the first ones.
try() {
    what=$1
    shift
    if ! "$@" run --json --quiet --out "$work/bundle" "$job" > "$work/out.json" 2> "$work/err"; then
        echo "FAILED: $what"
        tail -5 "$work/err"
        bad=1
        return
    fi
    found=$(sed -n 's/.*"\(weights\|scores\)_sha256": *"\([0-9a-f]*\)".*/\1 \2/p' "$work/out.json" | tr '\n' ' ')
    rm -rf "$work/bundle"
    count=$((count + 1))
    [ -n "$expected" ] || expected=$found
    if [ "$found" = "$expected" ] && [ -n "$found" ]; then
        echo "same bits: $what"
    else
        echo "OTHER BITS: $what: $found instead of $expected"
        bad=1
    fi
}

isas=generic
if [ "$(uname -m)" = x86_64 ]; then
    grep -q -w avx2 /proc/cpuinfo && isas="$isas avx2"
    grep -q -w avx512bw /proc/cpuinfo && isas="$isas avx512"
else
    isas="$isas neon"
fi
for build in release release-clang; do
    program=$root/build/$build/lianjin
    [ -x "$program" ] || continue
    for isa in $isas; do
        try "$build, $isa, 1 thread" env LIANJIN_ISA="$isa" LIANJIN_THREADS=1 "$program"
    done
    for threads in 2 4; do
        try "$build, $threads threads" env LIANJIN_THREADS="$threads" "$program"
    done
done
if [ -x "$root/build/aarch64/lianjin" ] && command -v qemu-aarch64 > /dev/null; then
    for isa in neon generic; do
        try "aarch64, $isa" env LIANJIN_ISA="$isa" LIANJIN_THREADS=1 qemu-aarch64 "$root/build/aarch64/lianjin"
    done
fi
echo "$count runs: $expected"
exit $bad
