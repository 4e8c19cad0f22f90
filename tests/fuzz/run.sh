#!/bin/sh
# Builds every fuzz target and runs each for some seconds: run.sh [SECONDS] [TARGET...]
# What it finds is kept under build/fuzz/found; first inputs come from tests/fuzz/corpus/<what>/.
set -eu
root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
cd "$root"
seconds=${1:-20}
[ $# -eq 0 ] || shift
cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target "${@:-fuzzers}" > build/fuzz/build.log 2>&1 || {
    tail -40 build/fuzz/build.log
    exit 1
}
mkdir -p build/fuzz/found
bad=0
export LSAN_OPTIONS="suppressions=$root/tests/leaks.txt:print_suppressions=0"
for target in ${*:-$(cd build/fuzz/fuzz && ls | grep '^fuzz_')}; do
    what=${target#fuzz_}
    mkdir -p "build/fuzz/corpus/$what" "build/fuzz/scratch"
    log=build/fuzz/$target.log
    set -- "build/fuzz/corpus/$what"
    [ ! -d "tests/fuzz/corpus/$what" ] || set -- "$@" "tests/fuzz/corpus/$what"
    if "build/fuzz/fuzz/$target" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="build/fuzz/found/$what-" -print_final_stats=1 "$@" > "$log" 2>&1; then
        printf '%-24s %s runs, %s inputs kept\n' "$target" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$(ls "build/fuzz/corpus/$what" | wc -l)"
    else
        bad=1
        echo "FAILED: $target"
        tail -60 "$log"
    fi
done
exit $bad
