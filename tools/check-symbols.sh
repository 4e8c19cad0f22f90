#!/bin/sh
# Every name that the static libraries export begins with lj_: check-symbols.sh BUILD-FOLDER
set -eu
bad=$(nm --extern-only --defined-only "$1"/liblj_*.a 2> /dev/null | awk 'NF == 3 && $3 !~ /^lj_/ {print $3}' | sort -u)
if [ -n "$bad" ]; then
    echo "exported names that do not begin with lj_:"
    echo "$bad"
    exit 1
fi
echo "$(nm --extern-only --defined-only "$1"/liblj_*.a | awk 'NF == 3' | sort -u | wc -l) exported names begin with lj_"
