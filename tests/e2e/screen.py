#!/usr/bin/env python3
"""screen.py SYSTOLE DIR QUICK [--kills N]: screening, as a user runs it.

QUICK is configs/sweeps/quick.yaml. What screening keeps of it is compared with
all of it simulated: rank correlations, and the front that is left. However the
trials were come by (workers, shards, kills, methods) the same points are kept,
and what is kept has the figures that it has without screening.
"""
import argparse
import math
import os
import pathlib
import re

from fronts import dominated, front_of, points_of, reference_of
from sweeper import Sweeper, fresh

parser = argparse.ArgumentParser()
parser.add_argument("systole")
parser.add_argument("directory", type=pathlib.Path)
parser.add_argument("quick", type=pathlib.Path)
parser.add_argument("--kills", type=int, default=5)
args = parser.parse_args()
systole = Sweeper(args.systole)
WHERE = args.directory

SPACE = """
models: [mlp, {model: lenet5, precision: bf16}]
parameters:
  array.rows: [4, 8, 16, 32]
  array.cols: {expr: array.rows}
  scratchpad.bytes: [16 KiB, 64 KiB, 256 KiB]
  dram.preset: [LPDDR4-3200, DDR4-2400]
  chip.clock: {range: [400 MHz, 1 GHz], step: 100 MHz}
  array.dataflow: [ws, os]
constraints: [array.rows * scratchpad.bytes <= 4194304, power_avg_mw <= 200]
objectives: [{minimize: latency_ns}, {minimize: energy_pj}, {minimize: area_mm2}]
"""
GRID = "sweep: some\nmethod: grid\n" + SPACE
POINTS = 4 * 3 * 2 * 7 * 2
POSSIBLE = POINTS - 2 * 7 * 2  # 32 rows with 256 KiB are too much


def write(name, text):
    file = WHERE / name
    file.write_text(text)
    return file


def quick():
    """Of a space that is simulated whole: do estimates know its front?"""
    text = args.quick.read_text()
    file = write("quick.yaml", text + "screen: {keep: 1000}\n")
    store = WHERE / "quick.sqlite"
    said = systole.run(file, store)["screen"]
    assert said["kept"] == said["candidates"] == said["compared"] == 112, said
    rho = said["rank_correlation"]
    everything = points_of(systole.rows(file, store))
    front = front_of(everything)
    reference = reference_of(front)
    whole = dominated(everything, reference)
    file = write("quarter.yaml", text + "screen: {keep: 0.25}\n")
    done = systole.run(file, WHERE / "quarter.sqlite")
    assert done["simulated"] == done["screen"]["kept"] == 28, done
    kept = points_of(systole.rows(file, WHERE / "quarter.sqlite"))
    share = dominated(kept, reference) / whole
    print(f"quick, all simulated: rank correlation of latency "
          f"{rho['latency_ns']:.3f}, energy {rho['energy_pj']:.3f}; with a "
          f"quarter {len(set(front) & set(kept))} of {len(set(front))} on the "
          f"front, hypervolume {share:.4f}")
    assert rho["latency_ns"] >= 0.95 and rho["energy_pj"] >= 0.5, rho
    assert share >= 0.98, share


