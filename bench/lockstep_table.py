#!/usr/bin/env python3
"""lockstep_table.py FOLDER: docs/lockstep.md from the JSON of `systole rtl`."""
import json
import pathlib
import sys

ENGINES = ("ld", "st", "mx", "vx")


def verdict(same):
    return "equal" if same else "**different**"


def main():
    runs = []
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
        network, precision, chip = path.stem.split("-", 2)
        result = json.loads(path.read_text())
        size = int(chip.split("-")[1])
        runs.append((size, network, precision, chip, result))
    runs.sort(key=lambda r: r[:3])
    print("""# The C model and the RTL, network by network

Made by `bench/lockstep.sh`; nothing here is written by hand. Each program ran on both in lockstep
([rtl.md](rtl.md)): "bits" is every instruction's result, every request to memory and all memories at the end; "cycles" is the
cycle of every retirement and of every request, the total, and each engine's cycles in each bin. The tolerance
is zero. Memory is the chip's DRAM at command level. Speed is of the host that made this page.

| network | precision | chip | instructions | requests | bits | cycles C | cycles RTL | cycles | RTL kHz | C : RTL speed |
|---|---|---|---|---|---|---|---|---|---|---|""")
    for _, network, precision, chip, r in runs:
        khz = r["rtl_cycles"] / r["rtl_seconds"] / 1000 if r["rtl_seconds"] else 0
        ratio = r["rtl_seconds"] / r["c_seconds"] if r["c_seconds"] else 0
        print(f"| {network} | {precision} | {chip} | {r['instructions']} | "
              f"{r['requests']} | {verdict(r['bits_equal'])} | {r['c_cycles']} | "
              f"{r['rtl_cycles']} | {verdict(r['cycles_equal'])} | {khz:.0f} | "
              f"{ratio:.0f} |")
    differ = [r for r in runs if not (r[4]["bits_equal"] and r[4]["cycles_equal"])]
    print(f"\n{len(runs) - len(differ)} of {len(runs)} equal in bits and cycles.")
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
