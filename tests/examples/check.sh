#!/bin/sh
# Each program of examples/c learns the very weights of its pipeline.
#   check.sh BUILD    the folder of the build: its lianjin and its examples
set -u
build=$(realpath "$1")
root=$(realpath "$(dirname "$0")/../..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
LIANJIN_HOME=$folder/home
ASAN_OPTIONS=detect_leaks=0 # programs of forty lines leave that to the end of the process
export LIANJIN_HOME ASAN_OPTIONS
cd "$folder" || exit 1
passed=0
failed=0

# compare NAME PIPELINE ARGUMENTS...
compare() {
    name=$1
    pipeline=$2
    shift 2
    expected=$("$build/lianjin" run --json "$pipeline" 2> log | sed -n 's/.*"weights_sha256": *"\([0-9a-f]*\)".*/\1/p')
    found=$("$build/examples/$name" "$@" 2>> log)
    if [ -n "$expected" ] && [ "$found" = "$expected" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name: the pipeline's weights are '$expected', the program's '$found'"
        cat log
    fi
}

# sql PIPELINE: the SQL under `sql: >`, on one line
sql() {
    sed -n '/^  sql: >/,/^[^ ]/{/^    /p;}' "$1" | tr -s '\n ' ' '
}

for lines in "$root"/examples/c/*.c; do
    if [ "$(wc -l < "$lines")" -gt 40 ]; then
        failed=$((failed + 1))
        echo "FAILED $lines: more than 40 lines"
    fi
done
credit=$root/examples/uci-default-credit
for name in mlp_8_10_1 mlp_100_64_64_1; do
    pipeline=$credit/$(echo $name | tr _ -).yaml
    compare $name "$pipeline" "$credit/UCI_Credit_Card.csv.gz" "$(sql "$pipeline")"
done
python3 "$root/examples/stripes/make.py" pictures && cp "$root/examples/stripes/cnn.yaml" pictures
compare cnn_224 pictures/cnn.yaml pictures/train pictures/valid
python3 "$root/examples/notices/make.py" pictures && cp "$root/examples/notices/lstm.yaml" pictures
compare embedding_lstm pictures/lstm.yaml pictures/notices.csv
for name in vae gan; do
    cp "$root/examples/stripes/$name.yaml" pictures
    compare $name pictures/$name.yaml pictures/train
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
