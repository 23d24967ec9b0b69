#!/usr/bin/env python3
"""postgres.py SYSTOLE DIR: sweeps whose store is a PostgreSQL server.

The server is a real one, made, started, stopped and removed here. However the
trials came to be there (one run, two at once, shards, kills, the server
stopped in the middle, a merge) the export has the bytes of the SQLite store's.
"""
import os
import pathlib
import signal
import sys
import time

import pg_server
from sweeper import Sweeper, fresh

systole = Sweeper(sys.argv[1], secrets=["s3cret"])
DIRECTORY = pathlib.Path(sys.argv[2])
SWEEP = """
sweep: shared
models: [mlp, lenet5]
method: grid
parameters:
  array.rows: [4, 8, 16, 32]
  array.cols: {expr: array.rows}
  scratchpad.bytes: [16 KiB, 64 KiB, 256 KiB]
  dram.preset: [LPDDR4-3200, DDR4-2400]
  chip.clock: {range: [400 MHz, 1 GHz], step: 100 MHz}
  queues.depth: {range: [1, 8], scale: log2}
objectives: [{minimize: latency_ns}]
"""
TRIALS = 2 * 4 * 3 * 2 * 7 * 4
# of trials that take long enough to be killed in the middle
SLOW = """
sweep: slow
models: [mobilenet_v2]
method: grid
parameters:
  array.rows: [8, 16, 32]
  array.cols: {expr: array.rows}
  chip.clock: {range: [400 MHz, 1 GHz], step: 40 MHz}
"""
SLOW_TRIALS = 3 * 16


def stored(file, store):
    return SLOW_TRIALS - systole.data("status", file, "--store", store)["missing"]


def wait_for(server, share, process):
    """Until the run has stored this share of all trials; how many."""
    count = 0
    while count < share * SLOW_TRIALS:
        assert process.poll() is None, (count, process.communicate()[1])
        time.sleep(0.02)
        count = int(server.ask("SELECT count(*) FROM systole.result",
                               "interrupted"))
    return count


def interrupted(server):
    """Killed three times, and the server stopped under a fourth run."""
    file = DIRECTORY / "slow.yaml"
    file.write_text(SLOW)
    store = server.database("interrupted")
    systole("status", file, "--store", store, expect=8)
    systole.run(file, store, "--shard", f"0/{SLOW_TRIALS}")
    for share in (0.1, 0.25, 0.4):
        process = systole.start(file, store, "-j", "1")
        wait_for(server, share, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    before = stored(file, store)
    process = systole.start(file, store, "-j", "1")
    wait_for(server, 0.55, process)
    server.stop("immediate")
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 8, (process.returncode, said)
    assert "postgresql://127.0.0.1" in said, said
    said = systole("run", file, "--store", store, expect=8).stderr
    assert "Connection refused" in said, said
    server.start()
    after = stored(file, store)
    assert 0.4 * SLOW_TRIALS <= before < 0.55 * SLOW_TRIALS <= after \
        < SLOW_TRIALS, (before, after)
    done = systole.run(file, store)
    assert done["stored_before"] == after, (done, after)
    systole.run(file, DIRECTORY / "slow.sqlite")
    assert systole.export(file, store) == \
        systole.export(file, DIRECTORY / "slow.sqlite")
    print(f"3 kills ({before} stored) and the server stopped at once "
          f"({after} stored): the same export")


def together(server, file, plain):
    """Three shards at once, two of them the same one."""
    store = server.database("together")
    processes = [systole.start(file, store, "-j", "1", "--shard", shard)
                 for shard in ("0/2", "1/2", "1/2")]
    for process in processes:
        said = process.communicate(timeout=120)[1]
        assert process.returncode == 0, said
    assert systole.export(file, store) == plain
    assert int(server.ask("SELECT count(*) FROM systole.result",
                          "together")) == TRIALS
    print("three writers at once: every trial once, the same export")


def refused(server, file):
    store = server.database("refused")
    systole.run(file, store, "--shard", "0/999999")
    server.ask("UPDATE systole.meta SET version = 99", "refused")
    said = systole("run", file, "--store", store, expect=8).stderr
    assert "schema 99, expected 1" in said, said
    said = systole("run", file, "--store", server.url + "?no=1",
                   expect=2).stderr
    assert "no" in said, said
    said = systole("run", file, "--store", server.url + "_not_there",
                   expect=8).stderr
    assert "does not exist" in said, said


def check(server):
    file = DIRECTORY / "shared.yaml"
    file.write_text(SWEEP)
    first = systole.run(file, DIRECTORY / "one.sqlite")
    assert first["simulated"] == TRIALS, first
    plain = systole.export(file, DIRECTORY / "one.sqlite")

    store = server.database("one")
    plan = systole.data("plan", file, "--store", store)
    assert plan["to_simulate"] == TRIALS, plan
    assert systole.run(file, store)["simulated"] == TRIALS
    assert systole.export(file, store) == plain
    assert systole.run(file, store)["simulated"] == 0
    file.write_text(SWEEP + f"store: {store}\n")
    assert systole("export", file).stdout == plain
    front = [systole("pareto", file, "--store", s).stdout
             for s in (store, DIRECTORY / "one.sqlite")]
    assert front[0] == front[1]
    print(f"{TRIALS} trials in PostgreSQL and in SQLite: the same export")

    both = server.database("merged")
    for into, out_of in ((both, DIRECTORY / "one.sqlite"),
                         (DIRECTORY / "two.sqlite", store)):
        said = systole("merge", file, out_of, "--store", into).stdout
        assert f" {TRIALS} results added" in said, said
        said = systole("merge", file, out_of, "--store", into).stdout
        assert " 0 results added" in said, said
        assert systole.export(file, into) == plain
    print("merged from SQLite to PostgreSQL and back: the same export")

    together(server, file, plain)
    interrupted(server)
    refused(server, file)


def main():
    with pg_server.running() as server:
        if server:
            fresh(DIRECTORY)
            check(server)
        else:
            print("SKIPPED: no PostgreSQL server here (postgresql-15)")


os.environ["LC_ALL"] = "C"
main()
