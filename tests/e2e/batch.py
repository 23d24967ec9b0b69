#!/usr/bin/env python3
"""batch.py SYSTOLE: a batch of N counts as N frames, with N times the work."""
import json
import subprocess
import sys


def run(*options):
    text = subprocess.run([sys.argv[1], "run", "lenet5", "--mode", "timing",
                           "--json", *options], check=True,
                          capture_output=True).stdout
    return json.loads(text)


one, four = run(), run("--batch", "4")
assert one["batch"] == 1 and four["batch"] == 4, (one["batch"], four["batch"])
assert four["macs"] == 4 * one["macs"]
frames = 4 / (four["latency_ns"] * 1e-9)
assert abs(four["frames_per_s"] / frames - 1) < 1e-9, four["frames_per_s"]
print(f"{one['frames_per_s']:.0f} frames/s alone, {frames:.0f} four at a time")
