#!/bin/sh
# lint.sh VERILATOR FOLDER PACKAGE...: every module of FOLDER, as a top of its
# own, without a warning of `verilator --lint-only -Wall`.
set -eu
verilator=$1 folder=$2
shift 2
count=0
for file in "$folder"/*.sv; do
	module=$(basename "$file" .sv)
	case $module in *_pkg) continue ;; esac
	"$verilator" --lint-only -Wall --top-module "$module" -y "$folder" "$@" "$file"
	count=$((count + 1))
done
[ "$count" -gt 0 ]
echo "$count modules without a warning"
