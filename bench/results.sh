#!/bin/sh
# bench/results.sh [SYSTOLE] > docs/results.md: the page of figures, made by
# running them. Takes some minutes.
set -eu
cd "$(dirname "$0")/.."
systole=${1:-build/release/systole}
build=$(dirname "$systole")

cat <<'T'
# Results

Made by `bench/results.sh`; nothing here is written by hand. Weights of the zoo are seeded, not trained: agreement is of
arithmetic, and "same class" means little where classes are nearly tied. The OCR classifier is trained; its softmax saturates on
this image, so its decibels say little, and the tests compare its logits with ONNX Runtime as well.

## Every layer against the exact reference, outputs against the float graph

| network | chip | precision | elements compared | mismatches | SQNR, dB | same class |
|---|---|---|---|---|---|---|
T
compare() { # model chip precision options...
	model=$1 chip=$2 precision=$3
	shift 3
	"$systole" compare "$model" --chip "$chip" --precision "$precision" "$@" |
		awk -v n="$(basename "$model" .onnx)" -v c="$chip" -v p="$precision" '
		/^reference.bit_exact/ { gsub(/\(/, ""); m = $3; e = $6 }
		/^against the float graph/ {
			match($0, /SQNR [^ ]+/); q = substr($0, RSTART + 5, RLENGTH - 5)
			printf "| %s | %s | %s | %s | %s | %s | %s |\n", n, c, p, e, m, q, $NF
		}'
}
for model in mlp lenet5 alexnet vgg16 resnet18 resnet50 mobilenet_v1 \
	mobilenet_v2 squeezenet1_1; do
	compare $model edge int8
	compare $model datacenter bf16
done
ocr=$(find "$build" -name ch_ppocr_mobile_v2.0_cls_infer.onnx | head -1)
if [ -n "$ocr" ]; then
	text=$(mktemp --suffix=.npy)
	trap 'rm -f "$text"' EXIT
	python3 - tests/data/ocr/text.pgm "$text" <<'P'
import struct, sys
grey = open(sys.argv[1], "rb").read()[-48 * 192:]
plane = struct.pack("<9216f", *((g / 255 - 0.5) / 0.5 for g in grey))
head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 48, 192), }"
head += b" " * (-(len(head) + 11) % 64) + b"\n"
open(sys.argv[2], "wb").write(b"\x93NUMPY\x01\x00" +
                              struct.pack("<H", len(head)) + head + 3 * plane)
P
	for setting in "edge int8" "datacenter bf16"; do
		# shellcheck disable=SC2086
		compare "$ocr" $setting --input "x=$text" \
			--dim p2o.DynamicDimension.0=1 \
			--dim p2o.DynamicDimension.1=48 \
			--dim p2o.DynamicDimension.2=192
	done
fi

printf '\n## The zoo on eight chips, int8, batch 1\n\n```\n'
"$systole" bench
printf '```\n\n## DRAM: run level against command level, whole networks\n\n```\n'
"$systole" bench dram
printf '```\n\n## DRAM: command level against DRAMsim3\n\n```\n'
"$build/bench/dram_reference" tests/data/dram/dramsim3.csv
printf '```\n\n## Compute cycles against SCALE-Sim 3\n\n```\n'
python3 tests/e2e/scalesim.py "$systole" tests/data/scalesim_layers.csv
printf '```\n\nPublished chips: [validation.md](validation.md).\n'
