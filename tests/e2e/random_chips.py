#!/usr/bin/env python3
"""random_chips.py SYSTOLE [--cases N] [--first SEED] [--seconds S] [--keep]

Random small networks on random legal chips. Each case must run bit-exact
against the CPU references, or be refused with exit 4, 5 or 6 and a message;
cycles with and without data must be equal, two runs must write the same bytes,
and the figures of summary.json must obey laws this script computes on its own.
A failing case prints its seed: --first SEED --cases 1 --keep runs it again.
"""
import argparse
import filecmp
import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

PRESETS = ("DDR4-3200", "LPDDR4-3200", "ideal")
REFUSED = {4, 5, 6}     # unsupported, limit exceeded, does not fit the chip
CODE_BYTES = 128        # most of an instruction, fetched in lines of 64
# Files that say when and where a run happened, not what came of it.
OF_THE_HOST = {"host.json"}


def random_chip(r):
    """--set options of a legal chip, from a sliver to a large one."""
    rows = r.choice([1, 2, 3, 4, 5, 7, 8, 13, 16, 32, 64, r.randint(1, 64)])
    cols = r.choice([1, 2, 4, 5, 7, 8, 16, 16, 32, 64, r.randint(1, 64)])
    chip = {
        "array.rows": rows,
        "array.cols": cols,
        "array.dataflow": r.choice(["ws", "ws", "os", "is"]),
        "array.overlap": r.choice(["full", "full", "none"]),
        "array.adder_latency": r.randint(1, 4),
        "scratchpad.bytes": f"{r.choice([8, 16, 32, 64, 128, 512])} KiB",
        "scratchpad.banks": r.choice([1, 2, 4, 8, 16, 32]),
        "accumulators.bytes": cols * 4 * r.choice([16, 32, 64, 256, 1024]),
        "accumulators.banks": r.choice([1, 2, 4, 8]),
        "vector.lanes": r.choice([1, 2, 3, 4, 8, 13, 16, 32, 64]),
        "vector.latency": r.randint(1, 12),
        "dma.width": r.choice([1, 2, 4, 8, 16, 32, 64]),
        "dma.outstanding": r.choice([1, 2, 4, 16, 64]),
        "dma.startup": r.choice([0, 1, 4, 50]),
        "queues.depth": r.randint(1, 16),
        "queues.prefetch": r.choice([1, 2, 8, 16]),
        "chip.clock": r.choice(["100 MHz", "333 MHz", "1 GHz", "2.5 GHz"]),
        "chip.clock_gating": r.choice(["none", "coarse", "fine"]),
        "chip.technology": r.choice(["7nm", "16nm", "28nm", "45nm"]),
        "dram.preset": r.choice(PRESETS),
        "dram.model": r.choice(["run", "command"]),
        "dram.map": r.choice(["bg", "co"]),
        "dram.channels": r.choice([1, 1, 2, 4]),
    }
    chip["dram.width"] = 64 if chip["dram.preset"] == "DDR4-3200" else 32
    if chip["dram.preset"] == "ideal":
        chip["dram.bandwidth"] = r.choice(["1 GB/s", "8 GB/s", "64 GB/s"])
        chip["dram.channels"] = 1
    return [f"{key}={value}" for key, value in chip.items()]


