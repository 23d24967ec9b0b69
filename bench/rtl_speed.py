#!/usr/bin/env python3
"""rtl_speed.py [SYSTOLE]: how fast the RTL runs, at 8 x 8 and 16 x 16: simulated
cycles a second, and the C model's speed over it, on the same program in the
same run. Medians of 3, comparison included; models are built first.
"""
import json
import statistics
import subprocess
import sys
import tempfile

REPEATS = 3


def speed(systole, network, chip, folder):
    program = f"{folder}/{network}.npu"
    subprocess.run([systole, "compile", network, "--chip", chip, "-o", program],
                   check=True, stdout=subprocess.DEVNULL)
    runs = []
    for _ in range(1 + REPEATS):  # the first one builds, or warms up
        done = subprocess.run([systole, "rtl", program, "--chip", chip, "--json",
                               "--no-waves"], stdout=subprocess.PIPE, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"{network} on {chip}: systole rtl: exit {done.returncode}")
        runs.append(json.loads(done.stdout))
    hertz = statistics.median(r["rtl_cycles"] / r["rtl_seconds"] for r in runs[1:])
    ratio = statistics.median(r["rtl_seconds"] / r["c_seconds"] for r in runs[1:])
    return runs[0]["c_cycles"], hertz, ratio


def main():
    systole = sys.argv[1] if len(sys.argv) > 1 else "build/release/systole"
    print(f"{'network':10} {'chip':8} {'cycles':>10} {'RTL cycles/s':>14} {'C : RTL':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for chip in ("rtl-8", "rtl-16"):
            for network in ("lenet5", "mlp"):
                cycles, hertz, ratio = speed(systole, network, chip, folder)
                print(f"{network:10} {chip:8} {cycles:>10} {hertz:>14.0f} {ratio:>8.0f} x")


main()
