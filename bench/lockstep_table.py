#!/usr/bin/env python3
"""lockstep_table.py FOLDER: docs/lockstep.md from the JSON of `systole rtl`."""
import json
import pathlib
import re
import sys

def verdict(same):
    return "equal" if same else "**different**"


def all_equal(result):
    return result["cycles_equal"] and (result["c_cycles"] == result["rtl_cycles"]
                                       == result["systemc_cycles"])


def systemc(path):
    """Cycles on the platform; a note where its outputs are not the model's."""
    text = path.with_suffix(".systemc").read_text()
    cycles = re.search(r"npu 0: (\d+) cycles", text)
    return int(cycles[1]) if cycles and "outputs equal" in text else None


def main():
    runs = []
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
        network, precision, chip = path.stem.split("-", 2)
        result = json.loads(path.read_text())
        size = int(chip.split("-")[1])
        result["systemc_cycles"] = systemc(path)
        runs.append((size, network, precision, chip, result))
    runs.sort(key=lambda r: r[:3])
    print("""# The C model and the RTL, network by network

Made by `bench/lockstep.sh`; nothing here is written by hand. Each program ran on both in lockstep
([rtl.md](rtl.md)), then alone on the SystemC platform. "memory" is every instruction's result, every request to memory and all
memories at the end; "cycles" is the cycle of every retirement and of every request, the total, and each engine's
cycles in each bin, and the platform's total. The tolerance is zero. Memory is the chip's DRAM at command level.
Speed is of the host that made this page, comparison included: simulated cycles a second of the RTL, and how
much longer it takes than the C model.

| network | precision | chip | instructions | requests | memory | cycles C | RTL | SystemC | cycles | RTL kHz | C : RTL speed |
|---|---|---|---|---|---|---|---|---|---|---|---|""")
    for _, network, precision, chip, r in runs:
        khz = r["rtl_cycles"] / r["rtl_seconds"] / 1000 if r["rtl_seconds"] else 0
        ratio = r["rtl_seconds"] / r["c_seconds"] if r["c_seconds"] else 0
        print(f"| {network} | {precision} | {chip} | {r['instructions']} | "
              f"{r['requests']} | {verdict(r['bits_equal'])} | {r['c_cycles']} | "
              f"{r['rtl_cycles']} | {r['systemc_cycles']} | "
              f"{verdict(all_equal(r))} | {khz:.0f} | "
              f"{ratio:.0f} |")
    same = [r for r in runs if r[4]["bits_equal"] and all_equal(r[4])]
    differ = [r for r in runs if "first_difference" in r[4]]
    print(f"\n{len(same)} of {len(runs)} equal in bits and cycles.")
    for _, network, precision, chip, r in differ:
        first = r["first_difference"]
        print(f"- {network}, {precision}, {chip}: cycle {first['cycle']}: "
              f"{first['what']}: C {first['c']}; RTL {first['rtl']}; "
              f"{r['late_instructions']} instructions differ, by "
              f"{r['most_late_cycles']} cycles at most")
    print("""
## Per layer

Cycles of each layer (every cycle is of the oldest unfinished one), C and RTL.
""")
    for _, network, precision, chip, r in runs:
        same = all(x["c_cycles"] == x["rtl_cycles"] for x in r["layers"])
        print(f"**{network}, {precision}, {chip}** ({verdict(same)}): " + ", ".join(
            f"{x['name']} {x['c_cycles']}" + ("" if x["c_cycles"] == x["rtl_cycles"]
                                              else f" / {x['rtl_cycles']}")
            for x in r["layers"] if x["c_cycles"] or x["rtl_cycles"]) + "\n")


main()
