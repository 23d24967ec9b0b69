#!/usr/bin/env python3
"""nsga2.py SYSTOLE DIR [--seeds N] [--kills N]: a search against all points.

The front that NSGA-II finds with a quarter of the simulations, by its
hypervolume, against that of a grid of 4,096 points, seed by seed, and against
that of as many points by lot; and a search
among chips that cannot be, cannot run, or break constraints: the same export
with one worker or two, from an empty store or a full one, and after kills.
"""
import argparse
import os
import pathlib
import random
import signal
import statistics

from fronts import dominated, front_of, points_of, reference_of
from sweeper import Sweeper, fresh, rows_of

parser = argparse.ArgumentParser()
parser.add_argument("systole")
parser.add_argument("directory", type=pathlib.Path)
parser.add_argument("--seeds", type=int, default=10)
parser.add_argument("--kills", type=int, default=5)
args = parser.parse_args()
systole = Sweeper(args.systole)

SPACE = """
models: [lenet5]
parameters:
  array.rows: [4, 8, 16, 32]
  array.cols: [4, 8, 16, 32]
  scratchpad.bytes: {range: [16 KiB, 128 KiB], scale: log2}
  dram.preset: [LPDDR4-2400, LPDDR4-3200, DDR4-3200, LPDDR5-6400]
  chip.clock: {range: [250 MHz, 1 GHz], step: 250 MHz}
  vector.lanes: {range: [8, 64], scale: log2}
objectives: [{minimize: latency_ns}, {minimize: energy_pj}]
"""
GRID = "sweep: grid\nmethod: grid\n" + SPACE
SEARCH = ("sweep: search\nmethod: nsga2\npopulation: 32\ngenerations: 32\n"
          "seed: SEED\n" + SPACE)

# Half of the arrays are too large, small scratchpads do not fit the models,
# 48 banks fit none, and fast chips take too much power.
HARD = """
sweep: hard
models: [mlp, {model: lenet5, precision: bf16}]
method: nsga2
population: 16
generations: 12
seed: 5
parameters:
  array.rows: {range: [4, 64], scale: log2}
  array.cols: {range: [4, 64], scale: log2}
  scratchpad.bytes: {range: [1 KiB, 64 KiB], scale: log2}
  scratchpad.banks: [8, 16, 48]
  chip.clock: {range: [100 MHz, 1 GHz], count: 8}
constraints:
  - array.rows * array.cols <= 512
  - power_avg_mw <= 60
objectives: [{minimize: latency_ns}, {maximize: utilization_ratio}]
"""


def prove(where):
    grid = where / "grid.yaml"
    grid.write_text(GRID)
    store = where / "all.sqlite"
    assert systole.run(grid, store)["simulated"] == 4096
    everything = points_of(systole.rows(grid, store))
    front = front_of(everything)
    reference = reference_of(front)
    whole = dominated(everything, reference)
    shares = []
    for seed in range(1, args.seeds + 1):
        search = where / f"search{seed}.yaml"
        search.write_text(SEARCH.replace("SEED", str(seed)))
        done = systole.run(search, store)
        # every result is there: none is simulated
        assert done["simulated"] == 0, done
        text = systole.export(search, store)
        keys = {tuple(r[k] for k in r if "." in k) for r in rows_of(text)}
        assert len(rows_of(text)) == 1024 and len(keys) == 1024
        shares.append(dominated(points_of(rows_of(text)), reference) / whole)
    # alone, it simulates a quarter of the space and no more
    alone = where / "alone.sqlite"
    assert systole.run(search, alone)["simulated"] == 1024
    assert systole.export(search, alone) == text
    print(f"hypervolume of 1,024 simulations against all 4,096 "
          f"({len(set(front))} on the front), {len(shares)} seeds: "
          f"least {min(shares):.4f}, median {statistics.median(shares):.4f}")
    # the control: as many of all 4,096 by lot, none twice
    lots = [dominated(random.Random(seed).sample(everything, 1024), reference)
            / whole for seed in range(100)]
    print(f"1,024 by lot, {len(lots)} seeds: least {min(lots):.4f}, median "
          f"{statistics.median(lots):.4f}, most {max(lots):.4f}")
    assert min(shares) >= 0.98, shares
    assert min(shares) > statistics.median(lots), (shares, lots)


def check_hard(file, store, plain):
    """What the rows say about the search."""
    rows = rows_of(plain)
    states = [r["state"] for r in rows]
    assert len(rows) == 2 * 16 * 12
    # what the chip alone decides is drawn again, not simulated
    assert "constrained" not in states and "impossible" not in states
    assert states.count("infeasible") > 0 and states.count("outside") > 0
    ok = [i for i, s in enumerate(states) if s == "ok"]
    assert len([i for i in ok if i >= len(rows) // 2]) > len(ok) / 2, \
        "later generations are no better"
    status = systole.data("status", file, "--store", store)
    assert status["ok"] == len(ok) and status["later"] == 0, status
    front = systole.data("pareto", file, "--store", store)
    for one in front["front"]:
        mine = rows[2 * one["point"]:2 * one["point"] + 2]
        assert [r["state"] for r in mine] == ["ok", "ok"]
        for name in ("latency_ns", "utilization_ratio"):
            product = float(mine[0][name]) * float(mine[1][name])
            assert abs(one[name] ** 2 / product - 1) < 1e-9, one
            assert [abs(m[name] / float(r[name]) - 1) < 1e-9 for m, r in
                    zip(one["models"], mine)] == [True, True], one


def hard(where):
    file = where / "hard.yaml"
    file.write_text(HARD)
    one = where / "one.sqlite"
    first = systole.run(file, one, "-j", "1")
    assert first["selected"] == 384 and first["unfinished"] == 0, first
    plain = systole.export(file, one)
    check_hard(file, one, plain)
    assert systole.run(file, one)["simulated"] == 0
    systole.run(file, where / "two.sqlite", "-j", "2")
    assert systole.export(file, where / "two.sqlite") == plain
    systole.kill_and_resume(
        file, where / "killed.sqlite", plain, args.kills, 11,
        (signal.SIGKILL, signal.SIGINT), (0.02, 0.2))
    print(f"{args.kills} kills and interrupts: the same export")

    capped = where / "capped.yaml"
    capped.write_text(HARD + "run_cap: 100\n")
    store = where / "capped.sqlite"
    assert systole.run(capped, store)["simulated"] == 100
    rows = systole.rows(capped, store)
    assert len(rows) == 128  # of four generations
    assert [r["state"] for r in rows].count("capped") == 28
    assert systole.export(capped, store).splitlines()[:101] == \
        plain.splitlines()[:101]

    plan = systole.data("plan", file, "--store", where / "none.sqlite")
    assert plan["points"] == 192 and plan["trials"] == 384, plan
    assert plan["to_simulate"] == 32 and plan["later"] == 352, plan
    systole("run", file, "--shard", "0/2", expect=2)
    print("chips that cannot be, cannot run or are outside: one worker, two, "
          "capped: the same points")


def main():
    where = fresh(args.directory)
    prove(where)
    hard(where)


os.environ["LC_ALL"] = "C"
main()