class Network:
    """A random network, layer by layer, that knows its shape as it grows."""

    def __init__(self, r):
        self.r = r
        self.c = r.choice([1, 2, 3, 5, 8, 16, 17, 33])
        self.h = r.choice([1, 3, 5, 8, 11, 14])
        self.w = r.choice([1, 4, 7, 8, 13])
        self.names = 0
        self.lines = [f"input: {{name: x, shape: [N, {self.c}, {self.h}, "
                      f"{self.w}]}}", "layers:"]
        for _ in range(r.randint(1, 6)):
            r.choice([self.conv, self.conv, self.depthwise, self.grouped,
                      self.pool, self.activation, self.residual, self.concat,
                      self.batchnorm])()
        if r.random() < 0.5:
            self.head()
        self.text = "network: random\n" + "\n".join(self.lines) + "\n"

    def add(self, kind, **keys):
        body = ", ".join(f"{k.strip('_')}: {v}" for k, v in keys.items())
        self.lines.append(f"  - {kind}: {{{body}}}" if body else f"  - {kind}")

    def name(self):
        self.names += 1
        return f"v{self.names}"

    def window(self, most=5, half=False):
        """kernel, stride, pad and dilation that leave at least one output."""
        r = self.r
        for _ in range(50):
            k = [r.randint(1, most), r.randint(1, most)]
            s = [r.randint(1, 3), r.randint(1, 3)]
            d = [r.choice([1, 1, 2, 3]), r.choice([1, 1, 2])]
            p = [r.randint(0, (k[i] - 1 if half else 2)) for i in (0, 1)]
            if half:    # no window of padding alone
                p = [min(p[i], k[i] // 2) for i in (0, 1)]
                d = [1, 1]
            span = [d[i] * (k[i] - 1) + 1 for i in (0, 1)]
            out = [(n + 2 * p[i] - span[i]) // s[i] + 1
                   for i, n in ((0, self.h), (1, self.w))]
            if min(out) >= 1 and self.h + 2 * p[0] >= span[0] and \
                    self.w + 2 * p[1] >= span[1]:
                return dict(kernel=k, stride=s, pad=p, dilation=d), out
        return dict(kernel=1), [self.h, self.w]

    def conv(self):
        keys, out = self.window()
        self.c = self.r.choice([1, 3, 8, 10, 16, 19, 40])
        self.h, self.w = out
        self.add("conv", out=self.c, bias=self.r.choice(["true", "false"]),
                 **keys)

    def depthwise(self):
        keys, (self.h, self.w) = self.window()
        self.add("depthwise", **keys)

    def grouped(self):
        groups = self.r.choice([g for g in range(1, self.c + 1)
                                if self.c % g == 0])
        keys, (self.h, self.w) = self.window()
        self.c = groups * self.r.randint(1, 4)
        self.add("conv", out=self.c, groups=groups, **keys)

    def pool(self):
        keys, (self.h, self.w) = self.window(4, half=True)
        kind = self.r.choice(["maxpool", "avgpool"])
        if kind == "avgpool":
            keys["include_pad"] = self.r.choice(["true", "false"])
        self.add(kind, **keys)

    def activation(self):
        self.add(self.r.choice(["relu", "relu6", "leaky_relu", "sigmoid",
                                "tanh", "hard_swish", "hard_sigmoid", "abs"]))

    def batchnorm(self):
        self.add("batchnorm")

    def residual(self):
        a, b = self.name(), self.name()
        self.add("relu", as_=a)
        self.add("conv", out=self.c, kernel=3, pad=1, as_=b, gain=1)
        self.add(self.r.choice(["add", "add", "sub", "mul"]), of=f"[{a}, {b}]")
        if self.r.random() < 0.5:
            self.add("relu")

    def concat(self):
        a, b = self.name(), self.name()
        self.add("relu", as_=a)
        extra = self.r.choice([1, 4, 16])
        self.add("conv", out=extra, kernel=1, as_=b)
        parts = [a, b] + ([a] if self.r.random() < 0.3 else [])
        self.c = sum(extra if p == b else self.c for p in parts)
        self.add("concat", of="[" + ", ".join(parts) + "]")

    def head(self):
        if self.r.random() < 0.5:
            self.add("global_avgpool")
        self.add("flatten")
        self.add("linear", out=self.r.choice([1, 7, 10, 33]))
        if self.r.random() < 0.5:
            self.add("softmax")


def call(argv, folder):
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True,
                          errors="replace", stdin=subprocess.DEVNULL,
                          timeout=300)


def near(a, b):
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6)


def laws(s, chip):
    """What is wrong with the figures of a summary; one line each."""
    bad = []

    def law(holds, text):
        if not holds:
            bad.append(text)

    layers = s["layers"]
    keys = dict(k.split("=", 1) for k in chip)
    pes = int(keys["array.rows"]) * int(keys["array.cols"])
    for key in ("cycles", "compute_cycles", "vector_cycles", "macs",
                "array_macs", "vector_ops", "dram_read_bytes",
                "dram_write_bytes", "spad_read_bytes", "spad_write_bytes",
                "acc_read_bytes", "acc_write_bytes", "instructions"):
        total = sum(layer[key] for layer in layers)
        law(s[key] == total, f"{key} {s[key]} but layers sum to {total}")
    for where, x in [("network", s)] + [(y["name"], y) for y in layers]:
        bins = sum(x["stalls"].values())
        law(bins == x["cycles"], f"{where}: bins {bins} of {x['cycles']}")
        parts = sum(v for k, v in x["energy_pj"].items() if k != "total")
        law(near(parts, x["energy_pj"]["total"]),
            f"{where}: energies sum to {parts}, not {x['energy_pj']['total']}")
        law(all(v >= 0 for v in x["energy_pj"].values()),
            f"{where}: an energy below 0")
        law(0 <= x["roof_ratio"] <= 1, f"{where}: roof {x['roof_ratio']}")
        law(0 <= x["utilization_ratio"] <= 1,
            f"{where}: utilization {x['utilization_ratio']}")
        busy = max(x["cycles"], x["span_cycles"])
        law(x["array_macs"] <= busy * pes, f"{where}: MACs above the peak")
        law(x["bound_cycles"] <= busy, f"{where}: faster than its bound")
        # A layer's instructions may be fetched before its span begins.
        early = 0 if x is s else CODE_BYTES * x["instructions"]
        data = x["dram_read_bytes"] + x["dram_write_bytes"] - early
        most = s["dram_peak_gb_per_s"] * 1e9 / s["clock_hz"] * busy
        law(data <= most * 1.000001, f"{where}: {data} DRAM bytes in {busy} "
            f"cycles, at most {most:.0f} can be moved")
    law(s["array_macs"] >= 0 and s["compute_cycles"] * pes >= s["array_macs"],
        "MACs above what compute cycles allow")
    moved = s["dram_read_bytes"] + s["dram_write_bytes"]
    least = sum(layer["compulsory_bytes"] for layer in layers)
    law(moved >= least, f"{moved} DRAM bytes, compulsory {least}")
    seconds = s["cycles"] / s["clock_hz"]
    law(near(s["latency_ns"], seconds * 1e9), "latency is not cycles / clock")
    law(near(s["frames_per_s"], s["batch"] / seconds), "frames_per_s")
    law(near(s["power_avg_mw"], s["energy_pj"]["total"] * 1e-9 / seconds),
        "power is not energy / time")
    for name, e in s["engines"].items():
        total = sum(e.values())
        law(total == s["cycles"], f"engine {name}: {total} of {s['cycles']}")
    return bad


