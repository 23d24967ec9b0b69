#!/usr/bin/env python3
"""bench/sweep_speed.py - trials a second of a sweep, by one worker and by two.
SPDX-License-Identifier: Apache-2.0

  sweep_speed.py SYSTOLE [--chips N]

Chips of configs/sweeps/edge.yaml, timing only, with ResNet-50 alone and then
with both networks: N of its 60 arrays (rows, dataflow and scratchpad go round
together, so that 60 are all of them), each with all memories and clocks, since
these are what shares programs. Each number of workers starts from an empty
store. The bound of two workers is twice one, on two idle cores."""
import argparse
import json
import os
import re
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORKERS = (1, 2)
ROUND = {  # the values of edge.yaml; their numbers have no common divisor
    "array.rows": ("8", "16", "24", "32", "48"),
    "array.dataflow": ("ws", "os", "is"),
    "scratchpad.bytes": ("128 KiB", "256 KiB", "512 KiB", "1 MiB"),
}


def spec(models, chips):
    """The sweep file's text for `models` and so many arrays."""
    with open(os.path.join(ROOT, "configs/sweeps/edge.yaml"),
              encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"^models:.*$", f"models: [{', '.join(models)}]", text,
                  flags=re.M)
    for key, values in ROUND.items():
        listed = ", ".join(values[i % len(values)] for i in range(chips))
        text, count = re.subn(rf"^  {re.escape(key)}:.*$",
                              f"  {key}: [{listed}]", text, flags=re.M)
        assert count == 1, key
    return text + f"zip: [[{', '.join(ROUND)}]]\n"


def run(systole, folder, text, workers):
    """The counts and seconds that `sweep run --json` prints."""
    path = os.path.join(folder, "speed.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    store = os.path.join(folder, f"{workers}.sqlite")
    done = subprocess.run(
        [systole, "sweep", "run", path, "--store", store, "--json",
         "--progress", "none", "-j", str(workers)],
        check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("systole")
    parser.add_argument("--chips", type=int, default=12)
    args = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"load at the start: {load:.1f} on {os.cpu_count()} cores")
    for models in (["resnet50"], ["resnet50", "mobilenet_v2"]):
        rate = {}
        for workers in WORKERS:
            with tempfile.TemporaryDirectory() as folder:
                result = run(args.systole, folder, spec(models, args.chips),
                             workers)
            done = result["simulated"]
            rate[workers] = done / result["seconds"]
            hits = 1 - result["compiled"] / (done - result["infeasible"])
            print(f"{'+'.join(models):24} {workers} workers "
                  f"{done:5} trials {result['seconds']:7.2f} s "
                  f"{rate[workers]:6.1f}/s {rate[workers] / workers:6.1f}"
                  f"/s/core, programs found {100 * hits:.0f} %", flush=True)
        print(f"{'':24} 2 workers over 1: {rate[2] / rate[1]:.2f} of 2")


if __name__ == "__main__":
    main()
