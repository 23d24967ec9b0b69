#!/usr/bin/env python3
"""tests/property/more_hardware.py - chips with more of one thing: are they slower?
SPDX-License-Identifier: Apache-2.0

  more_hardware.py SYSTOLE [--sweep FILE] [--store FILE] [--list N]

Runs a sweep (default: configs/sweeps/edge.yaml) and compares every two of its
chips that are one step of one parameter apart: more clock, more memory
bandwidth, more scratchpad, a larger array. Prints per parameter how many steps
make the network slower and by how much at most; with --list the N worst."""
import argparse
import csv
import io
import os
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
# What "more" is. Memories of one kind: DDR4-3200 has the peak of LPDDR4-3200.
MEMORIES = ["LPDDR4-2400", "LPDDR4-3200", "LPDDR5-6400"]
UNITS = {"MHz": 1e6, "GHz": 1e9, "KiB": 1024, "MiB": 1024 * 1024}
PARAMETERS = ["array.rows", "chip.clock", "dram.preset", "scratchpad.bytes"]


def amount(parameter, text):
    """How much it is; None where it has no place in the order."""
    if parameter == "dram.preset":
        return MEMORIES.index(text) if text in MEMORIES else None
    number, _, unit = text.partition(" ")
    return float(number) * UNITS.get(unit, 1)


def steps(rows):
    """(parameter, less, more): trials one step apart, by their rows."""
    for parameter in PARAMETERS:
        others = [p for p in PARAMETERS + ["array.dataflow"] if p != parameter]
        ladders = {}
        for row in rows:
            if row["state"] == "ok" and amount(parameter, row[parameter]) \
                    is not None:
                key = (row["model"], *(row[o] for o in others))
                ladders.setdefault(key, []).append(row)
        for ladder in ladders.values():
            ladder.sort(key=lambda r: amount(parameter, r[parameter]))
            yield from ((parameter, a, b) for a, b in zip(ladder, ladder[1:]))


def ratio(less, more):
    return float(more["latency_ns"]) / float(less["latency_ns"])


def export(systole, sweep, store):
    """The sweep's rows, after running what the store does not have."""
    subprocess.run([systole, "sweep", "run", sweep, "--store", store,
                    "--progress", "none"],
                   check=True, stdout=subprocess.DEVNULL)
    text = subprocess.run([systole, "sweep", "export", sweep, "--store",
                           store], check=True, stdout=subprocess.PIPE,
                          text=True).stdout
    return list(csv.DictReader(io.StringIO(text)))


def name(row, parameter, more):
    return (f"{row['model']}: " + ", ".join(
        f"{row[p]} -> {more[p]}" if p == parameter else row[p]
        for p in ["array.rows", "array.dataflow", "scratchpad.bytes",
                  "dram.preset", "chip.clock"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("systole")
    parser.add_argument("--sweep", default=os.path.join(
        ROOT, "configs/sweeps/edge.yaml"))
    parser.add_argument("--store")
    parser.add_argument("--list", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = export(args.systole, args.sweep,
                      args.store or os.path.join(folder, "store.sqlite"))
    found = list(steps(rows))
    for parameter in PARAMETERS:
        mine = [s for s in found if s[0] == parameter]
        slower = sorted((s for s in mine if ratio(*s[1:]) > 1),
                        key=lambda s: -ratio(*s[1:]))
        by = [sum(ratio(*s[1:]) > 1 + limit / 100 for s in slower)
              for limit in (1, 3, 10)]
        print(f"{parameter:18} {len(mine):5} steps, {len(slower):4} slower, "
              f"{by[0]:4} by > 1 %, {by[1]:4} by > 3 %, {by[2]:4} by > 10 %")
        for _, less, more in slower[:max(args.list, 1)]:
            print(f"    {100 * (ratio(less, more) - 1):+6.1f} % "
                  f"{name(less, parameter, more)}")


if __name__ == "__main__":
    main()
