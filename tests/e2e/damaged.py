#!/usr/bin/env python3
"""damaged.py SYSTOLE DIR [--cases N]: files of ours with bytes changed.

Programs (.npu) on objdump and verify; summary.json and
figures.json on report. Each ends with an exit code that means what it found,
never by a signal, and what is refused is told with the file's name.
"""
import argparse
import json
import pathlib
import random
import shutil
import subprocess

parser = argparse.ArgumentParser()
parser.add_argument("systole")
parser.add_argument("where", type=pathlib.Path)
parser.add_argument("--cases", type=int, default=50)
ARGS = parser.parse_args()
WHERE = ARGS.where
# ok; bad input, unsupported, limit, does not fit; a program at fault
ALLOWED = {0, 3, 4, 5, 6}
FAULT = 7


def systole(*arguments):
    return subprocess.run([ARGS.systole, *map(str, arguments)], timeout=60,
                          capture_output=True, cwd=WHERE)


def damage(rng, data):
    """A copy with a few bytes changed, cut off, doubled or made large."""
    out = bytearray(data)
    kind = rng.randrange(6)
    at = rng.randrange(len(out)) if rng.random() < 0.5 else \
        rng.randrange(min(len(out), 512))
    if kind == 0:
        out[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del out[at:]
    elif kind == 2:
        out[at:at + 8] = rng.choice([b"\xff" * 8, bytes(8),
                                     b"\xff\xff\xff\x7f" + bytes(4)])
    elif kind == 3:
        out[at:at] = out[at:at + rng.randrange(1, 64)]
    elif kind == 4:
        del out[at:at + rng.randrange(1, 64)]
    else:
        for _ in range(16):
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def expect(done, file, allowed, what):
    assert done.returncode in allowed, (what, done.returncode, done.stderr)
    text = done.stderr.decode()  # strict: what is printed is always UTF-8
    assert all(c == "\n" or c >= " " for c in text), (what, text)
    if done.returncode:
        assert file in text and "error: " in text, (what, text)


def may_fault(verb):
    return {FAULT} if verb == ["verify"] else set()


def programs(rng):
    seen = {}
    for model, chip in ("mlp", "edge"), ("lenet5", "rtl-8"):
        systole("compile", model, "--chip", chip, "-o", "good.npu")
        good = (WHERE / "good.npu").read_bytes()
        for i in range(ARGS.cases):
            (WHERE / "m.npu").write_bytes(damage(rng, good))
            what = f"{model} {i}"
            for verb in (["objdump", "-d"], ["objdump", "--json"], ["verify"]):
                done = systole(*verb, "m.npu")
                expect(done, "m.npu", ALLOWED | may_fault(verb), what)
                if done.returncode == 0 and verb[-1] == "--json":
                    json.loads(done.stdout)
                seen[done.returncode] = seen.get(done.returncode, 0) + 1
    return seen


def results(rng):
    seen = {}
    systole("run", "mlp", "--mode", "timing", "-o", "good")
    for name in "summary.json", "figures.json":
        good = (WHERE / "good" / name).read_bytes()
        for i in range(ARGS.cases):
            shutil.copytree(WHERE / "good", WHERE / "bad", dirs_exist_ok=True)
            (WHERE / "bad" / name).write_bytes(damage(rng, good))
            for form in "html", "markdown", "csv", "json":
                done = systole("report", "bad", "--format", form)
                expect(done, name, ALLOWED, f"{name} {i} {form}")
                seen[done.returncode] = seen.get(done.returncode, 0) + 1
    # no run, a program, a model: not mistaken for one
    for file, text in ("good.npu", "sweep"), ("nothing", "not there"):
        done = systole("report", file)
        assert done.returncode in (3, 8), done
        assert file in done.stderr.decode(), done.stderr
    return seen


def main():
    shutil.rmtree(WHERE, ignore_errors=True)
    WHERE.mkdir(parents=True)
    rng = random.Random(5)
    for what, seen in ("programs", programs(rng)), ("results", results(rng)):
        assert len(seen) > 1 and seen.get(3, 0) > ARGS.cases, (what, seen)
        print(what, *(f"exit {code}: {n}" for code, n in sorted(seen.items())),
              sep="; ")


main()
