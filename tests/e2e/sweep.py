#!/usr/bin/env python3
"""sweep.py SYSTOLE DIR [--kills N]: sweeps as a user runs them.

One export, byte for byte, however the trials were come by: one worker or two,
shards merged, a run killed again and again; a second technology simulates
nothing; a full disk loses nothing that was stored.
"""
import argparse
import os
import pathlib
import signal
import subprocess
import time

from sweeper import Sweeper, fresh

parser = argparse.ArgumentParser()
parser.add_argument("systole")
parser.add_argument("directory", type=pathlib.Path)
parser.add_argument("--kills", type=int, default=10)
args = parser.parse_args()
systole = Sweeper(args.systole)

SWEEP = """
sweep: small
models: [mlp, {model: lenet5, precision: bf16}]
method: grid
parameters:
  array.rows: [4, 8, 16, 32]
  array.cols: {expr: array.rows}
  scratchpad.bytes: [16 KiB, 64 KiB, 256 KiB]
  dram.preset: [LPDDR4-3200, DDR4-2400]
  chip.clock: {range: [400 MHz, 1 GHz], step: 100 MHz}
  queues.depth: {range: [1, 8], scale: log2}
constraints: [array.rows * scratchpad.bytes <= 4194304]
objectives: [{minimize: latency_ns}, {minimize: energy_pj}]
"""


def interrupt(file, store, plain):
    process = systole.start(file, store)
    while not store.exists():  # before, a signal ends it as any program
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode in (-signal.SIGINT, 0), process.returncode
    if process.returncode:
        assert "systole sweep resume" in said, said
    systole("resume", file, "--store", store, "--progress", "none")
    assert systole.export(file, store) == plain
    print("an interrupt names the line that goes on; the same export")


def full_disk(file, place, plain):
    """A file system of 200 KiB, in a name space of its own."""
    place.mkdir()
    script = (f"mount -t tmpfs -o size=200k none {place} && "
              f"{args.systole} sweep run {file} --store {place}/full.sqlite "
              f"--progress none; echo exit $?; "
              f"mount -o remount,size=20m {place} && "
              f"{args.systole} sweep resume {file} --store {place}/full.sqlite "
              f"--progress none --json >/dev/null && "
              f"{args.systole} sweep export {file} "
              f"--store {place}/full.sqlite")
    done = subprocess.run(["unshare", "--map-root-user", "--mount", "sh", "-c",
                           script], capture_output=True, text=True,
                          timeout=300)
    head, _, rest = done.stdout.partition("\n")
    assert head == "exit 8", (head, done.stderr)
    assert "full" in done.stderr, done.stderr
    assert rest == plain, done.stderr
    print("a full disk: exit 8, and the resumed export is the same")


def main():
    where = fresh(args.directory)
    file = where / "small.yaml"
    file.write_text(SWEEP)
    first = systole.run(file, where / "one.sqlite", "-j", "1")
    plain = systole.export(file, where / "one.sqlite")
    rows = plain.splitlines()
    assert len(rows) == 1 + 4 * 3 * 2 * 7 * 4 * 2
    states = [row.split(",")[4] for row in rows[1:]]
    assert states.count("constrained") == 2 * 7 * 4 * 2
    assert states.count("ok") + states.count("infeasible") == first["simulated"]
    assert states.count("ok") > 1000, states.count("ok")

    again = systole.run(file, where / "one.sqlite")
    assert again["simulated"] == 0 and again["stored_before"] == first["simulated"]

    systole.run(file, where / "two.sqlite", "-j", "2")
    assert systole.export(file, where / "two.sqlite") == plain
    for shard in range(3):
        systole.run(file, where / f"shard{shard}.sqlite", "--shard",
                    f"{shard}/3")
    stores = [where / f"shard{shard}.sqlite" for shard in range(3)]
    systole("merge", file, *stores, "--store", where / "merged.sqlite")
    systole("merge", file, *stores, "--store", where / "merged.sqlite")
    assert systole.export(file, where / "merged.sqlite") == plain
    print(f"{first['simulated']} trials: one worker, two, three shards merged "
          "twice: the same export")

    nodes = where / "nodes.yaml"
    nodes.write_text(SWEEP.replace(
        "parameters:", "parameters:\n  chip.technology: "
        "[45nm, 28nm, 22nm, 16nm, 7nm]"))
    assert systole.run(nodes, where / "one.sqlite")["simulated"] == 0
    print("five technologies over a finished sweep: 0 trials simulated")

    interrupt(file, where / "interrupted.sqlite", plain)
    systole.kill_and_resume(file, where / "killed.sqlite", plain, args.kills, 7)
    print(f"{args.kills} kills, each resumed: the same export")
    full_disk(file, where / "disk", plain)
    systole("run", file, "--shard", "3/3", expect=2)
    systole("rum", file, expect=2)
    systole("status", where / "no.yaml", expect=8)


os.environ["LC_ALL"] = "C"
main()
