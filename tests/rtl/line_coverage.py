#!/usr/bin/env python3
"""line_coverage.py RANDOM_LOCKSTEP [PROGRAMS]: lines of sim/rtl that random
programs on 4 x 4 run, counted by Verilator.

Prints a table by file and each line that no program ran; exits 1 where fewer
than 95 % of the lines were run.
"""
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LEAST_PERCENT = 95


def points(path):
    """(file, line) -> times, of every point of one run."""
    counts = collections.Counter()
    for line in path.read_text(errors="replace").splitlines():
        match = re.match(r"C '(.*)' (\d+)$", line)
        if not match:
            continue
        fields = dict(field.split("\x02", 1) for field in match[1].split("\x01")
                      if "\x02" in field)
        # without S: an else that the source has not
        if "/sim/rtl/" not in fields["f"] or "S" not in fields:
            continue
        name = fields["f"].rsplit("/", 1)[1]
        # S: the lines of the block, "12-14,17"
        for part in fields["S"].split(","):
            first, _, last = part.partition("-")
            for number in range(int(first), int(last or first) + 1):
                counts[name, number] += int(match[2])
    return counts


def run(program, programs, folder):
    environment = dict(os.environ, SYSTOLE_RTL_FLAGS="--coverage-line",
                       SYSTOLE_RTL_COVERAGE=str(folder / "core"))
    environment.pop("NPU_RANDOM_PROGRAMS", None)
    subprocess.run([program, "4", str(programs)], env=environment, check=True)
    total = collections.Counter()
    for path in sorted(folder.glob("core.*")):
        counts = points(path)
        for key, count in counts.items():
            total[key] += count
    return total


def main():
    with tempfile.TemporaryDirectory() as folder:
        total = run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200,
                    pathlib.Path(folder))
    files = collections.defaultdict(lambda: [0, 0])
    for (name, _), count in total.items():
        files[name][0] += count > 0
        files[name][1] += 1
    print("\n| file | lines | run | % |\n|---|--:|--:|--:|")
    for name, (hit, lines) in sorted(files.items()):
        print(f"| {name} | {lines} | {hit} | {100 * hit / lines:.1f} |")
    hit, lines = (sum(column) for column in zip(*files.values()))
    print(f"| all | {lines} | {hit} | {100 * hit / lines:.1f} |\n")
    for (name, number), count in sorted(total.items()):
        if not count:
            print(f"not run: {name}:{number}")
    return 100 * hit < LEAST_PERCENT * lines


sys.exit(main())
