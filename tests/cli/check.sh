#!/bin/sh
# What people see, to the letter: runs every case of tests/cli/cases and compares what it printed with the .out beside it.
#   check.sh PROGRAM            compare
#   check.sh PROGRAM --update   write the .out files anew; review them as a diff
set -u
program=$(realpath "$1")
update=${2:-}
here=$(dirname "$(realpath "$0")")
failed=0
count=0
for case in "$here"/cases/*.sh; do
    folder=$(mktemp -d)
    printed=$(cd "$folder" && LIANJIN_HOME="$folder/home" LIANJIN_THREADS=1 PATH="$(dirname "$program"):$PATH" \
        sh "$case" 2>&1 | sed "s#$folder#FOLDER#g")
    rm -rf "$folder"
    count=$((count + 1))
    expected="${case%.sh}.out"
    if [ "$update" = --update ]; then
        printf '%s\n' "$printed" > "$expected"
    elif [ "$printed" != "$(cat "$expected" 2>/dev/null)" ]; then
        failed=$((failed + 1))
        echo "FAILED $(basename "$case")"
        printf '%s\n' "$printed" | diff "$expected" - || true
    fi
done
echo "$((count - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
