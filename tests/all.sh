#!/bin/sh
# Runs the tests, and closes with one line for all of them.
#   tests/all.sh fast   the optimised builds: every test with gcc and with clang, and the same bits from both
#   tests/all.sh        and the sanitizers, ARM under qemu, and short fuzzing
# A stage that fails does not stop the ones after it.
set -u
root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
PATH=$root/deps/fetched/node/bin:$PATH
export PATH
what=${1:-all}
jobs=$(nproc)
logs=$root/build/test-logs
mkdir -p "$logs"
passed=0
failed=0
started=$(date +%s)

say() { printf '\n== %s (%d s)\n' "$*" $(($(date +%s) - started)); }

result() { # NAME STATUS
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

# build PRESET [FOLDERS]: everything, or the program and the tests of the folders.
build() {
    preset=$1
    say "building $preset"
    targets=all
    cmake --preset "$preset" > "$logs/$preset.log" 2>&1 && {
        [ $# -eq 1 ] || targets="lianjin $(ninja -C "build/$preset" -t targets all |
            sed -nE "s#^(tests/($2)_test_[a-z0-9_]+):.*#\\1#p")"
        # shellcheck disable=SC2086 # one word a target
        cmake --build --preset "$preset" -j "$jobs" --target $targets >> "$logs/$preset.log" 2>&1
    } || {
        grep -E 'error|FAILED|warning|CMake Error' -A 4 "$logs/$preset.log" | head -60
        result "build of $preset" 1
        return 1
    }
}

# tests PRESET [ARGUMENT OF CTEST...]: counts its tests one by one.
tests() {
    preset=$1
    shift
    say "testing $preset"
    ctest --preset "$preset" -j "$jobs" "$@" > "$logs/$preset-tests.log" 2>&1
    sed -n '/Test *#.*\*\*\*/p' "$logs/$preset-tests.log"
    # What failed, in full; skipped things and the closing lines of ctest.
    if grep -q '\*\*\*' "$logs/$preset-tests.log"; then
        grep -v -e 'Passed *[0-9.]* sec' -e '^ *Start ' -e '\[ *OK \]' -e '\[ *RUN *\]' "$logs/$preset-tests.log" | tail -200
    fi
    bad=$(grep -c '\*\*\*' "$logs/$preset-tests.log")
    good=$(grep -c 'Passed *[0-9.]* sec' "$logs/$preset-tests.log")
    echo "$preset: $good passed, $bad failed"
    passed=$((passed + good))
    failed=$((failed + bad))
    [ $((good + bad)) -gt 0 ] || result "tests of $preset: none ran" 1
}

# Slow under qemu or the thread sanitizer: what they add is in the folders named here.
engine='base|compute|graph|nn|trees'
threaded='base|compute|graph|train|trees'
# Minutes under a sanitizer, of code that other tests run too.
long='^(words/test_real_text|examples/c)$'

build release && tests release
build release-clang && tests release-clang -L unit
if [ "$what" != fast ]; then
    if [ "$(uname -m)" = x86_64 ]; then
        build aarch64 "$engine" && tests aarch64 -R "^($engine)/"
    fi
    build debug && tests debug -L 'unit|cli' -E "$long"
    build tsan "$threaded" && tests tsan -R "^($threaded)/"
fi
say "one arithmetic"
sh tests/arithmetic/check.sh
result "one arithmetic" $?
if [ "$what" != fast ]; then
    say "fuzzing"
    sh tests/fuzz/run.sh 10
    result "fuzzing" $?
fi

say "done"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
