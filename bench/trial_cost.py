#!/usr/bin/env python3
"""bench/trial_cost.py - instructions of a trial, against their budget.
SPDX-License-Identifier: Apache-2.0

  trial_cost.py BENCH_TRIALS [--renew]

Counts, with valgrind, what the trials of bench/trial_cost.yaml execute: compile,
verify, simulate. Unlike seconds, the count is the same on a busy machine; it
differs by a percent or two with the compiler and the C library. Exit 1: more
than TOLERANCE above bench/trial_cost.txt, which --renew writes. What has grown:
  valgrind --tool=callgrind BENCH_TRIALS bench/trial_cost.yaml
  callgrind_annotate --inclusive=yes callgrind.out.PID"""
import argparse
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUDGET = os.path.join(HERE, "trial_cost.txt")
TOLERANCE = 0.05


def count(bench):
    """Millions of instructions a trial, in npu_runner_run() alone."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=npu_runner_run",
         "--callgrind-out-file=/dev/null", bench,
         os.path.join(HERE, "trial_cost.yaml")],
        check=True, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    trials = int(re.match(r"(\d+) trials", done.stdout).group(1))
    counted = int(re.search(r"Collected : (\d+)", done.stderr).group(1))
    return counted / trials / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench")
    parser.add_argument("--renew", action="store_true")
    args = parser.parse_args()
    if not shutil.which("valgrind"):
        print("SKIPPED: valgrind is not installed")
        return 0
    now = count(args.bench)
    if args.renew:
        with open(BUDGET, "w", encoding="utf-8") as file:
            file.write(f"{now:.0f} million instructions a trial\n")
    with open(BUDGET, encoding="utf-8") as file:
        budget = float(file.read().split()[0])
    change = now / budget - 1
    print(f"{now:.1f} million instructions a trial, the budget is "
          f"{budget:.0f}: {100 * change:+.1f} %")
    if change > TOLERANCE:
        print(f"A trial costs more than {100 * TOLERANCE:.0f} % above its "
              "budget. If that is meant, renew it and say why in the commit:"
              f"\n  {os.path.relpath(__file__)} {args.bench} --renew")
        return 1
    if change < -TOLERANCE:
        print("It is cheaper than its budget: renew that, so that it stays "
              f"so.\n  {os.path.relpath(__file__)} {args.bench} --renew")
    return 0


if __name__ == "__main__":
    sys.exit(main())
