#!/usr/bin/env python3
"""scalesim.py SYSTOLE LAYERS.csv: compute cycles against SCALE-Sim, every row.

Runs each layer on chip `scalesim` (no overlap, nothing tiled for capacity) with
the row's array and dataflow. SCALE-Sim's counter is one below folds * cycles,
so ours must be its figure plus 1, exactly.
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

CONV = ("Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, "
        "Channels, Num Filter, Strides,\n")
GEMM = "Layer, M, N, K,\n"


def topology(row):
    if row["ifh"]:
        keys = ["layer", "ifh", "ifw", "fh", "fw", "ch", "nf", "stride"]
        return CONV + ", ".join(row[k] for k in keys) + ",\n"
    return GEMM + ", ".join(row[k] for k in ["layer", "M", "N", "K"]) + ",\n"


def compute_cycles(systole, row, folder):
    path = pathlib.Path(folder, "layer.csv")
    path.write_text(topology(row))
    done = subprocess.run(
        [systole, "run", path, "--chip", "scalesim", "--mode", "timing", "--json",
         "--set", f"array.rows={row['row']}", "--set", f"array.cols={row['col']}",
         "--set", f"array.dataflow={row['df']}"],
        capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip()
    layers = json.loads(done.stdout)["layers"]
    return sum(layer["compute_cycles"] for layer in layers)


def main():
    systole, table = sys.argv[1:]
    lines = [s for s in open(table, encoding="utf-8") if not s.startswith("#")]
    rows = list(csv.DictReader(lines))
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            want = int(row["compute_cycles"]) + 1
            got = compute_cycles(systole, row, folder)
            if got != want:
                wrong += 1
            print(f"{row['topology']:20} {row['layer']:18} {row['row']:>4} x {row['col']:<4}"
                  f"{row['df']} expected {want:>8}, got {got}{'' if got == want else '  <--'}")
    print(f"{len(rows) - wrong} of {len(rows)} rows equal")
    return 1 if wrong or not rows else 0


sys.exit(main())
