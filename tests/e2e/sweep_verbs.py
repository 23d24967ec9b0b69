#!/usr/bin/env python3
"""sweep_verbs.py SYSTOLE DIR PAGE: what the verbs of a sweep print, against the
export: effects of a sensitivity sweep, constraints of results, run_cap, and
the three kinds of progress, the bar on a terminal of its own; and the file and
commands of the page as they stand there.
"""
import json
import math
import os
import pathlib
import pty
import re
import subprocess
import sys

from sweeper import Sweeper, fresh

SYSTOLE = os.path.abspath(sys.argv[1])
systole = Sweeper(SYSTOLE)
WHERE = pathlib.Path(sys.argv[2])
PAGE = pathlib.Path(sys.argv[3])

STEPS = """
sweep: steps
models: [lenet5, mlp]
method: sensitivity
parameters:
  array.cols: [8, 16, 32]
  chip.clock: [500 MHz, 2 GHz]
  scratchpad.bytes: [1 KiB, 64 KiB]
  dram.preset: [LPDDR4-2400, DDR4-3200]
objectives: [{minimize: latency_ns}, {maximize: frames_per_s}]
store: steps.sqlite
"""
GRID = """
sweep: grid
models: [mlp]
method: grid
parameters:
  array.rows: [4, 8, 16]
  array.cols: [4, 8, 16]
  scratchpad.bytes: [1 KiB, 16 KiB, 64 KiB, 256 KiB]
constraints: [array.rows <= array.cols, latency_ns < 8000]
objectives: [{minimize: latency_ns}, {minimize: area_mm2}]
store: grid.sqlite
"""


def write(name, text):
    file = WHERE / name
    file.write_text(text)
    return file


def means(all_rows):
    """point: {objective: geometric mean}, of points whose models all ran."""
    points = {}
    for row in all_rows:
        points.setdefault(int(row["point"]), []).append(row)
    return {point: {name: math.sqrt(math.prod(float(r[name]) for r in of))
                    for name in ("latency_ns", "frames_per_s")}
            for point, of in points.items()
            if all(r["state"] == "ok" for r in of)}


def sensitivity():
    file = write("steps.yaml", STEPS)
    said = systole("run", file, "--progress", "none").stdout
    assert "elasticity" in said and "array.cols" in said, said
    mean = means(systole.rows(file))
    effects = systole.data("status", file)["effects"]
    assert [e["point"] for e in effects] == list(range(1, 10))
    assert [e["value"] for e in effects][3:5] == ["500 MHz", "2 GHz"]
    for e in effects:
        for name, of in e["objectives"].items():
            if e["point"] not in mean:
                assert of["value"] is None and e["value"] == "1 KiB"
                continue
            ratio = mean[e["point"]][name] / mean[0][name]
            assert math.isclose(of["value"], mean[e["point"]][name],
                                rel_tol=1e-9)
            assert math.isclose(of["change"], ratio - 1, abs_tol=1e-9)
            step = {"500 MHz": 0.5, "2 GHz": 2, "8": 0.5, "32": 2}
            if e["value"] in step:
                assert math.isclose(
                    of["elasticity"],
                    math.log(ratio) / math.log(step[e["value"]]),
                    rel_tol=1e-6, abs_tol=1e-9), e
            if e["parameter"] == "dram.preset" or e["value"] == "16":
                assert of["elasticity"] is None
    same_in_report(file, effects)
    print("effects and elasticities are those of the export, and the report's")


