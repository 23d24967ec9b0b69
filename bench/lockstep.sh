#!/bin/sh
# bench/lockstep.sh [SYSTOLE] > docs/lockstep.md: the networks on the C model,
# on the RTL, and on the SystemC platform with either as its core
# (systole-platform beside SYSTOLE), made by running them. Builds a model for
# each shape of chip.
set -eu
cd "$(dirname "$0")/.."
systole=${1:-build/release/systole}
platform=$(dirname "$systole")/systole-platform
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

one() { # network precision chip
	"$systole" compile "$1" --precision "$2" --chip "$3" \
		-o "$folder/p.npu" >"$folder/compile.log" 2>&1 || {
		printf '%s %s %s: %s\n' "$1" "$2" "$3" \
			"$(tail -1 "$folder/compile.log")" >&2
		return 0
	}
	to=$folder/$(basename "$1" .yaml)-$2-$3
	"$systole" rtl "$folder/p.npu" --chip "$3" --no-waves --json \
		--retirements "$to.lockstep.csv" >"$to.json" || [ $? = 1 ]
	for executor in c rtl; do
		"$platform" "$folder/p.npu" --chip "$3" --executor $executor \
			--retirements "$to.systemc-$executor.csv" \
			>"$folder/report" 2>"$to.systemc-$executor" ||
			[ $? = 1 ]
	done
}
for chip in rtl-4 rtl-8 rtl-16; do
	for precision in int8 bf16; do
		for network in lenet5 mlp models/blocks/resnet18_block.yaml \
			models/blocks/mobilenet_v2_block.yaml \
			models/blocks/softmax_1000.yaml; do
			one "$network" "$precision" "$chip"
		done
	done
done
python3 bench/lockstep_table.py "$folder"
