#!/usr/bin/env python3
"""postgres.py SYSTOLE DIR: sweeps whose store is a PostgreSQL server.

The server is a real one, made, started, stopped and removed here. However the
trials came to be there (one run, two at once, shards, kills, the server
stopped in the middle, a merge) the export has the bytes of the SQLite store's.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from pg_server import Server, database, find_programs, psql

SYSTOLE, DIRECTORY = sys.argv[1], pathlib.Path(sys.argv[2])
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


def systole(*arguments, expect=0):
    done = subprocess.run([SYSTOLE, "sweep", *map(str, arguments)],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, (arguments, done.returncode, done.stderr)
    assert "s3cret" not in done.stdout + done.stderr, "a password was printed"
    return done


def run(file, store, *more):
    return json.loads(systole("run", file, "--store", store, "--json",
                              "--progress", "none", *more).stdout)


def export(file, store):
    return systole("export", file, "--store", store).stdout


def start_run(file, store, *more):
    return subprocess.Popen(
        [SYSTOLE, "sweep", "run", file, "--store", store, "--progress",
         "none", "-j", "1", *more], stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True)


def stored(file, store):
    counts = json.loads(systole("status", file, "--store", store,
                                "--json").stdout)
    return TRIALS - counts["missing"]


def wait_for_more(server, name, than, process):
    """Until the run has stored more outcomes than these."""
    count = than
    while count <= than and process.poll() is None:
        time.sleep(0.02)
        count = int(psql(server, "SELECT count(*) FROM systole.result", name))
    return count


def interrupted(server, file, plain):
    """Killed three times, and the server stopped under a fourth run."""
    store = database(server, "interrupted")
    systole("status", file, "--store", store, expect=8)
    before = run(file, store, "--shard", f"0/{TRIALS}")["simulated"]
    for _ in range(3):
        process = start_run(file, store)
        before = wait_for_more(server, "interrupted", before, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    before = stored(file, store)
    assert 0 < before < TRIALS, before
    process = start_run(file, store)
    wait_for_more(server, "interrupted", before, process)
    server.stop("immediate")
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 8, (process.returncode, said)
    assert "postgresql://127.0.0.1" in said, said
    said = systole("run", file, "--store", store, expect=8).stderr
    assert "Connection refused" in said, said
    server.start()
    after = stored(file, store)
    assert before < after < TRIALS, (before, after)
    done = run(file, store)
    assert done["stored_before"] == after, (done, after)
    assert export(file, store) == plain
    print(f"3 kills ({before} stored) and the server stopped at once "
          f"({after} stored): the same export")


def together(server, file, plain):
    """Three shards at once, two of them the same one."""
    store = database(server, "together")
    processes = [start_run(file, store, "--shard", shard)
                 for shard in ("0/2", "1/2", "1/2")]
    for process in processes:
        said = process.communicate(timeout=120)[1]
        assert process.returncode == 0, said
    assert export(file, store) == plain
    assert int(psql(server, "SELECT count(*) FROM systole.result",
                    "together")) == TRIALS
    print("three writers at once: every trial once, the same export")


def refused(server, file):
    store = database(server, "refused")
    run(file, store, "--shard", "0/999999")
    psql(server, "UPDATE systole.meta SET version = 99", "refused")
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
    first = run(file, DIRECTORY / "one.sqlite")
    assert first["simulated"] == TRIALS, first
    plain = export(file, DIRECTORY / "one.sqlite")

    store = database(server, "one")
    plan = json.loads(systole("plan", file, "--store", store,
                              "--json").stdout)
    assert plan["to_simulate"] == TRIALS, plan
    assert run(file, store)["simulated"] == TRIALS
    assert export(file, store) == plain
    assert run(file, store)["simulated"] == 0
    file.write_text(SWEEP + f"store: {store}\n")
    assert systole("export", file).stdout == plain
    front = [systole("pareto", file, "--store", s).stdout
             for s in (store, DIRECTORY / "one.sqlite")]
    assert front[0] == front[1]
    print(f"{TRIALS} trials in PostgreSQL and in SQLite: the same export")

    both = database(server, "merged")
    for into, out_of in ((both, DIRECTORY / "one.sqlite"),
                         (DIRECTORY / "two.sqlite", store)):
        said = systole("merge", file, out_of, "--store", into).stdout
        assert f" {TRIALS} results added" in said, said
        said = systole("merge", file, out_of, "--store", into).stdout
        assert " 0 results added" in said, said
        assert export(file, into) == plain
    print("merged from SQLite to PostgreSQL and back: the same export")

    together(server, file, plain)
    interrupted(server, file, plain)
    refused(server, file)


def main():
    programs = find_programs()
    if not programs or not shutil.which("psql"):
        print("SKIPPED: no PostgreSQL server here (postgresql-15)")
        return
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(parents=True)
    server = Server(programs)
    try:
        server.start()
        check(server)
    finally:
        with contextlib.suppress(AssertionError):
            server.stop("immediate")
        shutil.rmtree(server.home, ignore_errors=True)


os.environ["LC_ALL"] = "C"
main()