def same_in_report(file, effects):
    """The report computes the same factors, for its charts, by itself."""
    done = subprocess.run([SYSTOLE, "report", file, "--format", "markdown",
                           "-o", WHERE / "steps.md"], capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    text = (WHERE / "steps.md").read_text()
    table = text.split("## What moves the objectives of all models")[1]
    rows = re.findall(r"^\| (\w+) \| ([\w.]+) \| .*? \| ([\d.]+) \| .*? \| "
                      r"([\d.]+) \|$", table.split("\n## ")[0], re.M)
    assert len(rows) == 2 * 4, rows
    for objective, key, least, most in rows:
        factors = [1.0] + [1 + e["objectives"][objective]["change"]
                           for e in effects if e["parameter"] == key and
                           e["objectives"][objective]["change"] is not None]
        assert math.isclose(float(least), min(factors), rel_tol=1e-3), key
        assert math.isclose(float(most), max(factors), rel_tol=1e-3), key


def constraints():
    file = write("grid.yaml", GRID)
    plan = systole.data("plan", file)
    assert plan["trials"] == 36 and plan["to_simulate"] == 24, plan
    assert plan["constraints"][0]["removed"] == 12, plan
    assert plan["timed"] == 20 and plan["estimated_seconds"] > 0, plan
    text = systole("plan", file).stdout
    assert re.search(r"12  outside of: array\.rows <= array\.cols", text), text
    assert re.search(r"24  to simulate, about .* \(20 trials timed\)", text)
    systole("run", file, "--progress", "none")
    found = systole.rows(file)
    for row in found:
        if int(row["array.rows"]) > int(row["array.cols"]):
            assert row["state"] == "constrained" and not row["latency_ns"]
        elif row["state"] == "infeasible":
            assert row["scratchpad.bytes"] == "1 KiB" and row["why"], row
        else:
            fast = float(row["latency_ns"]) < 8000
            assert row["state"] == ("ok" if fast else "outside"), row
    assert {r["state"] for r in found} == {"constrained", "infeasible", "ok",
                                           "outside"}
    reasons = {(r["state"], r["why"]): r["trials"]
               for r in systole.data("status", file)["reasons"]}
    assert reasons["constrained", "array.rows <= array.cols"] == 12, reasons
    assert reasons["outside", "latency_ns < 8000"] == \
        [r["state"] for r in found].count("outside"), reasons
    assert sum(reasons.values()) == \
        len([r for r in found if r["state"] != "ok"]), reasons
    said = systole("status", file).stdout
    assert re.search(r"^why:\n.*\d+  constrained  array\.rows <= array\.cols$",
                     said, re.M | re.S), said
    front = systole.data("pareto", file)["front"]
    good = [(float(r["latency_ns"]), float(r["area_mm2"])) for r in found
            if r["state"] == "ok"]
    best = {g for g in good if not any(o != g and o[0] <= g[0] and
                                       o[1] <= g[1] for o in good)}
    assert len(front) == len(best)

    capped = write("capped.yaml", GRID.replace("grid.sqlite", "cap.sqlite") +
                   "run_cap: 7\n")
    systole("run", capped, "--progress", "none")
    states = [r["state"] for r in systole.rows(capped)]
    assert states.count("capped") == 24 - 7 and "missing" not in states

    none = write("none.yaml", GRID.replace("grid.sqlite", "none.sqlite")
                 .replace("latency_ns < 8000", "area_mm2 < 0.01"))
    said = systole("run", none)
    assert "no trial is left to simulate: `sweep plan`" in said.stdout, said
    assert said.stderr == "", said
    assert "`sweep status` says why" in systole("pareto", none).stdout
    print("constraints before and after, the front within them, run_cap, and "
          "none left")


def read_only():
    """A store in a folder that cannot be written, in a name space of its
    own."""
    where = fresh(WHERE / "lent")
    file = where / "grid.yaml"
    file.write_text(GRID.replace("grid.sqlite", "a?b%20#.sqlite"))
    systole("run", file, "--progress", "none")
    plain = systole.export(file)
    script = (f"mount --bind {where} {where} && "
              f"mount -o remount,ro,bind {where} && "
              f"{SYSTOLE} sweep export {file} && "
              f"{SYSTOLE} sweep run {file}; echo exit $?")
    done = subprocess.run(["unshare", "--map-root-user", "--mount", "sh", "-c",
                           script], capture_output=True, text=True,
                          timeout=120)
    assert done.stdout == plain + "exit 8\n", done.stderr
    assert "cannot write here: Read-only file system; --store" in \
        done.stderr, done.stderr
    print("a store on a read-only folder is read, and not written")


def on_terminal(file, store):
    """stderr of a run whose stderr is a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen([SYSTOLE, "sweep", "run", file, "--store",
                                store], stdout=subprocess.DEVNULL,
                               stderr=slave)
    os.close(slave)
    said = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part
    assert process.wait(timeout=60) == 0
    os.close(master)
    return said.decode()


def progress():
    file = write("progress.yaml", GRID)
    bar = on_terminal(file, WHERE / "bar.sqlite")
    assert bar.startswith("\r[") and "[" + "#" * 30 + "] 24/24" in bar, bar
    assert re.search(r"/s  0 s left \r?\n$", bar), repr(bar)
    said = systole("run", file, "--store", WHERE / "j.sqlite", "--progress",
                   "json").stderr
    lines = [json.loads(line) for line in said.splitlines()]
    assert lines[-1]["done"] == lines[-1]["total"] == 24, lines
    assert set(lines[0]) == {"done", "total", "failed", "per_second",
                             "seconds_left"}
    said = systole("run", file, "--store", WHERE / "l.sqlite", "--progress",
                   "lines").stderr
    assert re.search(r"^24 of 24 trials, .*/s, 0 s left$", said, re.M), said
    assert "\r" not in said
    quiet = systole("run", file, "--store", WHERE / "q.sqlite", "--progress",
                    "none")
    assert quiet.stderr == ""
    systole("run", file, "--progress", "dots", expect=2)
    search = write("search.yaml", GRID.replace(
        "method: grid", "method: nsga2\npopulation: 4\ngenerations: 3"))
    said = systole("run", search, "--store", WHERE / "n.sqlite", "--progress",
                   "json").stderr
    lines = [json.loads(line) for line in said.splitlines()]
    assert [lines[-1][k] for k in ("done", "total", "generation",
                                   "generations")] == [12, 12, 3, 3], lines
    print("progress as a bar, as lines, as JSON, not at all")


def page():
    """Every command of docs/sweeps.md, and its example of a file."""
    text = PAGE.read_text()
    file = write("small.yaml", re.search(r"```yaml\n(.*?)```", text, re.S)[1])
    plan = systole.data("plan", file)
    assert plan["points"] == 3 * 4 * 3 * 2 and plan["trials"] == 144, plan
    folder = WHERE / "page"
    folder.mkdir()
    commands = re.findall(r"^    systole (.*?)(?:  +#.*)?$", text, re.M)
    assert len(commands) >= 9, commands
    for command in commands:
        done = subprocess.run([SYSTOLE, *command.split()], cwd=folder,
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (command, done.stderr)
    assert (folder / "quick.csv").read_bytes() == \
        (folder / "all.csv").read_bytes()
    print(f"{len(commands)} commands of the page run")


def main():
    fresh(WHERE)
    sensitivity()
    constraints()
    read_only()
    progress()
    page()


os.environ["LC_ALL"] = "C"
main()
