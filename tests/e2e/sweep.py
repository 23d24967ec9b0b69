#!/usr/bin/env python3
"""sweep.py SYSTOLE DIR [--kills N]: sweeps as a user runs them.

One export, byte for byte, however the trials were come by: one worker or two,
shards merged, a run killed again and again; a second technology simulates
nothing; a full disk loses nothing that was stored.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

parser = argparse.ArgumentParser()
parser.add_argument("systole")
parser.add_argument("directory", type=pathlib.Path)
parser.add_argument("--kills", type=int, default=10)
args = parser.parse_args()

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


def systole(*arguments, expect=0, **options):
    done = subprocess.run([args.systole, "sweep", *map(str, arguments)],
                          capture_output=True, text=True, timeout=300,
                          **options)
    assert done.returncode == expect, (arguments, done.returncode, done.stderr)
    return done


def run(file, store, *more):
    return json.loads(systole("run", file, "--store", store, "--json",
                              "--progress", "none", *more).stdout)


def export(file, store):
    return systole("export", file, "--store", store).stdout


def kill_and_resume(file, store, plain):
    """SIGKILL at random moments, each time resumed, then to the end."""
    killed = 0
    draw = random.Random(7)
    while killed < args.kills:
        process = subprocess.Popen(
            [args.systole, "sweep", "resume", str(file), "--store", str(store),
             "-j", "2", "--progress", "none"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            process.communicate(timeout=draw.uniform(0.005, 0.25))
            store.unlink()  # finished: begin anew
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            killed += 1
    systole("resume", file, "--store", store, "--progress", "none")
    assert export(file, store) == plain
    print(f"{killed} kills, each resumed: the same export")


def interrupt(file, store, plain):
    process = subprocess.Popen(
        [args.systole, "sweep", "run", str(file), "--store", str(store),
         "--progress", "none"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    time.sleep(0.15)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode in (-signal.SIGINT, 0), process.returncode
    if process.returncode:
        assert "systole sweep resume" in said, said
    systole("resume", file, "--store", store, "--progress", "none")
    assert export(file, store) == plain
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
    where = args.directory
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    file = where / "small.yaml"
    file.write_text(SWEEP)
    first = run(file, where / "one.sqlite", "-j", "1")
    plain = export(file, where / "one.sqlite")
    rows = plain.splitlines()
    assert len(rows) == 1 + 4 * 3 * 2 * 7 * 4 * 2
    states = [row.split(",")[4] for row in rows[1:]]
    assert states.count("constrained") == 2 * 7 * 4 * 2
    assert states.count("ok") + states.count("infeasible") == first["simulated"]
    assert states.count("ok") > 1000, states.count("ok")

    again = run(file, where / "one.sqlite")
    assert again["simulated"] == 0 and again["stored_before"] == first["simulated"]

    run(file, where / "two.sqlite", "-j", "2")
    assert export(file, where / "two.sqlite") == plain
    for shard in range(3):
        run(file, where / f"shard{shard}.sqlite", "--shard", f"{shard}/3")
    stores = [where / f"shard{shard}.sqlite" for shard in range(3)]
    systole("merge", file, *stores, "--store", where / "merged.sqlite")
    systole("merge", file, *stores, "--store", where / "merged.sqlite")
    assert export(file, where / "merged.sqlite") == plain
    print(f"{first['simulated']} trials: one worker, two, three shards merged "
          "twice: the same export")

    nodes = where / "nodes.yaml"
    nodes.write_text(SWEEP.replace(
        "parameters:", "parameters:\n  chip.technology: "
        "[45nm, 28nm, 22nm, 16nm, 7nm]"))
    assert run(nodes, where / "one.sqlite")["simulated"] == 0
    print("five technologies over a finished sweep: 0 trials simulated")

    interrupt(file, where / "interrupted.sqlite", plain)
    kill_and_resume(file, where / "killed.sqlite", plain)
    full_disk(file, where / "disk", plain)
    systole("run", file, "--shard", "3/3", expect=2)
    systole("rum", file, expect=2)
    systole("status", where / "no.yaml", expect=8)


os.environ["LC_ALL"] = "C"
main()
