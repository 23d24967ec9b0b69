#!/usr/bin/env python3
"""sweep_queue.py SYSTOLE DIR: sweeps that many workers take from one queue.
SPDX-License-Identifier: Apache-2.0

Workers are processes of this machine, the PostgreSQL server is a real one.
Whatever becomes of the workers, every trial is stored once, and the export has
the bytes of a run by one process in an SQLite file.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pg_server
from sweeper import Sweeper, children, crash_trial, fresh

systole = Sweeper(sys.argv[1], secrets=["s3cret"])
WHERE = pathlib.Path(sys.argv[2])
SWEEP = """
sweep: shared
models: [mlp, lenet5]
method: grid
parameters:
  array.rows: [4, 8, 16, 32]
  array.cols: {expr: array.rows}
  scratchpad.bytes: [16 KiB, 64 KiB, 256 KiB]
  chip.clock: {range: [400 MHz, 1 GHz], step: 100 MHz}
  queues.depth: {range: [1, 8], scale: log2}
objectives: [{minimize: latency_ns}]
"""
TRIALS = 2 * 4 * 3 * 7 * 4
SLOW = """
sweep: slow
models: [{model: resnet50, batch: 4}]
parameters: {array.rows: [8, 16, 32, 64], array.cols: [8]}
method: grid
"""


class Queue:
    """A sweep in a database of its own."""

    def __init__(self, server, name, text):
        self.server, self.name = server, name
        self.file = WHERE / f"{name}.yaml"
        self.file.write_text(text)
        self.store = server.database(name)

    def ask(self, sql):
        return self.server.ask(sql, self.name)

    def submit(self, *more, **options):
        return systole.data("submit", self.file, "--store", self.store, *more,
                            **options)

    def work(self, *more, **options):
        return systole.run(self.file, self.store, "-j", "1", *more,
                           verb="worker", **options)

    def start(self, *more):
        return systole.start(self.file, self.store, "-j", "1", *more,
                             verb="worker")

    def status(self):
        return systole.data("status", self.file, "--store", self.store)

    def wait(self, sql, seconds=30):
        """Until the answer is neither nothing nor 0; the answer."""
        end = time.monotonic() + seconds
        while (answer := self.ask(sql)) in ("", "0"):
            assert time.monotonic() < end, sql
            time.sleep(0.01)
        return answer

    def ended(self):
        """How its leases ended: {how: count}."""
        rows = self.ask("SELECT how, count(*) FROM systole.lease GROUP BY how")
        return {row.split("|")[0]: int(row.split("|")[1])
                for row in rows.splitlines()}

    def check_once(self, plain, trials=TRIALS):
        """Each trial is there, and was stored by one lease alone."""
        assert self.ask("SELECT count(*) FROM systole.result") == str(trials)
        assert self.ask("SELECT sum(stored) FROM systole.lease") == str(trials)
        assert self.ask("SELECT count(*) FROM systole.work") == "0"
        assert systole.export(self.file, self.store) == plain


def together(server, plain):
    q = Queue(server, "together", SWEEP)
    filled = q.submit("--workers", "3")
    assert filled["added"] == TRIALS and filled["queued_before"] == 0, filled
    assert 3 * 4 < filled["ranges"] < TRIALS, filled
    again = q.submit()
    assert again["added"] == 0 and again["queued_before"] == TRIALS, again
    workers = [q.start() for _ in range(3)]
    for worker in workers:
        said = worker.communicate(timeout=120)[1]
        assert worker.returncode == 0, said
    q.check_once(plain)
    assert q.ended() == {"done": filled["ranges"]}, q.ended()
    again = q.submit()
    assert again["added"] == 0 and again["stored"] == TRIALS, again
    assert q.work()["stored"] == 0
    q.file.write_text(SWEEP.replace("400 MHz", "300 MHz"))
    said = systole("worker", q.file, "--store", q.store, expect=3).stderr
    assert "not the sweep \"shared\" that was submitted" in said, said
    added = q.submit()
    assert added["added"] == TRIALS // 7, added
    done = q.work()
    assert done["stored"] == TRIALS // 7 and done["left"] == 0, done
    print(f"three workers, {filled['ranges']} ranges: every trial once; "
          "submitted again, nothing; changed, what is new")


def interrupted(server, plain):
    """SIGTERM gives back, SIGKILL loses, a late one stores nothing."""
    q = Queue(server, "interrupted", SWEEP)
    q.submit()
    worker = q.start()
    q.wait("SELECT count(*) FROM systole.result")
    for pid in children(worker):  # a batch system signals all of a job
        os.kill(int(pid), signal.SIGTERM)
    worker.send_signal(signal.SIGSTOP)
    status = q.status()
    there = status["queue"]
    assert [w["name"].split(":")[1] for w in there["workers"]] == \
        [str(worker.pid)], status
    assert status["missing"] == there["waiting"] + there["leased"], status
    assert there["workers"][0]["stored"] == status["ok"], status
    said = systole("status", q.file, "--store", q.store).stdout
    assert f"queue: {there['waiting']} trials wait, {there['leased']} are " \
        "leased to 1 worker; 0 leases were lost" in said, said
    worker.send_signal(signal.SIGTERM)
    worker.send_signal(signal.SIGCONT)
    said = worker.communicate(timeout=60)[1]
    assert worker.returncode == -signal.SIGTERM, (worker.returncode, said)
    left = q.submit()
    assert left["added"] == 0 and 0 < left["queued_before"] < TRIALS, left
    assert q.ended()["returned"] >= 1 and None not in q.ended(), q.ended()
    assert q.ask("SELECT count(fence) FROM systole.work") == "0"

    killed = q.start("--lease", "1")
    q.wait("SELECT count(fence) FROM systole.work")
    killed.kill()
    killed.communicate()
    late = q.start("--lease", "1")
    before = int(q.ask("SELECT max(fence) FROM systole.lease"))
    q.wait("SELECT count(fence) FROM systole.work "
           f"WHERE fence > {before} AND leased_until > clock_timestamp()")
    while not children(late):  # it knows its trials
        assert late.poll() is None, late.communicate()[1]
        time.sleep(0.001)
    late.send_signal(signal.SIGSTOP)
    held = int(q.ask("SELECT count(fence) FROM systole.work"))
    done = q.work("--lease", "1")
    assert done["left"] == 0, done
    q.check_once(plain)
    assert q.ended()["lost"] >= held >= 2, (q.ended(), held)
    late.send_signal(signal.SIGCONT)
    said = late.communicate(timeout=60)[1]
    assert late.returncode == 0, said
    assert "ran out and another worker has them" in said, said
    q.check_once(plain)
    print(f"a worker ended, one killed, one asleep: {held} leases lost, every "
          "trial once; the late one stored nothing")


def away(server, plain):
    """The server stops under one worker, and another starts meanwhile."""
    q = Queue(server, "away", SWEEP)
    q.submit()
    early = q.start()
    q.wait("SELECT count(*) FROM systole.result")
    server.stop("immediate")
    late = q.start()
    time.sleep(0.5)
    server.start()
    for worker, says in ((early, "going on with what is leased"),
                         (late, "waiting for it")):
        said = worker.communicate(timeout=60)[1]
        assert worker.returncode == 0 and says in said, said
    q.check_once(plain)
    print("the server stopped: both workers waited for it, every trial once")


def poisoned(server):
    """A trial that kills its worker each time is given up; no other is."""
    q = Queue(server, "poisoned", SLOW)
    q.submit("--workers", "1")
    kills = 0
    for _ in range(10):
        worker = q.start("--lease", "2")
        has_it = ("SELECT count(*) FROM systole.work JOIN systole.lease "
                  "USING (fence) WHERE 0 = ANY (trials) AND lost < 3 "
                  f"AND worker LIKE '%:{worker.pid}'")
        while worker.poll() is None and not (
                children(worker) and q.ask(has_it) != "0"):
            time.sleep(0.01)
        if worker.poll() is None:
            worker.kill()
            kills += 1
        said = worker.communicate()[1]
        if worker.returncode != -signal.SIGKILL:
            break
    assert worker.returncode == 9 and "1 trials failed" in said, said
    # one more where it was being split; a slow machine loses some by itself
    assert 1 <= kills <= 4, kills
    rows = systole.rows(q.file, q.store)
    assert [r["state"] for r in rows] == ["failed", "ok", "ok", "ok"], rows
    assert "lost 3 times" in rows[0]["why"], rows[0]
    assert q.submit()["added"] == 1  # what crashed is tried again
    assert q.work()["failed"] == 0
    assert {r["state"] for r in systole.rows(q.file, q.store)} == {"ok"}
    print("a trial that took three workers with it is given up, and alone")


def stopped(server):
    """`on_error: stop` stops all workers, until submitted again."""
    q = Queue(server, "stopped", SLOW + "on_error: stop\n")
    q.submit("--workers", "4")
    other, worker = q.start(), q.start()
    crash_trial(worker)
    said = worker.communicate(timeout=60)[1]
    assert worker.returncode == 9 and "died of signal 9" in said, said
    said = other.communicate(timeout=60)[1]
    assert other.returncode == 9, (other.returncode, said)
    assert "stopped by `on_error: stop`: trial" in said, said
    status = q.status()
    assert "died of signal 9" in status["queue"]["stopped"], status
    assert status["failed"] == 1 and status["missing"] >= 1, status
    assert status["queue"]["waiting"] == status["missing"], status
    systole("worker", q.file, "--store", q.store, expect=9)
    assert q.submit()["added"] == 1
    assert q.work()["left"] == 0
    assert q.status()["ok"] == 4
    print("on_error: stop: no worker goes on, until submitted again")


def screened(server):
    """Only what screening keeps is queued."""
    q = Queue(server, "screened", SWEEP + "screen: {keep: 0.25}\n")
    one = WHERE / "screened.sqlite"
    kept = systole.run(q.file, one)["simulated"]
    assert 0 < kept < TRIALS / 2, kept
    assert q.submit()["added"] == kept
    assert q.work()["stored"] == kept
    q.check_once(systole.export(q.file, one), kept)
    q.file.write_text(q.file.read_text().replace("0.25", "0.5"))
    systole("worker", q.file, "--store", q.store, expect=3)
    print(f"a screened sweep: the {kept} trials that are kept")


def scripts(server, plain):
    """Batch scripts run as they stand, however hostile their paths are."""
    place = fresh(WHERE / "it's a \"$HOME\" `dir`; \\ #1")
    program = place / "sys'tole"
    shutil.copy(systole.program, program)
    q = Queue(server, "scripts", SWEEP)
    q.file = place / "$(touch oops) 'sweep'.yaml"
    q.file.write_text(SWEEP.replace(
        "sweep: shared", 'sweep: "a\\n#SBATCH --array=1-9 $(touch oops) \'"'))
    store = server.without_password(q.store) + "?application_name=it's"
    environment = {**os.environ, "PGPASSFILE": str(server.passwords)}
    for system, task in (("slurm", "#SBATCH --array=1-3"),
                         ("lsf", "[1-3]\""), ("sge", "#$ -t 1-3")):
        done = subprocess.run(
            [program, "sweep", "submit", q.file, "--store", store, "--print",
             system, "--workers", "3", "--lease", "7"], cwd=place, text=True,
            env=environment, capture_output=True, check=True)
        head = [line for line in done.stdout.splitlines()
                if line.startswith("#")]
        assert sum(task in line for line in head) == 1, head
        assert not any("$(" in line for line in head), head
        assert "s3cret" not in done.stdout
        for shell in ("bash", "sh"):
            subprocess.run([shell, "-n"], input=done.stdout, text=True,
                           check=True)
        script = WHERE / f"{system}.sh"
        script.write_text(done.stdout)
        elsewhere = fresh(WHERE / system)
        worker = subprocess.run(["sh", script], cwd=elsewhere, text=True,
                                env=environment, capture_output=True,
                                check=True, timeout=120)
        assert "left in the queue" in worker.stdout, worker.stdout
        assert not list(elsewhere.iterdir()), list(elsewhere.iterdir())
    assert not list(WHERE.glob("**/oops*"))
    q.check_once(plain)
    print("scripts for Slurm, LSF and SGE: run as they stand")


def refused(server):
    """What cannot be is told, with what can."""
    q = Queue(server, "refused", SWEEP)

    def says(text, expect, *arguments, **options):
        done = systole(*arguments, expect=expect, **options)
        assert text in done.stderr, (arguments, done.stderr)
        assert not done.stdout, done.stdout

    says("no queue for sweep \"shared\"", 8, "worker", q.file, "--store",
         q.store)
    for verb in ("worker", "submit"):
        says("--shard I/N", 2, verb, q.file, "--store", WHERE / "a.sqlite")
        search = WHERE / "search.yaml"
        search.write_text(SWEEP.replace(
            "method: grid",
            "method: nsga2\npopulation: 4\ngenerations: 2"))
        says("search.yaml:4:9: error: a queue cannot hold method nsga2", 4,
             verb, search, "--store", q.store)
    says("expected slurm|lsf|sge, got \"pbs\"", 2, "submit", q.file,
         "--store", q.store, "--print", "pbs")
    says("one of the two", 2, "submit", q.file, "--store", q.store, "--print",
         "sge", "--slurm")
    says("~/.pgpass", 2, "submit", q.file, "--store", q.store, "--print",
         "slurm")
    says("--workers", 2, "submit", q.file, "--store", q.store, "--workers",
         "0")
    says("--lease", 2, "worker", q.file, "--store", q.store, "--lease", "0")
    says("sweep worker: takes no --shard", 2, "worker", q.file, "--store", q.store,
         "--shard", "0/2")
    lines = fresh(WHERE / "new\nline")
    shutil.copy(q.file, lines)
    environment = {**os.environ, "PGPASSFILE": str(server.passwords),
                   "PATH": str(lines)}
    store = server.without_password(q.store)
    says("a path with a newline", 2, "submit", lines / q.file.name, "--store",
         store, "--print", "slurm", env=environment)
    assert q.ask("SELECT to_regclass('systole.work')") == ""
    done = systole("submit", q.file, "--store", store, "--slurm", expect=8,
                   env=environment)
    assert "no sbatch on PATH" in done.stderr, done.stderr
    print("no server, no sbatch, no such system, nsga2, a newline: told")


def main():
    with pg_server.running() as server:
        if not server:
            print("SKIPPED: no PostgreSQL server here (postgresql-15)")
            return
        fresh(WHERE)
        file = WHERE / "plain.yaml"
        file.write_text(SWEEP)
        systole.run(file, WHERE / "plain.sqlite")
        plain = systole.export(file, WHERE / "plain.sqlite")
        together(server, plain)
        interrupted(server, plain)
        away(server, plain)
        poisoned(server)
        stopped(server)
        screened(server)
        scripts(server, plain)
        refused(server)


os.environ["LC_ALL"] = "C"
main()
