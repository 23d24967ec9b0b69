#!/usr/bin/env python3
"""on_error.py SYSTOLE DIR: a trial that fails, with `on_error` stop and
continue.
SPDX-License-Identifier: Apache-2.0

The trial fails because the process that simulates it is killed.
"""
import os
import pathlib
import sys

from sweeper import Sweeper, crash_trial, fresh

systole = Sweeper(os.path.abspath(sys.argv[1]))
WHERE = fresh(pathlib.Path(sys.argv[2]))
SWEEP = """
sweep: failing
models: [resnet50]
method: grid
parameters: {array.rows: [8, 16, 32, 64], array.cols: [16]}
on_error: ON_ERROR
"""


def states(file):
    return sorted(row["state"] for row in systole.rows(file))


def crash(on_error):
    """The file, and what a run says during which a trial crashes."""
    file = WHERE / f"{on_error}.yaml"
    file.write_text(SWEEP.replace("ON_ERROR", on_error) +
                    f"store: {on_error}.sqlite\n")
    process = systole.start(file, WHERE / f"{on_error}.sqlite", "-j", "1")
    crash_trial(process)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 9, (process.returncode, said)
    return file, said


def main():
    file, said = crash("stop")
    assert "trial 0 failed, and `on_error: stop`: the worker died of signal 9" \
        in said, said
    assert f"systole sweep resume {file}" in said, said
    assert states(file) == ["failed"] + 3 * ["missing"], states(file)
    done = systole.run(file, WHERE / "stop.sqlite", verb="resume")
    assert done["simulated"] == 4 and done["failed"] == 0, done
    plain = systole.export(file)

    file, said = crash("continue")
    assert "1 trials failed" in said and "sweep resume" in said, said
    assert states(file) == ["failed"] + 3 * ["ok"], states(file)
    row, = (r for r in systole.rows(file) if r["state"] == "failed")
    assert row["why"] == "the worker died of signal 9", row
    done = systole.run(file, WHERE / "continue.sqlite", verb="resume")
    assert done["simulated"] == 1 and done["failed"] == 0, done
    assert systole.export(file) == plain
    print("stop: the rest waits; continue: the rest is done; resumed: the same")


os.environ["LC_ALL"] = "C"
main()