def figures():
    """The same rows as without screening, but for those that are left out."""
    full = write("full.yaml", GRID)
    systole.run(full, WHERE / "full.sqlite")
    file = write("some.yaml", GRID + "screen: {keep: 0.2}\n")
    keep = math.ceil(0.2 * POSSIBLE)
    plan = systole.data("plan", file, "--store", WHERE / "some.sqlite")
    assert plan["screened"] == 2 * (POSSIBLE - keep), plan
    assert plan["to_simulate"] == 2 * keep, plan
    text = systole("plan", file, "--store", WHERE / "some.sqlite").stdout
    assert re.search(rf"{plan['screened']}  screened out: not among the best "
                     rf"{keep} chips", text), text
    said = systole("run", file, "--store", WHERE / "some.sqlite",
                   "--progress", "none").stdout
    assert f"screen: {keep} of {POSSIBLE} chips kept" in said, said
    assert re.search(r"latency_ns 0\.\d+, energy_pj -?0\.\d+$", said,
                     re.M), said  # area is no estimate
    plain = systole.export(file, WHERE / "some.sqlite")
    left = 0
    for row, other in zip(systole.rows(file, WHERE / "some.sqlite"),
                          systole.rows(full, WHERE / "full.sqlite")):
        if row["state"] == "screened":
            assert other["state"] in ("ok", "outside", "infeasible"), other
            assert not row["latency_ns"], row
            left += 1
        else:
            assert row == other
    status = systole.data("status", file, "--store", WHERE / "some.sqlite")
    assert status["screened"] == left == plan["screened"], status
    assert status["failed"] == status["missing"] == 0, status
    # a finished sweep has the results of its own screening
    again = systole.run(file, WHERE / "full.sqlite")
    assert again["simulated"] == 0, again
    assert systole.export(file, WHERE / "full.sqlite") == plain
    print(f"{keep} of {POSSIBLE} points: figures as without screening")
    return file, plain


def ways(file, plain):
    """One worker, shards, kills: the same export."""
    systole.run(file, WHERE / "one.sqlite", "-j", "1")
    assert systole.export(file, WHERE / "one.sqlite") == plain
    stores = [WHERE / f"shard{shard}.sqlite" for shard in range(3)]
    for shard, store in enumerate(stores):
        systole.run(file, store, "--shard", f"{shard}/3")
    systole("merge", file, *stores, "--store", WHERE / "merged.sqlite")
    assert systole.export(file, WHERE / "merged.sqlite") == plain
    systole.kill_and_resume(file, WHERE / "killed.sqlite", plain, args.kills,
                            13, seconds=(0.02, 0.3))
    print(f"one worker, three shards, {args.kills} kills: the same export")


def methods():
    """Every method that has points before it has results."""
    for method in ("random", "lhs", "sobol"):
        seed = "" if method == "sobol" else "seed: 3\n"
        file = write(f"{method}.yaml", f"sweep: s\nmethod: {method}\n{seed}"
                     "samples: 300\nscreen: {keep: 12}\n" + SPACE)
        store = WHERE / f"{method}.sqlite"
        done = systole.run(file, store)
        assert done["screen"]["kept"] == 12, done
        kept = [r for r in systole.rows(file, store)
                if r["state"] not in ("screened", "constrained")]
        chips = {tuple(r[k] for k in r if "." in k) for r in kept}
        # chips that are drawn again ride along
        assert len(chips) == 12 and done["simulated"] == 24, done
        assert done["repeated"] == len(kept) - 24, done
    file = write("list.yaml", """
sweep: s
method: list
models: [mlp]
list:
  - {array.rows: 4, array.cols: 4}
  - {array.rows: 16, array.cols: 16, scratchpad.bytes: 1 KiB}
  - {array.rows: 32, array.cols: 32}
objectives: [{minimize: cycles}]
screen: {keep: 1}
""")
    systole.run(file, WHERE / "list.sqlite")
    states = [r["state"] for r in systole.rows(file, WHERE / "list.sqlite")]
    assert states == ["screened", "screened", "ok"], states
    # run_cap counts what screening keeps
    file = write("capped.yaml", GRID + "screen: {keep: 10}\nrun_cap: 8\n")
    assert systole.run(file, WHERE / "cap.sqlite")["simulated"] == 8
    status = systole.data("status", file, "--store", WHERE / "cap.sqlite")
    assert status["capped"] == 12, status
    for method, more in (("nsga2", "population: 8\ngenerations: 2\n"),
                         ("sensitivity", "")):
        file = write("refused.yaml", f"sweep: s\nmethod: {method}\n{more}" +
                     SPACE + "screen: {keep: 0.5}\n")
        said = systole("plan", file, expect=3).stderr
        assert f"method {method}" in said and "`screen`" in said, said
        assert re.search(r"refused\.yaml:\d+:1: error", said), said
    print("random, lhs, sobol, list; nsga2 and sensitivity say why not")


def main():
    fresh(WHERE)
    quick()
    ways(*figures())
    methods()


os.environ["LC_ALL"] = "C"
main()
