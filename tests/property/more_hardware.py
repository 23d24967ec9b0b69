#!/usr/bin/env python3
"""tests/property/more_hardware.py - chips with more of one thing: are they slower?
SPDX-License-Identifier: Apache-2.0

  more_hardware.py SYSTOLE [--small] [--sweep FILE] [--store FILE] [--list N]
                   [--bound PERCENT]

Runs a sweep (default: configs/sweeps/edge.yaml; --small: 144 of its trials) and
compares every two of its chips that are one step of one parameter apart: more
clock, more memory bandwidth, more scratchpad, a larger array. Prints per
parameter how many steps make the network slower and by how much at most; with
--list the N worst. With --bound it exits with 1 where one is slower by more.

What bounds a step: the slower chip's plan is one that the compiler could choose
on the faster chip too, where it is no slower. It chooses by estimates. If these
are within a share e of what is simulated, the plan it takes instead loses at
most (1 + e) / (1 - e) - 1: 10 % for estimates within 5 %."""
import argparse
import csv
import io
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
# What "more" is. Memories of one kind: DDR4-3200 has the peak of LPDDR4-3200.
MEMORIES = ["LPDDR4-2400", "LPDDR4-3200", "LPDDR5-6400"]
SMALL = {"array.rows": "[16, 24, 32, 48]", "array.dataflow": "[ws]",
         "scratchpad.bytes": "[128 KiB, 256 KiB, 512 KiB]",
         "dram.preset": str(MEMORIES).replace("'", ""),
         "chip.clock": "[1 GHz, 1250 MHz]"}
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


def small(sweep, folder):
    """A sweep file of some of the chips of `sweep`."""
    with open(sweep, encoding="utf-8") as file:
        text = file.read()
    for parameter, values in SMALL.items():
        text, count = re.subn(f"^  {re.escape(parameter)}:.*$",
                              f"  {parameter}: {values}", text, flags=re.M)
        assert count == 1, parameter
    path = os.path.join(folder, "small.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


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
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--bound", type=float)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sweep = small(args.sweep, folder) if args.small else args.sweep
        rows = export(args.systole, sweep,
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
    assert len(found) >= 2 * len(PARAMETERS), "no steps to compare"
    worst = max(ratio(*s[1:]) for s in found)
    if args.bound is not None and worst > 1 + args.bound / 100:
        sys.exit(f"a step is slower by more than {args.bound:g} %")


if __name__ == "__main__":
    main()
