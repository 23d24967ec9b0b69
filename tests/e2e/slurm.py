#!/usr/bin/env python3
"""slurm.py SYSTOLE DIR [--full]: a sweep by workers of a Slurm array.
SPDX-License-Identifier: Apache-2.0

Slurm and PostgreSQL are real ones, on loopback. Workers are killed at random
and the server is stopped at once in the middle; every trial is stored once,
and the export has the bytes of a run on one machine in an SQLite file. The
array has more tasks than the cluster has CPUs, so that a new worker follows
each that was killed. --full is the form of 100,000 trials.
"""
import argparse
import os
import pathlib
import random
import re
import signal
import time

import pg_server
import slurm_cluster
from sweeper import Sweeper, fresh

parser = argparse.ArgumentParser()
parser.add_argument("systole")
parser.add_argument("directory", type=pathlib.Path)
parser.add_argument("--full", action="store_true")
args = parser.parse_args()
systole = Sweeper(os.path.abspath(args.systole), secrets=["s3cret"])
WORKERS = 8
# (clocks, kills, seconds of a lease): trials are clocks * 4 * 4 * 5 * 2 * 5
CLOCKS, KILLS, LEASE = (125, 20, 10) if args.full else (24, 4, 2)
TRIALS = CLOCKS * 4 * 4 * 5 * 2 * 5
SWEEP = f"""
sweep: many
models: [mlp]
method: grid
parameters:
  array.rows: [4, 8, 16, 32]
  array.cols: [4, 8, 16, 32]
  scratchpad.bytes: {{range: [16 KiB, 256 KiB], scale: log2}}
  dram.preset: [LPDDR4-3200, DDR4-2400]
  queues.depth: [1, 2, 4, 8, 16]
  chip.clock: {{range: [400 MHz, {400 + 10 * (CLOCKS - 1)} MHz], step: 10 MHz}}
objectives: [{{minimize: latency_ns}}]
"""


class Sweep:
    """The sweep in the queue, its workers under Slurm."""

    def __init__(self, server, cluster):
        self.server, self.cluster = server, cluster
        self.file = args.directory / "many.yaml"
        self.file.write_text(SWEEP)
        self.store = server.without_password(server.database("many"))
        self.environment = {**cluster.environment,
                            "PGPASSFILE": str(server.passwords)}

    def submit(self, workers):
        """The number of the array job."""
        done = systole("submit", self.file, "--store", self.store, "--slurm",
                       "--workers", workers, "--lease", LEASE,
                       env=self.environment, cwd=args.directory)
        return int(done.stdout)

    def ask(self, sql):
        return self.server.ask(sql, "many")

    def stored(self):
        return int(self.ask("SELECT count(*) FROM systole.result"))

    def alive(self):
        """Processes of workers that hold a lease."""
        rows = self.ask("SELECT DISTINCT worker FROM systole.lease JOIN "
                        "systole.work USING (fence)").splitlines()
        return sorted(int(row.rsplit(":", 1)[1]) for row in rows)

    def wait(self, share):
        """Until this share of all trials is stored."""
        while (count := self.stored()) < share * TRIALS:
            time.sleep(0.02)
        return count


def kill_one(sweep, draw):
    """A worker at random."""
    while True:
        assert sweep.stored() < TRIALS, "all was done before the last kill"
        pid = draw.choice(sweep.alive() or [0])
        try:
            if pid and "worker" in pathlib.Path(
                    f"/proc/{pid}/cmdline").read_text():
                os.kill(pid, signal.SIGKILL)
                break
        except (FileNotFoundError, ProcessLookupError):
            pass
        time.sleep(0.02)


def disturb(sweep):
    """Kills all along, the server stopped at once in the middle."""
    draw = random.Random(5)
    at = []
    for i in range(KILLS):
        if i == KILLS // 2:
            at.append(sweep.wait(i / (KILLS + 1)))
            sweep.server.stop("immediate")
            time.sleep(1)
            sweep.server.start()
        at.append(sweep.wait((i + 1) / (KILLS + 1)))
        kill_one(sweep, draw)
    assert 0 < at[0] and at[-1] < TRIALS, at
    return at


def check(sweep, plain, seconds, at):
    states = sweep.cluster.run("squeue", "-h", "-r", "-t", "all", "-o",
                               "%T").split()
    ended = dict(row.split("|") for row in sweep.ask(
        "SELECT how, count(*) FROM systole.lease GROUP BY how").splitlines())
    logs = [log.read_text() for log in args.directory.glob("slurm-*.out")]
    assert states.count("FAILED") == KILLS, states
    assert states.count("COMPLETED") == len(states) - KILLS, states
    assert set(ended) <= {"done", "lost", "split"}, ended
    assert int(ended["lost"]) >= KILLS, ended
    backs = sum("the server is back" in log for log in logs)
    assert backs >= 1, logs
    assert sweep.stored() == TRIALS
    assert sweep.ask("SELECT sum(stored) FROM systole.lease") == str(TRIALS)
    assert sweep.ask("SELECT count(*) FROM systole.work") == "0"
    before = time.monotonic()
    assert systole.export(sweep.file, sweep.server.address("many")) == \
        plain
    late = sum(int(n) for log in logs
               for n in re.findall(r"(\d+) outcomes came too late", log))
    print(f"{TRIALS} trials by {WORKERS} workers of a Slurm array in "
          f"{seconds:.1f} s ({TRIALS / seconds:.0f}/s): {KILLS} killed, the "
          f"server stopped at once after {at[KILLS // 2]}, {backs} workers "
          f"came back; {ended['lost']} leases lost, {late} outcomes too late; "
          f"exported in {time.monotonic() - before:.1f} s: every trial once, "
          "the same bytes as one process with SQLite")


def sweep_all(server, cluster):
    sweep = Sweep(server, cluster)
    one = args.directory / "one.sqlite"
    first = systole.run(sweep.file, one, *["-j", "1"][:2 * args.full],
                        timeout=900)
    assert first["simulated"] == TRIALS, first
    before = time.monotonic()
    sweep.submit(WORKERS + KILLS)
    at = disturb(sweep)
    while cluster.jobs():
        time.sleep(0.1)
    seconds = time.monotonic() - before
    check(sweep, systole.export(sweep.file, one), seconds, at)


def main():
    missing = slurm_cluster.missing()
    if missing:
        print(f"SKIPPED: no Slurm here ({', '.join(missing)}: slurm-wlm, munge)")
        return
    with pg_server.running() as server:
        if not server:
            print("SKIPPED: no PostgreSQL server here (postgresql-15)")
            return
        fresh(args.directory)
        with slurm_cluster.running(WORKERS) as cluster:
            sweep_all(server, cluster)


os.environ["LC_ALL"] = "C"
main()
