#!/usr/bin/env python3
"""trace.py SYSTOLE DIR: trace.json as the Perfetto UI needs it.

Slices of a track never cross; every flow has one start and one end, forward
in time, each inside a slice of its track; counters go forward; nothing ends
after the run; every event has the keys of its kind, of their types, and no
others. source: "Trace Event Format", Google, 2016
"""
import collections
import json
import pathlib
import shutil
import subprocess
import sys

SYSTOLE, WHERE = sys.argv[1], pathlib.Path(sys.argv[2])
EPSILON = 2e-6  # of the microseconds' last digits


NUMBER = (int, float)
KEYS = {  # of each kind: its keys and their types
    "X": {"pid": int, "tid": int, "ts": NUMBER, "dur": NUMBER, "name": str,
          "args": dict},
    "s": {"pid": int, "tid": int, "ts": NUMBER, "id": int, "cat": str,
          "name": str},
    "f": {"pid": int, "tid": int, "ts": NUMBER, "id": int, "cat": str,
          "name": str, "bp": str},
    "C": {"pid": int, "ts": NUMBER, "name": str, "args": dict},
    "M": {"pid": int, "name": str, "args": dict},
}


def check_form(e):
    keys = dict(KEYS[e["ph"]], ph=str)
    if e["ph"] == "M" and e["name"] == "thread_name":
        keys["tid"] = int
    assert set(e) == set(keys), e
    for key, kind in keys.items():
        assert isinstance(e[key], kind) and not isinstance(e[key], bool), e
    assert e.get("ts", 0) >= 0 and e.get("dur", 0) >= 0, e
    if e["ph"] == "C":
        assert all(isinstance(v, NUMBER) for v in e["args"].values()), e


def check_nesting(slices):
    for track, events in slices.items():
        events.sort(key=lambda e: (e["ts"], -e["dur"]))
        open_ends = []
        for e in events:
            while open_ends and open_ends[-1] <= e["ts"] + EPSILON:
                open_ends.pop()
            end = e["ts"] + e["dur"]
            assert not open_ends or end <= open_ends[-1] + EPSILON, (track, e)
            open_ends.append(end)


def check_flows(flows, slices):
    assert len(flows) > 10
    for name, (starts, ends) in flows.items():
        assert len(starts) == 1 and len(ends) == 1, (name, starts, ends)
        assert starts[0]["ts"] <= ends[0]["ts"] + EPSILON, (starts, ends)
        for e in starts + ends:
            assert any(s["ts"] - EPSILON <= e["ts"] <= s["ts"] + s["dur"] +
                       EPSILON for s in slices[e["pid"], e["tid"]]), e


def check_counters(counters):
    assert counters
    for events in counters.values():
        times = [e["ts"] for e in events]
        assert times == sorted(set(times))


def check(model):
    out = WHERE / model
    subprocess.run([SYSTOLE, "run", model, "--mode", "timing", "--trace", "-o",
                    str(out)], check=True, stdout=subprocess.DEVNULL)
    trace = json.loads((out / "trace.json").read_text())
    assert trace["displayTimeUnit"] in ("ms", "ns")
    events = trace["traceEvents"]
    slices = collections.defaultdict(list)
    counters = collections.defaultdict(list)
    flows = collections.defaultdict(lambda: ([], []))
    for e in events:
        check_form(e)
        if e["ph"] == "X":
            slices[e["pid"], e["tid"]].append(e)
        elif e["ph"] in "sf":
            flows[e["id"]][e["ph"] == "f"].append(e)
        elif e["ph"] == "C":
            counters[e["pid"], e["name"]].append(e)
        else:
            assert e["ph"] == "M", e
    check_nesting(slices)
    check_flows(flows, slices)
    check_counters(counters)
    named = {(e["pid"], e["tid"]) for e in events
             if e["ph"] == "M" and e["name"] == "thread_name"}
    assert set(slices) <= named, set(slices) - named
    summary = json.loads((out / "summary.json").read_text())
    count = sum(map(len, slices.values()))
    last = max(e["args"]["cycle"] + e["args"]["cycles"]
               for list_ in slices.values() for e in list_)
    assert last <= summary["cycles"]
    print(f"{model}: {count} slices on {len(slices)} tracks, {len(flows)} "
          "flows")


shutil.rmtree(WHERE, ignore_errors=True)
WHERE.mkdir(parents=True)
for network in ("mlp", "lenet5", "squeezenet1_1"):
    check(network)