def same(a, b):
    """Names of files that differ between directories a and b."""
    names = {p.name for p in a.iterdir()} | {p.name for p in b.iterdir()}
    names -= OF_THE_HOST
    _, differ, missing = filecmp.cmpfiles(a, b, names, shallow=False)
    return differ + missing


def one(systole, seed, folder):
    """(status, what is wrong) of a case; status is the exit code of compare."""
    r = random.Random(seed)
    chip = random_chip(r)
    network = Network(r)
    precision = r.choice(["int8", "int8", "bf16", "fp16", "fp32"])
    batch = r.choice([1, 1, 2, 3])
    pathlib.Path(folder, "net.yaml").write_text(network.text)
    options = ["--precision", precision, "--batch", str(batch)]
    for key in chip:
        options += ["--set", key]
    pathlib.Path(folder, "argv").write_text(
        f"compare net.yaml {' '.join(map(repr, options))}\n")

    done = call([systole, "compare", "net.yaml", *options, "-o", "a"], folder)
    if done.returncode in REFUSED:
        wrong = []
        if len(done.stderr.strip()) < 30:
            wrong.append("refused without a reason: " + done.stderr)
        if pathlib.Path(folder, "a").exists():
            wrong.append("refused, but wrote a directory")
        return done.returncode, wrong, done.stderr.strip()
    if done.returncode:
        return done.returncode, [f"exit {done.returncode}: "
                                 f"{(done.stderr or done.stdout)[-900:]}"], ""
    s = json.loads(pathlib.Path(folder, "a", "summary.json").read_text())
    wrong = laws(s, chip)
    if not s["reference"]["bit_exact"]:
        wrong.append("exit 0 but not bit-exact")

    timing = call([systole, "run", "net.yaml", *options, "--mode", "timing",
                   "--json"], folder)
    if timing.returncode:
        wrong.append(f"timing: exit {timing.returncode}: {timing.stderr[-500:]}")
    else:
        t = json.loads(timing.stdout)
        for key in ("cycles", "stalls", "energy_pj", "dram_read_bytes",
                    "dram_write_bytes", "engines"):
            if t[key] != s[key]:
                wrong.append(f"{key} differs without data: {t[key]}, {s[key]}")
        if [x["cycles"] for x in t["layers"]] != \
                [x["cycles"] for x in s["layers"]]:
            wrong.append("cycles of layers differ without data")
    again = call([systole, "compare", "net.yaml", *options, "-o", "b"], folder)
    if again.returncode:
        wrong.append(f"second run: exit {again.returncode}")
    else:
        wrong += [f"{name} differs between two runs" for name in
                  same(pathlib.Path(folder, "a"), pathlib.Path(folder, "b"))]
    return 0, wrong, ""


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("systole")
    p.add_argument("--cases", type=int, default=60)
    p.add_argument("--first", type=int, default=1)
    p.add_argument("--seconds", type=float, default=1e9,
                   help="start no case after this many")
    p.add_argument("--keep", action="store_true", help="keep failing folders")
    p.add_argument("--verbose", action="store_true")
    a = p.parse_args()
    systole = os.path.abspath(a.systole)
    started = time.monotonic()
    failed, ran, refused = 0, 0, 0
    for seed in range(a.first, a.first + a.cases):
        if time.monotonic() - started > a.seconds:
            break
        folder = tempfile.mkdtemp(prefix=f"systole-{seed}-")
        try:
            status, wrong, reason = one(systole, seed, folder)
        except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
            status, wrong, reason = -1, [f"{type(error).__name__}: {error}"], ""
        ran += status == 0
        refused += status in REFUSED
        failed += bool(wrong)
        for text in wrong:
            print(f"FAIL seed {seed}: {text}", flush=True)
        if a.verbose and reason:
            print(f"seed {seed}: exit {status}: {reason}", flush=True)
        if a.keep and wrong:
            print(f"  kept in {folder}")
        else:
            shutil.rmtree(folder)
    print(f"{ran} ran, {refused} refused, {failed} failed")
    # Chips that refuse nearly everything would test nothing.
    return 1 if failed or ran < refused else 0


sys.exit(main())
