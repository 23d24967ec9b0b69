#!/bin/sh
# systemc_report.sh SYSTOLE PLATFORM: LeNet-5 on the virtual platform prints the
# very report of `systole run`, however it is simulated; two NPUs share the DRAM.
set -eu
systole=$1 platform=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1
set -- --chip edge --set dram.model=command
"$systole" compile lenet5 "$@" -o "$dir/p.npu" >"$dir/compile" 2>&1
"$systole" run lenet5 "$@" >"$dir/want"
grep -q '^lenet5 on edge' "$dir/want"
for way in '--style lt' '--style at' '--style lt --quantum 100000' \
	'--style dmi --quantum 100000'; do
	# shellcheck disable=SC2086
	"$platform" "$dir/p.npu" --chip edge $way --retirements "$dir/r.csv" \
		>"$dir/got" 2>"$dir/notes"
	cmp "$dir/want" "$dir/got" || { echo "report differs: $way"; exit 1; }
	[ -e "$dir/first.csv" ] || cp "$dir/r.csv" "$dir/first.csv"
	cmp "$dir/first.csv" "$dir/r.csv" || { echo "retirements: $way"; exit 1; }
	grep -q "outputs equal" "$dir/notes"
done
for style in lt at; do
	"$platform" "$dir/p.npu" --chip edge --npus 2 --style $style \
		>/dev/null 2>"$dir/two.$style"
	grep -q "outputs equal" "$dir/two.$style"
done
cmp "$dir/two.lt" "$dir/two.at" || { echo "two NPUs: times differ"; exit 1; }
if "$platform" "$dir/none.npu" >/dev/null 2>"$dir/notes"; then exit 1; fi
grep -q "none.npu" "$dir/notes" || { echo "a missing file is not named"; exit 1; }
