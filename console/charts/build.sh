#!/bin/sh
# Builds the page: build.sh NODE NPM FOLDER. Installs the pinned packages when the lock file is newer than they are.
set -eu
node=$1 npm=$2 out=$3
cd "$(dirname "$0")/.."
PATH="$(dirname "$node"):$PATH"
export PATH
# Two builds of one checkout must not install at once.
exec 9>.install.lock
flock 9
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    "$npm" ci --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
fi
exec 9>&-
mkdir -p "$out"
cd charts
"$node" ../node_modules/typescript/bin/tsc --noEmit
"$node" ../node_modules/vite/bin/vite.js build --logLevel warn --outDir "$out"
# Vite leaves a file alone whose content did not change; the build system goes by its time.
touch "$out/report.html"
