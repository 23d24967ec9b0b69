"""sweeper.py: `systole sweep` as tests type it.
SPDX-License-Identifier: Apache-2.0"""
import csv
import io
import json
import os
import random
import shutil
import signal
import subprocess
import time


def fresh(folder):
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def rows_of(text):
    """Rows of an export: a mapping of column to text each."""
    return list(csv.DictReader(io.StringIO(text)))


def children(process):
    """Those that simulate for a run or a worker."""
    where = f"/proc/{process.pid}/task/{process.pid}/children"
    try:
        with open(where, encoding="ascii") as file:
            return file.read().split()
    except (FileNotFoundError, ProcessLookupError):
        return []  # it has ended


def crash_trial(process):
    """Kill the process that simulates for this one, as soon as there is one:
    the trial that it is at fails."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        pids = children(process)
        if pids:
            os.kill(int(pids[0]), signal.SIGKILL)
            return
        time.sleep(0.005)
    raise AssertionError("nothing was simulated")


class Sweeper:
    """`systole sweep`, called with the words that follow it; what it prints
    must hold none of `secrets`."""

    def __init__(self, program, secrets=()):
        self.program = program
        self.secrets = secrets

    def __call__(self, *arguments, expect=0, timeout=300, **options):
        done = subprocess.run([self.program, "sweep", *map(str, arguments)],
                              capture_output=True, text=True, timeout=timeout,
                              check=False, **options)
        assert done.returncode == expect, (arguments, done.returncode,
                                           done.stdout, done.stderr)
        for secret in self.secrets:
            assert secret not in done.stdout + done.stderr, "a secret printed"
        return done

    def data(self, verb, file, *more, **options):
        """What `verb --json` prints."""
        return json.loads(self(verb, file, "--json", *more, **options).stdout)

    def run(self, file, store, *more, verb="run", **options):
        """Counts of a run."""
        return self.data(verb, file, "--store", store, "--progress", "none",
                         *more, **options)

    def export(self, file, store=None):
        """CSV; of the file's own store where none is given."""
        return self("export", file,
                    *(["--store", store] if store else [])).stdout

    def rows(self, file, store=None):
        return rows_of(self.export(file, store))

    def start(self, file, store, *more, verb="run"):
        """A run at work; its stderr is to be read."""
        return subprocess.Popen(
            [self.program, "sweep", verb, str(file), "--store", str(store),
             "--progress", "none", *map(str, more)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def kill_and_resume(self, file, store, plain, kills, seed,
                        signals=(signal.SIGKILL,), seconds=(0.005, 0.25)):
        """Signals at random moments of runs on an SQLite file, each time
        resumed; the last one, resumed to its end, must export `plain`."""
        killed = 0
        draw = random.Random(seed)
        while killed < kills:
            process = self.start(file, store, "-j", "2", verb="resume")
            how = draw.choice(signals)
            try:
                process.communicate(timeout=draw.uniform(*seconds))
                store.unlink()  # finished: begin anew
            except subprocess.TimeoutExpired:
                process.send_signal(how)
                process.communicate()
                killed += 1
        self("resume", file, "--store", store, "--progress", "none")
        assert self.export(file, store) == plain
