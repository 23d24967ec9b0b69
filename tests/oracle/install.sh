#!/bin/sh
# install.sh SOURCE BUILD: the pinned packages of SOURCE/package-lock.json, into
# BUILD/node_modules; nothing to do where they are there already.
set -eu
mkdir -p "$2"
if cmp -s "$1/package-lock.json" "$2/installed.json"; then exit 0; fi
rm -f "$2/installed.json"
cp "$1/package.json" "$1/package-lock.json" "$2"
cd "$2"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json installed.json
