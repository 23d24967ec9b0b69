#!/usr/bin/env python3
"""lockstep_table.py FOLDER: docs/lockstep.md from what `systole rtl --json
--retirements` and `systole-platform --retirements` wrote (bench/lockstep.sh)."""
import collections
import csv
import json
import pathlib
import re
import sys

HEAD = """# The C model and the RTL, network by network

Made by `bench/lockstep.sh`. Each program ran on both in lockstep ([rtl.md](rtl.md)), then twice on the SystemC platform
([systemc.md](systemc.md)), whose NPU was the C model and then the RTL. "memory" is every instruction's result, every request
to memory and all memories at the end, C against RTL, and the outputs on the platform. A column "equal" says that every
instruction retired in the same cycle as on the C model, that each layer took the same cycles and the whole did; RTL: that every
request to memory was made in the same cycle too, and that each engine spent the same cycles in each bin. The tolerance is zero.
Memory is the chip's DRAM at command level. Speed is of the host that made this page, comparison included: simulated
cycles a second of the RTL, and how much longer it takes than the C model.

| network | precision | chip | instructions | requests | cycles | memory | RTL | SystemC, C | SystemC, RTL | RTL kHz | C : RTL speed |
|---|---|---|--:|--:|--:|---|---|---|---|--:|--:|"""

BY_HAND = """
By hand: ResNet-18 int8 whole on `rtl-16` (`systole compile resnet18 --chip rtl-16 -o resnet18.npu`, `systole rtl resnet18.npu --chip
rtl-16`): 7,518,322 cycles of both, all 5,913 instructions and 394,240 requests to memory in the same cycles, all memories equal; 45.7 s on
one core of an idle host, C included. `bench/rtl_speed.py` there: 264 kHz at 8 x 8, 160 kHz at 16 x 16, the C model 40 times as fast."""

LAYERS = """
## Per layer

Every cycle is of the oldest unfinished layer. From the retirements that each of the four reported on its own: a layer's instructions, its
cycles, and the greatest difference of any of its retirements from that of the C model."""

SIDES = ("C", "RTL", "SystemC, C", "SystemC, RTL")


def read(path, column):
    """{(instruction, engine): (layer, cycle)} of a file of retirements."""
    with open(path, newline="", encoding="utf-8") as file:
        return {(int(row["instruction"]), row["engine"]):
                (row["layer"], int(row[column])) for row in csv.DictReader(file)}


def shares(retirements, total, layers):
    """{layer: its cycles}; those of the sequencer's instructions do not count."""
    work = sorted((cycle, layer) for (_, engine), (layer, cycle)
                  in retirements.items() if engine != "ctl")
    left = collections.Counter(layer for _, layer in work)
    order = [layer for layer in layers if left[layer]]
    out, since = dict.fromkeys(order, 0), 0
    for cycle, layer in work:
        left[layer] -= 1
        while len(order) > 1 and not left[order[0]]:
            out[order.pop(0)] += cycle - since
            since = cycle
    out[order[0]] += total - since
    return out


class Run:
    """One program on all of them."""

    def __init__(self, path):
        self.network, self.precision, self.chip = path.stem.split("-", 2)
        self.result = json.loads(path.read_text())
        base = str(path.with_suffix(""))
        both = base + ".lockstep.csv"
        self.cycles = {"C": self.result["c_cycles"], "RTL": self.result["rtl_cycles"]}
        self.retired = {"C": read(both, "c_cycle"), "RTL": read(both, "rtl_cycle")}
        self.outputs_equal = True
        for side, executor in (("SystemC, C", "c"), ("SystemC, RTL", "rtl")):
            text = pathlib.Path(f"{base}.systemc-{executor}").read_text()
            total = re.search(r"npu 0: (\d+) cycles", text)
            self.cycles[side] = int(total[1]) if total else 0
            self.outputs_equal &= "outputs equal" in text
            self.retired[side] = read(f"{base}.systemc-{executor}.csv", "cycle")
        layers = [layer["name"] for layer in self.result["layers"]]
        self.shares = {side: shares(self.retired[side], self.cycles[side], layers)
                       for side in SIDES}
        self.memory_equal = self.result["bits_equal"] and self.outputs_equal

    def key(self):
        return int(self.chip.split("-")[1]), self.network, self.precision

    def most(self, side, layer=None):
        """Greatest difference of a retirement from C's; None where one is missing."""
        c, other = self.retired["C"], self.retired[side]
        if c.keys() != other.keys():
            return None
        return max(abs(c[key][1] - other[key][1]) for key in c
                   if layer in (None, c[key][0]))

    def equal(self, side):
        return (self.most(side) == 0 and self.cycles[side] == self.cycles["C"]
                and self.shares[side] == self.shares["C"]
                and (side != "RTL" or self.result["cycles_equal"]))

    def all_equal(self):
        """On all sides; and the layers are those that C reports itself."""
        return (self.memory_equal and all(self.equal(side) for side in SIDES) and
                all(self.shares["C"].get(layer["name"], 0) == layer["c_cycles"]
                    for layer in self.result["layers"]))


def verdict(same):
    return "equal" if same else "**different**"


def print_row(run):
    r = run.result
    khz = r["rtl_cycles"] / r["rtl_seconds"] / 1000 if r["rtl_seconds"] else 0
    ratio = r["rtl_seconds"] / r["c_seconds"] if r["c_seconds"] else 0
    print(f"| {run.network} | {run.precision} | {run.chip} | {r['instructions']} | "
          f"{r['requests']} | {r['c_cycles']} | {verdict(run.memory_equal)} | " +
          " | ".join(verdict(run.equal(side)) for side in SIDES[1:]) +
          f" | {khz:.0f} | {ratio:.0f} |")


def print_difference(run):
    r = run.result
    if "first_difference" in r:
        first = r["first_difference"]
        print(f"- {run.network}, {run.precision}, {run.chip}: cycle {first['cycle']}: "
              f"{first['what']}: C {first['c']}; RTL {first['rtl']}; "
              f"{r['late_instructions']} instructions differ, by "
              f"{r['most_late_cycles']} cycles at most")


def print_layers(run):
    count = collections.Counter(layer for layer, _ in run.retired["C"].values())
    print(f"\n<details><summary>{run.network}, {run.precision}, {run.chip}: "
          f"{len(run.shares['C'])} layers, {verdict(run.all_equal()).strip('*')}"
          "</summary>\n\n| layer | instructions | " + " | ".join(SIDES) +
          " | difference |\n|---|" + "--:|" * 6)
    for layer in run.shares["C"]:
        most = [run.most(side, layer) for side in SIDES[1:]]
        print(f"| {layer} | {count[layer]} | " +
              " | ".join(str(run.shares[side].get(layer)) for side in SIDES) +
              f" | {'missing' if None in most else max(most)} |")
    print("\n</details>")


def main():
    runs = [Run(path) for path in pathlib.Path(sys.argv[1]).glob("*.json")]
    runs.sort(key=Run.key)
    print(HEAD)
    for run in runs:
        print_row(run)
    print(f"\n{sum(run.all_equal() for run in runs)} of {len(runs)} equal in bits and "
          f"cycles, {sum(len(run.shares['C']) for run in runs)} layers and "
          f"{sum(len(run.retired['C']) for run in runs)} retirements on each of the four.")
    for run in runs:
        print_difference(run)
    print(BY_HAND)
    print(LAYERS)
    for run in runs:
        print_layers(run)
    return 0 if all(run.all_equal() for run in runs) else 1


sys.exit(main())
